"""Files of answers, joined with the results of their run, and scored again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from emergence.own.placing import Placed
from emergence.own.reading import LARGEST_SAMPLES, RefusedError, content, lines
from emergence.own.samples import Answers, NotANumberError, read_answers
from emergence.own.scored import Scored, scored
from emergence.own.sources import File, Report, shown_below

_STAMP = r"_(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(?:\.\d+)?)"
_RESULTS = re.compile(rf".*{_STAMP}\.json", re.DOTALL)
_SAMPLES = re.compile(rf"samples_(.+){_STAMP}\.jsonl", re.DOTALL)

Again = list[tuple[Placed, Answers, list[Scored]]]


def scored_again(
    file: File, placed: list[Placed], samples: Iterable[Path], given: Path
) -> tuple[Again, set[str], Report]:
    """Return a run's answers under several metrics, the tasks whose answers are NaN, and a report.

    placed: the scores of the run that are on a curve; samples: all files of answers, of which
    those of the same folder and time are the run's.
    """
    stamp = _stamp(file.path)
    kept: Again = []
    bad: set[str] = set()
    refused = []
    for path in samples:
        name = _SAMPLES.fullmatch(path.name)
        if name is None or path.parent != file.path.parent or name[2] != stamp:
            continue
        mine = [p for p in placed if p.run.name == name[1]]
        if not mine:
            continue
        try:
            kept += _rescored(path, mine)
        except RefusedError as error:
            refused.append(f"{shown_below(path, given)}: {error}")
            if isinstance(error, NotANumberError):
                bad.add(name[1])
    return kept, bad, Report(refused=tuple(refused))


def _rescored(path: Path, mine: list[Placed]) -> Again:
    run = mine[0].run
    answers = read_answers(lines(content(path, LARGEST_SAMPLES)), run.filters())
    kept = []
    for own in answers:
        # Two metrics of one filter are two curves, and the answers the same.
        first = next((p for p in mine if p.score.filter == own.filter), None)
        if first is not None:
            kept.append((first, own, scored(own, run, first.curve.metric)))
    return kept


def _stamp(path: Path) -> str | None:
    found = _RESULTS.fullmatch(path.name)
    return found[1] if found else None


def left(samples: Iterable[Path], files: Iterable[File], given: Path) -> Report:
    """Return a line for every file of answers that goes with no results file."""
    there = {(file.path.parent, _stamp(file.path)) for file in files}
    refused = []
    for path in samples:
        name = _SAMPLES.fullmatch(path.name)
        if name is None:
            refused.append(f"{shown_below(path, given)}: {_unnamed(path)}")
        elif (path.parent, name[2]) not in there:
            told = "has no good results file of the same time beside it"
            refused.append(f"{shown_below(path, given)}: {told}")
    return Report(refused=tuple(refused))


def _unnamed(path: Path) -> str:
    """Why a file of JSON lines is not read: the harness before 0.4.5 named them otherwise."""
    try:
        next(lines(content(path, LARGEST_SAMPLES)))
    except RefusedError as error:
        return str(error)
    return "is not named samples_TASK_TIME.jsonl, so nothing tells whose answers it has"
