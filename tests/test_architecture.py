"""How the package hangs together: which module may import which, their size, their words."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest
from emergence import paths
from emergence.source import read_chapter

LONGEST = 300

# A module imports from its own room and from those on lower levels of its own wing, never upwards
# or sideways. The study is what chapters import, the pipeline what runs them.
BASE = {
    **dict.fromkeys(["embedded", "errors", "paths", "wrapping"], 0),
    **dict.fromkeys(["i18n", "arguments", "files", "once", "rules"], 1),
    **dict.fromkeys(["formats", "schemas"], 2),
    "tables": 3,
}
STUDY = BASE | {
    **dict.fromkeys(["outputs", "requirements"], 4),
    **dict.fromkeys(["metrics", "prompts", "scaling", "simulation"], 4),
    **dict.fromkeys(["views", "associations", "efficiency", "percolation", "regulation"], 5),
    "own": 5,
    "evaluation": 5,
    **dict.fromkeys(["readers", "rescored", "retest", "shots", "task_page", "trajectories"], 6),
    **dict.fromkeys(["critique", "instrument"], 7),
    **dict.fromkeys(["findings", "judged", "own_verdicts"], 8),
    "charts": 9,
    "results": 9,
}
PIPELINE = BASE | {
    **dict.fromkeys(["alternates", "kernels", "repository", "security", "source"], 1),
    **dict.fromkeys(["archive", "book", "branch", "fill", "profiles"], 2),
    **dict.fromkeys(["provenance", "server", "stage"], 2),
    **dict.fromkeys(["params", "publish", "render", "notebooks"], 3),
    **dict.fromkeys(["check", "handout", "ingest", "sphinx", "translations"], 4),
    "build": 5,
}
WINGS = (STUDY, PIPELINE)

# Places on somebody's machine, which mean nothing to a reader.
PRIVATE = re.compile(r"(?<![\w.:/-])/(?:work|home|root|Users|mnt)/|\.\./shared\b")


def modules() -> list[Path]:
    return sorted(paths.PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(paths.PACKAGE).with_suffix("").parts[0]


def imported(tree: ast.AST) -> set[str]:
    """The rooms of the package that the code imports."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    rooms = {name.split(".")[1] for name in names if name.startswith("emergence.")}
    return rooms - {"__version__"}


def refused(importer: str, rooms: set[str]) -> set[str]:
    """Those of `rooms` that lie on no lower level of the importer's wing."""
    levels = next(wing for wing in WINGS if importer in wing)
    others = rooms - {importer}
    return {other for other in others if levels.get(other, 99) >= levels[importer]}


def test_every_module_has_a_level_in_one_wing() -> None:
    rooms = {room(path) for path in modules()} - {"__init__"}
    assert rooms == STUDY.keys() | PIPELINE.keys()
    assert STUDY.keys() & PIPELINE.keys() == BASE.keys()


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(paths.PACKAGE)))
def test_a_module_imports_downwards_and_is_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    if room(path) != "__init__":
        assert not refused(room(path), imported(tree))
    assert len(text.splitlines()) <= LONGEST
    stars = [n for n in ast.walk(tree) if isinstance(n, ast.alias) and n.name == "*"]
    assert not stars


def test_an_import_upwards_or_sideways_is_noticed() -> None:
    assert refused("scaling", {"errors", "tables"}) == set()
    assert refused("scaling", {"metrics", "views", "charts"}) == {"metrics", "views", "charts"}
    assert refused("critique", {"build"}) == {"build"}
    assert refused("notebooks", {"charts"}) == {"charts"}
    code = "import emergence.charts.theme\nfrom emergence import views, __version__\nimport ast"
    assert imported(ast.parse(code)) == {"charts", "views"}


@pytest.mark.parametrize("path", sorted(paths.CHAPTERS.glob("*.md")), ids=lambda p: p.stem)
def test_a_chapter_imports_the_study_only(path: Path) -> None:
    code = [c.source for c in read_chapter(path).cells if c.cell_type == "code"]
    assert imported(ast.parse("\n".join(code))) <= STUDY.keys()


def published() -> list[Path]:
    """Files of the checkout that are, or would be, in the repository."""
    if not (paths.ROOT / ".git").exists():
        pytest.skip("not a checkout")
    found = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=paths.ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for line in found.stdout.splitlines() if (path := paths.ROOT / line).is_file()]


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    assert PRIVATE.search("see /" + "work/main") and PRIVATE.search(".." + "/shared/x")
    assert not PRIVATE.search("https://example.org/work/x") and not PRIVATE.search("a/home/b")
    told = []
    for path in published():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        told += [f"{path}: {found.group()}" for found in PRIVATE.finditer(text)]
    assert not told
