"""Chapter parameters: what each chapter declares, what a profile sets, and whether they agree.

A chapter declares its parameters in the cell tagged `parameters`, one annotated assignment each:
`shots: int = 2`. A profile (`profiles/*.yml`) overrides them, in a section per chapter, or in
`all:` for every chapter that declares the name. Everything is checked before anything runs.
"""

from __future__ import annotations

import ast
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType, NoneType
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from emergence import paths
from emergence.errors import ParameterError
from emergence.files import sha256
from emergence.paths import shown
from emergence.profiles import Entry, did_you_mean, read_profile
from emergence.source import code_line, parameters_cell, read_chapter

EVERY_CHAPTER = "all"

_TYPES = MappingProxyType(
    {"int": int, "float": float, "bool": bool, "str": str, "list": list, "None": NoneType}
)
_STRICT = ConfigDict(strict=True, allow_inf_nan=False)

Values = dict[str, Any]


@dataclass(frozen=True)
class Parameter:
    """One declared parameter: its name, type (as written and as an object) and default value."""

    name: str
    annotation: str
    type: Any
    default: Any
    line: int

    def accepts(self, value: Any) -> Any:
        """The value in the declared type (a whole number becomes a float where one is declared).

        Raises ValueError when the value is of another type; nothing is converted from text.
        """
        try:
            return TypeAdapter(self.type, config=_STRICT).validate_python(value)
        except ValidationError as error:
            raise ValueError(f"found {value!r}, expected {self.annotation}") from error


def annotation_type(node: ast.expr) -> Any:
    """The type that an annotation spells, without running it.

    Knows int, float, bool, str, list, list[...], Literal[...], None and unions with `|`.
    Raises ValueError for anything else.
    """
    match node:
        case ast.Name(id=name) if name in _TYPES:
            return _TYPES[name]
        case ast.Constant(value=None):
            return NoneType
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return typing.Union[annotation_type(left), annotation_type(right)]  # noqa: UP007
        case ast.Subscript(value=ast.Name(id="list"), slice=item):
            return list[annotation_type(item)]
        case ast.Subscript(value=ast.Name(id="Literal"), slice=choices):
            items = choices.elts if isinstance(choices, ast.Tuple) else [choices]
            return typing.Literal[tuple(ast.literal_eval(item) for item in items)]
    raise ValueError(
        f"found the type `{ast.unparse(node)}`, expected int, float, bool, str, list[...], "
        "Literal[...], None or a union of them"
    )


def declared(chapter: Path) -> tuple[Parameter, ...]:
    """The parameters that a chapter declares, in its order; none if it has no such cell.

    Raises ParameterError, naming file and line, for a parameter without type or literal default,
    for a default of another type than declared, and for code that is neither import nor parameter.
    """
    # Keyed by content: a build asks twice, before it starts Snakemake and from the Snakefile.
    return _declared(chapter, sha256(chapter) if chapter.exists() else "")


@lru_cache(maxsize=64)
def _declared(chapter: Path, _content: str) -> tuple[Parameter, ...]:
    notebook = read_chapter(chapter)
    index = parameters_cell(notebook)
    if index is None:
        return ()
    first = code_line(chapter, notebook, index) - 1
    try:
        body = ast.parse(notebook.cells[index].source).body
    except SyntaxError as error:
        line = first + (error.lineno or 1)
        raise ParameterError(f"{shown(chapter)}:{line}: parameters cell: {error.msg}") from error
    return tuple(
        _parameter(statement, chapter, first + statement.lineno)
        for statement in body
        if not isinstance(statement, ast.Import | ast.ImportFrom)
    )


def _parameter(statement: ast.stmt, chapter: Path, line: int) -> Parameter:
    where = f"{shown(chapter)}:{line}"
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=kind, value=ast.expr() as value):
            try:
                default = ast.literal_eval(value)
                parameter = Parameter(name, ast.unparse(kind), annotation_type(kind), default, line)
                parameter.accepts(default)
            except ValueError as error:
                raise ParameterError(f"{where}: {name}: {error}") from error
            return parameter
    raise ParameterError(
        f"{where}: found `{ast.unparse(statement).splitlines()[0]}`, "
        "expected a parameter such as `shots: int = 2`"
    )


def chapter_files(chapters: Path = paths.CHAPTERS) -> dict[str, Path]:
    """Chapter name -> its MyST file, in alphabetical order."""
    return {path.stem: path for path in sorted(chapters.glob("*.md"))}


def resolve(profile: Path | None = None, chapters: Path = paths.CHAPTERS) -> dict[str, Values]:
    """Chapter -> parameter -> value of this build: the defaults under the profile's values.

    `all:` applies first, the chapter's own section over it. What the build sets itself (the
    language, the task of a generated page) is left out. Raises ParameterError with one line per
    fault: unknown chapters and parameters, wrong types, and names that the build owns.
    """
    known = {name: declared(path) for name, path in chapter_files(chapters).items()}
    entries = read_profile(profile, sections=[EVERY_CHAPTER, *known]) if profile else []
    faults: list[str] = []
    layers: dict[str, Values] = {EVERY_CHAPTER: {}, **{name: {} for name in known}}
    for entry in sorted(entries, key=lambda entry: entry.section != EVERY_CHAPTER):
        targets = known if entry.section == EVERY_CHAPTER else {entry.section: known[entry.section]}
        accepted, problems = _apply(entry, targets)
        where = f"{shown(entry.file)}:{entry.line}: {entry.section}: {entry.name}"
        faults.extend(f"{where}: {problem}" for problem in problems)
        for chapter, value in accepted.items():
            layers[chapter][entry.name] = value
    if faults:
        raise ParameterError("\n".join(faults))
    return {
        name: {
            p.name: layers[name].get(p.name, p.accepts(p.default))
            for p in parameters
            if not owned_by_build(name, p.name)
        }
        for name, parameters in known.items()
    }


def owned_by_build(chapter: str, name: str) -> bool:
    """Whether the build, not a profile, sets it: the language, and the task of a task page."""
    return name == "lang" or (chapter, name) == (paths.TASK_TEMPLATE.stem, "task")


def _apply(entry: Entry, targets: Mapping[str, Iterable[Parameter]]) -> tuple[Values, list[str]]:
    """Values by chapter that the entry sets, and what is wrong with it."""
    if any(owned_by_build(chapter, entry.name) for chapter in targets):
        return {}, ["set by the build itself, remove it from the profile"]
    takers = {
        chapter: parameter
        for chapter, parameters in targets.items()
        for parameter in parameters
        if parameter.name == entry.name
    }
    if not takers:
        return {}, [_unknown(entry.name, targets)]
    accepted: Values = {}
    problems: list[str] = []
    for chapter, parameter in takers.items():
        try:
            accepted[chapter] = parameter.accepts(entry.value)
        except ValueError as error:
            where = f"chapter {chapter}: " if entry.section == EVERY_CHAPTER else ""
            problems.append(f"{where}{error}")
    return accepted, problems


def _unknown(name: str, targets: Mapping[str, Iterable[Parameter]]) -> str:
    allowed = {
        parameter.name: parameter.annotation
        for chapter, parameters in targets.items()
        for parameter in parameters
        if not owned_by_build(chapter, parameter.name)
    }
    who = "the chapter declares" if len(targets) == 1 else "the chapters declare"
    names = ", ".join(f"{name} ({annotation})" for name, annotation in sorted(allowed.items()))
    return f"unknown parameter{did_you_mean(name, allowed)}; {who} {names or 'none'}"
