"""How much a width or threshold owes to some of its models: the same measured without them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pandas as pd

from emergence.instrument.cases import Case, rounded
from emergence.instrument.curves import REPLICATES, CurveFit, fit, statistics
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
    """Return width and threshold of each case under every variant.

    With intervals, but where a family is left out, which the bootstrap does anyway.

    Columns: those of `cases.KEYS`, axis, variant, left_out (a family, or nothing), n_models, width,
    width_low, width_high (decades), status, threshold, threshold_low, threshold_high (units of the
    axis), threshold_status. Strict and flexible filters are cases of their own, in column filter.
    """
    rows = []
    for case in cases:
        start = None
        for variant, left_out, part in variants(case, axis):
            whole = variant != NO_FAMILY
            found = fit(
                part.rows,
                axis,
                part.floor,
                best=part.best,
                replicates=replicates if whole else 0,
                seed=seed,
                start=start,
            )
            if variant == ALL and found.fitted:
                start = found.theta
            about = {"axis": axis, "variant": variant, "left_out": left_out}
            rows.append(part.key() | about | _measured(found, part.level, margin, whole))
    return rounded(pd.DataFrame(rows).astype({"shots": "Int64"}))


def _measured(found: CurveFit, level: float, margin: float, whole: bool) -> dict[str, object]:
    of_width = statistics(found)
    place, low, high, status = threshold(found, level, margin)
    row = {
        "n_models": found.n_models,
        **{name: of_width[name] for name in ("width", "width_low", "width_high")},
        "status": found.status,
        "threshold": 10.0**place,
        "threshold_low": 10.0**low,
        "threshold_high": 10.0**high,
        "threshold_status": status,
    }
    ends = [] if whole else [name for name in row if name.endswith(("_low", "_high"))]
    return row | dict.fromkeys(ends, float("nan"))
