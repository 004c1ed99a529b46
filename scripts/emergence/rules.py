"""Relations between the columns of one table that a list of column constraints cannot say."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

Fault = tuple[int, str, str]
Rule = Callable[[pd.DataFrame], Iterator[Fault]]

SHARES = {"exact_match", "accuracy", "accuracy_norm", "macro_accuracy", "mc2", "pass_at_1"}
RELATIVE = 1e-6


def _rows(mask: pd.Series) -> Iterator[int]:
    return (int(row) for row in np.flatnonzero(mask.fillna(False)))


def _number(table: pd.DataFrame, column: str) -> pd.Series:
    # Text in place of a number is a fault of its own, told by the schema.
    return pd.to_numeric(table[column], errors="coerce")


def value_in_range(table: pd.DataFrame) -> Iterator[Fault]:
    """A share is at most 1, a BLEU at most 100."""
    value = _number(table, "value")
    for row in _rows(table["metric"].isin(SHARES) & value.gt(1)):
        yield row, "value", f"{table['value'][row]} is not in [0, 1]"
    for row in _rows(table["metric"].eq("bleu") & value.gt(100)):
        yield row, "value", f"{table['value'][row]} is not in [0, 100]"


def whole_number_of_items(table: pd.DataFrame) -> Iterator[Fault]:
    """A plain accuracy times its number of items is a whole number, or rounded from one."""
    value, n = _number(table, "value"), _number(table, "n")
    count = value * n
    plain = table["metric"].isin(SHARES) & n.notna()
    whole = (count - count.round()).abs() < RELATIVE * np.maximum(1, count)
    rounded = table.get("rounded", pd.Series("False", index=table.index)).isin(["True", "true"])
    near = ((count.round() / n).round(3) - value).abs() < 1e-9
    for row in _rows(plain & ~whole & ~(rounded & near)):
        yield row, "n", f"{table['value'][row]} of {table['n'][row]} items is no whole number"


def n_or_reason(table: pd.DataFrame) -> Iterator[Fault]:
    """A share either has its number of items or a reason why not, never both."""
    share = table["metric"].isin(SHARES)
    for row in _rows(share & table["n"].isna() & table["n_reason"].isna()):
        yield row, "n", "is empty without an n_reason"
    for row in _rows(table["n"].notna() & table["n_reason"].notna()):
        yield row, "n_reason", "is given although n is known"


def chance_or_reason(table: pd.DataFrame) -> Iterator[Fault]:
    """A task either has a chance level or a reason why not, never both."""
    chance, reason = table["chance"], table["chance_reason"]
    for row in _rows(chance.isna() & reason.isna()):
        yield row, "chance", "is empty without a chance_reason"
    for row in _rows(chance.notna() & reason.notna()):
        yield row, "chance_reason", "is given although chance is known"
    guess = 1 / _number(table, "choices")
    for row in _rows(chance.notna() & (_number(table, "chance") - guess).abs().gt(1e-9)):
        yield row, "chance", f"{chance[row]} is not 1/{table['choices'][row]}"


def flops_are_6nd(table: pd.DataFrame) -> Iterator[Fault]:
    """Training FLOPs are 6 * active parameters * tokens, and empty where tokens are."""
    flops, tokens = _number(table, "train_flops"), _number(table, "tokens")
    estimate = 6 * _number(table, "params_active") * tokens
    for row in _rows(flops.isna() ^ tokens.isna()):
        yield row, "train_flops", "is empty although tokens are known, or the other way round"
    for row in _rows((flops / estimate - 1).abs().gt(RELATIVE)):
        yield row, "train_flops", f"{table['train_flops'][row]} is not 6*N*D = {estimate[row]:.8g}"


def active_within_total(table: pd.DataFrame) -> Iterator[Fault]:
    """Active parameters are at most all parameters; only mixtures of experts differ."""
    active, total = _number(table, "params_active"), _number(table, "params_total")
    for row in _rows(active.gt(total)):
        yield row, "params_active", f"{table['params_active'][row]} is above params_total"
    for row in _rows(table["architecture"].ne("mixture") & active.ne(total)):
        yield row, "params_active", "differs from params_total, but the model is no mixture"


def correction_has_reference(table: pd.DataFrame) -> Iterator[Fault]:
    """Where our figure is not the source's, a note and a reference say why."""
    changed = _number(table, "tokens").ne(_number(table, "tokens_source")) & table["tokens"].notna()
    changed |= (
        _number(table, "params_active").ne(_number(table, "params_source"))
        & _number(table, "params_total").ne(_number(table, "params_source"))
    )  # fmt: skip
    for row in _rows(changed & (table["note"].isna() | table["reference"].isna())):
        yield row, "reference", "is empty although parameters or tokens differ from the source's"


def known_metrics(table: pd.DataFrame) -> Iterator[Fault]:
    """The metrics of a task are metrics of the book."""
    for row, metrics in table["metrics"].dropna().items():
        for metric in set(metrics.split(";")) - SHARES - {"bleu", "perplexity"}:
            yield int(row), "metrics", f"{metric} is no metric of the book"


def many_or_figures(table: pd.DataFrame) -> Iterator[Fault]:
    """FLOPs, parameters and model are empty only where the table says Many, and approach fits."""
    for column in ("train_flops", "params", "model"):
        for row in _rows(table[column].isna() ^ table["note"].eq("many")):
            yield row, column, "must be empty exactly where note is many"
    for row in _rows(table["approach"].isna() ^ table["kind"].eq("few_shot")):
        yield row, "approach", "must be empty exactly for few-shot abilities"


def right_answers(table: pd.DataFrame) -> Iterator[Fault]:
    """Right answers are the value times the number of items."""
    count = _number(table, "value") * _number(table, "n")
    right = _number(table, "successes")
    for row in _rows((count - right).abs().gt(RELATIVE * np.maximum(1, count))):
        yield row, "successes", f"{table['successes'][row]} is not value * n = {count[row]:.8g}"


def placed_by_a_source(table: pd.DataFrame) -> Iterator[Fault]:
    """Parameters and FLOPs name where they are from, and active parameters are at most all."""
    for column, source in (("params_total", "params_from"), ("train_flops", "flops_from")):
        for row in _rows(table[column].isna() ^ table[source].isna()):
            yield row, source, f"must be empty exactly where {column} is"
    active, total = _number(table, "params_active"), _number(table, "params_total")
    for row in _rows(active.gt(total)):
        yield row, "params_active", f"{table['params_active'][row]} is above params_total"


RULES: dict[str, tuple[Rule, ...]] = {
    "scores": (value_in_range, whole_number_of_items, n_or_reason),
    "checkpoints": (value_in_range, whole_number_of_items, n_or_reason),
    "tasks": (chance_or_reason, known_metrics),
    "models": (flops_are_6nd, active_within_total, correction_has_reference),
    "abilities": (many_or_figures,),
    "own_models": (placed_by_a_source,),
    "own_scores": (value_in_range, whole_number_of_items, n_or_reason, right_answers),
}
