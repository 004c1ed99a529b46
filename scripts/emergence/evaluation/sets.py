"""The sets of items: how many, with how many examples, in which form of prompt."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from emergence import prompts
from emergence.errors import ParameterError
from emergence.prompts import Template

PREFIX = "emergence_"
"""What the names of the kit's tasks begin with."""
SEED = 2206_07682
_MOST_SHOTS = 8
"""Examples drawn for each set, used or not, so that sets of one stream share their items."""


@dataclass(frozen=True)
class ItemSet:
    """A set of items. draw: number of items and generator to a table of them; n: items that are
    asked; shots: solved examples before each; stream: sets of one stream draw alike, so that their
    items can be compared one by one; multiple_choice: the model ranks the choices and writes
    nothing."""

    name: str
    draw: Callable[[int, np.random.Generator], pd.DataFrame]
    n: int
    shots: int
    template: Template
    stream: int
    multiple_choice: bool = False

    @property
    def task(self) -> str:
        """Name of the task in the harness."""
        return PREFIX + self.name


_SUMS = {
    "2da": ("add", 2),
    "2dm": ("multiply", 2),
    "3da": ("add", 3),
    "3ds": ("subtract", 3),
}
"""Operation and digits by the names that GPT-3's sets have in the harness."""
_MODIFIED = ("2dm", "3da", "3ds")
"""The sums that BIG-bench's task modifies."""


def _sums(code: str, stream: int, *, modified: bool) -> ItemSet:
    operation, digits = _SUMS[code]
    kind = prompts.modified_arithmetic if modified else prompts.arithmetic
    return ItemSet(
        f"{kind.__name__}_{code}",
        partial(kind, operation=operation, digits=digits),
        n=200,
        # An unstated rule takes more examples than a question that states all.
        shots=5 if modified else 2,
        template=prompts.MODIFIED_ARITHMETIC if modified else prompts.QUESTION_ANSWER,
        stream=stream,
    )


def _grid(rotation: int) -> ItemSet:
    return ItemSet(
        f"grid_direction_turned_{rotation}" if rotation else "grid_direction",
        partial(prompts.grid_direction, rotation=rotation),
        n=100,
        shots=8,
        template=prompts.GRID_WORLD,
        stream=len(_SUMS) + 1,
        multiple_choice=True,
    )


def _sets() -> Iterable[ItemSet]:
    for stream, code in enumerate(_SUMS):
        yield _sums(code, stream, modified=False)
    for stream, code in enumerate(_SUMS):
        if code in _MODIFIED:
            yield _sums(code, stream, modified=True)
    yield ItemSet(
        "word_unscramble", prompts.unscramble, 160, 2, prompts.QUESTION_ANSWER, len(_SUMS)
    )
    yield from map(_grid, (0, 90, 180, 270))


SETS = tuple(_sets())


def items(chosen: ItemSet) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the items that are asked and the examples, tables as `prompts` returns them.

    No example is an item. Of multiple choice each answer is as frequent as any other, among items
    and among examples. Raises ParameterError where the examples cannot be so divided.
    """
    rng = np.random.default_rng([SEED, chosen.stream])
    drawn = chosen.draw(chosen.n + _MOST_SHOTS, rng)
    if chosen.multiple_choice:
        each, left = divmod(chosen.shots, drawn["answer"].nunique())
        if left:
            raise ParameterError(f"{chosen.name}: {chosen.shots} examples are not equally divided")
        last = drawn.groupby("answer").cumcount(ascending=False) < each
    else:
        last = pd.Series(np.arange(len(drawn)) >= chosen.n)
    asked, examples = drawn[~last].iloc[: chosen.n], drawn[last].iloc[: chosen.shots]
    return asked.reset_index(drop=True), examples.reset_index(drop=True)
