"""The built site behind a local server, and the browser that reads it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from emergence import paths
from emergence.i18n import LANGUAGES


def chromium_path() -> str | None:
    """The system's Chromium; None for the one that Playwright brings."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), None)


def _built() -> list[str]:
    found = [path for lang in LANGUAGES for path in (paths.SITE / lang).rglob("*.html")]
    files = [path.relative_to(paths.SITE) for path in found]
    return sorted(path.as_posix() for path in files if "_static" not in path.parts)


def built_pages() -> list[str]:
    """Pages of the built site as `en/tasks/gsm8k.html`; empty where nothing is built."""
    return [address for address in _built() if "/slides/" not in address]


def built_decks() -> list[str]:
    """Decks of the built site as `en/slides/metrics.html`; empty where nothing is built."""
    return [address for address in _built() if "/slides/" in address]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `address` on every page of the site, so on new ones too.

    And one that asks for `deck` on every deck.
    """
    for name, found in (("address", built_pages), ("deck", built_decks)):
        if name in metafunc.fixturenames:
            # One placeholder where nothing is built: the fixture `site` then says so, aloud.
            metafunc.parametrize(name, found() or ["nothing-built.html"])


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the built site. Nothing is built here: `make test` does that first."""
    missing = [lang for lang in LANGUAGES if not (paths.SITE / lang / "index.html").exists()]
    if missing:
        pytest.fail(f"{paths.SITE}: not built in {', '.join(missing)}; run `make site` first")
    return paths.SITE


@pytest.fixture(scope="session")
def origin(site: Path) -> Iterator[str]:
    """Address of the site on this machine, with a slash at its end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start Chromium so that it works as root and asks nobody anything."""
    flags = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    path = chromium_path()
    own = {"executable_path": path} if path else {}
    return {**browser_type_launch_args, **own, "args": flags}
