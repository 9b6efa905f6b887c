"""Makes pictures of the docs again, all of rendered faces: of the demo, of an audit's page, and of a prediction.

    make demo
    # the worked example of docs/audit.md, into example/
    python docs/pictures.py [--results results] [--example example/audit] [--chromium chromium]

Chromium takes the pictures of the audit's page. Of the others, docs/performance.md says how speed-faces.png is made,
docs/method-study.md reliability.png, and docs/compare.md side-by-side.png.
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
    page = options.example / "audit.html"
    screenshot(options.chromium, page, "audit-page.jpg", (850, 1461))
    screenshot(options.chromium, page, "audit-samples.jpg", (900, 573), at="samples")


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
        row = Image.new("RGB", (sum(one.width for one in drawn), max(one.height for one in drawn)))
        left = 0
        for one in drawn:
            row.paste(one, (left, 0))
            left += one.width
    save(row, "predicted.jpg")


def screenshot(chromium: str, page: Path, name: str, size: tuple[int, int], at: str = "") -> None:
    """What a window of a size shows of a page, from the element `at` on."""
    with tempfile.TemporaryDirectory() as out:
        target = Path(out) / "page.png"
        command = [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        command += [f"--window-size={size[0]},{size[1]}", "--hide-scrollbars", "--virtual-time-budget=6000"]
        command += [f"--screenshot={target}", page.resolve().as_uri() + (f"#{at}" if at else "")]
        subprocess.run(command, check=True, capture_output=True)
        with Image.open(target) as picture:
            save(picture.convert("RGB"), name)


if __name__ == "__main__":
    main()
