"""What CONTRIBUTING.md and the files beside it say agrees with what is there."""

import re
import tomllib
from pathlib import Path

import yaml

import ulcag

ROOT = Path(__file__).parents[1]


def test_commits_are_checked_as_by_make_lint() -> None:
    lint = (ROOT / "Makefile").read_text().split("\nlint: setup")[1].split("\n\n")[0].split("\n", 1)[1]
    commands = [re.sub(r'^PATH="\S+ |^\$\(BIN\)/', "", line.strip()) for line in lint.splitlines()]
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    assert [hook["entry"] for hook in hooks] == commands
    assert {hook["language"] for hook in hooks} == {"system"}


def test_the_citation_is_of_this_version_and_of_the_paper_in_the_readme() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    readme = (ROOT / "README.md").read_text()
    paper = citation["preferred-citation"]
    assert citation["version"] == ulcag.__version__
    assert citation["license"] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["license"]
    assert paper["doi"] in readme
    assert paper["title"] in readme
    assert all(author["family-names"] in readme for author in paper["authors"])


def test_the_changelog_has_this_version() -> None:
    assert ulcag.__version__ in (ROOT / "CHANGELOG.md").read_text()


def test_links_of_the_pages_lead_somewhere() -> None:
    for name in ("CONTRIBUTING.md", "CHANGELOG.md", "docs/stability.md"):
        for link in re.findall(r"\]\((?!http)([^)#]+)", (ROOT / name).read_text()):
            assert ((ROOT / name).parent / link).exists(), f"{name}: {link}"


def test_forms_for_issues_have_what_github_needs() -> None:
    forms = {path.stem: yaml.safe_load(path.read_text()) for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml")}
    assert set(forms) == {"bug", "feature"}
    for form in forms.values():
        assert {"name", "description", "body"} <= set(form)
        ids = [part["id"] for part in form["body"]]
        assert len(set(ids)) == len(ids)
        assert all(part["attributes"]["label"] for part in form["body"])
    assert "ulcag doctor" in str(forms["bug"]["body"])
