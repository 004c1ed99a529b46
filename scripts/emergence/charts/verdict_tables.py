"""Tables of the verdicts, as a reader sees them."""

from __future__ import annotations

from html import escape

import pandas as pd

from emergence.charts import words
from emergence.charts.figures import Html
from emergence.charts.theme import shape_statistic
from emergence.formats import MISSING, number, percent, scientific, signed
from emergence.i18n import translator
from emergence.tables import label


def folded(table: Html, title: str) -> Html:
    """Return a table behind a line that opens it, without scripts, too."""
    html = (
        '<details class="admonition em-fold screen-only"><summary class="admonition-title">'
        f"{escape(title)}</summary>{table.html}</details>"
    )
    return Html(html, f"{title}\n{table.text}")


def downloads(lang: str) -> Html:
    """Return links to the tables that the build publishes, beside the pages of a language."""
    _ = translator(lang)
    names = [f"{name}.csv" for name in ("verdicts", "thresholds", "curves", "forecasts")]
    names.append("datapackage.json")
    links = ", ".join(
        f'<a href="../data/findings/{name}" download><code>{name}</code></a>' for name in names
    )
    told = _("All of it as tables, with a description of every column: {files}")
    return Html(f"<p>{told.format(files=links)}</p>", told.format(files=", ".join(names)))


def _setting(row: pd.Series, labels: pd.DataFrame) -> str:
    kinds = ["metric", "prompting", *(["filter"] if row["filter"] != "none" else [])]
    return ", ".join(label(kind, row[kind], labels) for kind in kinds)


def _linked(task: str, names: dict[str, str], pages: set[str]) -> str:
    name = escape(names[task])
    return f'<a href="tasks/{task}.html">{name}</a>' if task in pages else name


def interval(low: float, high: float, lang: str, digits: int = 1) -> str:
    """Return the ends of an interval: 1.2–3.4."""
    return f"{number(low, lang, digits)}–{number(high, lang, digits)}"


def _measured(value: float, low: float, high: float, lang: str, digits: int = 1) -> str:
    if pd.isna(value):
        return MISSING
    return f"{number(value, lang, digits)} [{interval(low, high, lang, digits)}]"


def unclear_table(curves: pd.DataFrame, names: pd.Series, lang: str) -> pd.DataFrame:
    """Return the rises whose width the data do not pin down, and why, as a table to show."""
    _ = translator(lang)
    return pd.DataFrame(
        {
            _("score"): names,
            _("models"): curves["n_models"],
            _("families"): curves["n_families"],
            _("why there is no width"): curves["status"].map(lambda s: words.status(s, lang)),
        }
    )


def pair_table(
    pairs: pd.DataFrame, names: dict[str, str], labels: pd.DataFrame, lang: str
) -> pd.DataFrame:
    """Return the widths of tasks under two metrics (columns `judged.PAIR`) as a table to show."""
    _ = translator(lang)

    def metric(code: str) -> str:
        return _("log-perplexity") if code == "log_perplexity" else label("metric", code, labels)

    def shapes(row: pd.Series, kind: str) -> str:
        first, second = row[f"{kind}_first"], row[f"{kind}_second"]
        if row["axis"] == "step":
            return MISSING
        return f"{shape_statistic(first, lang)} / {shape_statistic(second, lang)}"

    rows = []
    for _place, row in pairs.iterrows():
        ok = row["status"] == "ok"
        axis = _("training step") if row["axis"] == "step" else words.axis(row["axis"], lang)
        ratio = _measured(row["ratio"], row["ratio_low"], row["ratio_high"], lang, 2)
        rows.append(
            {
                _("task"): names[row["task"]],
                _("axis"): axis,
                _("metrics"): f"{metric(row['metric_first'])} / {metric(row['metric_second'])}",
                _("families or sizes"): row["units"],
                _("widths, decades"): (
                    f"{number(row['width_first'], lang, 2)} / "
                    f"{number(row['width_second'], lang, 2)}"
                    if ok
                    else words.status(row["status"], lang)
                ),
                _("ratio, 95 % interval"): ratio,
                _("breakthroughness"): shapes(row, "breakthroughness"),
                _("linearity"): shapes(row, "linearity"),
            }
        )
    return pd.DataFrame(rows)


def errors_table(errors: pd.DataFrame, names: pd.Series, lang: str) -> pd.DataFrame:
    """Return `judged.forecast_errors` as a table to show."""
    _ = translator(lang)
    baselines = {
        "constant": _("mean of the smaller models"),
        "nearest_smaller": _("the nearest smaller model"),
        "sigmoid": _("sigmoid of log FLOPs"),
        "ruan_2024": _("Ruan et al. 2024"),
    }
    ends = [
        MISSING
        if pd.isna(low)
        else f"{signed(100 * gap, lang)} [{signed(100 * low, lang)}; {signed(100 * high, lang)}]"
        for gap, low, high in zip(errors["difference"], errors["low"], errors["high"], strict=True)
    ]
    return pd.DataFrame(
        {
            _("score"): names,
            _("forecast from"): errors["axis"].map(lambda a: words.axis(a, lang)),
            _("larger models"): errors["n_test"].astype("Int64"),
            _("mean absolute error"): errors["mae"].map(lambda v: percent(v, lang)),
            _("best baseline"): errors["baseline"].map(baselines).fillna(MISSING),
            _("difference, points [95 %]"): ends,
        }
    )


def _error(value: float, low: float, high: float, lang: str) -> str:
    if pd.isna(low):
        return percent(value, lang)
    return f"{percent(value, lang)} [{interval(100 * low, 100 * high, lang)}]"


def basis_table(
    told: pd.DataFrame, names: pd.Series, lang: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what the word "predicted" rests on, as a table to show, and what it sorts by.

    told: from `judged.by_cutoff`, of one cutoff.
    """
    _ = translator(lang)
    shown = {
        _("score"): names,
        _("axis"): told["axis"].map(lambda a: words.axis(a, lang)),
        _("smaller models"): told["n_train"],
        _("have it already"): told["n_train_present"],
        _("larger models that have it"): told["n_test_present"],
        _("error on these [95 %]"): [
            _error(*row, lang) for row in told[["mae_present", "mae_low", "mae_high"]].to_numpy()
        ],
        _("inside their intervals"): told["coverage_present"].map(lambda v: percent(v, lang, 0)),
        _("predicted"): told["predicted"].map(lambda word: words.word(word, lang)),
    }
    heads = list(shown)
    keys = shown | {heads[5]: told["mae_present"], heads[6]: told["coverage_present"]}
    return pd.DataFrame(shown), pd.DataFrame(keys)


def verdict_table(
    verdicts: pd.DataFrame,
    names: dict[str, str],
    pages: set[str],
    labels: pd.DataFrame,
    lang: str,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return `verdicts.table` as a table to show, and what it sorts by; the first column is HTML.

    Task and setting share that column, so that the words fit beside it on a page.

    names: of tasks; pages: tasks with a page, which their names link to.
    """
    _ = translator(lang)
    settings = [_setting(row, labels) for _place, row in verdicts.iterrows()]
    tasks = verdicts["task"].map(names)
    links = verdicts["task"].map(lambda task: _linked(task, names, pages))
    score = _("score")
    shown = {
        score: [f"{a}: {escape(b)}" for a, b in zip(links, settings, strict=True)],
        _("axis"): verdicts["axis"].map(lambda a: words.axis(a, lang)),
        _("emergent"): verdicts["emergent"].map(lambda w: words.word(w, lang)),
        _("appears"): verdicts["appears"].map(lambda w: words.word(w, lang)),
        _("sharp"): verdicts["sharp"].map(lambda w: words.word(w, lang)),
        _("predicted"): verdicts["predicted"].map(lambda w: words.word(w, lang)),
        _("what the data do not tell"): [_doubt(row, lang) for _p, row in verdicts.iterrows()],
    }
    keys = shown | {score: [f"{a}: {b}" for a, b in zip(tasks, settings, strict=True)]}
    return pd.DataFrame(shown), pd.DataFrame(keys)


def threshold_table(
    told: pd.DataFrame, without_scores: list[str], names: dict[str, str], lang: str
) -> pd.DataFrame:
    """Return the second table of `judged.main_curves` as one to show.

    without_scores: tasks that have none, told of in rows of their own. names: of all tasks.
    """
    _ = translator(lang)
    empty = pd.DataFrame({"task": without_scores})
    rows = told if empty.empty else pd.concat([told, empty], ignore_index=True)

    def ends(low: float, high: float) -> str:
        return MISSING if pd.isna(low) else f"{scientific(low, lang)} – {scientific(high, lang)}"

    by_row = [row for _place, row in rows.iterrows()]
    none = _("no public scores of open models")
    return pd.DataFrame(
        {
            _("task"): rows["task"].map(names),
            _("threshold, training FLOPs"): rows["threshold"].map(lambda v: scientific(v, lang)),
            _("95 % interval of the threshold"): [
                ends(r["threshold_low"], r["threshold_high"]) for r in by_row
            ],
            _("width, decades [95 %]"): [
                _measured(r["width"], r["width_low"], r["width_high"], lang) for r in by_row
            ],
            _("what the data do not tell"): [
                none if pd.isna(r["status"]) else _reasons(r["status"], r["threshold_status"], lang)
                for r in by_row
            ],
        }
    )


def _reasons(curve: str, place: str, lang: str) -> str:
    _ = translator(lang)
    if curve == place != "ok":
        return words.status(curve, lang)
    parts = []
    if curve != "ok":
        parts.append(_("width: {reason}").format(reason=words.status(curve, lang)))
    if place != "ok":
        parts.append(_("threshold: {reason}").format(reason=words.status(place, lang)))
    return "; ".join(parts) or MISSING


def _doubt(row: pd.Series, lang: str) -> str:
    _ = translator(lang)
    reasons = _reasons(row["curve_status"], row["threshold_status"], lang)
    if reasons == MISSING and row["sharp"] == "unclear":
        return _("the limit of a sharp rise lies inside the width's interval")
    return reasons


def hinges_table(hinges: pd.DataFrame, names: pd.Series, lang: str) -> pd.DataFrame:
    """Return `judged.hinges` as a table to show."""
    _ = translator(lang)

    def spread(low: float, high: float, what: str) -> str:
        if pd.isna(low):
            return MISSING
        if what == "width":
            return interval(low, high, lang)
        return f"{scientific(low, lang)} – {scientific(high, lang)}"

    by_row = [row for _place, row in hinges.iterrows()]
    shown = {
        _("score"): names,
        _("width, all models"): hinges["width"].map(lambda v: number(v, lang)),
        _("width without code models"): hinges["width_no_code"].map(lambda v: number(v, lang)),
        _("width, any one family left out"): [
            spread(r["width_low"], r["width_high"], "width") for r in by_row
        ],
        _("sharp"): hinges["sharp"].map(lambda w: words.word(w, lang)),
        _("sharp without code models"): [
            MISSING if pd.isna(w) else words.word(w, lang) for w in hinges["sharp_no_code"]
        ],
        _("threshold, all models"): hinges["threshold"].map(lambda v: scientific(v, lang)),
        _("threshold without code models"): hinges["threshold_no_code"].map(
            lambda v: scientific(v, lang)
        ),
        _("threshold, any one family left out"): [
            spread(r["threshold_low"], r["threshold_high"], "threshold") for r in by_row
        ],
    }
    return pd.DataFrame(shown)
