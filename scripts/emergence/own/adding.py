"""Add models from files of results: every file is read or refused with a reason, and what is good
is added."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from emergence import paths
from emergence.errors import BookError, ParameterError
from emergence.own import card as cards
from emergence.own import store
from emergence.own.answering import Again, left, scored_again
from emergence.own.card import Card
from emergence.own.dropped import bring_back, dropped, fingerprint, note_seen, removed, seen
from emergence.own.names import clean, listed, slug
from emergence.own.picked import answer_rows
from emergence.own.placing import Placed, Places, placed, read_places
from emergence.own.reading import below
from emergence.own.sources import File, Report, by_card, by_model, read_files
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


def add(
    given: Path,
    card: Path | None = None,
    root: Path = paths.OWN,
    skipped: frozenset[str] = frozenset(),
) -> Report:
    """Add every model whose results lie at or below `given`; root: where models are kept.

    card: for all of them, in place of those that lie beside the results. skipped: folders of models
    that are not added. Raises ParameterError
    when there is nothing at `given`, and when `card` is unreadable.
    """
    if not given.exists():
        raise ParameterError(f"{clean(str(given), 200)}: there is no such file or folder")
    if card is not None:
        cards.read(card, clean(card.name))
    store.recover(root)
    ours = frozenset(store.folders(root)) | frozenset(p.resolve() for p in store.folders(root))
    found = [p for p in below(given, ours) if p.suffix in (".json", ".jsonl")]
    if not found:
        raise ParameterError(f"{clean(str(given), 200)}: there is no .json file in it")
    files, report = read_files((p for p in found if p.suffix == ".json"), given, card)
    carded, unfit = by_card(files)
    models, unnamed = by_model(carded)
    report += unfit + unnamed
    samples = [p for p in found if p.suffix == ".jsonl"]
    places, known = read_places(), _known()
    for own_files, own_card in models:
        folder = slug(own_files[0].run.identity)
        if folder in skipped:
            name = clean(own_files[0].run.identity)
            told = "was removed; add it by its path (make add) to have it back"
            report += Report(skipped=(f"{name}: {told}",))
            continue
        try:
            report += _add_model(own_files, own_card, samples, root, given, places, known)
            bring_back(root, [folder])
        except BookError as error:
            name = clean(own_files[0].run.identity)
            report += Report(refused=tuple(f"{name}: {e}" for e in str(error).split("\n")))
    return report + left(samples, files, given)


def _add_model(
    files: list[File],
    card: Card | None,
    samples: list[Path],
    root: Path,
    given: Path,
    places: Places,
    known: Mapping[str, Row],
) -> Report:
    identified = files[0].run.identity
    folder = root / slug(identified)
    before_card, before = store.stored(folder)
    card = card or before_card
    scores: list[Placed] = []
    answers: Again = []
    report = Report()
    for file in files:
        found, faults, skipped = placed(file.run, clean(file.path.name, 120), places)
        again, bad, refused = scored_again(file, found, samples, given)
        scores += [p for p in found if p.run.name not in bad]
        answers += again
        report += refused + Report(
            refused=tuple(f"{file.shown}: {fault}" for fault in faults),
            skipped=tuple(f"{file.shown}: {line}" for line in skipped),
        )
    rows, lacking = score_rows(scores, places)
    report += Report(skipped=tuple(f"{clean(identified)}: {line}" for line in lacking))
    tables = {
        store.SCORES: best([*rows, *before[store.SCORES]], SCORE_KEY),
        store.SAMPLES: best([*sample_rows(answers, places), *before[store.SAMPLES]], SAMPLE_KEY),
        store.ANSWERS: answer_rows(answers, before[store.ANSWERS], places),
    }
    if not rows:
        return report + Report(skipped=(f"{clean(identified)}: nothing of it has a curve",))
    old = before[store.MODELS][0] if before[store.MODELS] else None
    model = model_row(folder.name, [file.run for file in files], card, known, old)
    if store.write(folder, _as_files(model, tables, card)):
        return report + Report(added=(_told(model, tables, folder),))
    told = f"{model['name']}: is there already, in {paths.shown(folder)}"
    return report + Report(unchanged=(told,))


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
    samples = {(r["lm_eval_task"], r["shots"], r["filter"]) for r in tables[store.SAMPLES]}
    scores = tables[store.SCORES]
    told = f"{model['name']}: {len(scores)} scores on {listed(row['task'] for row in scores)}"
    told += f", with the answers of {len(samples)}" if samples else ""
    if model["params_total"] is None:
        told += "; placed nowhere: its parameters are unknown, give them in a card"
    elif model["train_flops"] is None:
        told += "; placed by parameters only: give training tokens or FLOPs in a card"
    return f"{told}; in {paths.shown(folder)}"


def _known() -> dict[str, Row]:
    """The book's models by name, with parameters, tokens and FLOPs; None where unknown."""
    columns = ["params_total", "params_active", "tokens", "train_flops"]
    table = read_table("models").set_index("model")[columns].astype(object)
    return table.where(table.notna(), None).to_dict("index")


def refresh(root: Path = paths.OWN) -> Report:
    """Add what readers have dropped into the folder of models: every folder that is no model.

    The report is empty where nothing has changed since all of it was taken in.
    """
    if not dropped(root) or fingerprint(root) == seen(root):
        return Report()
    try:
        report = add(root, None, root, removed(root))
    except BookError as error:
        return Report(refused=tuple(str(error).split("\n")))
    if not report.refused:
        note_seen(root)
    return report
