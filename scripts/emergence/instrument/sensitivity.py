"""How much a width or threshold owes to some of its models: the same measured without them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pandas as pd

from emergence.instrument.cases import Case, rounded
from emergence.instrument.curves import REPLICATES, fit, statistics
from emergence.instrument.thresholds import MARGIN, threshold

ALL = "all"
NO_CODE = "without_code_models"
NO_FAMILY = "without_family"


def variants(case: Case, axis: str) -> Iterator[tuple[str, str, Case]]:
    """Yield a case whole, without code models, and without each family: variant, left_out, case."""
    yield ALL, "", case
    code = case.rows["code_model"].astype(bool)
    if code.any():
        yield NO_CODE, "", replace(case, rows=case.rows[~code])
    known = case.rows.dropna(subset=["value", axis])
    for family in sorted(known["family"].unique()):
        yield NO_FAMILY, str(family), replace(case, rows=known[known["family"].ne(family)])


def table(
    cases: Iterable[Case],
    axis: str = "train_flops",
    *,
    margin: float = MARGIN,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> pd.DataFrame:
    """Return width and threshold of each case under every variant, with intervals.

    Columns: those of `cases.KEYS`, axis, variant, left_out (a family, or nothing), n_models, width,
    width_low, width_high (decades), status, threshold, threshold_low, threshold_high (units of the
    axis), threshold_status. Strict and flexible filters are cases of their own, in column filter.
    """
    rows = []
    for case in cases:
        for variant, left_out, part in variants(case, axis):
            found = fit(
                part.rows, axis, part.floor, best=part.best, replicates=replicates, seed=seed
            )
            measured = statistics(found)
            place, low, high, status = threshold(found, part.level, margin)
            rows.append(
                part.key()
                | {"axis": axis, "variant": variant, "left_out": left_out}
                | {"n_models": found.n_models}
                | {name: measured[name] for name in ("width", "width_low", "width_high")}
                | {"status": found.status}
                | {"threshold": 10**place, "threshold_low": 10**low, "threshold_high": 10**high}
                | {"threshold_status": status}
            )
    return rounded(pd.DataFrame(rows).astype({"shots": "Int64"}))
