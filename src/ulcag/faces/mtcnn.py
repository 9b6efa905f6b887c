"""MTCNN's three stages with facenet-pytorch's networks: the same faces, in a fraction of its time.

facenet-pytorch spends most of its time on scaling. Here a mean over any rectangle of pixels is four look-ups in a
table of sums, so that all scales of a picture and all windows of a stage cost one pass over it.

Reference: Zhang, Zhang, Li, Qiao, Joint face detection and alignment using multitask cascaded convolutional networks,
IEEE Signal Processing Letters 23 (2016).
"""

import math
from collections.abc import Iterator

import cv2
import numpy as np
import torch
from facenet_pytorch.models.mtcnn import ONet, PNet, RNet
from facenet_pytorch.models.utils.detect_face import nms_numpy
from torch import Tensor, nn
from torch.nn import functional
from torchvision.ops import nms

# Sides of what the three networks look at, in pixels, and the step between two scales of a picture.
P_WINDOW, R_WINDOW, O_WINDOW, FACTOR = 12, 24, 48, 0.709
# Smallest face at the first of all scales, pixels.
LEAST_FACE = 20
# Scales of more pixels go through the first network by themselves.
SHEET_PIXELS = 200 * 200
# Windows that a network is shown at a time, such that a picture of noise does not fill the memory.
MOST_WINDOWS = 512
# The probability that a candidate needs at each stage. All as in facenet-pytorch.
P_LEAST, R_LEAST, O_LEAST = 0.6, 0.7, 0.7


class Cascade:
    """The three networks. What they find in a picture depends on that picture alone."""

    def __init__(self) -> None:
        self.p, self.r, self.o = PNet().eval(), RNet().eval(), ONet().eval()
        # Channels last: torch takes a third of the time for the maximum of many channels.
        self.r.to(memory_format=torch.channels_last)
        self.o.to(memory_format=torch.channels_last)
        # Of two logits under a softmax only the difference matters.
        weight, bias = self.p.conv4_1.weight.detach(), self.p.conv4_1.bias.detach()
        self.p_weight, self.p_bias = weight[1:] - weight[:1], bias[1:] - bias[:1]

    @torch.inference_mode()
    def __call__(self, image: np.ndarray, min_face: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The faces in a picture, the largest first.

        Args:
            image: (H, W, 3) uint8 RGB.
            min_face: smallest face searched for, pixels.

        Returns:
            Boxes (n, 4) in pixels, probabilities (n,), and landmarks (n, 5, 2) in pixels.
        """
        # of all pixels above and left of each corner; beyond 2^31 it wraps around, which differences undo
        sums = cv2.integral(image)
        scales = list(_scales(min(image.shape[:2]), min_face))
        # A large scale would be waste on a sheet with others, and would not fit into the processor's cache.
        alone = sum(scale**2 * image.shape[0] * image.shape[1] > SHEET_PIXELS for scale in scales)
        found = [self._propose(sums, [scale]) for scale in scales[:alone]]
        found += [self._propose(sums, scales[alone:])] if scales[alone:] else []
        windows, boxes, scores = (np.concatenate(parts) for parts in zip(*found, strict=True))
        boxes = _squares(boxes[_best(windows, scores, 0.7)])

        boxes, moves, scores, _ = self._judge(self.r, sums, boxes, R_WINDOW, R_LEAST)
        kept = _best(boxes, scores, 0.7)
        boxes = _squares(_moved(boxes[kept], moves[kept]))

        boxes, moves, scores, points = self._judge(self.o, sums, boxes, O_WINDOW, O_LEAST)
        sides = boxes[:, 2:] - boxes[:, :2] + 1
        points = points.reshape(-1, 2, 5).swapaxes(1, 2) * sides[:, None] + boxes[:, None, :2] - 1
        boxes = _moved(boxes, moves)
        kept = nms_numpy(boxes, scores, 0.7, "Min").astype(np.int64) if len(boxes) > 1 else np.arange(len(boxes))
        boxes, scores, points = boxes[kept], scores[kept], points[kept]
        largest = np.argsort(-_areas(boxes), kind="stable")
        return boxes[largest], scores[largest], points[largest]

    def _judge(
        self, network: nn.Module, sums: np.ndarray, boxes: np.ndarray, side: int, least: float
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Second or third stage: the boxes (n, 4) that show a face, how to move their edges (n, 4), scores (n,);
        from the third also landmarks (n, 10), all x before all y."""
        parts = []
        for start in range(0, len(boxes), MOST_WINDOWS):
            part, windows = _windows(sums, boxes[start : start + MOST_WINDOWS], side)
            if len(part):
                parts.append([part, *(x.numpy() for x in network(windows))])
        if not parts:
            return boxes[:0], boxes[:0], np.empty(0, np.float32), np.empty((0, 10), np.float32)
        boxes, moves, *points, probabilities = (np.concatenate(part) for part in zip(*parts, strict=True))
        scores = probabilities[:, 1]
        good = scores > least
        return boxes[good], moves[good], scores[good], points[0][good] if points else moves[good]

    def _propose(self, sums: np.ndarray, scales: list[float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """First stage: windows (n, 4) that may show a face, the boxes (n, 4) that they suggest, scores (n,).

        All scales lie on one sheet, which goes through the network once: it looks no further than its window.
        """
        full = sums.shape[0] - 1, sums.shape[1] - 1
        sizes = [(int(full[0] * scale + 1), int(full[1] * scale + 1)) for scale in scales]
        places, (height, width) = _layout(sizes)
        sheet = np.zeros((height, width, 3), np.float32)
        for (h, w), (top, left) in zip(sizes, places, strict=True):
            (y0, y1), (x0, x1) = _edges(full[0], h), _edges(full[1], w)
            rows = sums.take(y1, axis=0) - sums.take(y0, axis=0)
            totals = rows.take(x1, axis=1) - rows.take(x0, axis=1)
            sheet[top : top + h, left : left + w] = _to_network(totals, (y1 - y0)[:, None] * (x1 - x0))

        p = self.p
        x = torch.from_numpy(sheet.transpose(2, 0, 1).copy())[None]
        x = functional.prelu(functional.conv2d(x, p.conv1.weight, p.conv1.bias), p.prelu1.weight)
        # which of the scales a window lies in, whole
        scale_of = np.full((height // 2 - 5, width // 2 - 5), -1)
        for number, ((h, w), (top, left)) in enumerate(zip(sizes, places, strict=True)):
            # What lies beside a scale of odd size takes no part in the maximum.
            x[:, :, top + h - 2 : top + h - 1, left : left + w] = -math.inf
            x[:, :, top : top + h, left + w - 2 : left + w - 1] = -math.inf
            scale_of[top // 2 :, left // 2 :][: (h - 1) // 2 - 4, : (w - 1) // 2 - 4] = number
        x = torch.maximum(x[:, :, ::2], x[:, :, 1::2])
        x = torch.maximum(x[:, :, :, ::2], x[:, :, :, 1::2])
        x = functional.prelu(functional.conv2d(x, p.conv2.weight, p.conv2.bias), p.prelu2.weight)
        x = functional.prelu(functional.conv2d(x, p.conv3.weight, p.conv3.bias), p.prelu3.weight)
        logits = functional.conv2d(x, self.p_weight, self.p_bias)[0, 0].numpy()

        at = np.nonzero((scale_of >= 0) & (logits >= math.log(P_LEAST / (1 - P_LEAST))))
        which = scale_of[at]
        scores = 1 / (1 + np.exp(-logits[at]))
        features = torch.from_numpy(x[0].numpy()[:, at[0], at[1]].T)
        moves = functional.linear(features, p.conv4_2.weight[:, :, 0, 0], p.conv4_2.bias).numpy()
        corner = (2 * np.stack(at, axis=1) - np.array(places)[which])[:, ::-1] + 1
        corners = np.concatenate([corner, corner + P_WINDOW - 1], axis=1).astype(np.float32)
        windows = np.floor(corners / np.array(scales, np.float32)[which, None])
        # scale by scale: far apart, none is next to another scale's
        apart = windows + (which * (2 * max(full) + 100)).astype(np.float32)[:, None]
        kept = _best(apart, scores, 0.5)
        sides = np.tile(windows[:, 2:] - windows[:, :2], 2)
        return windows[kept], (windows + moves * sides)[kept], scores[kept]


def _scales(side: int, min_face: float) -> Iterator[float]:
    """Factors that bring faces to the first window: of a picture's shorter side, from its smallest face to itself.

    They are taken from one sequence, whatever `min_face` is, so that it decides which faces are found, but hardly
    moves the boxes of others.
    """
    scale = P_WINDOW / LEAST_FACE
    while scale * side >= P_WINDOW:
        # a window at this scale finds faces up to the next
        if scale * FACTOR * min_face < P_WINDOW:
            yield scale
        scale *= FACTOR


def _layout(sizes: list[tuple[int, int]]) -> tuple[list[tuple[int, int]], tuple[int, int]]:
    """Even places (top, left) for rectangles (height, width) of falling size on a sheet, and its size."""
    places, top, left, shelf, width = [], 0, 0, 0, 0
    limit = sum(w + w % 2 for _, w in sizes[:2])
    for h, w in sizes:
        h, w = h + h % 2, w + w % 2
        if left + w > limit:
            top, left, shelf = top + shelf, 0, 0
        places.append((top, left))
        left, shelf, width = left + w, max(shelf, h), max(width, left + w)
    return places, (top + shelf, width)


def _edges(n: int | np.ndarray, parts: int) -> tuple[np.ndarray, np.ndarray]:
    """Where each of `parts` begins and ends if n pixels are spread over them; pixels on an edge belong to both."""
    part, n = np.arange(parts), np.asarray(n, np.int64)[..., None]
    return part * n // parts, -(-(part + 1) * n // parts)


def _best(boxes: np.ndarray, scores: np.ndarray, most: float) -> np.ndarray:
    """Which boxes (n, 4) no better one overlaps by more than `most`, the best first."""
    return nms(torch.from_numpy(boxes), torch.from_numpy(scores), most).numpy()


def _moved(boxes: np.ndarray, moves: np.ndarray) -> np.ndarray:
    """Boxes (n, 4) with their edges moved by parts of their sides, which count the last pixel."""
    return boxes + moves * np.tile(boxes[:, 2:] - boxes[:, :2] + 1, 2)


def _squares(boxes: np.ndarray) -> np.ndarray:
    """Boxes (n, 4) grown to squares around the same centres."""
    sides = boxes[:, 2:] - boxes[:, :2]
    longest = sides.max(axis=1, keepdims=True)
    corner = boxes[:, :2] + sides * np.float32(0.5) - longest * np.float32(0.5)
    return np.concatenate([corner, corner + longest], axis=1)


def _areas(boxes: np.ndarray) -> np.ndarray:
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def _windows(sums: np.ndarray, boxes: np.ndarray, side: int) -> tuple[np.ndarray, Tensor]:
    """Boxes (n, 4) that show any of the picture, and what they show, as input of a network (n, 3, side, side)."""
    # The first pixel counts from 1 here, and the last one belongs to a box.
    whole = boxes.astype(np.int64)
    left, top = whole[:, 0].clip(1) - 1, whole[:, 1].clip(1) - 1
    right, bottom = whole[:, 2].clip(max=sums.shape[1] - 1), whole[:, 3].clip(max=sums.shape[0] - 1)
    shown = (bottom > top) & (right > left)
    boxes, top, bottom, left, right = (x[shown] for x in (boxes, top, bottom, left, right))
    (y0, y1), (x0, x1) = _edges(bottom - top, side), _edges(right - left, side)
    areas = (y1 - y0)[:, :, None] * (x1 - x0)[:, None]
    y0, y1, x0, x1 = y0 + top[:, None], y1 + top[:, None], x0 + left[:, None], x1 + left[:, None]
    flat, width = sums.reshape(-1, 3), sums.shape[1]

    def at(y: np.ndarray, x: np.ndarray) -> np.ndarray:
        return flat.take(y[:, :, None] * width + x[:, None], axis=0)

    totals = at(y1, x1) - at(y0, x1) - at(y1, x0) + at(y0, x0)
    return boxes, torch.from_numpy(_to_network(totals, areas)).permute(0, 3, 1, 2)


def _to_network(totals: np.ndarray, areas: np.ndarray) -> np.ndarray:
    """Sums (..., 3) over rectangles of `areas` (...) pixels as the networks expect their means: from -1 to 1."""
    means = totals.astype(np.float32)
    means /= areas[..., None].astype(np.float32)
    means -= 127.5
    means *= 0.0078125
    return means
