"""Results that are costly and the same in every language: computed once in a build, then kept.

The build sets the environment variable `EMERGENCE_CACHE` to a folder. Elsewhere, in tests or in a
notebook of one's own, everything is computed as it is asked for.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import os
import platform
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import joblib
import numpy as np
import pandas as pd
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
    signature = inspect.signature(function)

    # Joblib goes by how a table lies in memory, which changes as it is used; we go by its content.
    def computed(content: object, args: tuple, kwargs: dict) -> _R:
        return function(*args, **kwargs)

    computed.__module__, computed.__qualname__ = function.__module__, function.__qualname__
    computed.__name__ = function.__name__

    @functools.wraps(function)
    def kept(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        folder = os.environ.get(CACHE)
        if not folder:
            return function(*args, **kwargs)
        given = signature.bind(*args, **kwargs)
        given.apply_defaults()
        content = {name: _content(value) for name, value in given.arguments.items()}
        memory = joblib.Memory(Path(folder) / _code(), verbose=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a damaged file, which is then written anew
            return memory.cache(computed, ignore=["args", "kwargs"])(content, args, kwargs)

    return kept


def _content(value: object) -> object:
    """A table as a digest of its columns, index and cells; anything else as it is."""
    if not isinstance(value, pd.DataFrame):
        return value
    types = [f"{name} {kind}" for name, kind in value.dtypes.items()]
    digest = hashlib.sha256("\n".join(types).encode())
    digest.update(pd.util.hash_pandas_object(value).to_numpy().tobytes())
    return digest.hexdigest()
