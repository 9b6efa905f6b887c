"""The arithmetic of measurements, not their times."""

from pathlib import Path

import pytest
from PIL import Image

from benchmarks.harness import Spread, machine, measure, memory, pictures, ratio, slope, table, with_section, wrapped


def test_spread_is_the_median_and_the_ends() -> None:
    spread = Spread.of([4.0, 1.0, 2.0])
    assert spread == Spread(2.0, 1.0, 4.0)
    assert Spread.of([1.0, 2.0]).median == 1.5
    assert spread.text(1) == "2.0 (1.0 to 4.0)"


def test_ratios_are_taken_round_by_round() -> None:
    # the machine halved its speed in the second round
    assert ratio([4.0, 8.0, 4.0], [1.0, 2.0, 1.0]) == Spread(4.0, 4.0, 4.0)
    with pytest.raises(ValueError):
        ratio([1.0], [1.0, 2.0])


def test_a_flat_cost_has_slope_one() -> None:
    assert slope(2.0, 20.0, 100, 1000) == pytest.approx(1)
    assert slope(2.0, 22.0, 100, 1000) == pytest.approx(1.1)


def test_cases_run_in_turn_and_warm_up_does_not_count() -> None:
    order: list[str] = []
    cases = {"a": lambda: order.append("a"), "b": lambda: order.append("b")}
    times = measure(cases, repeats=2, warm_up=1)
    assert order == list("ababab")
    assert {name: (len(t.wall), len(t.cpu)) for name, t in times.items()} == {"a": (2, 2), "b": (2, 2)}


def test_what_makes_a_case_ready_does_not_count() -> None:
    order: list[str] = []
    times = measure(
        {"a": lambda: order.append("a")}, repeats=2, warm_up=0, ready=lambda name: order.append(f"for {name}")
    )
    assert order == ["for a", "a", "for a", "a"]
    assert len(times["a"].wall) == 2


def test_a_section_is_added_once_and_then_replaced() -> None:
    page = with_section("# Page\n", "faces", "first")
    page = with_section(page, "tables", "other")
    page = with_section(page, "faces", "second")
    assert page == "# Page\n\n<!-- faces -->\nsecond\n<!-- /faces -->\n\n<!-- tables -->\nother\n<!-- /tables -->\n"


def test_paragraphs_are_wrapped_and_tables_are_not() -> None:
    long = " ".join(["word"] * 40)
    text = f"## Head\n\n{long}\n\n| {long} |"
    head, paragraph, row = wrapped(text).split("\n\n")
    assert (head, row) == ("## Head", f"| {long} |")
    assert max(map(len, paragraph.splitlines())) <= 120
    assert paragraph.split() == long.split()


def test_table_in_markdown() -> None:
    assert table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"


def test_the_machine_is_told_without_its_name() -> None:
    import platform

    assert "1 thread a process" in machine(1)
    assert "torch" in machine(2)
    assert platform.node() not in machine(1) or len(platform.node()) < 4
    assert memory()["own"] > 10


def test_pictures_are_those_that_can_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("b.png", "a.JPG", "c.webp"):
        Image.new("L", (9, 9)).save(tmp_path / name)
    for name in ("._a.jpg", "broken.jpg", "notes.txt"):
        (tmp_path / name).write_text("no picture")
    assert [path.name for path in pictures(tmp_path, 9)] == ["a.JPG", "b.png", "c.webp"]
    assert "left out 1 files" in capsys.readouterr().err
    for folder in (tmp_path / "gone", tmp_path / "empty"):
        with pytest.raises(SystemExit, match=folder.name):
            pictures(folder, 9)
        (tmp_path / "empty").mkdir(exist_ok=True)
