"""Files of results, the models they are of, and the cards that go with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from emergence.errors import BookError, ParameterError
from emergence.own import card as cards
from emergence.own.card import Card
from emergence.own.names import clean, identity, listed
from emergence.own.reading import LARGEST_RESULTS, RefusedError, content, parsed
from emergence.own.results import Run, read_run

Lines = tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """What was done, a line each: models written or unchanged, what was refused, what skipped."""

    added: Lines = ()
    unchanged: Lines = ()
    refused: Lines = ()
    skipped: Lines = ()

    def __add__(self, other: Report) -> Report:
        return Report(
            self.added + other.added,
            self.unchanged + other.unchanged,
            self.refused + other.refused,
            self.skipped + other.skipped,
        )

    @property
    def code(self) -> int:
        """Exit code: 2 nothing is there, 1 something was refused, 0 all is well."""
        if not self.added and not self.unchanged:
            return 2
        return 1 if self.refused else 0


@dataclass(frozen=True)
class File:
    """A results file that was read, with the card that lies nearest to it, if one does."""

    path: Path
    shown: str
    run: Run
    card: Path | None


Carded = tuple[File, Card | None]


def shown_below(path: Path, given: Path) -> str:
    """How messages name a file: below what was given."""
    inside = path.relative_to(given) if path != given else Path(path.name)
    return clean(inside.as_posix(), 200)


def read_files(found: Iterable[Path], given: Path, card: Path | None) -> tuple[list[File], Report]:
    """Return the results files among `found`, all of which lie at or below `given`.

    card: the one for all of them, if any.
    """
    files, refused = [], []
    for path in found:
        shown = shown_below(path, given)
        try:
            run, faults = read_run(parsed(content(path, LARGEST_RESULTS)))
        except RefusedError as error:
            refused.append(f"{shown}: {error}")
            continue
        refused += [f"{shown}: {fault}" for fault in faults]
        files.append(File(path, shown, run, card or _nearest_card(path, given)))
    return files, Report(refused=tuple(refused))


def _nearest_card(path: Path, given: Path) -> Path | None:
    top = given if given.is_dir() else given.parent
    for folder in path.parents:
        if (folder / cards.NAME).is_file():
            return folder / cards.NAME
        if folder == top:
            return None
    return None


def by_card(files: list[File]) -> tuple[list[Carded], Report]:
    """Return each file with the entry of its card; those of an unfit card are refused with it."""
    chosen: list[Carded] = [(file, None) for file in files if file.card is None]
    report = Report()
    for path in dict.fromkeys(file.card for file in files if file.card is not None):
        here = [file for file in files if file.card == path]
        shown = clean(path.name)
        try:
            alone, entries = cards.read(path, shown)
            if alone is not None:
                _one_model(here, shown)
                chosen += [(file, alone) for file in here]
                continue
            pairs, unused = _matched(here, entries, shown)
        except BookError as error:
            report += Report(refused=(str(error),))
            continue
        chosen += pairs
        if unused:
            report += Report(skipped=(f"{shown}: no results for {listed(unused)}",))
    return sorted(chosen, key=lambda pair: pair[0].path), report


def _one_model(files: list[File], shown: str) -> None:
    found = {(f.run.full_name, f.run.revision): f.run.identity for f in files}
    if len(found) > 1:
        told = f"is for one model, the results have {len(found)}: {listed(found.values())}"
        raise ParameterError(f"{shown}: {told}; list each under `models`")


def _matched(
    files: list[File], entries: Mapping[str, Card], shown: str
) -> tuple[list[Carded], set[str]]:
    """Files with their entries, and the names of entries that no file has."""
    pairs: list[Carded] = []
    users: dict[str, set[tuple[str, str]]] = {}
    for file in files:
        run = file.run
        names = [identity(run.full_name, run.revision), run.identity, run.full_name, run.name]
        key = next((name for name in names if name in entries), None)
        if key is not None:
            users[key] = users.get(key, set()) | {(run.full_name, run.revision)}
        pairs.append((file, None if key is None else entries[key]))
    if several := [key for key, runs in users.items() if len(runs) > 1]:
        told = f"{listed(several)} has several revisions or places; name each, as MODEL@REVISION"
        raise ParameterError(f"{shown}: {told}")
    return pairs, set(entries) - set(users)


def by_model(chosen: list[Carded]) -> tuple[list[tuple[list[File], Card | None]], Report]:
    """Return the files of each model, with its card.

    A model without a name, or of a place on a disk, is named by its card. Models at different
    places that have one name are refused.
    """
    models: dict[str, list[Carded]] = {}
    refused = []
    for file, card in chosen:
        run = file.run
        if card is not None and card.name and clean(run.full_name) != (run.name or None):
            run = replace(run, name=card.name)
        if not run.name:
            refused.append(f"{file.shown}: names no model; give its name in a card")
            continue
        models.setdefault(run.identity, []).append((replace(file, run=run), card))
    kept = []
    for name, pairs in models.items():
        if len({file.run.full_name for file, _ in pairs}) > 1:
            where = listed(file.shown for file, _ in pairs)
            told = "several models at different places have that name; give each its own in a card"
            refused.append(f"{name}: {told} ({where})")
            continue
        card = next((card for _, card in pairs if card is not None), None)
        kept.append(([file for file, _ in pairs], card))
    return kept, Report(refused=tuple(refused))
