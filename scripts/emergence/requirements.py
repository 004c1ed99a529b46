"""What chapters need to run in a notebook, and the installation of what is missing.

The first cell of a notebook calls `install` before it has anything but this repository, so that
nothing is imported here that does not come with Jupyter.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from emergence import paths


def listed(path: Path) -> list[Requirement]:
    """The packages that a requirements file names, `.in` or `.txt`, options left out."""
    lines = (line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


def missing(
    wanted: Iterable[Requirement], installed: Callable[[str], str] = version
) -> list[Requirement]:
    """Those of the packages that are not installed, or in another version than wanted."""

    def there(requirement: Requirement) -> bool:
        try:
            return requirement.specifier.contains(installed(requirement.name), prereleases=True)
        except PackageNotFoundError:
            return False

    return [requirement for requirement in wanted if not there(requirement)]


def pinned(wanted: Iterable[Requirement], pins: Iterable[Requirement]) -> list[str]:
    """The packages with the versions of the build, as pip is told them."""
    extras = {
        canonicalize_name(r.name): f"[{','.join(r.extras)}]" if r.extras else "" for r in wanted
    }
    return [
        f"{pin.name}{extras[canonicalize_name(pin.name)]}{pin.specifier}"
        for pin in pins
        if canonicalize_name(pin.name) in extras and (pin.marker is None or pin.marker.evaluate())
    ]


def install() -> None:
    """Install what chapters need and this Python lacks, in the versions of the build.

    Raises RuntimeError, with pip's own words, when that fails.
    """
    wanted = missing(listed(paths.LIVE_REQUIREMENTS))
    if not wanted:
        return
    loaded = _loaded({canonicalize_name(requirement.name) for requirement in wanted})
    packages = pinned(wanted, listed(paths.LIVE_REQUIREMENTS.with_suffix(".txt")))
    print(f"installing {', '.join(packages)}")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*pip, *packages], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip() or done.stdout.strip())
    importlib.invalidate_caches()
    if loaded:
        print(f"{', '.join(loaded)} had been loaded before: restart the kernel and run again")


def _loaded(names: set[str]) -> list[str]:
    """Packages, by the names of their distributions, that this Python has imported."""
    found = packages_distributions()
    return sorted(
        module
        for module, distributions in found.items()
        if module in sys.modules and names & {canonicalize_name(name) for name in distributions}
    )
