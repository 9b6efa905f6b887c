"""The documentation site as people use it: in a browser, from a folder."""

from pathlib import Path

import pytest

from tests.docs.test_site import DOCS, built
from tests.system.browser import Browser, wait_for

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("docs"))


def test_the_search_finds_a_setting_and_a_function(browser: Browser, site: Path) -> None:
    for words, page in (("intensity_threshold", "settings.html"), ("cosine_distances", "method-as-code.html")):
        browser.open(site / "index.html")
        browser.type(".sidebar-search", words)
        browser.press("enter")
        wait_for(lambda page=page: browser.run(f"return document.querySelector('#search-results a[href*=\"{page}\"]')"))


def test_every_page_shows_its_pictures_and_is_no_wider_than_a_telephone(browser: Browser, site: Path) -> None:
    browser.developer("Emulation.setDeviceMetricsOverride", width=390, height=800, deviceScaleFactor=1, mobile=False)
    pages = [site / f"{page.stem}.html" for page in DOCS.glob("*.md")]
    assert len(pages) > 20
    for page in pages:
        browser.open(page)
        broken = (
            "return [...document.images].filter((image) => image.complete && !image.naturalWidth).map((i) => i.src)"
        )
        assert browser.run(broken) == [], page
        assert browser.run("return document.documentElement.scrollWidth") <= 390, page
        assert browser.console() == [], page
