"""The audit's page as people use it: in a browser, by mouse and by keyboard."""

from pathlib import Path

import numpy as np
import pytest

from tests.audit.test_page import EVIL
from tests.system.audit_page import ABOUT, AUDIT, CARDS, choose, downloaded, focused, ids, picture, verdicts
from tests.system.browser import Browser, wait_for
from ulcag.audit.apply import apply_review, final_labels
from ulcag.audit.page import write_page

pytestmark = pytest.mark.system


def test_filters_sorting_and_search(browser: Browser, page: Path) -> None:
    assert ids(browser)[:4] == [EVIL, "=1+1", 'a "quoted", name', "r00"]
    assert browser.text("#matches") == "70 samples shown"

    choose(browser, "given", "0")
    assert ids(browser) == [EVIL, "=1+1"]
    choose(browser, "suggested", "3")
    assert ids(browser) == ["=1+1"]
    choose(browser, "suggested", "6")
    assert browser.text("#matches") == "No sample on this page matches."
    choose(browser, "given", "")
    browser.click("#decisions label:nth-of-type(2)")
    assert ids(browser) == ["v0", "v1", "v2", "v3"]

    choose(browser, "suggested", "")
    browser.click("#decisions label:nth-of-type(5)")
    choose(browser, "sort", "id")
    assert ids(browser)[0] == EVIL and browser.text("#matches").startswith("76 samples")
    browser.type("#search", "R0")
    assert ids(browser) == [f"r{i:02}" for i in range(10)]
    choose(browser, "search", "")
    # the keys work from here, too
    browser.click("#decisions label:nth-of-type(5)")
    browser.press("n")
    assert focused(browser) == EVIL
    # quality is 1 % for the first, 2 % for the second, and unknown for the last
    choose(browser, "from", "74")
    assert ids(browser) == ["k0", "v3"]
    choose(browser, "to", "74")
    assert ids(browser) == ["v3"]
    choose(browser, "from", "")
    choose(browser, "to", "2")
    assert ids(browser) == [EVIL, "=1+1"]
    assert browser.console() == []


def test_a_name_is_no_script_and_evidence_opens(browser: Browser, page: Path) -> None:
    browser.click(f"{CARDS} details summary")
    wait_for(lambda: browser.texts(f"{CARDS} details table"))
    assert browser.texts(f"{CARDS} details tbody th")[:2] == ["angry (given)", "disgust"]
    assert browser.texts(f"{CARDS} details tbody td")[3:6] == ["0.80", "0.80", "2.5"]
    note = browser.text(f"{CARDS} details .note")
    assert "fold 0of5" in note and "Alpha: 0.25." in note and "cleanlab: 0.45." in note
    assert browser.run(f"return document.querySelector('{CARDS} img').naturalWidth") == 96
    # an alert would make this fail, and a picture that is not there would be in the console
    assert browser.texts("img[src=x]") == [] and browser.console() == []

    browser.click("#decisions label:nth-of-type(4)")
    assert browser.texts(f"{CARDS} .picture") == ["no picture"]
    browser.click(f"{CARDS} details summary")
    wait_for(lambda: browser.texts(f"{CARDS} details > p") == ["No classifier judged this sample."])


def test_a_review_by_mouse_and_keyboard_survives_and_applies(browser: Browser, page: Path) -> None:
    browser.click(f"{CARDS}:nth-child(1) .accept")
    browser.click(f"{CARDS}:nth-child(2) .reject")
    browser.click(f"{CARDS}:nth-child(3) .other option[value='6']")
    # taken back by the same again
    browser.click(f"{CARDS}:nth-child(4) .accept")
    browser.click(f"{CARDS}:nth-child(4) .accept")
    browser.run(f"document.querySelector('{CARDS}:nth-child(4)').focus()")
    # r00 other, r01 rejected; back to r01 and on to r03, accepted; its suggestion by number is the same as accepting
    browser.press("1", "r", "left", "right", "right", "a", "5", "enter")
    expected = ["accept", "reject", "other", "other", "reject", "", "accept", "accept"]
    assert verdicts(browser)[:9] == [*expected, ""]
    progress = "7 of 76 reviewed: 3 accepted, 2 rejected, 2 another class"
    assert browser.run("return document.activeElement.querySelector('details').open")
    assert browser.text("#progress") == progress
    assert browser.text("#decisions label:nth-of-type(1)") == "relabel 7 of 70"

    browser.reload()
    assert verdicts(browser)[:8] == expected and browser.text("#progress") == progress
    choose(browser, "reviewed", "yes")
    assert len(ids(browser)) == 7
    choose(browser, "reviewed", "reject")
    assert ids(browser) == ["=1+1", "r01"]

    after = apply_review(AUDIT, downloaded(browser))
    reviewed = after[after["reason"].str.startswith("reviewed")].set_index("sample_id")
    assert reviewed["decision"].to_dict() == {
        EVIL: "relabel",
        "=1+1": "keep",
        'a "quoted", name': "relabel",
        "r00": "relabel",
        "r01": "keep",
        "r03": "relabel",
        "r04": "relabel",
    }
    labels = final_labels(after)
    assert labels[EVIL] == 1 and labels["=1+1"] == 0 and labels['a "quoted", name'] == 6 and labels["r00"] == 0
    assert browser.console() == []


def test_all_that_match_are_accepted_when_asked_for(browser: Browser, page: Path) -> None:
    browser.click("#decisions label:nth-of-type(2)")
    browser.click(f"{CARDS}:nth-child(2) .reject")
    browser.click("#accept-all")
    assert "the suggestions of 3 samples?" in browser.answer(yes=False)
    assert verdicts(browser) == ["", "reject", "", ""]
    browser.click("#accept-all")
    browser.answer(yes=True)
    assert verdicts(browser) == ["accept", "reject", "accept", "accept"]
    browser.click("#accept-all")
    assert browser.text("#message") == "No sample shown has an unreviewed suggestion."


def test_a_sample_without_another_suggestion(browser: Browser, page: Path) -> None:
    browser.click("#decisions label:nth-of-type(3)")
    assert browser.texts(f"{CARDS} button") == ["Keep disgust"]
    browser.run(f"document.querySelector('{CARDS}').focus()")
    browser.press("a")
    assert verdicts(browser) == ["reject"]
    assert set(apply_review(AUDIT, downloaded(browser))["reason"].iloc[-2:]) == {
        "reviewed: given label kept",
        "reason 75",
    }


def test_an_earlier_review_is_loaded_and_a_wrong_one_is_not(browser: Browser, page: Path, tmp_path: Path) -> None:
    earlier = tmp_path / "earlier.csv"
    earlier.write_text(f'\ufeffverdict,label,sample_id\r\naccept,disgust,"{EVIL}"\r\n,,r05\r\nreject,fear,gone\r\n')
    browser.type("#load-file", str(earlier))
    wait_for(lambda: browser.text("#progress").startswith("1 of 76 reviewed (and 1 not on this page): 1 accepted"))
    assert "Loaded 1 verdict from earlier.csv. 1 row for" in browser.text("#message")
    assert downloaded(browser).read_text().splitlines()[1:] == [
        f'"{EVIL}","disgust","accept"',
        '"gone","fear","reject"',
    ]

    for text, message in (
        ("sample_id;label;verdict\na;b;c\n", "its columns must be sample_id, label, verdict."),
        ("sample_id,label,verdict\nr00,joyous,other\n", 'sample r00 has the label "joyous"'),
        ("sample_id,label,verdict\nzz,fear,other\n", "none of its samples is on this page"),
        ('sample_id,label,verdict\n"r00,fear,other\n', "it is not a CSV file."),
        ("", "its columns must be"),
    ):
        earlier.write_text(text)
        browser.type("#load-file", str(earlier))
        wait_for(lambda message=message: message in browser.text("#message"))
    assert browser.text("#progress").startswith("1 of 76 reviewed")
    assert browser.console() == []


def test_without_storage_the_page_says_so(browser: Browser, page: Path) -> None:
    assert not browser.text("#not-kept")
    refuse = "Object.defineProperty(window, 'localStorage', { get() { throw new Error('refused'); } });"
    browser.developer("Page.addScriptToEvaluateOnNewDocument", source=refuse)
    browser.reload()
    assert "cannot store your review" in browser.text("#not-kept")
    browser.click(f"{CARDS} .accept")
    assert verdicts(browser)[0] == "accept"
    downloaded(browser)
    assert browser.console() == []


def test_when_the_storage_is_full_the_page_says_so_and_goes_on(browser: Browser, page: Path) -> None:
    browser.run("Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }")
    browser.click(f"{CARDS} .accept")
    assert "cannot store your review" in browser.text("#not-kept") and verdicts(browser)[0] == "accept"
    assert downloaded(browser).read_text().splitlines()[1:] == [f'"{EVIL}","disgust","accept"']
    assert browser.console() == []


def test_a_review_of_one_audit_is_not_shown_on_another(browser: Browser, page: Path) -> None:
    browser.click(f"{CARDS} .accept")
    other = page.with_name("other.html")
    write_page(AUDIT.assign(suggested=np.int8(6)), np.eye(7) * 10, picture, ABOUT, other)
    browser.open(other)
    assert browser.text("#progress").startswith("0 of 76")
    browser.open(page)
    assert browser.text("#progress").startswith("1 of 76")
