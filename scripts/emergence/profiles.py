"""Read a parameter profile: YAML in two levels, `section: {parameter: value}`."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from emergence.errors import ParameterError
from emergence.paths import shown

Pairs = list[tuple[yaml.ScalarNode, yaml.Node]]


@dataclass(frozen=True)
class Entry:
    """One value that a profile sets, with the place it was set at."""

    file: Path
    line: int
    section: str
    name: str
    value: Any


class _CoreLoader(yaml.SafeLoader):
    """YAML 1.2's core types: `8e9` is a number and `no` is text, unlike in YAML 1.1."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012


_FLOAT = r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan"
for _tag, _pattern, _first in (
    ("null", "~|null|", ["~", "n", ""]),
    ("bool", "true|false", ["t", "f"]),
    ("int", "[-+]?(0|[1-9][0-9]*)", [*"-+0123456789"]),
    ("float", _FLOAT, [*"-+.0123456789"]),
):
    _CoreLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first
    )


def read_profile(path: Path, sections: Collection[str]) -> list[Entry]:
    """Every value of the profile, in the file's order.

    Raises ParameterError, one line per fault, for a missing or unreadable file, a section that
    is not one of `sections`, a name given twice, and anything deeper or flatter than two levels.
    """
    try:
        loader = _CoreLoader(path.read_text(encoding="utf-8"))
        root = loader.get_single_node()
    except FileNotFoundError:
        raise ParameterError(f"{shown(path)}: no such profile") from None
    except IsADirectoryError:
        raise ParameterError(f"{shown(path)}: found a folder, expected a YAML file") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ParameterError(f"{shown(path)}:{line}: not YAML: {error.problem}") from error
    contents, faults = _pairs(root, path, "")
    entries: list[Entry] = []
    for section, content in contents:
        if section.value not in sections:
            faults.append(_unknown_section(section, sections, path))
            continue
        pairs, problems = _pairs(content, path, f"{section.value}: ")
        faults.extend(problems)
        entries.extend(
            Entry(
                path,
                _line(name),
                section.value,
                name.value,
                loader.construct_object(value, deep=True),
            )
            for name, value in pairs
        )
    if faults:
        raise ParameterError("\n".join(faults))
    return entries


def did_you_mean(name: str, allowed: Collection[str]) -> str:
    """`, did you mean shots?` for the nearest of the allowed names, empty if none is near."""
    near = get_close_matches(name, allowed, n=1)
    return f", did you mean {near[0]}?" if near else ""


def _line(node: yaml.Node) -> int:
    return node.start_mark.line + 1


def _unknown_section(node: yaml.ScalarNode, sections: Collection[str], path: Path) -> str:
    return (
        f"{shown(path)}:{_line(node)}: {node.value}: unknown chapter"
        f"{did_you_mean(node.value, sections)}; the sections are {', '.join(sections)}"
    )


def _pairs(node: yaml.Node | None, path: Path, where: str) -> tuple[Pairs, list[str]]:
    """The pairs of a mapping (none if empty), and a fault for each repeated or odd key."""
    if node is None or node.tag == "tag:yaml.org,2002:null":
        return [], []
    if not isinstance(node, yaml.MappingNode):
        found = f"`{node.value}`" if isinstance(node, yaml.ScalarNode) else "a list"
        return [], [f"{shown(path)}:{_line(node)}: {where}found {found}, expected `name: value`"]
    pairs: Pairs = []
    faults: list[str] = []
    first: dict[str, int] = {}
    for key, value in node.value:
        place = f"{shown(path)}:{_line(key)}: {where}"
        if not isinstance(key, yaml.ScalarNode):
            faults.append(f"{place}found a list or mapping as a name, expected `name: value`")
        elif key.value in first:
            faults.append(f"{place}{key.value}: given twice, first in line {first[key.value]}")
        else:
            first[key.value] = _line(key)
            pairs.append((key, value))
    return pairs, faults
