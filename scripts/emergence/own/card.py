"""The card of a model: what files of results lack, as a reader writes it down in `card.yml`."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from emergence.errors import ParameterError
from emergence.own.names import clean
from emergence.own.reading import RefusedError, content, parsed

NAME = "card.yml"
_LARGEST = 64 * 2**10

Text = Annotated[str, Field(min_length=1, max_length=500)]
Parameters = Annotated[float, Field(ge=1, le=1e15)]


class Card(BaseModel):
    """What a reader says of a model: counts are plain numbers, such as 1.4e9."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    name: Text | None = None
    family: Text | None = None
    parameters: Parameters | None = None
    active_parameters: Parameters | None = None
    training_tokens: Annotated[float, Field(ge=1, le=1e17)] | None = None
    training_flops: Annotated[float, Field(ge=1, le=1e32)] | None = None

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_value(cls, value: Any) -> Any:
        if isinstance(value, bool):
            raise ValueError("a truth value is neither text nor a number")
        return value

    @field_validator("name", "family")
    @classmethod
    def _seen(cls, value: str | None) -> str | None:
        if value is None or (told := clean(value)):
            return value and told
        raise ValueError("nothing of it can be seen")

    @field_validator("active_parameters")
    @classmethod
    def _within(cls, value: float | None, info: Any) -> float | None:
        total = info.data.get("parameters")
        if value is not None and (total is None or value > total):
            raise ValueError("is only for mixtures of experts, and at most `parameters`")
        return value


class _Cards(Card):
    models: dict[Text, Card] | None = None


class _Loader(yaml.SafeLoader):
    """YAML without names given twice and without references."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.MarkedYAMLError(None, None, "a reference", self.peek_event().start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for twice in (name for name in names if names.count(name) > 1):
            problem = f"{clean(twice)!r} given twice"
            raise yaml.MarkedYAMLError(None, None, problem, node.start_mark)
        return super().construct_mapping(node, deep)


def read(path: Path, shown: str) -> tuple[Card | None, dict[str, Card]]:
    """Return the card for one model, if the file is that, and cards by model otherwise.

    shown: how messages name the file. Raises ParameterError, one line, for an unreadable file, an
    unknown name or a value of the wrong kind.
    """
    try:
        found = yaml.load(content(path, _LARGEST).decode("utf-8"), _Loader)
    except RefusedError as error:
        raise ParameterError(f"{shown}: {error}") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ParameterError(f"{shown}:{line}: not YAML: {clean(str(error.problem))}") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError):
        raise ParameterError(f"{shown}: not YAML") from None
    given = _checked(_Cards, found, shown)
    alone = Card(**given.model_dump(exclude={"models"}))
    if given.models is None:
        return alone, {}
    if alone != Card():
        raise ParameterError(f"{shown}: found both `models` and the card of one model")
    return None, given.models


def _checked(kind: type[_Cards], found: Any, shown: str) -> _Cards:
    if not isinstance(found, dict):
        raise ParameterError(f"{shown}: found no `name: value` pairs")
    try:
        return kind.model_validate(found)
    except ValidationError as errors:
        first = errors.errors(include_url=False, include_input=False)[0]
        where = clean(".".join(map(str, first["loc"])))
        allowed = ", ".join(Card.model_fields)
        told = f"unknown; a card has {allowed}" if first["type"] == "extra_forbidden" else ""
        raise ParameterError(f"{shown}: {where}: {told or clean(first['msg'], 200)}") from None


def kept(path: Path) -> Card:
    """Return the card that was stored with a model. Raises RefusedError where it is unreadable."""
    try:
        return Card.model_validate(parsed(content(path, _LARGEST)))
    except ValidationError:
        raise RefusedError("holds no card") from None
