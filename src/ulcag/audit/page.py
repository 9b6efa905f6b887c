"""One HTML file to look through an audit and to review it: no server, no network, nothing but a browser."""

import base64
import hashlib
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

from ulcag.audit.page_summary import counts_html, flow_html, noise_html, summary_html, text_rows
from ulcag.audit.table import DECISIONS, OUT_OF_FOLD, POSTERIOR, TEMPLATE_DISTANCES, UNJUDGED
from ulcag.classes import CLASSES
from ulcag.correction.label_errors import KEEP, RELABEL, REVIEW
from ulcag.faces.shard import encode_jpeg
from ulcag.files import whole_or_absent

# Longest side of a picture on the page, in pixels, and how it is compressed: some 4 kB each.
THUMBNAIL, QUALITY = 96, 80
# Samples on the page of each decision that asks nobody to look.
OTHERS = 100

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
    audit: pd.DataFrame, noise_matrix: np.ndarray, picture: Picture, about: PageAbout, out: Path, most: int = 400
) -> None:
    """Write the page, whole or absent.

    It shows the `most` samples of lowest quality to relabel, as many to review, and `OTHERS` of the rest; and says how
    many it does not show. Reviews made on it come back by `ulcag.audit.apply.apply_review`.

    Args:
        audit: rows of the audit table.
        noise_matrix: (7, 7) estimated number of samples, [true, given].
        picture: sample id to (H, W, 3) uint8 RGB, or None where there is no picture.
        about: where the audit comes from.
        out: the HTML file.
        most: samples to relabel, and to review, on the page.

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
    script = _part("page_review.js") + _part("page.js")
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
    """The samples on the page: by decision, those of lowest quality."""
    limits = {RELABEL: most, REVIEW: most, KEEP: OTHERS, UNJUDGED: OTHERS}
    ordered = audit.sort_values(["quality", "sample_id"])
    return pd.concat([ordered[ordered["decision"] == decision].head(limits[decision]) for decision in DECISIONS])


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
    """Base64 of a JPEG whose longest side is `THUMBNAIL` at most."""
    scale = THUMBNAIL / max(image.shape[:2])
    if scale < 1:
        size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return base64.b64encode(encode_jpeg(image, QUALITY)).decode()


def _for_script(data: Any) -> str:
    """JSON that cannot end the element that it stands in."""
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _part(name: str) -> str:
    return resources.files("ulcag.audit").joinpath(name).read_text(encoding="utf-8")
