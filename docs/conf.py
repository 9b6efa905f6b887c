"""The documentation site: `make docs` builds it into site/, and any warning is an error.

The pages are Markdown that can be read where they lie. What is made from the code is appended to three of them while
the site is built (reference.py). Nothing is fetched when a page is read.
"""

import re
import sys
from pathlib import Path

from sphinx.application import Sphinx

import ulcag

sys.path.insert(0, str(Path(__file__).parent))
import reference

project = "ULC-AG"
version = release = ulcag.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
extensions += ["sphinx.ext.githubpages"]  # hosts of that kind leave folders out that begin with _
exclude_patterns = ["images"]

# Anchors as GitHub makes them; links to others are warnings.
myst_heading_anchors = 4

html_theme = "furo"
html_title = "ULC-AG"
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False

# Docstrings are plain English with code in backticks.
default_role = "code"
highlight_language = "none"
# What is returned is text: what stands before a colon would else be taken for a type.
napoleon_custom_sections = ["Returns", ("Attributes", "params_style")]
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_display_short_literal_types = True

APPENDED = {
    "settings": reference.settings,
    "commands": reference.commands,
    "method-as-code": reference.method_as_code,
}
_TO_REPOSITORY = re.compile(r"\[([^\]]+)\]\(\.\./([^)]+)\)")
_BY_FILE_NAME = re.compile(r"\[[\w-]+\.md\](?=\([\w-]+\.md[#)])")
# Of a module's docstring: equations with their numbers, and what is indented.
_AS_IT_STANDS = re.compile(r"Eq\. [\d, ]+:|    ")


def read_page(app: Sphinx, page: str, source: list[str]) -> None:
    """What Sphinx reads of a page: links into the repository become what they can be on a site, links that are called
    by a page's file name are called by its title, and what is made from the code is appended."""
    source[0] = _BY_FILE_NAME.sub("[]", _TO_REPOSITORY.sub(_in_words, source[0]))
    if page in APPENDED:
        source[0] += "\n" + APPENDED[page]()


def _in_words(link: re.Match[str]) -> str:
    """A link into the repository, which has no public address: to the module's docstrings, where the site has them."""
    text, path = link.groups()
    if not path.startswith("src/"):
        return text
    module = path.removeprefix("src/").removesuffix(".py").replace("/", ".")
    return f"{{py:mod}}`{text.strip('`')} <{module}>`"


def read_docstring(app: Sphinx, what: str, name: str, of: object, options: object, lines: list[str]) -> None:
    """Equations at the top of a module keep their lines."""
    if what != "module":
        return
    paragraphs = "\n".join(lines).split("\n\n")
    for place, text in enumerate(paragraphs):
        if _AS_IT_STANDS.match(text):
            shift = "" if text.startswith(" ") else "    "
            paragraphs[place] = "::\n\n" + "\n".join(shift + line for line in text.splitlines())
    lines[:] = "\n\n".join(paragraphs).splitlines()


def setup(app: Sphinx) -> None:
    """What Sphinx calls first."""
    app.connect("source-read", read_page)
    app.connect("autodoc-process-docstring", read_docstring)
