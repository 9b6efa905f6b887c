"""One HTML file to look through an audit and to review it: no server, no network, nothing but a browser."""

import base64
import hashlib
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any

import cv2
import numpy as np
import pandas as pd
from PIL import Image

from ulcag.audit.page_summary import counts_html, flow_html, noise_html, summary_html, text_rows
from ulcag.audit.table import DECISIONS, OUT_OF_FOLD, POSTERIOR, TEMPLATE_DISTANCES
from ulcag.classes import CLASSES
from ulcag.files import whole_or_absent

# Longest side of a picture on the page, in pixels, and how it is compressed: some 1.4 kB each, half of a JPEG.
THUMBNAIL, QUALITY = 96, 85
# Samples on the page: some 2 kB each.
MOST = 10_000

Picture = Callable[[str], np.ndarray | None]


@dataclass(frozen=True)
class PageAbout:
    """What the page says about where the audit comes from. No date, so that the same audit makes the same file."""

    title: str
    data_set: str
    folds: int
    arm: str
    seed: int
    version: str
    settings: Mapping[str, Any] = field(default_factory=dict)


def write_page(
    audit: pd.DataFrame, noise_matrix: np.ndarray, picture: Picture, about: PageAbout, out: Path, most: int = MOST
) -> None:
    """Write the page, whole or absent.

    It shows `most` samples, of each decision those of lowest quality, and says how many it does not show. Reviews made
    on it come back by `ulcag.audit.apply.apply_review`.

    Args:
        audit: rows of the audit table.
        noise_matrix: (7, 7) estimated number of samples, [true, given].
        picture: sample id to (H, W, 3) uint8 RGB, or None where there is no picture.
        about: where the audit comes from.
        out: the HTML file.
        most: samples on the page.

    Raises:
        InputError: the file cannot be written.
    """
    shown = _shown(audit, most)
    data = {
        "key": _key(audit),
        "classes": CLASSES,
        "decisions": [_on_the_page(audit, shown, decision) for decision in DECISIONS],
        "items": [_item(row, picture(row["sample_id"])) for row in shown.to_dict("records")],
    }
    script = "".join(_part(name) for name in ("page_review.js", "page_card.js", "page.js"))
    html = Template(_part("page.html")).substitute(
        title=escape(about.title),
        about=text_rows(
            {
                "data set": about.data_set,
                "arm": about.arm,
                "folds": about.folds,
                "seed": about.seed,
                "ulcag": about.version,
            }
        ),
        settings=escape(json.dumps(dict(about.settings), indent=2, sort_keys=True, default=str)),
        summary=summary_html(audit),
        counts=counts_html(audit),
        flow=flow_html(audit),
        class_names="".join(f'<th scope="col">{name}</th>' for name in CLASSES),
        noise=noise_html(np.asarray(noise_matrix, dtype=np.float64)),
        style=_part("page.css"),
        script=script,
        # No other script runs, whatever a sample is called.
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        data=_for_script(data),
    )
    with whole_or_absent(out) as beside:
        beside.write_text(html, encoding="utf-8", newline="\n")


def _shown(audit: pd.DataFrame, most: int) -> pd.DataFrame:
    """By decision, then quality. The decisions take turns, each with its next sample of lowest quality."""
    ordered = audit.sort_values(["quality", "sample_id"])
    decision = pd.Categorical(ordered["decision"], DECISIONS).codes
    turn = ordered.groupby("decision").cumcount()
    places = np.sort(np.lexsort((decision, turn))[:most])
    return ordered.iloc[places[np.argsort(decision[places], kind="stable")]]


def _on_the_page(audit: pd.DataFrame, shown: pd.DataFrame, decision: str) -> dict[str, Any]:
    counts = {name: int((frame["decision"] == decision).sum()) for name, frame in (("all", audit), ("here", shown))}
    return {"name": decision, **counts}


def _key(audit: pd.DataFrame) -> str:
    """What a browser keeps reviews under: another audit has another."""
    table = audit[["sample_id", "given", "suggested", "decision"]].to_csv(index=False)
    return hashlib.sha256(table.encode()).hexdigest()[:16]


def _item(row: Mapping[Any, Any], image: np.ndarray | None) -> dict[str, Any]:
    """One sample for the script. Short names, because there are many."""
    return {
        "id": row["sample_id"],
        "given": int(row["given"]),
        "suggested": int(row["suggested"]),
        "decision": row["decision"],
        "reason": row["reason"],
        "quality": _number(row["quality"]),
        "certainty": _number(row["certainty"]),
        "alpha": _number(row["alpha"]),
        "cleanlab": _number(row["cleanlab"]),
        "fold": None if pd.isna(row["fold"]) else row["fold"],
        "p": [_number(row[name]) for name in OUT_OF_FOLD],
        "q": [_number(row[name]) for name in POSTERIOR],
        "distance": [_number(row[name]) for name in TEMPLATE_DISTANCES],
        "picture": None if image is None else _thumbnail(image),
    }


def _number(value: float) -> float | None:
    """Rounded; None for a missing value, and for the infinite distance to a class that has no template."""
    return round(float(value), 4) if np.isfinite(value) else None


def _thumbnail(image: np.ndarray) -> str:
    """Base64 of a WebP whose longest side is `THUMBNAIL` at most."""
    scale = THUMBNAIL / max(image.shape[:2])
    if scale < 1:
        size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "WEBP", quality=QUALITY)
    return base64.b64encode(buffer.getvalue()).decode()


def _for_script(data: Any) -> str:
    """JSON that cannot end the element that it stands in."""
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _part(name: str) -> str:
    return resources.files("ulcag.audit").joinpath(name).read_text(encoding="utf-8")
