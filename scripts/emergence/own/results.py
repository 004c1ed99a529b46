"""Results files of lm-evaluation-harness: 0.4 (0.4.2 to 0.4.13 seen) and the layout of 0.3."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emergence.own.names import clean, grouped, identity, public
from emergence.own.reading import RefusedError

_NAMED_BY = ("peft", "delta", "pretrained", "model", "path", "engine")
"""Model arguments that name the model, the first one first, as the harness itself looks."""
_VERSION = re.compile(r"[0-9][0-9a-z.+-]{0,30}")
_STDERR = re.compile(r"_stderr(?=,|$)")
_NO_METRICS = {"alias", "name", "sample_len", "sample_count", "samples"}
_LARGEST_ERROR = 1e100
"""Above it a standard error is none: its square would be no number."""
BYPASS = "bypass"
"""Metric of runs that only wrote answers down; its 999 is no score."""


@dataclass(frozen=True)
class Score:
    """One number that was reported; stderr is None where the file has none that is one."""

    metric: str
    filter: str
    value: float
    stderr: float | None


@dataclass(frozen=True)
class TaskRun:
    """One task of a run: its scores, and what is told of how it was run.

    shots, n (items of the run) and original (items of the task) are None where the file does not
    say. ignored: what the task's exact match leaves out of account, by option.
    """

    name: str
    scores: tuple[Score, ...]
    shots: int | None
    n: int | None
    original: int | None
    ignored: Mapping[str, Any]
    delimiter: str

    def filters(self) -> tuple[str, ...]:
        """The filters that have scores, in the order of the file."""
        return tuple(dict.fromkeys(score.filter for score in self.scores))

    def score(self, metric: str, answer_filter: str) -> Score | None:
        """The score of one metric and filter, if there is one."""
        wanted = (metric, answer_filter)
        return next((s for s in self.scores if (s.metric, s.filter) == wanted), None)


@dataclass(frozen=True)
class Run:
    """One results file. name: the model's public name, empty where the file has none; full_name:
    as the file has it, never to be kept; started: UTC."""

    name: str
    full_name: str
    revision: str
    params: float | None
    flags: tuple[str, ...]
    limited: bool
    started: str | None
    version: str | None
    tasks: tuple[TaskRun, ...]

    @property
    def identity(self) -> str:
        return identity(self.name, self.revision)


def read_run(found: Any) -> tuple[Run, list[str]]:
    """Return the run that a results file holds, and lines on the tasks of it that are refused.

    found: the file's JSON. Raises RefusedError for what is no results file.
    """
    if not isinstance(found, dict) or "results" not in found:
        raise RefusedError("is no results file of lm-evaluation-harness: it has no `results`")
    results = found["results"]
    if not isinstance(results, dict):
        raise RefusedError("its `results` are a list without scores, not a mapping of tasks")
    config = _mapping(found, "config")
    groups = _groups(found)
    tasks, faults = [], []
    for name, scores in results.items():
        if name in groups:
            continue
        try:
            tasks.append(_task(name, scores, found, config))
        except RefusedError as error:
            faults.append((name, str(error)))
    full_name, revision = _named(found, config)
    flags = {
        "chat_template": found.get("chat_template") or found.get("fewshot_as_multiturn") is True,
        "system_prompt": found.get("system_instruction"),
    }
    params = _number(config.get("model_num_parameters"))
    run = Run(
        public(full_name),
        full_name,
        clean(revision, 40),
        params if params is not None and params >= 1 else None,
        tuple(name for name, told in flags.items() if told),
        config.get("limit") is not None,
        _time(found.get("date")),
        _version(found.get("lm_eval_version")),
        tuple(tasks),
    )
    return run, grouped(faults)


def _mapping(found: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = found.get(key)
    return value if isinstance(value, dict) else {}


def _groups(found: Mapping[str, Any]) -> set[str]:
    """Averages over other tasks of the file, which would count those twice."""
    parts = _mapping(found, "group_subtasks")
    return {name for name, tasks in parts.items() if tasks} | set(_mapping(found, "groups"))


def _task(name: str, found: Any, whole: Mapping[str, Any], config: Mapping[str, Any]) -> TaskRun:
    if not isinstance(found, dict):
        raise RefusedError("its scores are no mapping")
    own = _mapping(_mapping(whole, "configs"), name)
    counts = _mapping(_mapping(whole, "n-samples"), name)
    shots = _mapping(whole, "n-shot").get(name, own.get("num_fewshot", config.get("num_fewshot")))
    scores = tuple(_scores(found))
    if not scores:
        only = any(key.split(",")[0] == BYPASS for key in found)
        raise RefusedError("has answers only, no score" if only else "has no score")
    return TaskRun(
        name,
        scores,
        _count(shots, "shots", least=0),
        _count(counts.get("effective"), "effective items"),
        _count(counts.get("original"), "items"),
        _ignored(own),
        delimiter if isinstance(delimiter := own.get("target_delimiter"), str) else " ",
    )


def _scores(found: Mapping[str, Any]) -> list[Score]:
    """Every score of a task. Raises RefusedError for NaN: such a model has no answers."""
    # Before 0.4 there were no filters; since, what has none is no metric.
    filtered = any("," in key for key in found)
    kept = []
    for key, value in found.items():
        metric, comma, answer_filter = key.partition(",")
        if (filtered and not comma) or _STDERR.search(key) or metric == BYPASS:
            continue
        if isinstance(value, float) and math.isnan(value):
            raise RefusedError(f"its {clean(metric, 40)} is NaN, so its answers can't be trusted")
        number = _number(value)
        if number is not None and key not in _NO_METRICS:
            stderr = _number(found.get(f"{metric}_stderr{comma}{answer_filter}"))
            stderr = stderr if stderr is not None and 0 <= stderr < _LARGEST_ERROR else None
            kept.append(Score(metric, answer_filter if comma else "none", number, stderr))
    return kept


def _ignored(own: Mapping[str, Any]) -> dict[str, Any]:
    """What exact match leaves out of account: the options that are on."""
    metrics = own.get("metric_list")
    for metric in metrics if isinstance(metrics, list) else ():
        if isinstance(metric, dict) and metric.get("metric") == "exact_match":
            names = ("ignore_case", "ignore_punctuation", "ignore_numbers", "regexes_to_ignore")
            return {name: metric[name] for name in names if metric.get(name)}
    return {}


def _named(found: Mapping[str, Any], config: Mapping[str, Any]) -> tuple[str, str]:
    """Name and revision of the model; each empty where the file has none."""
    given = config.get("model_args")
    if isinstance(given, str):
        pairs = (pair.partition("=") for pair in given[:10_000].split(","))
        given = {name.strip(): value.strip() for name, _, value in pairs}
    arguments = given if isinstance(given, dict) else {}
    names = [found.get("model_name"), *(arguments.get(key) for key in _NAMED_BY)]
    name = next((n for n in names if isinstance(n, str) and n.strip()), "")
    revisions = [config.get("model_revision"), arguments.get("revision")]
    told = (r for r in revisions if isinstance(r, str) and r not in ("", "main"))
    return name, next(told, "")


def _number(value: Any) -> float | None:
    """The value as a finite float; None if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _count(value: Any, what: str, *, least: int = 1) -> int | None:
    if value is None:
        return None
    number = _number(value)
    if number is None or number != int(number) or not least <= number < 2**53:
        raise RefusedError(f"{what}: {clean(repr(value), 40)} is no whole number from {least}")
    return int(number)


def _time(value: Any) -> str | None:
    number = _number(value)
    if number is None or not 0 < number < 2**35:
        return None
    moment = datetime.datetime.fromtimestamp(number, datetime.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _version(value: Any) -> str | None:
    return value if isinstance(value, str) and _VERSION.fullmatch(value) else None
