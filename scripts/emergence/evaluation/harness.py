"""The kit as lm-evaluation-harness (0.4.5 to 0.4.13) reads it: a YAML file a task, items as JSON
lines.

Paths in it start at the repository's root, where the harness has to be started. Nothing is fetched,
and no code of ours runs inside the harness.
"""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import yaml

from emergence import paths
from emergence.evaluation.sets import PREFIX, SETS, ItemSet, items

GROUP = PREFIX.rstrip("_")
"""The group of all tasks."""
RAW, STRIPPED = "raw", "stripped"
"""Filters: what the model wrote, as it is and without surrounding space."""
VERSION = 1.0
"""Of every task; to be raised whenever its items or its prompt change."""
# Longer than any right answer, also where every byte is a token.
_LONGEST_ANSWER = 32
_HEAD = "# Written by `make evaluation`.\n"


def files() -> dict[str, str]:
    """Return the text of every file of the kit that is generated, by its place in the folder."""
    written = {f"{GROUP}.yaml": _yaml({"group": GROUP, "task": [s.task for s in SETS]})}
    for chosen in SETS:
        asked, examples = items(chosen)
        written[f"{chosen.task}.yaml"] = _yaml(task_options(chosen))
        written[_items_file(chosen)] = _lines(asked)
        written[_examples_file(chosen)] = _lines(examples)
    return written


def task_options(chosen: ItemSet) -> dict[str, Any]:
    """Return the options of a task of the harness."""
    template = chosen.template
    here = paths.EVALUATION.name
    kind = _choosing() if chosen.multiple_choice else _writing()
    return {
        "task": chosen.task,
        "dataset_path": "json",
        "dataset_kwargs": {
            "data_files": {
                "test": f"{here}/{_items_file(chosen)}",
                "fewshot": f"{here}/{_examples_file(chosen)}",
            }
        },
        "test_split": "test",
        "fewshot_split": "fewshot",
        "fewshot_config": {"sampler": "first_n"},
        "num_fewshot": chosen.shots,
        "description": template.instruction + template.separator if template.instruction else "",
        "doc_to_text": template.question.format(question="{{question}}", choices=""),
        "doc_to_target": "answer",
        "target_delimiter": template.answer.format(answer=""),
        "fewshot_delimiter": template.separator,
        **kind,
        "metadata": {"version": VERSION},
    }


def _writing() -> dict[str, Any]:
    whole = {"function": "regex", "regex_pattern": r"(?s)\A.*\Z", "group_select": 0, "fallback": ""}
    return {
        "output_type": "generate_until",
        "generation_kwargs": {
            "until": ["\n"],
            "max_gen_toks": _LONGEST_ANSWER,
            "do_sample": False,
        },
        "filter_list": [
            {"name": RAW, "filter": [{"function": "take_first"}]},
            # The harness strips what a pattern finds; remove_whitespace leaves the end in 0.4.5.
            {"name": STRIPPED, "filter": [whole, {"function": "take_first"}]},
        ],
        "metric_list": [_metric("exact_match")],
    }


def _choosing() -> dict[str, Any]:
    return {
        "output_type": "multiple_choice",
        "doc_to_choice": "choices",
        "metric_list": [_metric("acc")],
    }


def _metric(name: str) -> dict[str, Any]:
    return {"metric": name, "aggregation": "mean", "higher_is_better": True}


def _items_file(chosen: ItemSet) -> str:
    return f"items/{chosen.name}.jsonl"


def _examples_file(chosen: ItemSet) -> str:
    return f"examples/{chosen.name}.jsonl"


class _Dumper(yaml.SafeDumper):
    """YAML in which a line break inside a text is seen as such."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = '"' if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def _yaml(content: dict[str, Any]) -> str:
    return _HEAD + yaml.dump(content, Dumper=_Dumper, sort_keys=False, width=100)


def _lines(table: pd.DataFrame) -> str:
    return "".join(json.dumps(row) + "\n" for row in table.to_dict("records"))
