"""Debian's Firefox, driven by WebDriver BiDi over its own socket: no driver program is needed.

Playwright's way to a Firefox that it has not patched asks for commands that the ESR does not know.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from websockets.sync.client import connect

LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
STARTING = 60  # s
WAITING = 20  # s
EVENTS = ("log.entryAdded", "network.beforeRequestSent", "network.fetchError")
EVENTS += ("network.responseCompleted",)
# What breaks the policy of a page goes to the console, as any other fault.
_TELL_BREACHES = """() => document.addEventListener("securitypolicyviolation", (e) =>
  console.error(`policy: ${e.violatedDirective}: ${e.blockedURI}`))"""
_INSIDE = ("data", "blob", "about")
_A_MOMENT = "new Promise((done) => setTimeout(done, 150))"
PREFERENCES = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "layout.css.prefers-color-scheme.content-override": 1,  # light
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "remote.prefs.recommended": True,
}


def firefox_path() -> str | None:
    """The system's Firefox."""
    return next(
        (found for name in ("firefox-esr", "firefox") if (found := shutil.which(name))), None
    )


class Firefox:
    """One tab. What goes wrong in it, or leaves for another place, gathers in `faults`."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._last = 0
        self._local = ("", "")
        self._pending: set[str] = set()
        self.faults: list[str] = []
        self.command("session.new", capabilities={})
        self.command("session.subscribe", events=list(EVENTS))
        self.command("script.addPreloadScript", functionDeclaration=_TELL_BREACHES)
        self._tab = self.command("browsingContext.getTree")["contexts"][0]["context"]

    def command(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and return its result; events that come before it are looked at."""
        self._last += 1
        self._socket.send(json.dumps({"id": self._last, "method": method, "params": params}))
        while True:
            told = json.loads(self._socket.recv(timeout=60))
            if told["type"] == "event":
                self._note(told["method"], told["params"])
            elif told.get("id") == self._last:
                if told["type"] == "error":
                    raise RuntimeError(f"{method}: {told['error']}: {told['message']}")
                return told["result"]

    def _note(self, method: str, params: dict[str, Any]) -> None:
        if method == "log.entryAdded":
            if params["level"] in ("error", "warn"):
                self.faults.append(f"{params['level']}: {params['text']}")
            return
        url, request = params["request"]["url"], params["request"]["request"]
        parts = urlsplit(url)
        if method == "network.beforeRequestSent":
            self._pending.add(request)
        else:
            self._pending.discard(request)
        if method == "network.fetchError":
            # Leaving a page breaks off what it still loads.
            if params["errorText"] != "NS_BINDING_ABORTED":
                self.faults.append(f"failed: {url}: {params['errorText']}")
        elif method == "network.responseCompleted":
            if params["response"]["status"] >= 400:
                self.faults.append(f"{params['response']['status']}: {url}")
        elif (parts.scheme, parts.netloc) != self._local and parts.scheme not in _INSIDE:
            self.faults.append(f"request to another place: {url}")

    def go(self, address: str, width: int = 1280) -> Self:
        """Open a page, and wait until all that it loads at once is there."""
        parts = urlsplit(address)
        self._local = (parts.scheme, parts.netloc)
        size = {"width": width, "height": 800}
        self.command("browsingContext.setViewport", context=self._tab, viewport=size)
        self.command("browsingContext.navigate", context=self._tab, url=address, wait="complete")
        return self

    def leave(self) -> None:
        """Let the page finish what it loads, hear the last of it, and go."""
        self.evaluate(_A_MOMENT)
        end = time.monotonic() + WAITING
        while self._pending and time.monotonic() < end:
            self.evaluate(_A_MOMENT)
        self.command(
            "browsingContext.navigate", context=self._tab, url="about:blank", wait="complete"
        )

    def evaluate(self, expression: str) -> Any:
        """The value of an expression, or of what it promises, as JSON tells it."""
        told = self.command(
            "script.evaluate",
            expression=f"Promise.resolve({expression}).then((x) => JSON.stringify(x ?? null))",
            target={"context": self._tab},
            awaitPromise=True,
        )
        if told["type"] == "exception":
            raise RuntimeError(told["exceptionDetails"]["text"])
        return json.loads(told["result"]["value"])

    def wait(self, expression: str) -> None:
        """Wait until an expression is true. Raises TimeoutError after `WAITING` seconds."""
        end = time.monotonic() + WAITING
        while not self.evaluate(expression):
            if time.monotonic() > end:
                raise TimeoutError(f"never true: {expression}; {self.faults}")
            time.sleep(0.1)

    def point(self, selector: str, *, click: bool = False) -> None:
        """Bring an element into view, move the mouse to its middle, and click if asked to."""
        x, y = self.evaluate(
            f"""new Promise((done) => {{
              const element = document.querySelector({json.dumps(selector)});
              element.scrollIntoView({{ block: "center", behavior: "instant" }});
              requestAnimationFrame(() => {{
                const box = element.getBoundingClientRect();
                done([box.x + box.width / 2, box.y + box.height / 2].map(Math.round));
              }});
            }})"""
        )
        moves = [
            {"type": "pointerMove", "x": 1, "y": 1},
            {"type": "pointerMove", "x": x, "y": max(0, min(799, y)), "duration": 50},
        ]
        press = [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        mouse = {"type": "pointer", "id": "mouse", "actions": moves + (press if click else [])}
        self.command("input.performActions", context=self._tab, actions=[mouse])


@contextmanager
def started() -> Iterator[Firefox]:
    """A Firefox with a profile of its own. Raises RuntimeError where there is none."""
    path = firefox_path()
    if path is None:
        raise RuntimeError("no Firefox: sudo apt-get install firefox-esr")
    with tempfile.TemporaryDirectory(prefix="firefox-", ignore_cleanup_errors=True) as home:
        lines = (f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in PREFERENCES.items())
        Path(home, "user.js").write_text("\n".join(lines), encoding="utf-8")
        command = [path, "--headless", "--no-remote", "--profile", home]
        with Path(home, "said").open("w+") as said:
            process = subprocess.Popen(
                [*command, "--remote-debugging-port", "0", "about:blank"],
                stdout=said,
                stderr=said,
                env={**os.environ, "HOME": home, "MOZ_HEADLESS": "1"},
            )
            try:
                with connect(f"{_address(Path(home, 'said'))}/session", max_size=None) as socket:
                    yield Firefox(socket)
            finally:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()


def _address(said: Path) -> str:
    end = time.monotonic() + STARTING
    while time.monotonic() < end:
        if found := LISTENING.search(said.read_text(encoding="utf-8", errors="replace")):
            return found[1]
        time.sleep(0.2)
    raise RuntimeError(f"Firefox did not start: {said.read_text(encoding='utf-8')[-500:]}")
