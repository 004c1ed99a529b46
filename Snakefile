# The book as steps: check the tables, run the chapters, lay out and render each language, publish.
# Without make: `.venv/bin/snakemake --cores 2 [--config params=profiles/short.yml]`

import json
import os
import sys
from pathlib import Path

from emergence import book, paths, provenance
from emergence.errors import ParameterError
from emergence.i18n import CHARTS, DATA, LANGUAGES, SOURCE, catalogue_path
from emergence.params import resolve


workdir: paths.ROOT


# The steps run in the Python that runs Snakemake, whatever the shell would find.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

if unknown := sorted(set(config) - {"params"}):
    raise ParameterError(f"--config: unknown setting {', '.join(unknown)}, expected params")
PARAMETERS = resolve(Path(config["params"]).resolve() if config.get("params") else None)
BOOK_PARAMETERS = json.dumps(PARAMETERS, ensure_ascii=False, sort_keys=True)
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
PAGES = book.pages()

MODULES = [book.from_root(path) for path in book.chapter_modules()]
FRONT_END = [book.from_root(path) for path in book.files_of(paths.SPHINX)]
TABLES = [book.from_root(path) for path in provenance.tables()]
CATALOGUES = [book.from_root(path) for path in book.catalogues()]
TRANSLATIONS = [book.from_root(path) for path in book.files_of(paths.TRANSLATIONS)]
HANDOUT = [book.from_root(path) for path in book.files_of(paths.PACKAGE / "handout")]
RESULTS = provenance.results()
CHAPTERS = [book.from_root(path) for path in provenance.chapters()]
OWN = [book.from_root(path) for path in provenance.own_tables()]
RECORDED = TABLES + CHAPTERS + ["requirements.in", "requirements.txt"]
STEP = {path.stem: book.from_root(path) for path in paths.PACKAGE.glob("*.py")}


def chapter_parameters(wildcards):
    values = PARAMETERS[book.chapter_of(wildcards.page)]
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


def own_tables(page):
    """Tables of readers' own models that a page shows: adding or removing one makes it anew."""
    mode = PARAMETERS[book.chapter_of(page)].get("own_models", "left_out")
    found = [] if mode == "left_out" else provenance.own_tables(book.task_of(page))
    return [book.from_root(path) for path in found]


# What chapters read; the words of their prose come in with the pages.
CHART_CATALOGUES = [
    book.from_root(catalogue_path(lang, name))
    for lang in LANGUAGES
    if lang != SOURCE
    for name in (CHARTS, DATA)
]


def catalogues_of_pages(wildcards):
    return [book.from_root(path) for path in book.catalogues(wildcards.lang)]


wildcard_constraints:
    lang="|".join(LANGUAGES),
    page="|".join(PAGES),


localrules:
    all,
    check,
    translations,
    stage,
    record,
    html,
    publish,


# Notebooks and the check are named too: what failed or was deleted is then never taken for done.
rule all:
    input:
        "_build/state/site.json",
        "_build/state/check.ok",
        expand("_build/notebooks/{lang}/{page}.ipynb", lang=LANGUAGES, page=PAGES),


rule check:
    input:
        tables=TABLES,
        modules=MODULES + [STEP["check"]],
    output:
        touch("_build/state/check.ok"),
    log:
        "_build/logs/check.log",
    message:
        "check of the tables"
    shell:
        "python -m emergence.check > {log} 2>&1"


rule translations:
    input:
        chapters=CHAPTERS,
        beside=[book.from_root(paths.TOC), book.from_root(paths.REFERENCES)],
        config=book.from_root(paths.CONFIG),
        tables=TABLES,
        modules=MODULES,
        front_end=FRONT_END,
        catalogues=CATALOGUES,
        step=[*TRANSLATIONS, *HANDOUT, STEP["publish"], STEP["render"]],
    output:
        touch("_build/state/translations.ok"),
    log:
        "_build/logs/translations.log",
    priority: 100
    message:
        "check of the translations"
    shell:
        "python -m emergence.translations check > {log} 2>&1"


# All languages of a page in one step: what does not depend on the language is done once.
rule chapter:
    input:
        catalogues=CHART_CATALOGUES,
        chapter=lambda wildcards: f"chapters/{book.chapter_of(wildcards.page)}.md",
        tables=TABLES,
        own=lambda wildcards: own_tables(wildcards.page),
        modules=MODULES,
        requirements="requirements.txt",
        # Not `ancient`: below a step that is run anew, Snakemake then misses other changed inputs.
        checked="_build/state/check.ok",
    output:
        expand("_build/notebooks/{lang}/{{page}}.ipynb", lang=LANGUAGES),
    params:
        values=chapter_parameters,
        python=PYTHON,
    log:
        "_build/logs/{page}.log",
    message:
        "chapter {wildcards.page}"
    shell:
        "python -m emergence.notebooks {wildcards.page} {LANGUAGES}"
        " --parameters {params.values:q}"
        " --traceback _build/logs/{wildcards.page}.traceback > {log} 2>&1"


# A manifest stands for its folder, whose own time stamp would say little about its content.
rule stage:
    input:
        notebooks=expand("_build/notebooks/{{lang}}/{page}.ipynb", page=PAGES),
        beside=[book.from_root(paths.TOC), book.from_root(paths.REFERENCES)],
        step=[STEP["stage"], STEP["files"]],
    output:
        "_build/state/stage-{lang}.json",
    log:
        "_build/logs/{lang}/stage.log",
    message:
        "staging ({wildcards.lang})"
    shell:
        "python -m emergence.stage {wildcards.lang} {PAGES} > {log} 2>&1"


# What the build is made of: shown on a page, and published beside the site.
rule record:
    input:
        recorded=RECORDED,
        own=OWN,
        step=[STEP["provenance"], STEP["files"]],
    output:
        book.from_root(paths.PROVENANCE),
    params:
        book=BOOK_PARAMETERS,
        python=PYTHON,
    log:
        "_build/logs/record.log",
    message:
        "record"
    shell:
        "python -m emergence.provenance --book-parameters {params.book:q} > {log} 2>&1"


rule html:
    input:
        staged="_build/state/stage-{lang}.json",
        catalogues=catalogues_of_pages,
        record=book.from_root(paths.PROVENANCE),
        config=book.from_root(paths.CONFIG),
        front_end=FRONT_END,
        modules=MODULES,
        requirements="requirements.txt",
        step=[STEP["render"], STEP["alternates"], STEP["repository"], STEP["security"]],
    output:
        "_build/state/html-{lang}.json",
    params:
        python=PYTHON,
        revision=os.environ.get("EMERGENCE_REVISION", ""),
    log:
        "_build/logs/{lang}/html.log",
    message:
        "pages ({wildcards.lang})"
    shell:
        "python -m emergence.render {wildcards.lang} > {log} 2>&1"


# The instrument's tables, by the parameters that the critique shows them with.
if RESULTS:

    rule results:
        input:
            tables=TABLES,
            own=OWN if PARAMETERS["critique"].get("own_models") == "included" else [],
            described=book.from_root(paths.RESULTS_PACKAGE),
            modules=MODULES,
            requirements="requirements.txt",
            checked="_build/state/check.ok",
            step=[STEP["results"], STEP["files"]],
        output:
            [book.from_root(path) for path in RESULTS],
        params:
            values=json.dumps(PARAMETERS["critique"], ensure_ascii=False, sort_keys=True),
            python=PYTHON,
        log:
            "_build/logs/results.log",
        priority: 50
        message:
            "results"
        shell:
            "python -m emergence.results --parameters {params.values:q} > {log} 2>&1"


# The site itself is no declared output: Snakemake would delete it before the new one is ready.
rule publish:
    input:
        rendered=expand("_build/state/html-{lang}.json", lang=LANGUAGES),
        results=[book.from_root(path) for path in RESULTS],
        translations="_build/state/translations.ok",
        catalogues=CATALOGUES,
        record=book.from_root(paths.PROVENANCE),
        tables=TABLES,
        config=book.from_root(paths.CONFIG),
        step=[STEP[name] for name in ("publish", "files", "alternates", "security")],
    output:
        "_build/state/site.json",
    log:
        "_build/logs/publish.log",
    message:
        "site"
    shell:
        "python -m emergence.publish {LANGUAGES} > {log} 2>&1"
