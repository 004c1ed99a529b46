"""Running a chapter: values on the page, the same bytes every time, and failures that say where."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from emergence.errors import ChapterError
from emergence.fill import with_values
from emergence.notebooks import CellError, execute, main, normalised

CHAPTER = """---
kernelspec: {name: python3, display_name: Python 3}
---

# Metrics

```{code-cell} python
:tags: [parameters]
lang: str = "en"
shots: int = 2  # examples in the prompt
max_params: float | None = None
```

The cell below has options, so its code starts further down.

```{code-cell} python
:tags: [hide-input]

import os
import sys
from pathlib import Path

print(lang, shots, max_params, Path.cwd().name, os.environ["EMERGENCE_RENDERER"])
for part in ("a", "b"):
    print(part, flush=True)
print(hash("emergence"), os.environ["OMP_NUM_THREADS"], sys.executable)
{"set": {"x", "y", "z"}}
```
"""


@pytest.fixture
def chapters(tmp_path: Path) -> Path:
    folder = tmp_path / "chapters"
    folder.mkdir()
    (folder / "metrics.md").write_text(CHAPTER)
    return folder


def failing(chapters: Path, code: str) -> Path:
    """A chapter whose second cell, at line 9 of the file, holds the code."""
    path = chapters / "bad.md"
    path.write_text(
        f"# Bad\n\n```{{code-cell}} python\na = 1\n```\n\n"
        f"```{{code-cell}} python\n:tags: [hide-input]\n{code}\n```\n"
    )
    return path


def test_page_shows_the_values_of_this_build_once(chapters: Path, tmp_path: Path) -> None:
    out = tmp_path / "metrics.ipynb"
    execute("metrics", {"shots": 5, "max_params": 8e9}, {"ru": out}, chapters=chapters)
    notebook = nbformat.read(out, as_version=4)
    nbformat.validate(notebook)
    parameters, cell = (cell for cell in notebook.cells if cell.cell_type == "code")
    assert parameters.source.splitlines() == [
        'lang: str = "ru"',
        "shots: int = 5  # examples in the prompt",
        "max_params: float | None = 8000000000.0",
    ]
    assert "hide-input" in parameters.metadata.tags
    assert cell.outputs[0].text.startswith("ru 5 8000000000.0 chapters book\n")


def test_same_bytes_in_two_runs(
    chapters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, zone in enumerate(("Asia/Tokyo", "America/Lima")):
        monkeypatch.setenv("TZ", zone)
        monkeypatch.setenv("PYTHONHASHSEED", str(number))
        execute("metrics", {}, {"en": tmp_path / f"{number}.ipynb"}, chapters=chapters)
    assert (tmp_path / "0.ipynb").read_bytes() == (tmp_path / "1.ipynb").read_bytes()


def test_languages_in_one_kernel_give_what_each_gives_alone(chapters: Path, tmp_path: Path) -> None:
    together = {lang: tmp_path / "together" / f"{lang}.ipynb" for lang in ("en", "ru")}
    execute("metrics", {"shots": 5}, together, chapters=chapters)
    for lang, path in together.items():
        alone = tmp_path / f"{lang}.ipynb"
        execute("metrics", {"shots": 5}, {lang: alone}, chapters=chapters)
        assert path.read_bytes() == alone.read_bytes()


def test_a_language_finds_nothing_that_another_has_set(chapters: Path, tmp_path: Path) -> None:
    code = "if a == 1 and 'seen' in globals():\n    raise NameError('leaked')\nseen = 1\nprint(a)"
    failing(chapters, code)
    execute("bad", {}, {x: tmp_path / f"{x}.ipynb" for x in ("en", "ru")}, chapters=chapters)
    outputs = nbformat.read(tmp_path / "ru.ipynb", as_version=4).cells[-1].outputs
    assert [output.text for output in outputs] == ["1\n"]


def test_a_failure_in_the_second_language_names_the_same_place(chapters, tmp_path: Path) -> None:
    chapter = failing(
        chapters, "import os\nonce = 'RUN' in os.environ\nos.environ['RUN'] = ''\n1 / (1 - once)"
    )
    outs = {x: tmp_path / f"{x}.ipynb" for x in ("en", "ru")}
    with pytest.raises(CellError, match="ZeroDivisionError") as caught:
        execute("bad", {}, outs, chapters=chapters)
    assert str(caught.value).startswith(f"{chapter}:12: code cell 2: ")
    assert not any(out.exists() for out in outs.values())


def test_kernel_is_this_python_whatever_the_user_has(
    chapters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("python3", "emergence-build"):
        spec = tmp_path / "user" / "kernels" / name / "kernel.json"
        spec.parent.mkdir(parents=True)
        broken = {"argv": ["/nonexistent"], "display_name": name, "language": "python"}
        spec.write_text(json.dumps(broken))
    startup = tmp_path / "ipython" / "profile_default" / "startup" / "00.py"
    startup.parent.mkdir(parents=True)
    startup.write_text("print('the user was here')")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "user"))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "user"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    out = tmp_path / "metrics.ipynb"
    execute("metrics", {}, {"en": out}, chapters=chapters)
    assert "the user was here" not in out.read_text()


@pytest.mark.parametrize(
    ("code", "place", "rest"),
    [
        ("x = [1]\nx[a]", 10, "IndexError: list index out of range\n    x[a]"),
        ("x = = 3", 9, "SyntaxError: invalid syntax"),
        (
            "from emergence.i18n import translator\ntranslator('xx')",
            10,
            "ParameterError: lang: 'xx' is not one of en, ru\n    translator('xx')\n    raised at ",
        ),
        ("import warnings\nwarnings.warn('old')", 9, "wrote to standard error"),
        ("import os\nos._exit(1)", 9, "the kernel died"),
    ],
    ids=["exception", "syntax", "deeper", "warning", "death"],
)
def test_failing_cell_names_file_line_and_reason(
    chapters: Path, tmp_path: Path, code: str, place: int, rest: str
) -> None:
    chapter = failing(chapters, code)
    out = tmp_path / "out" / "bad.ipynb"
    with pytest.raises(CellError) as caught:
        execute("bad", {}, {"en": out}, chapters=chapters)
    assert str(caught.value).startswith(f"{chapter}:{place}: code cell 2: {rest}")
    assert len(str(caught.value).splitlines()) <= 6
    assert not out.exists()
    assert not out.parent.exists() or not list(out.parent.iterdir())


def test_failure_keeps_the_old_notebook_and_the_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, traceback = tmp_path / "en" / "no-such-chapter.ipynb", tmp_path / "old.traceback"
    out.parent.mkdir()
    out.write_text("old")
    arguments = ["no-such-chapter", "en", "--out", str(tmp_path), "--traceback", str(traceback)]
    assert main(arguments) == 1
    assert "chapters/no-such-chapter.md: no such chapter" in capsys.readouterr().out
    assert out.read_text() == "old"


def test_task_page_comes_from_the_template(chapters: Path, tmp_path: Path) -> None:
    code = 'task: str = "none"\nshots: int = 1'
    page = f"```{{code-cell}} python\n:tags: [parameters]\n{code}\n```\n"
    (chapters / "task.md").write_text(f"({{{{ slug }}}})=\n# {{{{name}}}}\n\n{page}")
    (tmp_path / "tasks.csv").write_text("task,name,page\narithmetic_2da,Two digits,true\n")
    given = {"chapters": chapters, "tasks": tmp_path / "tasks.csv"}
    out = tmp_path / "tasks" / "x.ipynb"
    execute("tasks/arithmetic_2da", {"shots": 3}, {"en": out}, **given)
    heading, cell = nbformat.read(out, 4).cells
    assert heading.source == "(arithmetic-2da)=\n# Two digits"
    assert cell.source == 'task: str = "arithmetic_2da"\nshots: int = 3'
    (chapters / "task.md").write_text(f"# {{{{ nam }}}}\n\n{page}")
    with pytest.raises(ChapterError, match=r"task\.md: found \{\{ nam \}\}, expected name, slug"):
        execute("tasks/arithmetic_2da", {}, {"en": out}, **given)


def test_undeclared_value_is_refused(chapters: Path, tmp_path: Path) -> None:
    with pytest.raises(ChapterError, match=r"metrics\.md:9: unknown parameter shotz; "):
        execute("metrics", {"shotz": 3}, {"en": tmp_path / "x.ipynb"}, chapters=chapters)


@pytest.mark.parametrize(
    ("code", "values", "expected"),
    [
        ("a: int = 1", {"a": 1}, "a: int = 1"),
        ("a: bool = True", {"a": False}, "a: bool = False"),
        ("a: float = 1e9  # FLOPs", {"a": 1e9}, "a: float = 1e9  # FLOPs"),
        ("a: float = 2", {"a": 2.0}, "a: float = 2"),
        ('a: str = "é"; b: int = 1', {"a": "жё", "b": 20}, 'a: str = "жё"; b: int = 20'),
        ('a: list[str] = [\n    "x",\n]\nb: int = 1', {"a": []}, "a: list[str] = []\nb: int = 1"),
        ("a: int = 1\nb: int = 2", {"b": -3}, "a: int = 1\nb: int = -3"),
    ],
)
def test_values_in_place_of_defaults(code: str, values: dict, expected: str) -> None:
    assert with_values(code, values) == expected


def test_streams_are_joined_however_they_arrived() -> None:
    def notebook(*pieces: str) -> nbformat.NotebookNode:
        outputs = [nbformat.v4.new_output("stream", name="stdout", text=text) for text in pieces]
        cell = nbformat.v4.new_code_cell("print()", outputs=outputs)
        return nbformat.v4.new_notebook(cells=[cell], metadata={"source_map": [0]})

    whole, broken = notebook("one\ntwo\n"), notebook("one\n", "two\n")
    assert normalised(whole) == normalised(broken)
    assert len(broken.cells[0].outputs) == 2  # the input is left as it was
