"""Command line: write the evaluation kit anew into `evaluation/`."""

from __future__ import annotations

import argparse

from emergence import paths
from emergence.evaluation.harness import files
from emergence.files import write_text


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m emergence.evaluation", description=__doc__)
    parser.parse_args()
    written = files()
    for name, text in written.items():
        write_text(paths.EVALUATION / name, text)
    print(f"{paths.shown(paths.EVALUATION)}: {len(written)} files")


if __name__ == "__main__":
    main()
