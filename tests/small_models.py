"""Two models of a few hundred thousand parameters, made on the spot: one untrained, one that adds.

Run by the long tests with the Python of `.venv-evaluation`, which has torch and transformers:
`python tests/small_models.py FOLDER`. The sums that the kit asks are left out of the training.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM
from transformers import PreTrainedTokenizerFast as FastTokenizer

KIT = Path(__file__).resolve().parents[1] / "evaluation"
CONTEXT = 2048
EXAMPLES = 3
"""Sums in a row, as in a prompt with two examples."""
END = "<|end|>"
PEAK = 4e-3
"""Largest learning rate."""
UNLEARNT = -100
"""Label of tokens that the loss leaves out."""


def asked() -> list[str]:
    """Every question and answer of the kit."""
    found = []
    for path in sorted(KIT.glob("*/*.jsonl")):
        rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        found += [f"{row['question']} {row['answer']}" for row in rows]
    return found


def sums() -> list[str]:
    """Sums of two numbers of two digits that the kit does not ask."""
    path = KIT / "items" / "arithmetic_2da.jsonl"
    held = {json.loads(line)["question"] for line in path.read_text(encoding="utf-8").splitlines()}
    kept = []
    for a in range(10, 100):
        for b in range(10, 100):
            questions = (f"What is {a} plus {b}?", f"What is {b} plus {a}?")
            if not held & set(questions):
                kept.append(f"Q: {questions[0]}\nA: {a + b}")
    return kept


def tokenizer() -> FastTokenizer:
    """Bytes, joined into phrases; digits stay alone, with the space before them."""
    made = Tokenizer(models.BPE())
    phrases = Regex(r" ?\d|\n+|(?:(?! ?\d)[^\n])+")
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(phrases, "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=600, special_tokens=[END], initial_alphabet=alphabet, show_progress=False
    )
    made.train_from_iterator([*asked(), *sums()], trainer)
    return FastTokenizer(
        tokenizer_object=made, eos_token=END, pad_token=END, model_max_length=CONTEXT
    )


def batches(tokens: FastTokenizer, size: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Endless batches of sums in a row, and what of them is to be learnt: the answers."""
    gap = tokens.encode("\n\n")
    pairs = []
    for text in sums():
        question, answer = text[: text.index("A:") + 2], text[text.index("A:") + 2 :]
        left, right = tokens.encode(question), tokens.encode(answer) + gap
        pairs.append((left + right, [UNLEARNT] * len(left) + right))
    draw = random.Random(0)
    while True:
        rows = [draw.sample(pairs, EXAMPLES) for _ in range(size)]
        yield (
            _filled([[i for ids, _ in row for i in ids] for row in rows], tokens.pad_token_id),
            _filled([[i for _, ids in row for i in ids] for row in rows], UNLEARNT),
        )


def _filled(rows: list[list[int]], filler: int) -> torch.Tensor:
    longest = max(map(len, rows))
    return torch.tensor([row + [filler] * (longest - len(row)) for row in rows])


def trained(tokens: FastTokenizer, steps: int) -> tuple[GPT2LMHeadModel, int]:
    """A model that has learnt to add, and the number of tokens it was trained on."""
    config = GPT2Config(
        vocab_size=len(tokens), n_positions=CONTEXT, n_embd=64, n_layer=2, n_head=4,
        resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
        bos_token_id=tokens.eos_token_id, eos_token_id=tokens.eos_token_id,
    )  # fmt: skip
    torch.manual_seed(0)
    model = GPT2LMHeadModel(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK, steps, pct_start=0.05)
    seen = 0
    for batch, labels in islice(batches(tokens, 64), steps):
        loss = model(batch, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        seen += batch.numel()
        if schedule.last_epoch % 100 == 0:
            print(f"step {schedule.last_epoch}, loss {loss.item():.3f}", flush=True)
    return model, seen


def main() -> None:
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=800, help="of training")
    given = parser.parse_args()
    torch.manual_seed(0)
    tokens = tokenizer()
    untrained = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokens), hidden_size=64, intermediate_size=128, num_hidden_layers=2,
            num_attention_heads=4, max_position_embeddings=CONTEXT,
            bos_token_id=tokens.eos_token_id, eos_token_id=tokens.eos_token_id,
        )
    )  # fmt: skip
    adding, seen = trained(tokens, given.steps)
    for name, model in {"untrained": untrained, "adding": adding}.items():
        model.save_pretrained(given.folder / name)
        tokens.save_pretrained(given.folder / name)
    told = {"training_tokens": seen, "parameters": adding.num_parameters()}
    (given.folder / "adding.json").write_text(json.dumps(told) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
