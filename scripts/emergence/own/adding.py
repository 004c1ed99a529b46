"""Add models from files of results: every file is read or refused with a reason, and what is good
is added."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from emergence import paths
from emergence.errors import BookError, DataError, ParameterError
from emergence.own import card as cards
from emergence.own import store
from emergence.own.card import Card
from emergence.own.names import clean, identity, slug
from emergence.own.placing import Placed, Places, listed, placed, read_places
from emergence.own.reading import (
    LARGEST_RESULTS,
    LARGEST_SAMPLES,
    RefusedError,
    below,
    content,
    lines,
    parsed,
)
from emergence.own.results import Run, read_run
from emergence.own.samples import read_answers
from emergence.own.scored import Scored, scored
from emergence.own.tables import (
    SAMPLE_KEY,
    SCORE_KEY,
    Row,
    Rows,
    as_csv,
    best,
    card_file,
    model_row,
    sample_rows,
    score_rows,
)
from emergence.tables import read_table

_STAMP = r"_(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(?:\.\d+)?)"
_RESULTS = re.compile(rf".*{_STAMP}\.json", re.DOTALL)
_SAMPLES = re.compile(rf"samples_(.+){_STAMP}\.jsonl", re.DOTALL)


@dataclass
class Report:
    """What was done, a line each: models written or unchanged, what was refused, what skipped."""

    added: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def code(self) -> int:
        """Exit code: 2 nothing is there, 1 something was refused, 0 all is well."""
        if not self.added and not self.unchanged:
            return 2
        return 1 if self.refused else 0


@dataclass(frozen=True)
class _File:
    """A results file that was read, with the card that lies nearest to it."""

    path: Path
    shown: str
    run: Run
    card: Path | None


def add(given: Path, card: Path | None = None, root: Path = paths.OWN) -> Report:
    """Add every model whose results lie at or below `given`; root: where models are kept.

    card: for all of them, in place of those that lie beside the results. Raises ParameterError
    when there is nothing at `given`, and when `card` is unreadable.
    """
    if not given.exists():
        raise ParameterError(f"{clean(str(given), 200)}: there is no such file or folder")
    if card is not None:
        cards.read(card, clean(card.name))
    store.recover(root)
    report, places = Report(), read_places()
    ours = frozenset(store.folders(root)) | frozenset(p.resolve() for p in store.folders(root))
    found = [p for p in below(given, ours) if p.suffix in (".json", ".jsonl")]
    if not found:
        raise ParameterError(f"{clean(str(given), 200)}: there is no .json file in it")
    read = [f for p in found if p.suffix == ".json" and (f := _read(p, given, card, report))]
    chosen = _by_card(read, report)
    samples = [p for p in found if p.suffix == ".jsonl"]
    known = _known()
    for files, own_card in _by_model(chosen, report):
        try:
            _add_model(files, own_card, samples, root, places, known, report)
        except BookError as error:
            report.refused += [
                f"{clean(files[0].run.identity)}: {e}" for e in str(error).split("\n")
            ]
    _left_samples(samples, read, given, report)
    return report


def _read(path: Path, given: Path, card: Path | None, report: Report) -> _File | None:
    shown = _shown(path, given)
    try:
        run, faults = read_run(parsed(content(path, LARGEST_RESULTS)))
    except RefusedError as error:
        report.refused.append(f"{shown}: {error}")
        return None
    report.refused += [f"{shown}: {fault}" for fault in faults]
    return _File(path, shown, run, card or _nearest_card(path, given))


def _shown(path: Path, given: Path) -> str:
    """How messages name a file: below what was given."""
    inside = path.relative_to(given) if path != given else Path(path.name)
    return clean(inside.as_posix(), 200)


def _nearest_card(path: Path, given: Path) -> Path | None:
    top = given if given.is_dir() else given.parent
    for folder in path.parents:
        if (folder / cards.NAME).is_file():
            return folder / cards.NAME
        if folder == top:
            return None
    return None


def _by_card(files: list[_File], report: Report) -> list[tuple[_File, Card | None]]:
    """Each file with the entry of its card. A card's entry is for one model only."""
    chosen: list[tuple[_File, Card | None]] = []
    for path in dict.fromkeys(file.card for file in files):
        here = [file for file in files if file.card == path]
        if path is None:
            chosen += [(file, None) for file in here]
            continue
        try:
            alone, entries = cards.read(path, clean(path.name))
            chosen += _matched(here, alone, entries, report, clean(path.name))
        except BookError as error:
            report.refused.append(str(error))
    return sorted(chosen, key=lambda pair: files.index(pair[0]))


def _matched(
    files: list[_File],
    alone: Card | None,
    entries: Mapping[str, Card],
    report: Report,
    shown: str,
) -> list[tuple[_File, Card | None]]:
    if alone is not None:
        found = {f.run.full_name + "@" + f.run.revision: f.run.identity for f in files}
        if len(found) > 1:
            told = f"is for one model, the results have {len(found)}: {listed(found.values())}"
            raise ParameterError(f"{shown}: {told}; list each under `models`")
        return [(file, alone) for file in files]
    pairs, users = [], {}
    for file in files:
        run = file.run
        names = [identity(run.full_name, run.revision), run.identity, run.full_name, run.name]
        key = next((name for name in names if name in entries), None)
        if key is not None:
            users.setdefault(key, set()).add((run.full_name, run.revision))
        pairs.append((file, entries.get(key) if key is not None else None))
    if several := [key for key, runs in users.items() if len(runs) > 1]:
        told = f"{listed(several)} has several revisions or places; name each, as MODEL@REVISION"
        raise ParameterError(f"{shown}: {told}")
    if unused := entries.keys() - users.keys():
        report.skipped.append(f"{shown}: no results for {listed(unused)}")
    return pairs


def _by_model(
    chosen: list[tuple[_File, Card | None]], report: Report
) -> list[tuple[list[_File], Card | None]]:
    """The files of each model. One without a name, or of a place on a disk, has its card's."""
    models: dict[str, list[tuple[_File, Card | None]]] = {}
    for file, card in chosen:
        run = file.run
        if card is not None and card.name and (not run.name or _is_place(run)):
            file = replace(file, run=replace(run, name=card.name))
        if not file.run.name:
            report.refused.append(f"{file.shown}: names no model; give its name in a card")
            continue
        models.setdefault(file.run.identity, []).append((file, card))
    kept = []
    for name, pairs in models.items():
        if len({file.run.full_name for file, _ in pairs}) > 1:
            where = listed(file.shown for file, _ in pairs)
            told = "several models at different places have that name; give each its own in a card"
            report.refused.append(f"{name}: {told} ({where})")
            continue
        kept.append(([file for file, _ in pairs], pairs[0][1]))
    return kept


def _is_place(run: Run) -> bool:
    return clean(run.full_name) != run.name


def _add_model(
    files: list[_File],
    card: Card | None,
    samples: list[Path],
    root: Path,
    places: Places,
    known: Mapping[str, Row],
    report: Report,
) -> None:
    name = slug(files[0].run.identity)
    folder = root / name
    before_card, before = store.stored(folder)
    card = card or before_card
    scores: list[Placed] = []
    answers: list[tuple[Placed, list[Scored]]] = []
    for file in files:
        found, faults, skipped = placed(file.run, clean(file.path.name, 120), places)
        report.refused += [f"{file.shown}: {fault}" for fault in faults]
        report.skipped += [f"{file.shown}: {line}" for line in skipped]
        again, bad = _answers(file, found, samples, report)
        scores += [p for p in found if p.run.name not in bad]
        answers += again
    rows, lacking = score_rows(scores, places)
    report.skipped += [f"{clean(files[0].run.identity)}: {line}" for line in lacking]
    tables = {
        store.SCORES: best([*rows, *before[store.SCORES]], SCORE_KEY),
        store.SAMPLES: best([*sample_rows(answers, places), *before[store.SAMPLES]], SAMPLE_KEY),
    }
    if not tables[store.SCORES]:
        report.skipped.append(f"{clean(files[0].run.identity)}: nothing of it has a curve")
        return
    old = before[store.MODELS][0] if before[store.MODELS] else None
    model = model_row(name, [file.run for file in files], card, known, old)
    if store.write(folder, _as_files(model, tables, card)):
        report.added.append(_told(model, tables, folder))
    else:
        report.unchanged.append(f"{model['name']}: is there already, in {paths.shown(folder)}")


def _as_files(model: Row, tables: Mapping[str, Rows], card: Card) -> dict[str, bytes]:
    described = store.described()
    every = {store.MODELS: [model]} | {
        name: [{"model": model["model"]} | row for row in rows] for name, rows in tables.items()
    }
    files = {
        described[name].path: as_csv(rows, [c.name for c in described[name].columns])
        for name, rows in every.items()
    }
    return files | {store.CARD: card_file(card)}


def _told(model: Row, tables: Mapping[str, Rows], folder: Path) -> str:
    tasks = len({row["task"] for row in tables[store.SCORES]})
    samples = {(r["lm_eval_task"], r["shots"], r["filter"]) for r in tables[store.SAMPLES]}
    counted = f"{len(tables[store.SCORES])} scores on {tasks} tasks"
    told = f"{model['name']}: {counted}, answers of {len(samples)} scored again"
    if model["params_total"] is None:
        told += "; placed nowhere: its parameters are unknown, give them in a card"
    elif model["train_flops"] is None:
        told += "; placed by parameters only: give training tokens or FLOPs in a card"
    return f"{told}; in {paths.shown(folder)}"


def _answers(
    file: _File, found: list[Placed], samples: list[Path], report: Report
) -> tuple[list[tuple[Placed, list[Scored]]], set[str]]:
    """The answers of a run scored again, and the tasks whose answers are not to be trusted."""
    stamp = _stamp(file.path)
    kept: list[tuple[Placed, list[Scored]]] = []
    bad: set[str] = set()
    for path in samples:
        name = _SAMPLES.fullmatch(path.name)
        if name is None or path.parent != file.path.parent or name[2] != stamp:
            continue
        mine = [p for p in found if p.run.name == name[1]]
        if not mine:
            continue
        try:
            kept += _rescored(path, mine)
        except RefusedError as error:
            report.refused.append(f"{clean(path.name, 200)}: {error}")
            if "NaN" in str(error):
                bad.add(name[1])
    return kept, bad


def _rescored(path: Path, mine: list[Placed]) -> list[tuple[Placed, list[Scored]]]:
    run = mine[0].run
    answers = read_answers(lines(content(path, LARGEST_SAMPLES)), run.filters())
    kept = []
    for own in answers:
        # Two metrics of one filter are two curves, and the answers the same.
        first = next((p for p in mine if p.score.filter == own.filter), None)
        if first is not None:
            kept.append((first, scored(own, run, first.curve.metric)))
    return kept


def _stamp(path: Path) -> str | None:
    found = _RESULTS.fullmatch(path.name)
    return found[1] if found else None


def _left_samples(samples: list[Path], read: list[_File], given: Path, report: Report) -> None:
    """A line for every file of answers that no results file goes with."""
    there = {(file.path.parent, _stamp(file.path)) for file in read}
    for path in samples:
        name = _SAMPLES.fullmatch(path.name)
        if name is None:
            reason = "is not named samples_TASK_TIME.jsonl, so nothing tells whose answers it has"
        elif (path.parent, name[2]) not in there:
            reason = "has no good results file of the same time beside it"
        else:
            continue
        report.refused.append(f"{_shown(path, given)}: {reason}")


def _known() -> dict[str, Row]:
    """The book's models by name, with parameters, tokens and FLOPs; None where unknown."""
    columns = ["params_total", "params_active", "tokens", "train_flops"]
    table = read_table("models").set_index("model")[columns].astype(object)
    return table.where(table.notna(), None).to_dict("index")


def refresh(root: Path = paths.OWN) -> Report:
    """Add what readers have dropped into the folder of models: every folder that is no model."""
    if not root.is_dir():
        return Report()
    dropped = [p for p in sorted(root.iterdir()) if p.name[0] != "." and p.suffix != ".md"]
    if not any(p for p in dropped if not store.is_model(p)):
        return Report()
    try:
        return add(root, None, root)
    except DataError as error:
        return Report(refused=str(error).split("\n"))
