"""An audit by hand, and what a person does on its page."""

from pathlib import Path

import numpy as np

from tests.audit.by_hand import audit_of
from tests.audit.test_page import EVIL
from tests.system.browser import Browser, wait_for
from ulcag.audit.page import PageAbout

# In order of quality: 70 to relabel, more than are drawn at once; to review; to keep; unjudged.
ROWS = [
    (EVIL, 0, 1, "relabel"),
    ("=1+1", 0, 3, "relabel"),
    ('a "quoted", name', 2, 5, "relabel"),
    *[(f"r{i:02}", 3, 4, "relabel") for i in range(67)],
    *[(f"v{i}", 5, 6, "review") for i in range(4)],
    ("k0", 1, 1, "keep"),
    ("u0", 4, 4, "unjudged"),
]
AUDIT = audit_of(ROWS).assign(cleanlab=np.float32(0.45))
ABOUT = PageAbout("Audit of toy", "toy", 5, "ulc-ag", 0, "1.0")
CARDS = "#cards article"


def picture(sample_id: str) -> np.ndarray | None:
    return None if sample_id == "u0" else np.full((96, 96, 3), len(sample_id) % 32 * 8, dtype=np.uint8)


def choose(browser: Browser, filter_id: str, value: str) -> None:
    # as the browser tells the page of a choice; the list that drops down is a window of its own in some versions
    event = "new Event('input', {bubbles: true})"
    browser.run(f"const e = document.querySelector('#{filter_id}'); e.value = '{value}'; e.dispatchEvent({event})")


def ids(browser: Browser) -> list[str]:
    return browser.texts(f"{CARDS} h3")


def verdicts(browser: Browser) -> list[str]:
    return list(browser.run(f"return [...document.querySelectorAll('{CARDS}')].map((e) => e.dataset.verdict)"))


def focused(browser: Browser) -> str | None:
    return browser.run("return document.activeElement.querySelector('h3')?.textContent")


def downloaded(browser: Browser) -> Path:
    path = browser.downloads / "review.csv"
    path.unlink(missing_ok=True)
    browser.click("#download")
    wait_for(path.exists)
    return path
