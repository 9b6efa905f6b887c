"""A browser without a window, spoken to by the WebDriver protocol, of which the tests need little."""

import base64
import json
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

# An element's key in the protocol.
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"left": "\ue012", "up": "\ue013", "right": "\ue014", "down": "\ue015", "enter": "\ue007", "tab": "\ue004"}
KEYS |= {"escape": "\ue00c", "home": "\ue011", "end": "\ue010"}
# No window, no sandbox (the caller is root), and nothing that looks for a network by itself.
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,1000",
)


class Browser:
    """One session of Chromium.

    Args:
        driver: address of a running chromedriver.
        chromium: the browser.
        folder: for its profile and its downloads; empty.
    """

    def __init__(self, driver: str, chromium: str, folder: Path) -> None:
        self.downloads = folder / "downloads"
        self.downloads.mkdir(parents=True)
        options = {
            "binary": chromium,
            "args": [*FLAGS, f"--user-data-dir={folder / 'profile'}"],
            "prefs": {"download.default_directory": str(self.downloads), "download.prompt_for_download": False},
        }
        wanted = {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"},
            "unhandledPromptBehavior": "ignore",
        }
        self._session = driver
        made = self._call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self._session = f"{driver}/session/{made['sessionId']}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._call("DELETE", "")

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if method != "POST" else json.dumps(body or {}).encode()
        request = urllib.request.Request(
            self._session + path, data, {"Content-Type": "application/json"}, method=method
        )
        # No proxy: the driver is on this machine.
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=120) as answer:
            return json.loads(answer.read())["value"]

    def open(self, page: Path) -> None:
        self._call("POST", "/url", {"url": page.as_uri()})

    def reload(self) -> None:
        self._call("POST", "/refresh")

    def run(self, script: str, *arguments: Any) -> Any:
        """The value of a JavaScript function's body."""
        return self._call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def find(self, css: str) -> str:
        return self._call("POST", "/element", {"using": "css selector", "value": css})[ELEMENT]

    def click(self, css: str) -> None:
        """As a mouse does: scrolls to it, and fails where something covers it."""
        self._call("POST", f"/element/{self.find(css)}/click")

    def type(self, css: str, text: str) -> None:
        """Keys to an element, or a path to a file input."""
        self._call("POST", f"/element/{self.find(css)}/value", {"text": text})

    def press(self, *keys: str) -> None:
        """Keys to whatever has the focus, each a character or one of `KEYS`."""
        strokes = [{"type": kind, "value": KEYS.get(key, key)} for key in keys for kind in ("keyDown", "keyUp")]
        self._call("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": strokes}]})

    def text(self, css: str) -> str:
        return str(self._call("GET", f"/element/{self.find(css)}/text"))

    def texts(self, css: str) -> list[str]:
        return list(self.run("return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)", css))

    def answer(self, yes: bool) -> str:
        """Answer the question that the page asks; returns the question."""
        question = str(self._call("GET", "/alert/text"))
        self._call("POST", "/alert/accept" if yes else "/alert/dismiss")
        return question

    def console(self) -> list[str]:
        """What came to the console since it was last asked."""
        return [entry["message"] for entry in self._call("POST", "/se/log", {"type": "browser"})]

    def developer(self, command: str, **values: Any) -> Any:
        """A command of Chromium's developer tools."""
        return self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": values})

    def screenshot(self, out: Path) -> None:
        out.write_bytes(base64.b64decode(self._call("GET", "/screenshot")))


def wait_for(what: Callable[[], Any], seconds: float = 30) -> Any:
    """The first value that is not false."""
    end = time.monotonic() + seconds
    while not (value := what()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)
    return value
