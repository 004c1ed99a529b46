"""Files in the shapes in which versions of lm-evaluation-harness write them, values our own.

`python -m tests.lm_eval_files` writes those of `tests/fixtures/lm_eval` anew. Reported scores are
worked out here in plain Python, as the harness does, so that what the package makes of the same
answers has something to be compared with.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sacrebleu

FIXTURES = Path(__file__).parent / "fixtures" / "lm_eval"
STAMP_0, STAMP_2 = "2026-03-01T10-20-30.123456", "2026-03-01T11-20-30.654321"
STAMP_9, STAMP_5 = "2026-02-01T10-20-30", "2026-01-01T10-20-30.000001"
ENVIRONMENT = "Host: someones-machine\nPython: /srv/someone/venv/bin/python"
CONTENT = dict[str, Any]


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def stderr(values: list[float]) -> float:
    around = mean(values)
    return math.sqrt(sum((v - around) ** 2 for v in values) / (len(values) - 1) / len(values))


def reported(name: str, values: list[float], answer_filter: str = "none") -> CONTENT:
    errors = {f"{name}_stderr,{answer_filter}": stderr(values)}
    return {f"{name},{answer_filter}": mean(values), **errors}


def line(number: int, target: str, resps: Any, filtered: Any, **more: Any) -> CONTENT:
    document = {"idx": number, "source_file": "/srv/someone/items.jsonl"}
    return {"doc_id": number, "doc": document, "target": target, "resps": resps} | {
        "filtered_resps": filtered,
        "doc_hash": f"{number:064x}",
        **more,
    }


def requests(texts: list[tuple[str, Any]]) -> CONTENT:
    return {f"gen_args_{i}": {"arg_0": a, "arg_1": b} for i, (a, b) in enumerate(texts)}


def likelihoods(seed: int, n: int) -> tuple[CONTENT, list[CONTENT]]:
    """A task such as arithmetic_2da: is the right text the likeliest one, and how likely is it?"""
    draw = random.Random(seed)
    lines, right, sums = [], [], []
    for i in range(n):
        value, greedy = -draw.expovariate(1.0), draw.random() < 0.7
        pair = [str(value), str(greedy)]
        arguments = requests([(f"Q: What is {i} plus 1?\nA:", f" {i + 1}")])
        told = {"filter": "none", "metrics": ["acc"], "acc": float(greedy)}
        lines.append(line(i, f" {i + 1}", [[pair]], [pair], arguments=arguments, **told))
        right.append(float(greedy))
        sums.append(value)
    perplexity = {"perplexity,none": math.exp(-mean(sums)), "perplexity_stderr,none": "N/A"}
    return reported("acc", right) | perplexity, lines


def choices(seed: int, n: int, *, empty: bool = False, told: bool = True) -> tuple[CONTENT, list]:
    """A multiple-choice task with mutual information; empty: one choice has no characters."""
    draw = random.Random(seed)
    lines, acc, norm, brier = [], [], [], []
    for i in range(n):
        texts = ["", "no"] if empty else [f"{'long ' * j}answer" for j in range(4)]
        values = [-draw.expovariate(0.5) for _ in texts]
        target = draw.randrange(len(texts))
        best = values.index(max(values))
        lengths = [v / len(t) if t else -math.inf for v, t in zip(values, texts, strict=True)]
        weights = [math.exp(v) for v in values]
        shares = [w / sum(weights) for w in weights]
        acc.append(float(best == target))
        norm.append(float(lengths.index(max(lengths)) == target))
        brier.append(sum((p - (j == target)) ** 2 for j, p in enumerate(shares)))
        again = [v - 1 for v in values]
        pairs = [[str(v), "False"] for v in (*values, *again)]
        asked = [(f"Question {i}", f" {t}") for t in texts] + [("", f" {t}") for t in texts]
        more = {"filter": "none", "metrics": ["acc"]} if told else {}
        more |= {"acc": acc[-1], "acc_norm": norm[-1], "acc_mutual_info": acc[-1]}
        resps = [[pair] for pair in pairs]
        lines.append(line(i, str(target), resps, pairs, arguments=requests(asked), **more))
    scores = reported("acc", acc) | reported("acc_norm", norm)
    scores |= {"brier_score,none": mean(brier), "brier_score_stderr,none": "N/A"}
    return scores | {"mcc,none": 0.0, "mcc_stderr,none": math.nan}, lines


def truthful(seed: int, n: int) -> tuple[CONTENT, list[CONTENT]]:
    """TruthfulQA's MC2: the share of probability of the true ones among the choices."""
    draw = random.Random(seed)
    lines, shares = [], []
    for i in range(n):
        values = [-draw.expovariate(0.5) for _ in range(3)]
        weights = [math.exp(v) for v in values]
        shares.append((weights[0] + weights[1]) / sum(weights))
        pairs = [[str(v), "False"] for v in values]
        asked = requests([(f"Question {i}", f" choice {j}") for j in range(3)])
        told = line(i, "0", [[p] for p in pairs], pairs, arguments=asked, filter="none")
        told["doc"]["mc2_targets"] = {"choices": ["a", "b", "c"], "labels": [1, 1, 0]}
        lines.append(told | {"metrics": ["acc"], "acc": shares[-1]})
    return reported("acc", shares), lines


def written(
    seed: int,
    target: Callable[[int, random.Random], str],
    answer: Callable[[str, random.Random], str],
    filters: dict[str, Callable[[str], str]],
    same: Callable[[str, str], bool],
    n: int,
    *,
    bleu: bool = False,
    told: bool = True,
) -> tuple[CONTENT, list[CONTENT]]:
    """A task with answers that the model writes, under each of its filters."""
    draw = random.Random(seed)
    targets = [target(i, draw) for i in range(n)]
    answers = [answer(text, draw) for text in targets]
    scores: CONTENT = {}
    lines = []
    for name, chosen in filters.items():
        found = [chosen(text) for text in answers]
        right = [float(same(a, t)) for a, t in zip(found, targets, strict=True)]
        scores |= reported("exact_match", right, name)
        if bleu:
            scores[f"bleu,{name}"] = sacrebleu.corpus_bleu(found, [targets]).score
            scores[f"bleu_stderr,{name}"] = "N/A"
        for i, text in enumerate(answers):
            more = {"filter": name, "metrics": ["exact_match"]} if told else {}
            asked = requests([(f"Q: question {i}\nA:", {"until": ["\n"]})])
            more |= {"exact_match": right[i], "arguments": asked}
            lines.append(line(i, targets[i], [[text]], [found[i]], **more))
    return scores, lines


def unscrambled(seed: int, n: int) -> tuple[CONTENT, list[CONTENT]]:
    """Unfiltered answers that start with a space: right ones count as wrong."""
    words = ["apple", "river", "stone", "cloud", "table", "green"]
    return written(
        seed,
        lambda i, draw: words[i % len(words)],
        lambda text, draw: draw.choice([f" {text}", text, text[::-1]]),
        {"none": lambda text: text},
        lambda a, t: a == t,
        n,
    )


def transliterated(seed: int, n: int) -> tuple[CONTENT, list[CONTENT]]:
    sentences = ["the cat sat on the old mat", "we all live in a small house", "it rains a lot"]
    return written(
        seed,
        lambda i, draw: sentences[i % len(sentences)],
        lambda text, draw: draw.choice([text, f"{text} today", text.replace("a", "u")]),
        {"none": lambda text: text},
        lambda a, t: a == t,
        n,
        bleu=True,
    )


def sums(seed: int, n: int, *, told: bool = True) -> tuple[CONTENT, list[CONTENT]]:
    """GSM8K: the target is a whole solution, of which the task's options leave the number."""

    def number(text: str) -> str:
        return text.rpartition("#### ")[2].replace(",", "").replace("$", "").removesuffix(".")

    return written(
        seed,
        lambda i, draw: f"{i} and {1000 + i} make it.\n#### {1000 + 2 * i:,}",
        lambda text, draw: draw.choice(
            [f" So #### {number(text)}", f" It is {number(text)}", " ?"]
        ),
        {
            "strict-match": lambda text: number(text) if "####" in text else "[invalid]",
            "flexible-extract": lambda text: text.split()[-1] if text[-1] != "?" else "[invalid]",
        },
        lambda a, t: number(a) == number(t),
        n,
        told=told,
    )


GSM8K = {
    "metric_list": [
        {
            "metric": "exact_match",
            "ignore_case": True,
            "regexes_to_ignore": [",", "\\$", "(?s).*#### ", "\\.$"],
        }
    ]
}


def results(
    tasks: dict[str, tuple[CONTENT, list[CONTENT]]],
    shots: int,
    *,
    name: str = "lab/tiny",
    limit: float | None = None,
    configs: CONTENT | None = None,
    **more: Any,
) -> CONTENT:
    """A results file as 0.4.5 and later write it."""
    n = {task: len({found["doc_id"] for found in lines}) for task, (_, lines) in tasks.items()}
    options = {task: {"task": task, "num_fewshot": shots} for task in tasks}
    for task, given in (configs or {}).items():
        options[task] = options[task] | given
    return {
        "results": {t: {"alias": f" - {t}", **scores} for t, (scores, _) in tasks.items()},
        "group_subtasks": {task: [] for task in tasks},
        "configs": options,
        "versions": {task: 1.0 for task in tasks},
        "n-shot": {task: shots for task in tasks},
        "n-samples": {t: {"original": 2 * m if limit else m, "effective": m} for t, m in n.items()},
        "config": {
            "model": "hf",
            "model_args": {"pretrained": name, "dtype": "float32"},
            "model_num_parameters": 118176,
            "model_revision": "main",
            "limit": limit,
        },
        "date": 1772360430.5,
        "pretty_env_info": ENVIRONMENT,
        "lm_eval_version": "0.4.13",
        "model_source": "hf",
        "model_name": name,
        "model_name_sanitized": name.replace("/", "__"),
        "system_instruction": None,
        "chat_template": None,
        "fewshot_as_multiturn": None,
        **more,
    }


def put(folder: Path, stamp: str, found: CONTENT, tasks: dict | None = None) -> Path:
    """Write a results file, and the answers of its tasks beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"results_{stamp}.json"
    path.write_text(json.dumps(found, indent=2), encoding="utf-8")
    for task, (_, lines) in (tasks or {}).items():
        text = "".join(json.dumps(told, ensure_ascii=False) + "\n" for told in lines)
        (folder / f"samples_{task}_{stamp}.jsonl").write_text(text, encoding="utf-8")
    return path


IPA = "bigbench_international_phonetic_alphabet_transliterate_generate_until"
UNSCRAMBLE = "bigbench_word_unscrambling_generate_until"


def newest(folder: Path) -> None:
    """0.4.13: two settings of one model in one folder, with answers, and one unknown task."""
    few = {
        "arithmetic_2da": likelihoods(1, 20),
        UNSCRAMBLE: unscrambled(2, 20),
        IPA: transliterated(3, 12),
        "bigbench_parsinlu_qa_multiple_choice": choices(4, 20),
    }
    put(folder / "lab__tiny", STAMP_2, results(few, 2), few)
    none = {"arc_easy": choices(5, 20), "truthfulqa_mc2": truthful(6, 15), "my_task": sums(7, 9)}
    found = results(none, 0, limit=20.0, configs={"my_task": GSM8K})
    put(folder / "lab__tiny", STAMP_0, found, none)


def older(folder: Path) -> None:
    """0.4.9: arguments as text, a group beside its parts, another model, a chat template."""
    tasks = {"piqa": choices(8, 20), "gsm8k": sums(9, 20)}
    found = results(tasks, 5, name="lab/small", configs={"gsm8k": GSM8K}, lm_eval_version="0.4.9")
    found["config"]["model_args"] = "pretrained=lab/small,dtype=float32"
    found["results"]["everything"] = {"alias": "everything", "acc,none": 0.9}
    found["groups"] = {"everything": found["results"]["everything"]}
    found["group_subtasks"] = {"everything": ["piqa", "gsm8k"]}
    put(folder / "lab__small", STAMP_9, found, tasks)


def oldest(folder: Path) -> None:
    """0.4.5: lines without the name of their filter."""
    tasks = {"gsm8k": sums(10, 20, told=False), "arc_easy": choices(11, 20, told=False)}
    configs = {"gsm8k": GSM8K}
    found = results(tasks, 5, name="lab/old", configs=configs, lm_eval_version="0.4.5")
    put(folder / "lab__old", STAMP_5, found, tasks)


def before(folder: Path) -> None:
    """0.4.2: no time in the names, answers as one array."""
    tasks = {"arc_easy": choices(12, 20)}
    found = results(tasks, 0, name="lab/before")
    for key in ("n-samples", "model_name", "model_name_sanitized", "lm_eval_version", "date"):
        del found[key]
    found["config"] = {"model": "hf", "model_args": "pretrained=lab/before", "limit": None}
    folder.mkdir(parents=True)
    (folder / "results.json").write_text(json.dumps(found, indent=2), encoding="utf-8")
    text = json.dumps(tasks["arc_easy"][1], indent=2)
    (folder / "pretrained__lab__before_arc_easy.jsonl").write_text(text, encoding="utf-8")


def ancient(folder: Path) -> None:
    """0.3: no filters, one number of shots, neither items nor parameters."""
    draw = random.Random(13)

    def share(n: int) -> CONTENT:
        right = [1.0] * draw.randint(n // 4, n - n // 4)
        values = right + [0.0] * (n - len(right))
        return {"acc": mean(values), "acc_stderr": stderr(values)}

    from emergence.tables import read_table

    parts = read_table("lm_eval_tasks").query("average == 'hendrycksTest' and shots == 0")
    tasks = {name: share(100 + i) for i, name in enumerate(parts["lm_eval_task"])}
    tasks |= {"wsc": share(104), "lambada_openai": share(5153) | {"ppl": 6.5, "ppl_stderr": 0.2}}
    arguments = "pretrained=lab/ancient,revision=step1000"
    config = {"model": "hf-causal", "model_args": arguments, "num_fewshot": 0, "limit": None}
    found = {"results": tasks, "versions": {name: 0 for name in tasks}, "config": config}
    folder.mkdir(parents=True)
    (folder / "ancient_step1000.json").write_text(json.dumps(found, indent=2), encoding="utf-8")


VERSIONS: dict[str, Callable[[Path], None]] = {
    "0.4.13": newest,
    "0.4.9": older,
    "0.4.5": oldest,
    "0.4.2": before,
    "0.3": ancient,
}


def build(folder: Path) -> None:
    """Write the files of all versions."""
    for version, make in VERSIONS.items():
        make(folder / version)


if __name__ == "__main__":
    import shutil

    shutil.rmtree(FIXTURES, ignore_errors=True)
    build(FIXTURES)
