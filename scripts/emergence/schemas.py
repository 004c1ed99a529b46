"""What every table must hold: pandera schemas built from `data/datapackage.json`, and its rules.

`datapackage.json` is the one description of types, ranges, codes and keys; what it cannot say
(relations between columns) stands below as named rules.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa

from emergence.errors import DataError
from emergence.rules import RULES


@dataclass(frozen=True)
class Column:
    """One column of a table: its Frictionless type and constraints.

    translated: whether a reader sees its words in the language of the page.
    """

    name: str
    type: str
    constraints: dict
    translated: bool = False


@dataclass(frozen=True)
class TableDescription:
    """One table: what it holds in words, its file, columns, key, references to other tables."""

    name: str
    path: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    references: tuple[tuple[str, str, str], ...]
    text: str = ""


def read_descriptions(path: Path) -> dict[str, TableDescription]:
    """Return the tables that a `datapackage.json` describes, by name.

    Raises DataError when the file is missing or no JSON.
    """
    try:
        package = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"data/{path.name}: the file is missing") from None
    except json.JSONDecodeError as error:
        raise DataError(f"data/{path.name}:{error.lineno}: not JSON: {error.msg}") from None
    return {r["name"]: _description(r) for r in package["resources"]}


def _description(resource: dict) -> TableDescription:
    schema = resource["schema"]
    columns = tuple(
        Column(f["name"], f["type"], f.get("constraints", {}), f.get("translated", False))
        for f in schema["fields"]
    )
    references = tuple(
        (k["fields"], k["reference"]["resource"], k["reference"]["fields"])
        for k in schema.get("foreignKeys", [])
    )
    return TableDescription(
        resource["name"],
        resource["path"],
        columns,
        tuple(schema["primaryKey"]),
        references,
        resource.get("description", ""),
    )


def _is_number(s: pd.Series) -> pd.Series:
    return pd.to_numeric(s, errors="coerce").pipe(np.isfinite)


def _is_integer(s: pd.Series) -> pd.Series:
    return s.str.fullmatch(r"-?\d+").astype(bool)


TYPE_CHECKS: dict[str, tuple[Callable[[pd.Series], pd.Series], str]] = {
    "number": (_is_number, "is not a number"),
    "integer": (_is_integer, "is not a whole number"),
    "boolean": (lambda s: s.isin(["true", "false", "True", "False"]), "is not true or false"),
    "date": (
        lambda s: pd.to_datetime(s, format="%Y-%m-%d", errors="coerce").notna(),
        "is not a date like 2026-01-31",
    ),
}


def _numeric(compare: Callable[[pd.Series, float], pd.Series], bound: float):
    # Text that is no number is the type check's fault, not this one's.
    return lambda s: compare(pd.to_numeric(s, errors="coerce").fillna(bound + 1), bound)


def _range_checks(c: dict) -> Iterator[tuple[Callable, str]]:
    low, high = c.get("minimum"), c.get("maximum")
    if low is not None and high is not None:
        yield _between(low, high), f"is not in [{low}, {high}]"
    elif low is not None:
        yield _numeric(pd.Series.ge, low), f"is below {low}"
    elif high is not None:
        yield _between(-np.inf, high), f"is above {high}"
    if "exclusiveMinimum" in c:
        bound = c["exclusiveMinimum"]
        yield _numeric(pd.Series.gt, bound), f"is not above {bound}"


def _between(low: float, high: float):
    return lambda s: pd.to_numeric(s, errors="coerce").fillna(high).between(low, high)


def _checks(column: Column) -> list[pa.Check]:
    c = column.constraints
    found = list(_range_checks(c))
    if column.type in TYPE_CHECKS:
        found.insert(0, TYPE_CHECKS[column.type])
    if "enum" in c:
        found.append((lambda s: s.isin(c["enum"]), f"is not one of {', '.join(c['enum'])}"))
    if "pattern" in c:
        pattern = c["pattern"]
        found.append((lambda s: s.str.fullmatch(pattern), f"does not match {pattern}"))
    if c.get("unique"):
        found.append((lambda s: ~s.duplicated(), "stands in an earlier row already"))
    return [pa.Check(check, error=message) for check, message in found]


def schema(description: TableDescription) -> pa.DataFrameSchema:
    """Return the pandera schema of a table read as text (`dtype=str`), missing as NA."""
    columns = {
        c.name: pa.Column(
            nullable=not c.constraints.get("required", False), checks=_checks(c), required=True
        )
        for c in description.columns
    }
    return pa.DataFrameSchema(columns, strict=True, ordered=True)


def read_text(description: TableDescription, folder: Path) -> pd.DataFrame:
    """Read a table as text, missing as NA. Raises DataError when the file can't be read."""
    path = folder / description.path
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
    except FileNotFoundError:
        raise DataError(f"{_shown(description)}: the file is missing") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise DataError(f"{_shown(description)}: not a CSV table: {error}".strip()) from None
    return table


def _shown(description: TableDescription) -> str:
    return f"data/{description.path}"


def faults(description: TableDescription, folder: Path) -> list[str]:
    """Return every fault of a table within itself, as `data/file.csv:line: column: what is wrong`.

    Lines are counted as an editor does: the header is line 1.
    """
    try:
        table = read_text(description, folder)
    except DataError as error:
        return [str(error)]
    names = [c.name for c in description.columns]
    if list(table.columns) != names:
        found, expected = ", ".join(map(str, table.columns)), ", ".join(names)
        return [f"{_shown(description)}:1: header: found {found}; expected {expected}"]
    lines = _schema_faults(description, table)
    found = _key_faults(description, table)
    told = {line.rpartition(": ")[0] for line in lines}
    for rule in RULES.get(description.name, ()):
        found = itertools.chain(found, rule(table))
    for fault in found:
        line = _line(description, *fault)
        # What the schema has told about a cell is not told twice.
        if line.rpartition(": ")[0] not in told:
            lines.append(line)
    return lines


def _schema_faults(description: TableDescription, table: pd.DataFrame) -> list[str]:
    try:
        schema(description).validate(table, lazy=True)
    except pa.errors.SchemaErrors as error:
        return _told(description, error.failure_cases)
    return []


def _line(description: TableDescription, row: int, column: str, message: str) -> str:
    return f"{_shown(description)}:{row + 2}: {column}: {message}"


def _told(description: TableDescription, cases: pd.DataFrame) -> list[str]:
    lines = []
    for case in (
        cases.sort_values(["index", "column"]).drop_duplicates(["index", "column"]).itertuples()
    ):
        missing = case.check == "not_nullable"
        message = "is empty, but needed" if missing else f"{case.failure_case} {case.check}"
        lines.append(_line(description, int(case.index), case.column, message))
    return lines


def _key_faults(
    description: TableDescription, table: pd.DataFrame
) -> Iterator[tuple[int, str, str]]:
    key = list(description.primary_key)
    for row in np.flatnonzero(table.duplicated(key)):
        found = "/".join(str(v) for v in table.loc[row, key].fillna(""))
        yield int(row), "+".join(key), f"{found} stands in an earlier row already"


def reference_faults(descriptions: dict[str, TableDescription], folder: Path) -> list[str]:
    """Return the faults between tables: values that the table they point to does not have."""
    tables = {name: read_text(d, folder) for name, d in descriptions.items()}
    lines = []
    for name, description in descriptions.items():
        for column, target, key in description.references:
            values = tables[name][column]
            missing = values.notna() & ~values.isin(tables[target][key])
            message = partial("{} is not in data/{}".format)
            lines += [
                _line(description, row, column, message(values[row], f"{target}.csv"))
                for row in np.flatnonzero(missing)
            ]
    return lines
