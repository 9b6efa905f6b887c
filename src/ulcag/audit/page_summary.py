"""The parts of the audit page that say what all samples together look like, as HTML; they need no script."""

from html import escape

import numpy as np
import pandas as pd

from ulcag.audit.apply import final_labels
from ulcag.audit.table import DECISIONS, UNJUDGED
from ulcag.classes import CLASSES
from ulcag.correction.label_errors import KEEP, RELABEL, REVIEW

MEANINGS = {
    RELABEL: "take the suggestion",
    REVIEW: "look at the sample",
    KEEP: "keep the given label",
    UNJUDGED: "no evidence",
}
# Okabe and Ito's colours, one a class; the page says every class in words, too.
CLASS_COLOURS = ("#D55E00", "#009E73", "#CC79A7", "#E69F00", "#888888", "#0072B2", "#56B4E9")
# Points on matplotlib's map cividis, which colour-blind readers see as others do: lightness grows with the number.
_CIVIDIS = ((0, 34, 78), (53, 69, 108), (102, 105, 112), (148, 142, 119), (200, 184, 102), (254, 232, 56))
# Of the drawing of flows, in its own units.
_WIDTH, _HEIGHT, _GAP, _LEFT, _RIGHT = 640, 380, 10, 130, 510


def summary_html(audit: pd.DataFrame) -> str:
    """Tiles with the number of samples, of each decision, and of labels that are expected to be wrong."""
    n = len(audit)
    judged = audit["quality"].dropna()
    tiles = [_tile("samples", f"{n:,}", f"{len(judged):,} judged", "all")]
    for decision in DECISIONS:
        count = int((audit["decision"] == decision).sum())
        tiles.append(_tile(decision, f"{count:,}", f"{percent(count, n)} · {MEANINGS[decision]}", decision))
    wrong = float((1 - judged.astype(np.float64)).sum())
    expected = percent(wrong, len(judged))
    tiles.append(_tile("expected wrong", expected, f"about {wrong:,.0f} of {len(judged):,} judged", "wrong"))
    return "\n".join(tiles)


def counts_html(audit: pd.DataFrame) -> str:
    """Rows of a table: samples of each class as given, and after all relabelling."""
    given = np.bincount(audit["given"].to_numpy(dtype=np.int64), minlength=len(CLASSES))
    after = np.bincount(final_labels(audit), minlength=len(CLASSES))
    most = max(given.max(), after.max(), 1)
    rows = []
    for name, colour, before, now in zip(CLASSES, CLASS_COLOURS, given, after, strict=True):
        bars = "".join(
            f'<i class="{kind}" style="width:{100 * value / most:.1f}%;background:{colour}"></i>'
            for kind, value in (("before", before), ("after", now))
        )
        rows.append(
            f'<tr><th scope="row">{name}</th><td>{before:,}</td><td>{now:,}</td><td>{_change(now - before)}</td>'
            f'<td class="bars" aria-hidden="true">{bars}</td></tr>'
        )
    return "\n".join(rows)


def flow_html(audit: pd.DataFrame) -> str:
    """A drawing of who goes where: given classes to the left, suggested ones to the right, and the same as a table."""
    moves = audit[audit["given"] != audit["suggested"]]
    relabel, review = (_pairs(moves[moves["decision"] == decision]) for decision in (RELABEL, REVIEW))
    total = relabel + review
    if not total.any():
        return "<p>No sample has a suggestion that differs from its given label.</p>"
    return _flow_svg(relabel, review) + _flow_table(relabel, review)


def noise_html(noise_matrix: np.ndarray) -> str:
    """Rows of the heat map table: P(given | true), and the estimated number of samples.

    Args:
        noise_matrix: (7, 7) estimated number of samples, [true, given].
    """
    totals = noise_matrix.sum(axis=1)
    rows = []
    for true, name in enumerate(CLASSES):
        cells = []
        for given, other in enumerate(CLASSES):
            count = float(noise_matrix[true, given])
            share = count / totals[true] if totals[true] > 0 else 0.0
            what = f"true {name}, given {other}: {percent(count, totals[true])}, about {count:,.1f} samples"
            kind = ' class="diagonal"' if true == given else ""
            text = f"{100 * share:.1f}" if totals[true] > 0 else "–"
            cells.append(f'<td{kind} style="{_cell_style(share)}" title="{what}">{text}</td>')
        rows.append(f'<tr><th scope="row">{name}</th>{"".join(cells)}<td class="total">{totals[true]:,.0f}</td></tr>')
    return "\n".join(rows)


def percent(part: float, whole: float) -> str:
    """A share in words: no false zero for what is there; a dash where there is nothing to have a share of."""
    if whole <= 0:
        return "–"
    share = 100 * part / whole
    return "< 0.1 %" if 0 < share < 0.1 else f"{share:.1f} %"


def text_rows(values: dict[str, object]) -> str:
    """Terms and descriptions of a list."""
    return "".join(f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in values.items())


def _tile(name: str, number: str, note: str, kind: str) -> str:
    return f'<div class="tile {kind}"><dt>{name}</dt><dd><strong>{number}</strong><span>{note}</span></dd></div>'


def _change(number: int) -> str:
    return f"{number:+,}".replace("-", "−") if number else "0"


def _pairs(moves: pd.DataFrame) -> np.ndarray:
    """(7, 7) number of samples, [given, suggested]."""
    counts = np.zeros((len(CLASSES), len(CLASSES)), dtype=np.int64)
    np.add.at(counts, (moves["given"].to_numpy(dtype=np.int64), moves["suggested"].to_numpy(dtype=np.int64)), 1)
    return counts


def _flow_svg(relabel: np.ndarray, review: np.ndarray) -> str:
    total = relabel + review
    shown = max(np.count_nonzero(total.sum(1)), np.count_nonzero(total.sum(0)))
    scale = (_HEIGHT - _GAP * (shown - 1)) / total.sum()
    left, right = _stack(total.sum(1), scale), _stack(total.sum(0), scale)
    ribbons, ends = [], []
    for given, suggested in zip(*np.nonzero(total), strict=True):
        for counts, decision in ((relabel, RELABEL), (review, REVIEW)):
            count = int(counts[given, suggested])
            if count == 0:
                continue
            thick = count * scale
            a, b = left[given][1], right[suggested][1]
            left[given][1] += thick
            right[suggested][1] += thick
            title = f"{CLASSES[given]} → {CLASSES[suggested]}: {count:,} {decision}"
            ribbons.append(
                f'<path class="{decision}" fill="{CLASS_COLOURS[given]}" d="{_ribbon(a, b, thick)}">'
                f"<title>{title}</title></path>"
            )
    for places, x, edge, anchor in ((left, _LEFT, -8, "end"), (right, _RIGHT, 14, "start")):
        for name, colour, (top, bottom) in zip(CLASSES, CLASS_COLOURS, places, strict=True):
            if bottom > top:
                middle, count = (top + bottom) / 2 + 4, round((bottom - top) / scale)
                ends.append(f'<rect x="{x}" y="{top:.1f}" width="6" height="{bottom - top:.1f}" fill="{colour}"/>')
                ends.append(f'<text x="{x + edge}" y="{middle:.1f}" text-anchor="{anchor}">{name} {count:,}</text>')
    label = (
        "Flow of samples from given classes (left) to suggested classes (right); see the table below for the numbers"
    )
    size = f'viewBox="0 0 {_WIDTH} {_HEIGHT}"'
    return f'<svg class="flow" role="img" aria-label="{label}" {size}>{"".join(ribbons)}{"".join(ends)}</svg>'


def _stack(counts: np.ndarray, scale: float) -> list[list[float]]:
    """[top, top] of each class's bar, one below the other; the second number is moved to the bottom as ribbons come."""
    places, y = [], 0.0
    for count in counts:
        places.append([y, y])
        y += count * scale + (_GAP if count else 0)
    return places


def _ribbon(a: float, b: float, thick: float) -> str:
    """Path of a ribbon from height a on the left to b on the right."""
    x0, x1, middle = _LEFT + 6, _RIGHT, (_LEFT + 6 + _RIGHT) / 2
    there = f"M{x0} {a:.1f}C{middle} {a:.1f} {middle} {b:.1f} {x1} {b:.1f}"
    back = f"V{b + thick:.1f}C{middle} {b + thick:.1f} {middle} {a + thick:.1f} {x0} {a + thick:.1f}Z"
    return there + back


def _flow_table(relabel: np.ndarray, review: np.ndarray) -> str:
    total = relabel + review
    order = sorted(zip(*np.nonzero(total), strict=True), key=lambda pair: (-total[pair], pair))
    rows = "".join(
        f'<tr><th scope="row">{CLASSES[given]} → {CLASSES[suggested]}</th>'
        f"<td>{relabel[given, suggested]:,}</td><td>{review[given, suggested]:,}</td></tr>"
        for given, suggested in order
    )
    head = '<tr><th scope="col">given → suggested</th><th scope="col">relabel</th><th scope="col">review</th></tr>'
    return (
        '<details><summary>The same as a table</summary><div class="scroll"><table class="numbers">'
        f"<thead>{head}</thead><tbody>{rows}</tbody></table></div></details>"
    )


def _cell_style(share: float) -> str:
    # The square root, because most of what there is to see is a few percent.
    place = min(max(share, 0.0), 1.0) ** 0.5 * (len(_CIVIDIS) - 1)
    low = min(int(place), len(_CIVIDIS) - 2)
    pairs = zip(_CIVIDIS[low], _CIVIDIS[low + 1], strict=True)
    red, green, blue = (round(a + (b - a) * (place - low)) for a, b in pairs)
    return f"background:rgb({red},{green},{blue});color:{'#000' if place > 2.4 else '#fff'}"
