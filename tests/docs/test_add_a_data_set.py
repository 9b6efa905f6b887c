"""docs/add-a-data-set.md shows the file that tests/samples/layouts/test_layouts.py adds."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_shows_what_the_tests_add() -> None:
    code = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "add-a-data-set.md").read_text(), re.DOTALL)
    assert code is not None
    assert code[1] == (ROOT / "tests" / "samples" / "layouts" / "new.py").read_text()
