"""The book's tables, read once for all tests, and not changed by any function under test."""

from __future__ import annotations

import os
from collections.abc import Iterator

# Before the package is imported: what is tested does not depend on whose models lie here.
os.environ["EMERGENCE_OWN_MODELS"] = "_build/no-models"

import pandas as pd
import pytest
from emergence import tables


def unchanged(table: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Lend a table, and see when it comes back that it is as it was."""
    before = table.copy(deep=True)
    yield table
    pd.testing.assert_frame_equal(table, before)


@pytest.fixture(scope="session")
def scores():
    yield from unchanged(tables.scores_with_models())


@pytest.fixture(scope="session")
def tasks():
    yield from unchanged(tables.read_table("tasks"))


@pytest.fixture(scope="session")
def labels():
    yield from unchanged(tables.read_table("labels"))


@pytest.fixture(scope="session")
def abilities():
    yield from unchanged(tables.read_table("abilities"))


@pytest.fixture(scope="session")
def checkpoints():
    yield from unchanged(tables.checkpoints_with_models())
