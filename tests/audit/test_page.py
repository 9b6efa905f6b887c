"""The audit's page: what is in the file. tests/system/test_audit_page.py uses it in a browser."""

import base64
import hashlib
import io
import json
import re
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.audit.by_hand import audit_of
from ulcag.audit.page import PageAbout, write_page
from ulcag.audit.page_summary import counts_html, flow_html, noise_html, percent, summary_html

EVIL = "</script><img src=x onerror=alert(1)>"
ABOUT = PageAbout("Audit of <toy>", "toy", 5, "ulc-ag", 0, "1.0", {"lead": 0.5, "path": "</pre><b>"})
ROWS = [
    ("a", 3, 5, "relabel"),
    ("b", 3, 5, "review"),
    (EVIL, 0, 1, "relabel"),
    ("d", 2, 2, "keep"),
    ("e", 4, 4, "unjudged"),
    ("f", 3, 5, "relabel"),
]


class Parsed(HTMLParser):
    """Tags with attributes, and the text inside each script, style and title."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, str] = {}
        self.text = ""
        self._place = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style", "title", "pre"):
            self._place = dict(attrs).get("id") or tag

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "title", "pre"):
            self._place = ""

    def handle_data(self, data: str) -> None:
        if self._place:
            self.inside[self._place] = self.inside.get(self._place, "") + data
        else:
            self.text += data


def picture(sample_id: str) -> np.ndarray | None:
    return None if sample_id == "e" else np.full((200, 100, 3), (200, 30, 30), dtype=np.uint8)


def page(folder: Path, audit: pd.DataFrame, noise: np.ndarray | None = None, **options: Any) -> str:
    out = folder / "page.html"
    write_page(audit, np.eye(7) * 10 if noise is None else noise, picture, ABOUT, out, **options)
    return out.read_text(encoding="utf-8")


def data_of(html: str) -> dict[str, Any]:
    return dict(json.loads(Parsed(html).inside["data"]))


def test_the_data_of_the_samples(tmp_path: Path) -> None:
    data = data_of(page(tmp_path, audit_of(ROWS)))
    items = {item["id"]: item for item in data["items"]}
    assert [item["id"] for item in data["items"]] == ["a", EVIL, "f", "b", "d", "e"]
    assert items["a"]["given"] == 3 and items["a"]["suggested"] == 5 and items["a"]["decision"] == "relabel"
    assert items["a"]["quality"] == 0.01 and items["a"]["certainty"] == 0.8 and items["a"]["alpha"] == 0.25
    assert items["a"]["q"] == items["a"]["p"] == [*[0.0333] * 5, 0.8, 0.0333]
    assert items["a"]["distance"] == [1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5]
    assert items["a"]["fold"] == "0of5" and items["a"]["reason"] == "reason 0"
    assert items["a"]["cleanlab"] is None
    # unjudged, and without a picture
    assert items["e"]["picture"] is None and items["e"]["fold"] is None
    assert items["e"]["quality"] is None and items["e"]["q"] == [None] * 7
    thumbnail = Image.open(io.BytesIO(base64.b64decode(items["a"]["picture"])))
    assert thumbnail.format == "WEBP" and thumbnail.size == (48, 96)


def test_a_class_without_template_is_infinitely_far(tmp_path: Path) -> None:
    audit = audit_of(ROWS)
    audit["distance_fear"] = np.float32(np.inf)
    assert data_of(page(tmp_path, audit))["items"][0]["distance"][2] is None


def test_only_the_lowest_quality_is_on_the_page_and_the_rest_is_counted(tmp_path: Path) -> None:
    rows = [(f"r{i}", 0, 1, "relabel") for i in range(5)] + [("v0", 0, 1, "review")]
    audit = audit_of([*rows, *[(f"k{i}", 0, 0, "keep") for i in range(9)]])
    # the worst are the last
    audit["quality"] = np.linspace(0.9, 0.1, len(audit)).astype(np.float32)
    data = data_of(page(tmp_path, audit, most=6))
    # where a decision has no more, the others have its turns
    assert [item["id"] for item in data["items"]] == ["r4", "r3", "r2", "v0", "k8", "k7"]
    counts = {decision["name"]: (decision["all"], decision["here"]) for decision in data["decisions"]}
    assert counts == {"relabel": (5, 3), "review": (1, 1), "keep": (9, 2), "unjudged": (0, 0)}


def test_nothing_is_loaded_from_elsewhere_and_no_foreign_script_runs(tmp_path: Path) -> None:
    html = page(tmp_path, audit_of(ROWS))
    parsed = Parsed(html)
    assert not re.search(r"https?:|//[a-z]+\.|@import|url\(", html)
    assert not [tag for tag, attributes in parsed.tags if "src" in attributes or tag in ("img", "iframe", "b")]
    assert [attributes["href"] for tag, attributes in parsed.tags if "href" in attributes] == ["data:,", "#samples"]
    assert not [name for _, attributes in parsed.tags for name in attributes if name.startswith("on")]
    assert [attributes.get("type") for tag, attributes in parsed.tags if tag == "script"] == ["application/json", None]
    policy = next(a["content"] for t, a in parsed.tags if t == "meta" and a.get("http-equiv"))
    digest = base64.b64encode(hashlib.sha256(parsed.inside["script"].encode()).digest()).decode()
    assert policy is not None and "default-src 'none'" in policy and f"script-src 'sha256-{digest}'" in policy


def test_foreign_text_stays_text(tmp_path: Path) -> None:
    audit = audit_of(ROWS)
    audit["reason"] = "<!--<script>" + EVIL + "\u2028 & '\""
    html = page(tmp_path, audit)
    assert html.count("</script>") == 2 and "<img" not in html and "<!--" not in html
    assert data_of(html)["items"][0]["reason"] == audit["reason"][0]
    assert Parsed(html).inside["title"].startswith("Audit of <toy>")
    assert json.loads(Parsed(html).inside["pre"]) == {"lead": 0.5, "path": "</pre><b>"}


def test_the_same_audit_makes_the_same_file_and_another_one_another_key(tmp_path: Path) -> None:
    audit = audit_of(ROWS)
    first = page(tmp_path, audit)
    assert page(tmp_path, audit) == first
    # a review of the same suggestions goes on, however many are on the page
    assert data_of(page(tmp_path, audit, most=1))["key"] == data_of(first)["key"]
    other = audit.assign(suggested=np.int8(6))
    assert data_of(page(tmp_path, other))["key"] != data_of(first)["key"]


def test_an_audit_without_samples(tmp_path: Path) -> None:
    html = page(tmp_path, audit_of([]), np.zeros((7, 7)))
    assert data_of(html)["items"] == [] and "No sample has a suggestion" in html


def test_whole_or_absent(tmp_path: Path) -> None:
    def broken(sample_id: str) -> np.ndarray | None:
        raise RuntimeError(sample_id)

    with pytest.raises(RuntimeError):
        write_page(audit_of(ROWS), np.eye(7), broken, ABOUT, tmp_path / "page.html")
    assert list(tmp_path.iterdir()) == []


def test_summary() -> None:
    text = Parsed(summary_html(audit_of(ROWS))).text
    assert "samples6" in text and "5 judged" in text
    assert "relabel350.0 %" in text and "review116.7 %" in text and "unjudged116.7 %" in text
    # quality is 0.01, 0.02, 0.03, 0.04 and 0.06
    assert "expected wrong96.8 %about 5 of 5 judged" in text


def test_classes_before_and_after() -> None:
    cells = re.findall(
        r'<th scope="row">(\w+)</th><td>(.*?)</td><td>(.*?)</td><td>(.*?)</td>', counts_html(audit_of(ROWS))
    )
    assert [cell[0] for cell in cells if cell[3] != "0"] == ["angry", "disgust", "happy", "sad"]
    assert cells[0] == ("angry", "1", "0", "−1") and cells[3] == ("happy", "3", "1", "−2")
    assert cells[5] == ("sad", "0", "2", "+2")


def test_flow() -> None:
    html = flow_html(audit_of(ROWS))
    titles = re.findall("<title>(.*?)</title>", html)
    assert titles == ["angry → disgust: 1 relabel", "happy → sad: 2 relabel", "happy → sad: 1 review"]
    assert re.findall("<text.*?>(.*?)</text>", html) == ["angry 1", "happy 3", "disgust 1", "sad 3"]
    assert re.findall(r"<th scope=\"row\">(.*?)</th><td>(\d)</td><td>(\d)</td>", html)[0] == ("happy → sad", "2", "1")


def test_noise() -> None:
    matrix = np.zeros((7, 7))
    matrix[0, 0], matrix[0, 6], matrix[1, 1] = 75.0, 25.0, 8.0
    html = noise_html(matrix)
    assert "true angry, given surprise: 25.0 %, about 25.0 samples" in html
    rows = [re.findall(r"<td.*?>(.*?)</td>", row) for row in html.splitlines()]
    assert rows[0] == ["75.0", "0.0", "0.0", "0.0", "0.0", "0.0", "25.0", "100"]
    assert rows[1][1] == "100.0" and rows[2] == [*["–"] * 7, "0"]


def test_shares_in_words() -> None:
    assert [percent(*pair) for pair in ((1, 3), (0, 3), (1, 5000), (0, 0))] == ["33.3 %", "0.0 %", "< 0.1 %", "–"]


def test_the_parts_are_package_data() -> None:
    names = {file.name for file in resources.files("ulcag.audit").iterdir() if not file.name.endswith((".py", "__"))}
    project = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    assert names and all(f'"{name}"' in project for name in names)
