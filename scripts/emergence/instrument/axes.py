"""What forecasts are made of: the eight metrics, three axes, the split at a cutoff of compute.

The capability axis follows Ruan, Maddison & Hashimoto 2024 (arXiv 2405.10938, section 3): principal
components of standard benchmarks. It needs other scores of the very model that is predicted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from emergence.errors import DataError

METRICS = (
    ("word_unscramble", "exact_match"),
    ("arithmetic_2da", "exact_match"),
    ("arithmetic_2dm", "exact_match"),
    ("arithmetic_3da", "exact_match"),
    ("arithmetic_3ds", "exact_match"),
    ("ipa_transliterate", "exact_match"),
    ("persian_qa", "accuracy"),
    ("ipa_transliterate", "bleu"),
)
"""Task and metric of every forecast: few-shot scores of open models."""

BENCHMARKS = (
    ("arc_challenge", "accuracy_norm"),
    ("hellaswag", "accuracy_norm"),
    ("mmlu", "macro_accuracy"),
    ("winogrande", "accuracy"),
    ("truthfulqa", "mc2"),
    ("xwinograd", "macro_accuracy"),
    ("humaneval", "pass_at_1"),
)
"""Standard benchmarks of the capability axis. GSM8K is left out: it is arithmetic itself."""

AXES = ("train_flops", "params_active", "capability")
FROM_BELOW = ("train_flops", "params_active")
"""Axes known before a model is trained: prediction from smaller models as Wei et al. 2022 mean it.

`capability` is prediction from other scores of the same model.
"""

TEST_SETS = ("above", "unknown", "noted")
"""Models above the cutoff, models of unknown compute, and rows with a note of either kind."""

NO_LINEAGE = "other"
"""Lineage of families that descend from no other."""

BLEU_RESOLUTION = 0.001
"""The step in which a BLEU (as a share) is told: a tenth of a point."""

_COLUMNS = ("model", "family", "lineage", "task", "metric", "prompting", "value", "n", "note")


@dataclass(frozen=True)
class Panel:
    """Scores of M models on K metrics, with their axes; arrays share the order of `models`.

    families, lineages: (M,) names; a lineage is a line of families, or the family where there is
    none. y: (K, M) shares in [0, 1], BLEU divided by 100, nan where a model has no score.
    resolution: (K,) the step between two scores, 1/n. chance: (K,) chance level, 0 for open
    answers. noted: (K, M) whether the row has a note. flops, params: (M,), nan where unknown.
    benchmarks: (M, 7) shares.
    """

    metrics: tuple[tuple[str, str], ...]
    models: np.ndarray
    families: np.ndarray
    lineages: np.ndarray
    y: np.ndarray
    resolution: np.ndarray
    chance: np.ndarray
    noted: np.ndarray
    flops: np.ndarray
    params: np.ndarray
    benchmarks: np.ndarray


def panel(
    scores: pd.DataFrame,
    tasks: pd.DataFrame,
    metrics: tuple[tuple[str, str], ...] = METRICS,
    highest: float | None = None,
) -> Panel:
    """Return the scores to forecast, and what to forecast them from, as arrays.

    scores: as `tables.scores_with_models`; tasks: their table. Models come in order of identifier,
    so that the order of rows means nothing. highest: where given, only models of at most that many
    known training FLOPs enter. Raises DataError for a missing column, an unknown metric, two rows
    of one model and metric, a score outside [0, 1] (BLEU: [0, 100]) or a model without benchmarks.
    """
    missing = {*_COLUMNS, "train_flops", "params_active"} - {*scores.columns}
    if missing:
        raise DataError(f"scores: no column {', '.join(sorted(missing))}")
    if highest is not None:
        scores = scores[scores["train_flops"].le(highest)]
    few_shot = scores[scores["prompting"].eq("few_shot")]
    targets = _wide(few_shot, metrics)
    rows = few_shot[_chosen(few_shot, metrics)].drop_duplicates("model").set_index("model")
    rows = rows.loc[targets.index]
    standard = _wide(scores[scores["prompting"].eq("standard")], BENCHMARKS)
    benchmarks = standard.reindex(targets.index)
    bare = benchmarks.index[benchmarks.isna().all(axis=1)]
    if len(bare):
        raise DataError(f"scores: {bare[0]}: found no standard benchmark; expected at least one")
    notes = few_shot.assign(value=few_shot["note"].notna().astype(float), note=pd.NA)
    chance = tasks.set_index("task")["chance"].astype("float64").fillna(0.0)
    return Panel(
        metrics,
        targets.index.to_numpy(dtype=object),
        rows["family"].to_numpy(dtype=object),
        rows["lineage"].mask(rows["lineage"].eq(NO_LINEAGE), rows["family"]).to_numpy(dtype=object),
        targets.to_numpy(dtype=float).T,
        np.array([_resolution(few_shot, *pair) for pair in metrics]),
        np.array([chance[task] for task, _ in metrics]),
        _wide(notes, metrics, check=False).to_numpy(dtype=float).T == 1,
        rows["train_flops"].to_numpy(dtype=float),
        rows["params_active"].to_numpy(dtype=float),
        benchmarks.to_numpy(dtype=float),
    )


def _chosen(scores: pd.DataFrame, pairs: tuple[tuple[str, str], ...]) -> np.ndarray:
    keys = pd.MultiIndex.from_frame(scores[["task", "metric"]].astype(object))
    return keys.isin(pairs)


def _wide(
    scores: pd.DataFrame, pairs: tuple[tuple[str, str], ...], *, check: bool = True
) -> pd.DataFrame:
    """One row a model, one column a task and metric, in the order of `pairs`."""
    rows = scores[_chosen(scores, pairs)]
    twice = rows.duplicated(["model", "task", "metric"])
    if twice.any():
        found = rows.loc[twice, ["model", "task", "metric"]].iloc[0]
        raise DataError(f"scores: {'/'.join(found)}: found two rows; expected one")
    if check:
        rows = rows.assign(value=_shares(rows))
    keys = [rows["task"].astype(object), rows["metric"].astype(object)]
    wide = rows.set_index([rows["model"].astype(object), *keys])["value"].unstack([1, 2])
    for pair in pairs:
        if pair not in wide.columns:
            raise DataError(f"scores: found no score of {'/'.join(pair)}")
    return wide[list(pairs)].astype("float64").sort_index()


def _shares(rows: pd.DataFrame) -> pd.Series:
    values = rows["value"].astype("float64")
    shares = values / np.where(rows["metric"].eq("bleu"), 100.0, 1.0)
    wrong = ~shares.between(0, 1)
    if wrong.any():
        first = rows[wrong].iloc[0]
        place = "/".join(first[["model", "task", "metric"]])
        raise DataError(f"scores: {place}: found {first['value']}; expected a share (BLEU: 0..100)")
    return shares


def _resolution(scores: pd.DataFrame, task: str, metric: str) -> float:
    if metric == "bleu":
        return BLEU_RESOLUTION
    n = scores.loc[scores["task"].eq(task) & scores["metric"].eq(metric), "n"].dropna()
    if n.empty:
        raise DataError(f"scores: {task}/{metric}: found no n; expected the number of items")
    return 1.0 / float(n.median())


def parts(panel: Panel, cutoff: float) -> dict[str, np.ndarray]:
    """Return who is trained on and who is tested at a cutoff in FLOPs: (K, M) boolean arrays.

    train: known FLOPs at or below the cutoff, no note. above: known FLOPs above it; unknown: FLOPs
    unknown; noted: rows with a note of those two kinds. Rows with a note at or below the cutoff are
    in none.
    """
    scored = np.isfinite(panel.y)
    clean = scored & ~panel.noted
    below, unknown = panel.flops <= cutoff, np.isnan(panel.flops)
    return {
        "train": clean & below,
        "above": clean & ~below & ~unknown,
        "unknown": clean & unknown,
        "noted": scored & panel.noted & ~below,
    }


def components(
    benchmarks: np.ndarray, train: np.ndarray, count: int = 3, rounds: int = 1000
) -> tuple[np.ndarray, np.ndarray]:
    """Return principal components of benchmarks, learnt from training models only.

    benchmarks: (M, P), nan where missing; train: (B, M) boolean, one row a split. Returns (B, M,
    count) components of all models and (B, count) shares of training variance. Missing scores are
    imputed from the one component that the training models' standardised scores share, refined
    until it no longer moves, and clipped to [0, 1]; the components are then those of the unscaled
    scores. Other models are imputed and projected with what the training models gave. Signs are
    such that loadings sum to more than 0. Splits of fewer than two training models give nan.
    Source: Ruan et al. 2024, section 3, and its published code.
    """
    known = np.isfinite(benchmarks)
    enough = train.sum(axis=1) >= 2
    safe = np.where(enough[:, None], train, True)
    filled = _imputed(benchmarks, known, safe, rounds)
    weight = safe[:, :, None] / safe.sum(axis=1)[:, None, None]
    mean = (filled * weight).sum(axis=1, keepdims=True)
    centred = filled - mean
    covariance = np.einsum("bmp,bmq->bpq", centred * weight, centred)
    values, vectors = np.linalg.eigh(covariance)
    values, vectors = values[:, ::-1], vectors[:, :, ::-1]
    vectors = vectors * np.where(vectors.sum(axis=1, keepdims=True) < 0, -1.0, 1.0)
    scores = np.einsum("bmp,bpc->bmc", centred, vectors[:, :, :count])
    share = values[:, :count] / np.maximum(values.sum(axis=1, keepdims=True), 1e-300)
    return np.where(enough[:, None, None], scores, np.nan), np.where(enough[:, None], share, np.nan)


def _imputed(x: np.ndarray, known: np.ndarray, train: np.ndarray, rounds: int) -> np.ndarray:
    """(B, M, P) benchmarks without gaps, by one component of the training models of each split."""
    weight = train[:, :, None] & known[None]
    counts = np.maximum(weight.sum(axis=1, keepdims=True), 1)
    mean = np.where(weight, x, 0.0).sum(axis=1, keepdims=True) / counts
    spread = np.sqrt(np.where(weight, (x - mean) ** 2, 0.0).sum(axis=1, keepdims=True) / counts)
    spread = np.where(spread > 0, spread, 1.0)
    z = np.where(known[None], (x - mean) / spread, 0.0)
    share = train[:, :, None] / train.sum(axis=1)[:, None, None]
    for _ in range(rounds):
        centre = (z * share).sum(axis=1, keepdims=True)
        centred = z - centre
        first = np.linalg.eigh(np.einsum("bmp,bmq->bpq", centred * share, centred))[1][
            :, None, :, -1
        ]
        # The component's score that fits a model's known benchmarks best, in least squares.
        seen = np.where(known[None], first, 0.0)
        score = (centred * seen).sum(axis=2) / np.maximum((seen**2).sum(axis=2), 1e-12)
        new = np.where(known[None], z, centre + score[:, :, None] * first)
        moved = np.abs(new - z).max()
        z = new
        if moved < 1e-6:
            break
    return np.clip(z * spread + mean, 0.0, 1.0)
