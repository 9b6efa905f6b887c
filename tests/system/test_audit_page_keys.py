"""The audit's page without a mouse, and with more samples than are drawn."""

from pathlib import Path

import numpy as np
import pytest

from tests.audit.by_hand import audit_of
from tests.audit.test_page import EVIL
from tests.system.audit_page import ABOUT, CARDS, choose, focused, ids, picture, verdicts
from tests.system.browser import Browser, wait_for
from ulcag.audit.page import write_page

pytestmark = pytest.mark.system


def test_arrows_go_by_rows_and_beyond_what_is_drawn(browser: Browser, page: Path) -> None:
    browser.run(f"document.querySelector('{CARDS}').focus()")
    browser.press("down", "up", "down", "right")
    # three in a row at this width
    assert focused(browser) == "r01"
    browser.press(*["a"] * 65)
    assert focused(browser) == "r66" and browser.text("#progress").startswith("65 of 76 reviewed")
    # keys inside a card are not for the card; back to it
    browser.press("tab", "r", "1")
    assert browser.text("#progress").startswith("65 of 76 reviewed")
    browser.press("escape", "r")
    assert browser.text("#progress").startswith("66 of 76 reviewed")


def test_a_review_without_a_mouse(browser: Browser, page: Path) -> None:
    # from wherever one is; backwards there is nothing before the first
    browser.press("n", "n", "n", "p", "p", "p")
    assert focused(browser) == EVIL
    browser.press("?")
    assert browser.run("return document.querySelector('#help').open") and "1 angry, 2 disgust" in browser.text("#help")
    browser.press("a", "escape")
    assert not browser.run("return document.querySelector('#help').open") and verdicts(browser)[0] == ""
    # to the search, whose letters are no keys; and to what it finds
    browser.press("/", *"r0", "enter", "a")
    assert ids(browser)[0] == "r00" and verdicts(browser)[:2] == ["accept", ""] and focused(browser) == "r01"
    # the focus can be seen: an outline, and the bar does not cover it
    browser.press("end", "home")
    assert browser.run("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
    place = "const place = (e) => e.getBoundingClientRect(); "
    covered = "return place(document.activeElement).top < place(document.querySelector('.bar')).bottom"
    assert not browser.run(place + covered)


def test_undo_goes_back_step_by_step(browser: Browser, page: Path) -> None:
    assert browser.run("return document.querySelector('#undo').disabled")
    browser.press("n", "a", "r", "7", "p", "3")
    assert verdicts(browser)[:3] == ["accept", "reject", "reject"] and focused(browser) == "r00"
    browser.press("u")
    assert verdicts(browser)[:3] == ["accept", "reject", "other"] and focused(browser) == 'a "quoted", name'
    browser.press("u", "u")
    assert verdicts(browser)[:3] == ["accept", "", ""] and focused(browser) == "=1+1"
    browser.click("#accept-all")
    browser.answer(yes=True)
    assert browser.text("#progress").startswith("70 of 76")
    browser.click("#undo")
    assert browser.text("#progress").startswith("1 of 76") and browser.text("#message") == "Undone: 69 samples"
    # of a sample that the filters hide, it is said which
    choose(browser, "given", "5")
    browser.click("#undo")
    assert browser.text("#message") == f"Undone: {EVIL}" and browser.text("#progress").startswith("0 of 76")
    assert browser.run("return document.querySelector('#undo').disabled")
    browser.reload()
    assert browser.text("#progress").startswith("0 of 76") and browser.console() == []


def test_of_many_samples_only_those_near_the_screen_are_drawn(browser: Browser, tmp_path: Path) -> None:
    many = audit_of([(f"s{i:05}", 3, 4, "relabel") for i in range(3000)])
    write_page(many, np.eye(7) * 10, picture, ABOUT, tmp_path / "many.html")
    browser.open(tmp_path / "many.html")
    height = browser.run("return document.documentElement.scrollHeight")
    browser.press("n", "a", "end")
    wait_for(lambda: ids(browser)[-1] == "s02999" and len(ids(browser)) < 100)
    assert focused(browser) == "s02999"
    # the scroll bar is right before all are drawn
    assert abs(browser.run("return document.documentElement.scrollHeight") - height) < 0.01 * height
    browser.press("home")
    wait_for(lambda: ids(browser)[0] == "s00000" and len(ids(browser)) < 100)
    assert verdicts(browser)[:2] == ["accept", ""] and focused(browser) == "s00000"
    # the card that has the focus, out of sight: a key shows it before one decides
    browser.press("n")
    browser.run("scrollTo(0, document.documentElement.scrollHeight / 2)")
    browser.press("r")
    assert browser.text("#progress").startswith("1 of 3,000") and focused(browser) == "s00001"
    browser.press("r")
    assert browser.text("#progress").startswith("2 of 3,000")
