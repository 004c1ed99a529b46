"""Command line: add models from results of lm-evaluation-harness, remove them, list them.

Exits 0 when all is well, 1 when something was refused, 2 when nothing was added or found.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from emergence import paths
from emergence.errors import BookError
from emergence.own import adding, dropped, models, store
from emergence.own.names import listed
from emergence.own.sources import Report


def main(arguments: list[str] | None = None) -> int:
    """Do what one command line says, and print a line a fact."""
    parser = argparse.ArgumentParser(prog="python -m emergence.own", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("add", help="add every model whose results lie at or below a path")
    one.add_argument("results", type=_path)
    one.add_argument("--card", type=_path, help="what results lack: training tokens, a name...")
    commands.add_parser("refresh", help=f"add what was dropped into {paths.shown(paths.OWN)}")
    commands.add_parser("remove", help="remove a model").add_argument("model")
    commands.add_parser("list", help="list the models that are there")
    for command in commands.choices.values():
        command.add_argument("--root", type=Path, default=paths.OWN, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    try:
        return _run(given)
    except BookError as error:
        print(error, file=sys.stderr)
        return 2


def _path(text: str) -> Path:
    """A path; nothing is not the folder one stands in."""
    if not text.strip():
        raise argparse.ArgumentTypeError("found nothing, expected a file or folder")
    return Path(text)


def _run(given: argparse.Namespace) -> int:
    if given.command == "add":
        return _reported(adding.add(given.results, given.card, given.root))
    if given.command == "refresh":
        report = adding.refresh(given.root)
        _reported(report, quiet=True)
        return 1 if report.refused else 0
    if given.command == "remove":
        store.recover(given.root)
        row = store.remove(given.root, given.model)
        print(f"{row['name']}: removed")
        if dropped.note_removed(given.root, row["model"].removeprefix("own/")):
            print(f"results in {paths.shown(given.root)} are kept, and bring it back no more")
        return 0
    own = models.read(given.root)
    for row in own.models.to_dict("records"):
        mine = own.scores[own.scores["model"].eq(row["model"])]
        print(f"{row['name']}: {len(mine)} scores on {listed(mine['task'])}; {row['model']}")
    return 0


def _reported(report: Report, quiet: bool = False) -> int:
    for line in (*report.added, *report.unchanged):
        print(line)
    for line in report.skipped:
        print(f"skipped: {line}")
    for line in report.refused:
        print(f"refused: {line}", file=sys.stderr)
    if report.code == 2 and not quiet:
        print("nothing was added", file=sys.stderr)
    return report.code


if __name__ == "__main__":
    raise SystemExit(main())
