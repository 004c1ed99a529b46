"""The same answers under several metrics, each beside what the harness reported of them."""

from __future__ import annotations

import math
import re
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from emergence.errors import DataError
from emergence.metrics import corpus_bleu, perplexity, score
from emergence.own.reading import RefusedError
from emergence.own.results import TaskRun
from emergence.own.samples import CHOSEN, WRITTEN, Answers

DISTANCES = ("token_edit_distance", "normalised_token_edit_distance")
MOST_STEPS = 10**10
"""Comparisons of characters that a token edit distance may take; where it would take more, as with
answers of whole pages, it is left out."""
SAME = 1e-6
"""Largest difference between a reported value and ours that is rounding of the files' numbers."""
FEWEST_WORDS = 4
"""BLEU counts runs of four words: shorter answers have none."""
_INVALID = "[invalid]"
"""What a filter of the harness puts where it finds no answer."""

# Patterns come with untrusted files; only these known ones are run.
_LAST = "(?s).*#### "
_KNOWN: Mapping[str, Callable[[str], str]] = {
    _LAST: lambda text: text.rpartition("#### ")[2],
    **{p: lambda text, p=p: re.sub(p, "", text) for p in (",", r"\$", r"\.$", r"\.0+$")},
}


@dataclass(frozen=True)
class Scored:
    """One metric over all answers; stderr is None where the value is no mean.

    reported and difference: as in the table `own_samples`. values: of each answer, where it is one.
    """

    metric: str
    reading: str
    value: float
    stderr: float | None
    n: int
    reported: float | None = None
    difference: str | None = None
    values: np.ndarray | None = field(default=None, compare=False, repr=False)


def scored(answers: Answers, run: TaskRun, metric: str) -> list[Scored]:
    """Return the answers' scores. metric: of the book's curve that the task is on.

    Raises RefusedError where the answers contradict what was reported, or are fewer than the run
    had, or no metric can read them.
    """
    n = len(answers.table)
    if run.n is not None and n != run.n:
        raise RefusedError(f"holds {n} answers; the results file tells of {run.n}")
    kinds = {WRITTEN: _written, CHOSEN: _mc2 if metric == "mc2" else _chosen}
    try:
        return list(kinds.get(answers.kind, _likelihood)(answers, run))
    except DataError as error:
        raise RefusedError(str(error)) from None


def _mean(metric: str, reading: str, values: np.ndarray, **told: Any) -> Scored:
    n = len(values)
    error = float(np.std(values, ddof=1) / math.sqrt(n)) if n > 1 else None
    return Scored(metric, reading, float(np.mean(values)), error, n, values=values, **told)


def _reported(run: TaskRun, metric: str, answers: Answers) -> float | None:
    found = run.score(metric, answers.filter)
    return None if found is None else found.value


def _told(
    value: float, reported: float | None, explained: Iterator[tuple[str, float | None]], what: str
) -> dict[str, Any]:
    """What is reported beside a value, and why it differs.

    explained: reasons, each with the value that it would make of ours; None for one that can't be
    computed. Raises RefusedError where none of them explains the difference.
    """
    if reported is None or abs(value - reported) <= SAME * max(1, abs(reported)):
        return {"reported": reported}
    for reason, other in explained:
        if other is None or abs(other - reported) <= SAME * max(1, abs(reported)):
            return {"reported": reported, "difference": reason}
    raise RefusedError(f"its answers give {what} {value:.6g}, but {reported:.6g} is reported")


def _written(answers: Answers, run: TaskRun) -> Iterator[Scored]:
    table, ignored = answers.table, run.ignored
    as_reported = [tuple(_less(t, ignored) for t in ts) for ts in table["targets"]]
    filtered = table["answer"].map(lambda text: _less(text, ignored))
    exact = _best("exact_match", filtered, as_reported, max)
    unknown = _patterns(ignored) - _KNOWN.keys()
    why = iter([("options", None)] if unknown else [])
    reported = _reported(run, "exact_match", answers)
    yield _mean(
        "exact_match", "filtered", exact, **_told(exact.mean(), reported, why, "exact match")
    )
    # A target that is a whole solution is right by its last number alone.
    solution = _LAST in _patterns(ignored)
    targets = as_reported if solution else list(table["targets"])
    yield _mean("exact_match", "raw", _best("exact_match", table["raw"], targets, max))
    stripped = _best("exact_match", table["raw"], targets, max, strip=True)
    yield _mean("exact_match", "stripped", stripped)
    answer = filtered if solution else table["answer"]
    answer = answer.where(table["answer"].ne(_INVALID), "").str.strip()
    longest = answer.map(len).max() * max(len(t) for several in targets for t in several)
    for metric in DISTANCES if sum(map(len, targets)) * longest <= MOST_STEPS else ():
        yield _mean(metric, "stripped", _best(metric, answer, targets, min, strip=True))
    if np.median([len(ts[0].split()) for ts in targets]) >= FEWEST_WORDS:
        yield _bleu(answers, run)


def _bleu(answers: Answers, run: TaskRun) -> Scored:
    table = answers.table
    value = corpus_bleu(table["answer"], [targets[0] for targets in table["targets"]])
    reported = _reported(run, "bleu", answers)
    # A corpus with several right answers a row has another BLEU, which is not ours to compute.
    several = table["targets"].map(len).max() > 1
    told = _told(value, None if several else reported, iter([]), "BLEU")
    return Scored("bleu", "filtered", value, None, len(table), **told)


def _best(
    metric: str,
    answers: pd.Series,
    targets: list[tuple[str, ...]],
    best: Callable[..., float],
    **options: bool,
) -> np.ndarray:
    """Score each answer by the right one that suits it best."""
    owner = np.repeat(np.arange(len(targets)), [len(several) for several in targets])
    pairs = pd.DataFrame(
        {
            "answer": answers.to_numpy(dtype=object)[owner],
            "target": [target for several in targets for target in several],
        }
    )
    scores = score(pairs, metric, **options)
    return scores.groupby(owner).agg(best.__name__).to_numpy(dtype=float)


def _patterns(ignored: Mapping[str, Any]) -> set[str]:
    found = ignored.get("regexes_to_ignore")
    return {p for p in found if isinstance(p, str)} if isinstance(found, list) else set()


def _less(text: str, ignored: Mapping[str, Any]) -> str:
    """The text without what the task's exact match leaves out of account, as the harness does."""
    patterns = ignored.get("regexes_to_ignore")
    for pattern in patterns if isinstance(patterns, list) else ():
        if isinstance(pattern, str) and pattern in _KNOWN:
            text = _KNOWN[pattern](text)
    text = text.lower() if ignored.get("ignore_case") else text
    punctuation = string.punctuation if ignored.get("ignore_punctuation") else ""
    numbers = string.digits if ignored.get("ignore_numbers") else ""
    return text.translate(str.maketrans("", "", punctuation + numbers))


def _chosen(answers: Answers, run: TaskRun) -> Iterator[Scored]:
    table = answers.table
    if table["correct"].lt(0).any():
        raise RefusedError("does not tell which choice is right")
    values, right = list(table["choice_loglikelihoods"]), table["correct"].to_numpy()
    accuracy = score(table, "multiple_choice_accuracy").to_numpy()
    ties = iter([("ties", _first_of_best(values, right))])
    told = _told(accuracy.mean(), _reported(run, "acc", answers), ties, "accuracy")
    yield _mean("accuracy", "choices", accuracy, **told)
    lengths = [_lengths(texts, run.delimiter) for texts in table["choices"]]
    told_all = all(len(found) == len(v) for found, v in zip(lengths, values, strict=True))
    if told_all and all(map(any, lengths)):
        yield _by_length(values, lengths, right, _reported(run, "acc_norm", answers))
    brier = score(table, "brier_score").to_numpy()
    same = _told(brier.mean(), _reported(run, "brier_score", answers), iter([]), "Brier score")
    yield _mean("brier_score", "choices", brier, **same)
    log_probability = score(table, "choice_log_probability").to_numpy()
    # Of one impossible right answer the mean is minus infinity, which no table holds.
    if np.isfinite(log_probability).all():
        yield _mean("choice_log_probability", "choices", log_probability)


def _lengths(choices: tuple[str, ...], delimiter: str) -> list[int]:
    return [len(text.removeprefix(delimiter)) for text in choices]


def _by_length(
    values: list[tuple[float, ...]],
    lengths: list[list[int]],
    right: np.ndarray,
    reported: float | None,
) -> Scored:
    """Accuracy after division by length; a choice without characters is never the right one."""
    per_length = [
        tuple(v / n if n else -math.inf for v, n in zip(vs, ns, strict=True))
        for vs, ns in zip(values, lengths, strict=True)
    ]
    table = pd.DataFrame({"choice_loglikelihoods": per_length, "correct": right})
    accuracy = score(table, "multiple_choice_accuracy").to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        divided = [np.divide(vs, ns) for vs, ns in zip(values, lengths, strict=True)]
    reasons = [
        ("ties", _first_of_best(per_length, right)),
        ("empty_choice", _first_of_best(divided, right)),
    ]
    told = _told(accuracy.mean(), reported, iter(reasons), "length-normalised accuracy")
    return _mean("accuracy", "length_normalised", accuracy, **told)


def _first_of_best(values: Sequence[Sequence[float]], right: np.ndarray) -> float:
    """Accuracy where the first of equally likely choices is taken, as the harness does."""
    return float(np.mean([int(np.argmax(v)) == r for v, r in zip(values, right, strict=True)]))


def _mc2(answers: Answers, run: TaskRun) -> Iterator[Scored]:
    """Share of probability of the true choices (Lin et al. 2022, arXiv:2109.07958, MC2)."""
    table = answers.table
    if table["true"].isna().any():
        raise RefusedError("does not tell which choices are true")
    shares = []
    for values, true in zip(table["choice_loglikelihoods"], table["true"], strict=True):
        if not math.isfinite(max(values)):
            raise RefusedError("holds choices that are all impossible")
        weight = np.exp(np.array(values) - max(values))
        shares.append(float(weight[np.array(true) == 1].sum() / weight.sum()))
    reported = _reported(run, "acc", answers)
    told = _told(float(np.mean(shares)), reported, iter([]), "MC2")
    yield _mean("mc2", "choices", np.array(shares), **told)


def _likelihood(answers: Answers, run: TaskRun) -> Iterator[Scored]:
    table = answers.table
    greedy = table["greedy"].to_numpy(dtype=float)
    told = _told(greedy.mean(), _reported(run, "acc", answers), iter([]), "accuracy")
    yield _mean("accuracy", "target", greedy, **told)
    values = table["log_likelihood"].to_numpy(dtype=float)
    if not np.isfinite(values).all():
        return
    table = pd.DataFrame({"token_logprobs": [(value,) for value in values]})
    yield _mean("log_likelihood", "target", score(table, "log_likelihood").to_numpy())
    reported = _reported(run, "perplexity", answers)
    if reported is not None:
        value = float(perplexity(values.mean()))
        same = _told(value, reported, iter([]), "perplexity")
        yield Scored("perplexity", "target", value, None, len(values), **same)
