"""The audit's page as people use it: in a browser, by mouse and by keyboard."""

from pathlib import Path

import numpy as np
import pytest

from tests.audit.by_hand import audit_of
from tests.audit.test_page import EVIL
from tests.system.browser import Browser, wait_for
from ulcag.audit.apply import apply_review, final_labels
from ulcag.audit.page import PageAbout, write_page

pytestmark = pytest.mark.system

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


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Path:
    out = tmp_path / "page.html"
    write_page(AUDIT, np.eye(7) * 10, picture, ABOUT, out)
    browser.open(out)
    return out


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


def test_filters_sorting_and_search(browser: Browser, page: Path) -> None:
    assert ids(browser)[:4] == [EVIL, "=1+1", 'a "quoted", name', "r00"]
    assert browser.text("#matches") == "70 samples shown"

    choose(browser, "given", "0")
    assert ids(browser) == [EVIL, "=1+1"]
    choose(browser, "suggested", "3")
    assert ids(browser) == ["=1+1"]
    choose(browser, "suggested", "6")
    assert browser.text("#matches") == "No sample on this page is like that."
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
    wait_for(lambda: browser.texts(f"{CARDS} details > p") == ["No network judged this sample."])


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
    assert browser.text("#message") == "No sample shown has a suggestion that is not reviewed yet."


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
    wait_for(lambda: browser.text("#progress").startswith("1 of 76 reviewed (and 1 that are not here): 1 accepted"))
    assert "Loaded 1 verdict from earlier.csv. 1 row about" in browser.text("#message")
    assert downloaded(browser).read_text().splitlines()[1:] == [
        f'"{EVIL}","disgust","accept"',
        '"gone","fear","reject"',
    ]

    for text, message in (
        ("sample_id;label;verdict\na;b;c\n", "its columns must be sample_id, label, verdict."),
        ("sample_id,label,verdict\nr00,joyous,other\n", 'sample r00 has the label "joyous"'),
        ("sample_id,label,verdict\nzz,fear,other\n", "none of its samples is on this page"),
        ('sample_id,label,verdict\n"r00,fear,other\n', "it is no CSV file."),
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
    assert "keeps nothing for this page" in browser.text("#not-kept")
    browser.click(f"{CARDS} .accept")
    assert verdicts(browser)[0] == "accept"
    downloaded(browser)
    assert browser.console() == []


def test_when_the_storage_is_full_the_page_says_so_and_goes_on(browser: Browser, page: Path) -> None:
    browser.run("Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }")
    browser.click(f"{CARDS} .accept")
    assert "keeps nothing for this page" in browser.text("#not-kept") and verdicts(browser)[0] == "accept"
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
