"""The evaluation kit run by lm-evaluation-harness itself, on models made on the spot."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from emergence import paths
from emergence.evaluation import sets
from emergence.own import __main__ as command
from emergence.own import models
from emergence.tables import read_table

from tests.test_evaluation import composed

pytestmark = pytest.mark.long

PYTHON = paths.ROOT / ".venv-evaluation" / "bin" / "python"
OFFLINE = {"HF_DATASETS_OFFLINE": "1", "HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": ""}


def run(arguments: list[str], caches: Path) -> None:
    """Run the harness's Python in the repository's root, offline. Fails with what it wrote."""
    if not PYTHON.exists():
        pytest.fail("there is no .venv-evaluation: run `make harness`")
    # Of two threads on two busy cores each waits for the other.
    settings = {**os.environ, **OFFLINE, "HF_HOME": str(caches), "OMP_NUM_THREADS": "1"}
    settings.pop("PYTHONPATH", None)
    done = subprocess.run(
        [str(PYTHON), *arguments],
        cwd=paths.ROOT, env=settings, capture_output=True, text=True, timeout=1800,
    )  # fmt: skip
    if done.returncode:
        pytest.fail(f"{arguments}: {done.stderr[-4000:]}")


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> Path:
    """A folder of results of two models, with a card for the one that was trained."""
    folder = tmp_path_factory.mktemp("kit")
    run(["tests/small_models.py", str(folder / "models")], folder / "caches")
    for name in ("untrained", "adding"):
        model = f"pretrained={folder / 'models' / name}"
        run(
            [
                "-m", "lm_eval", "--tasks", "emergence", "--include_path", "evaluation",
                "--model", "hf", "--model_args", model, "--device", "cpu", "--batch_size", "16",
                "--log_samples", "--output_path", str(folder / "results"),
            ],
            folder / "caches",
        )  # fmt: skip
    told = json.loads((folder / "models" / "adding.json").read_text())
    (folder / "results" / "card.yml").write_text(json.dumps({"models": {"adding": told}}))
    return folder / "results"


@pytest.fixture(scope="module")
def own(results) -> models.Own:
    root = results.parent / "kept"
    assert command.main(["add", str(results), "--root", str(root)]) == 0
    return models.read(root)


def scores(own: models.Own, name: str) -> pd.DataFrame:
    model = own.models.set_index("name").loc[name, "model"]
    return own.scores[own.scores["model"].eq(model)].set_index("task")


def test_every_task_of_the_kit_is_added(own):
    assert set(own.models["name"]) == {"untrained", "adding"}
    wanted = read_table("lm_eval_tasks").query("items == 'own'")["task"].unique()
    for name in own.models["name"]:
        found = scores(own, name)
        assert sorted(found.index) == sorted(wanted)
        assert found["flags"].eq("own_items").all() and found["successes"].notna().all()


def test_who_has_learnt_to_add_adds_and_who_has_not_does_not(own):
    adding, untrained = scores(own, "adding"), scores(own, "untrained")
    assert adding.loc["arithmetic_2da", "value"] > 0.5
    assert untrained.loc["arithmetic_2da", "value"] < 0.05
    # Four standard errors around chance.
    for found in (adding, untrained):
        grids = found.loc[["grid_direction", "grid_direction_turned"]]
        wide = 4 * (0.25 * 0.75 / grids["n"].astype(float)) ** 0.5
        assert (grids["value"] - 0.25).abs().le(wide).all()


def test_right_answers_begin_with_a_space_which_only_stripping_forgives(own):
    model = own.models.set_index("name").loc["adding", "model"]
    again = own.samples[own.samples["model"].eq(model) & own.samples["task"].eq("arithmetic_2da")]
    exact = again[again["metric"].eq("exact_match")].set_index("reading")["value"]
    assert exact["raw"] == 0 and exact["stripped"] == exact["filtered"] > 0.5


def test_scores_worked_out_again_are_those_reported(own):
    assert own.samples["difference"].isna().all()
    known = own.samples.dropna(subset="reported")
    assert len(known) == 2 * own.scores["task"].nunique()
    assert (known["value"] - known["reported"]).abs().max() < 1e-9


def test_the_card_places_the_one_by_compute_and_the_other_stands_by_size(own):
    told = own.models.set_index("name")
    trained, untrained = told.loc["adding"], told.loc["untrained"]
    assert trained["train_flops"] == pytest.approx(6 * trained["params_total"] * trained["tokens"])
    assert (untrained["params_from"], trained["params_from"]) == ("lm_eval", "card")
    assert untrained["params_total"] > 10_000 and pd.isna(untrained["train_flops"])


@pytest.mark.parametrize("chosen", sets.SETS, ids=lambda chosen: chosen.name)
def test_the_harness_asks_what_the_book_would(results, chosen):
    paths_found = sorted(results.glob(f"*/samples_{chosen.task}_2*.jsonl"))
    assert len(paths_found) == 2
    for path in paths_found:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        first = next(line for line in lines if line["doc_id"] == 0)
        assert first["arguments"]["gen_args_0"]["arg_0"] == composed(chosen.name)
        assert len({line["doc_id"] for line in lines}) == chosen.n
