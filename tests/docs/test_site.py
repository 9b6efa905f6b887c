"""The documentation site: that it can be built, what would stop it, and that it has everything."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

import ulcag
from ulcag.cli import build_parser
from ulcag.config import Config
from ulcag.methods import METHODS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
# Tags that make a browser fetch something, and where they say what.
FETCHED = {"script": "src", "img": "src", "source": "src", "iframe": "src", "link": "href"}


def build(docs: Path, out: Path) -> subprocess.CompletedProcess[str]:
    """As `make docs` does it."""
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--quiet", "--doctree-dir", out / "doctrees"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    return subprocess.run([*command, docs, out / "site"], capture_output=True, text=True, env=environment)


def built(out: Path) -> Path:
    """The site, of the pages as they are."""
    done = build(DOCS, out)
    assert done.returncode == 0, done.stderr
    return out / "site"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("docs"))


class Fetches(HTMLParser):
    """What a browser fetches to show a page."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page.read_text())

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attributes if value and name == FETCHED.get(tag)]


def keys_of(kind: Any) -> Iterator[str]:
    """All keys of a model and of the models in it, whatever they are wrapped in."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            yield name
            yield from keys_of(field.annotation)
    for inner in get_args(kind):
        yield from keys_of(inner)


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    fetched = {address for page in pages for address in Fetches(page).found}
    assert all(any(kind in address for address in fetched) for kind in (".css", ".js", ".png", ".svg"))
    assert [address for address in fetched if re.match(r"(\w+:)?//", address)] == []
    for sheet in site.rglob("*.css"):
        assert re.search(r"(@import|url\()\s*[\"']?(https?:)?//", sheet.read_text()) is None, sheet


def test_every_page_is_in_the_navigation(site: Path) -> None:
    home = (site / "index.html").read_text()
    for page in DOCS.glob("*.md"):
        assert page.stem == "index" or f'class="reference internal" href="{page.stem}.html"' in home


def test_every_key_of_the_configuration_is_there(site: Path) -> None:
    page = (site / "settings.html").read_text()
    keys = {key for model in (Config, *METHODS.values()) for key in keys_of(model)}
    assert len(keys) > 100
    named = set(re.findall(r'<tr class="row-\w+"><td><p><code [^>]*><span class="pre">(\w+)</span>', page))
    assert named == keys


def test_every_command_is_there(site: Path) -> None:
    page = (site / "commands.html").read_text()
    commands = re.findall(r"^    ([a-z-]+)", build_parser().format_help(), re.MULTILINE)
    assert len(commands) > 20
    for name in (*commands, "figures confusion"):
        assert f"usage: ulcag {name} [-h]" in page


def test_public_names_and_the_modules_of_the_paper_are_there(site: Path) -> None:
    api, method = ((site / f"{page}.html").read_text() for page in ("python-api", "method-as-code"))
    for name in set(ulcag.__all__) - {"__version__"}:
        assert f'id="ulcag.{name}"' in api
    assert 'id="ulcag.method.relabelling.cosine_distances"' in method
    assert 'href="method-as-code.html#module-ulcag.method.confidence"' in (site / "reproduction.html").read_text()


def test_a_broken_link_a_broken_anchor_and_a_page_outside_the_navigation_stop_the_build(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    for name in ("conf.py", "reference.py", "site.css"):
        shutil.copy(DOCS / name, docs)
    (docs / "index.md").write_text("# Home\n\n[one](nowhere.md), [two](#nothing)\n")
    (docs / "lost.md").write_text("# Lost\n")
    done = build(docs, tmp_path)
    assert done.returncode != 0
    for text in ("not found: 'nowhere.md'", "not found: 'nothing'", "lost.md: WARNING: document isn't included in any"):
        assert text in done.stderr
