"""Results that are costly and the same in every language: computed once in a build, then kept.

The build sets the environment variable `EMERGENCE_CACHE` to a folder. Elsewhere, in tests or in a
notebook of one's own, everything is computed as it is asked for.
"""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import joblib
import numpy as np
import scipy

from emergence import paths

CACHE = "EMERGENCE_CACHE"

_P = ParamSpec("_P")
_R = TypeVar("_R")


@functools.cache
def _code() -> str:
    """What a kept result depends on besides its arguments: our code, and the libraries below it."""
    parts = [platform.python_version(), np.__version__, scipy.__version__, joblib.__version__]
    modules = sorted(paths.PACKAGE.rglob("*.py"))
    digest = hashlib.sha256("\n".join(parts).encode())
    for module in modules:
        digest.update(os.fsencode(module.relative_to(paths.PACKAGE)) + module.read_bytes())
    return digest.hexdigest()[:16]


def once(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Keep the results of a pure function between the chapters and languages of a build.

    The function takes and returns what joblib can store: numbers, texts, arrays, tables. A kept
    result is used only by the very code that made it; one that cannot be read is computed anew.
    """

    @functools.wraps(function)
    def kept(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        folder = os.environ.get(CACHE)
        if not folder:
            return function(*args, **kwargs)
        memory = joblib.Memory(Path(folder) / _code(), verbose=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a damaged file, which is then written anew
            return memory.cache(function)(*args, **kwargs)

    return kept
