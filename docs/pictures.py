"""Makes pictures of the docs again, all of rendered faces: of the demo, of an audit's page, and of a prediction.

    make demo
    # the worked example of docs/audit.md, into example/
    python docs/pictures.py [--results results] [--example example/audit] [--chromium chromium]

Chromium takes the pictures of the audit's page. Of the others, docs/performance.md says how speed-faces.png is made,
docs/method-study.md reliability.png, and docs/compare.md side-by-side.png. benchmarks/action_unit_reader.py draws
action-unit-reader.png. action-units.png is the demo's figure with `action_units: {source: csv}`, and stages.svg is
written by hand.
"""

import argparse
import subprocess
import tempfile
from pathlib import Path

from PIL import Image

from ulcag.prediction.run import predict_pictures

HERE = Path(__file__).parent / "images"
RUN = Path("synthetic", "uniform30", "second-opinion", "seed0", "all")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=Path("results"))
    parser.add_argument("--example", type=Path, default=Path("example/audit"))
    parser.add_argument("--chromium", default="chromium")
    options = parser.parse_args()
    figures = options.results / "reporting" / "figures"
    narrowed(figures / "comparison.png", "demo-comparison.png", 1840)
    narrowed(figures / RUN / "sheet.png", "demo-sheet.jpg", 1600)
    predicted(options.results)
    page = (options.example / "audit.html").read_text()
    screenshot(options.chromium, page, "audit-page.jpg", (850, 1461))
    # The cards are far below the window's end: all else is hidden, which the page's own policy would forbid.
    cards = page.replace('http-equiv="Content-Security-Policy"', 'name="policy"').replace(
        "</head>", "<style>header, section:not(#samples) { display: none }</style></head>"
    )
    screenshot(options.chromium, cards, "audit-samples.jpg", (1270, 810), width=900)


def narrowed(source: Path, name: str, width: int) -> None:
    """A picture of at most so many pixels in width."""
    with Image.open(source) as picture:
        picture = picture.convert("RGB")
        if picture.width > width:
            picture = picture.resize((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS)
        save(picture, name)


def save(picture: Image.Image, name: str) -> None:
    picture.save(HERE / name, quality=85, optimize=True)
    print(HERE / name, picture.size)


def predicted(results: Path) -> None:
    """The first four test pictures of the embedded set with what a network sees in them, side by side."""
    (folder,) = (results / ".cache").glob("synthetic-*/images")
    pictures = sorted(folder.glob("test_*"))[:4]
    with tempfile.TemporaryDirectory() as out:
        predict_pictures(results / "training" / RUN, pictures, Path(out), annotate=True)
        drawn = [Image.open(path) for path in sorted((Path(out) / "annotated").iterdir())]
        drawn = [one.resize((256, round(256 * one.height / one.width)), Image.Resampling.LANCZOS) for one in drawn]
        row = Image.new("RGB", (256 * len(drawn), max(one.height for one in drawn)))
        for place, one in enumerate(drawn):
            row.paste(one, (256 * place, 0))
    save(row, "predicted.jpg")


def screenshot(chromium: str, page: str, name: str, size: tuple[int, int], width: int | None = None) -> None:
    """What a window of a size shows of a page, which is HTML; shrunk to a width."""
    with tempfile.TemporaryDirectory() as out:
        target, source = Path(out) / "page.png", Path(out) / "page.html"
        source.write_text(page)
        command = [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        command += [f"--window-size={size[0]},{size[1]}", "--hide-scrollbars", "--virtual-time-budget=6000"]
        command += [f"--screenshot={target}", source.as_uri()]
        subprocess.run(command, check=True, capture_output=True)
        narrowed(target, name, width or size[0])


if __name__ == "__main__":
    main()
