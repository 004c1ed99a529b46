"""Costly results are computed once in a build, and never when the code has changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from emergence import once, simulation


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(once.CACHE, str(tmp_path))
    return tmp_path


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the lattices whose threshold was really computed."""
    made: list[int] = []
    compute = simulation._threshold

    def counted(values: np.ndarray) -> float:
        made.append(len(values))
        return compute(values)

    monkeypatch.setattr(simulation, "_threshold", counted)
    return made


def test_in_a_build_a_result_is_computed_once(cache: Path, calls: list[int]) -> None:
    first = simulation.spanning_thresholds(5, 3, 1)
    again = simulation.spanning_thresholds(5, 3, 1)
    simulation.spanning_probability([5], [0.5], 3, 1)
    assert calls == [5, 5, 5]
    np.testing.assert_array_equal(first, again)
    simulation.spanning_thresholds(5, 3, 2)
    assert len(calls) == 6


def test_elsewhere_nothing_is_kept(calls: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(once.CACHE, raising=False)
    simulation.spanning_thresholds(5, 3, 1)
    simulation.spanning_thresholds(5, 3, 1)
    assert len(calls) == 6


def test_a_result_of_other_code_is_not_used(cache, calls, monkeypatch) -> None:
    simulation.spanning_thresholds(5, 3, 1)
    monkeypatch.setattr(once, "_code", lambda: "another")
    simulation.spanning_thresholds(5, 3, 1)
    assert len(calls) == 6


@pytest.mark.filterwarnings("error")
def test_a_damaged_result_is_computed_anew(cache: Path, calls: list[int], capfd) -> None:
    right = simulation.spanning_thresholds(5, 3, 1)
    (kept,) = cache.rglob("output.pkl")
    kept.write_bytes(kept.read_bytes()[:10])
    np.testing.assert_array_equal(simulation.spanning_thresholds(5, 3, 1), right)
    assert len(calls) == 6
    np.testing.assert_array_equal(simulation.spanning_thresholds(5, 3, 1), right)
    assert len(calls) == 6
    assert capfd.readouterr().err == ""


def test_a_table_is_known_by_its_content(cache: Path) -> None:
    seen: list[int] = []

    @once.once
    def total(table: pd.DataFrame, times: int = 1) -> int:
        seen.append(times)
        return int(table["x"].sum()) * times

    table = pd.DataFrame({"name": ["a", "b", None], "x": [1, 2, 3]})
    assert total(table) == total(table.copy(), times=1) == 6
    part = pd.concat([table, table]).iloc[:3]
    assert total(part) == 6
    assert seen == [1]
    assert total(table.assign(x=[1, 2, 4])) == 7
    assert total(table.rename(columns={"name": "model"})) == 6
    assert total(table.set_axis([5, 6, 7])) == 6
    assert total(table, 2) == 12
    assert seen == [1, 1, 1, 1, 2]
