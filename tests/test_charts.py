"""Figures and tables as they leave a chapter: names, texts, escaping, numbers."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import pytest
import vl_convert
from emergence.charts import critique as critique_charts
from emergence.charts import curves, examples, figure, html_table, labels, panels, theme
from emergence.charts import metrics as metric_charts
from emergence.charts.figures import MIME
from emergence.critique import zero_scores
from emergence.errors import ChapterError, ParameterError
from emergence.formats import vega_locale
from emergence.i18n import translator
from emergence.outputs import RENDERER
from emergence.scaling import with_intervals
from emergence.sphinx.specs import dark_colour
from emergence.views import main_setting
from hypothesis import given
from hypothesis import strategies as st

TABLE = pd.DataFrame({"x": [1, 2], "y": [3, 4]})
CHART = alt.Chart(TABLE).mark_point().encode(x="x:Q", y="y:Q")
TEXT = "Two points on a rising line"


def test_a_figure_in_the_book_has_spec_words_and_table(monkeypatch):
    monkeypatch.setenv(RENDERER, "book")
    data, metadata = figure(
        CHART, name="two-points", alt=TEXT, table=TABLE, lang="en"
    )._repr_mimebundle_()
    assert data[MIME]["config"] == theme.CONFIG | {"locale": vega_locale("en")}
    assert data["text/plain"] == TEXT
    assert data["text/csv"] == "x,y\n1,3\n2,4\n"
    assert metadata == {MIME: {"name": "two-points"}}


def test_axes_have_the_numbers_of_the_language():
    rows = pd.DataFrame({"x": [0.5, 12000.5], "y": [-1.5, 0]})
    chart = alt.Chart(rows).mark_point().encode(
        x=alt.X("x:Q", axis=alt.Axis(format=",.1f", values=[12000.5])),
        y=alt.Y("y:Q", axis=alt.Axis(format=".0%", values=[-1.5])),
    )  # fmt: skip
    shown = {}
    for lang in ("en", "ru"):
        spec = figure(chart, name="two-points", alt=TEXT, table=rows, lang=lang).spec
        shown[lang] = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    assert ">12,000.5<" in shown["en"] and ">−150\N{NO-BREAK SPACE}%<" in shown["en"]
    assert ">12\N{NO-BREAK SPACE}000,5<" in shown["ru"]
    assert "12,000.5" not in shown["ru"]


def test_a_figure_elsewhere_is_altairs_own(monkeypatch):
    monkeypatch.delenv(RENDERER, raising=False)
    bundle = figure(CHART, name="two-points", alt=TEXT, table=TABLE, lang="en")._repr_mimebundle_()
    assert MIME not in (bundle[0] if isinstance(bundle, tuple) else bundle)


@pytest.mark.parametrize(("name", "text"), [("Two points", TEXT), ("two-points", "a chart")])
def test_a_figure_needs_a_name_and_words(name, text):
    with pytest.raises(ChapterError, match="figure"):
        figure(CHART, name=name, alt=text, table=TABLE, lang="en")


def test_a_figure_refuses_numbers_that_json_cannot_hold():
    text = pd.DataFrame({"x": pd.Series([1.0, float("nan")], dtype=object)})
    spec = CHART.to_dict() | {"data": {"values": text.to_dict("records")}}
    with pytest.raises(ChapterError, match="two-points: found a number that is not finite"):
        figure(alt.Chart.from_dict(spec), name="two-points", alt=TEXT, table=TABLE, lang="en")


def test_html_table_escapes_what_is_not_html():
    table = pd.DataFrame({"<b>": ["<img src=x onerror=alert(1)>"], "link": ["<a href='x'>x</a>"]})
    html = html_table(table, caption="1 < 2", lang="en", raw=("link",)).html
    assert "<img" not in html and "&lt;img" in html
    assert "<a href='x'>x</a>" in html
    assert "<caption>1 &lt; 2</caption>" in html and "&lt;b&gt;" in html


def test_html_table_sorts_by_other_values_and_shows_missing_as_a_dash():
    shown = pd.DataFrame({"FLOPs": ["8.4·10²²", None]})
    keys = pd.DataFrame({"FLOPs": [8.4e22, float("nan")]})
    html = html_table(shown, caption="c", lang="en", sort_values=keys, sortable=True).html
    assert 'data-value="8.4e+22">8.4·10²²' in html
    assert '<td class="em-number">–</td>' in html


def test_html_table_writes_numbers_as_the_language_does_and_sorts_by_the_raw_ones():
    table = pd.DataFrame({"items": [10042, 9999], "score": [-0.25, 12345678.0]})
    english = html_table(table, caption="c", lang="en", sortable=True).html
    assert 'data-value="10042">10,042<' in english and ">9999<" in english
    assert 'data-value="-0.25">−0.25<' in english
    russian = html_table(table, caption="c", lang="ru")
    assert ">10\N{NO-BREAK SPACE}042<" in russian.html and ">−0,25<" in russian.html
    assert "−0,25" in russian.text and "-0.25" not in russian.text


def test_compact_keeps_six_digits_and_its_input():
    table = pd.DataFrame({"a": [0.123456789, float("nan")], "b": [1, 2]})
    assert theme.compact(table)["a"].iloc[0] == 0.123457
    assert table["a"].iloc[0] == 0.123456789


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_marks_stand_out_on_light_and_dark_pages():
    colours = [c for c, _ in theme.LINEAGE_STYLE.values()] + theme.ORDINAL
    for colour in [*colours, theme.ACCENT, theme.SECOND, theme.MUTED]:
        assert 1.05 / (luminance(colour) + 0.05) >= 3, colour
        assert (luminance(dark_colour(colour)) + 0.05) / (luminance("#14181e") + 0.05) >= 3, colour


def test_no_two_lineages_look_alike():
    styles = list(theme.LINEAGE_STYLE.values())
    assert len(set(styles)) == len(styles)
    named = [shape for name, (_, shape) in theme.LINEAGE_STYLE.items() if name != "other"]
    assert len(set(named)) == len(named)


positions = st.lists(
    st.tuples(st.floats(20, 24.9), st.floats(7.4, 12.2), st.sampled_from(["GPT-3", "PaLM", "T5"])),
    min_size=1,
    max_size=14,
)


@given(positions)
def test_placed_names_cover_no_other_name(points):
    table = pd.DataFrame(points, columns=["x", "y", "text"])
    table["x"], table["y"] = 10 ** table["x"], 10 ** table["y"]
    found = labels.placed(table, "x", "y", "text")
    assert set(found.index) <= set(table.index)
    sides = {offset: side for side, offset in labels.SIDES.items()}
    boxes = []
    for row in found.itertuples():
        px = (np.log10(row.x) - 19.5) / 5.5 * 520
        py = (12.3 - np.log10(row.y)) / 5.0 * 360
        side = sides[(row.align, row.dx, row.dy)]
        boxes.append(labels._box(px, py, labels.text_width(row.text), side))
    for i, box in enumerate(boxes):
        assert not any(labels._overlap(box, other) for other in boxes[i + 1 :])


def test_panels_are_the_slides_eight_tasks(scores, tasks, labels):
    found, drawn = panels.slide_panels(
        scores, tasks, labels, "en", stand_in="arithmetic_3da", floor=0.05
    )
    assert [p.title for p in found] == tasks.loc[tasks["slide"], "slide_name"].tolist()
    empty = [p for p in found if p.rows.empty]
    assert [p.title for p in empty] == ["Grounded mappings"] and empty[0].empty
    assert "arithmetic_3da" in set(drawn["task"])
    by_title = {p.title: p for p in found}
    assert by_title["Persian QA"].level == 0.25
    assert by_title["TruthfulQA"].level is None
    curves.panels_chart(found, "en").to_dict()


@pytest.mark.parametrize(("models", "words"), [(1, "1 model, 1 with"), (2, "2 models, 2 with")])
def test_counted_nouns_agree_with_their_number(scores, labels, models, words):
    rows = main_setting(scores, "word_unscramble").dropna(subset="train_flops").head(models)
    (panel,) = critique_charts.metric_panels(rows, labels, "en")
    assert panel.subtitle == f"{words} FLOPs"


def test_long_texts_break_and_wider_letters_break_earlier():
    assert theme.lines("chain of thought", 16) == ["chain of thought"]
    assert theme.lines("цепь рассуждений", 16) == ["цепь", "рассуждений"]
    assert theme.lines(" ", 5) == [" "]
    assert labels.text_width("ab") < labels.text_width("аб")


def test_a_long_name_of_a_row_takes_lines_around_its_row():
    names = ["GSM8K", "zero-shot chain of thought on every item"]
    rows = pd.DataFrame({"name": names, "x": [1, 2]})
    y = alt.Y("name:N", axis=labels.name_axis(names, 27))
    spec = figure(
        alt.Chart(rows).mark_point().encode(x="x:Q", y=y),
        name="two-rows", alt=TEXT, table=rows, lang="en",
    ).spec  # fmt: skip
    svg = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    assert "<tspan>zero-shot chain of thought</tspan>" in svg and ">on every item<" in svg
    assert "labelExpr" not in labels.name_axis(names[:1], 27).to_dict()
    assert labels.row_height(names[:1], 27, 26) == 26 < labels.row_height(names, 27, 26)


def test_names_get_no_longer_lines_than_they_need():
    names = ["GSM8K", "самосогласованность, строгое совпадение"]
    found = labels.line_length(names, 2, 10, 40)
    assert labels.deepest(names, found) == 2 < labels.deepest(names, found - 1)
    assert labels.line_length(names, 1, 10, 40) == 40
    assert labels.line_length(names, 9, 10, 40) == 10


def test_a_lineage_without_a_name_has_a_word_of_the_language(scores):
    rows = curves.plot_rows(main_setting(scores, "mmlu"), "en")
    assert "other" in set(rows["lineage"]) and rows["lineage"].isin(theme.LINEAGE_STYLE).all()
    expression = theme.lineage_legend("en").to_dict()["labelExpr"]
    assert expression == "datum.label == 'other' ? \"other\" : datum.label"


def test_noted_rows_are_hollow_and_unknown_flops_left_out(scores):
    rows = curves.plot_rows(with_intervals(main_setting(scores, "word_unscramble")), "en")
    spec = curves.score_chart(rows, "en", title="t", subtitle="s", y_title="y").to_dict()
    drawn = spec["datasets"][spec["layer"][0]["data"]["name"]] if "data" in spec["layer"][0] else (
        spec["datasets"][spec["data"]["name"]]
    )  # fmt: skip
    assert all(row["train_flops"] is not None for row in drawn)
    hollow = [layer for layer in spec["layer"] if layer["mark"].get("filled") is False]
    assert len(hollow) == 1
    assert hollow[0]["transform"] == [{"filter": "datum.noted"}]


def test_the_table_of_abilities_shows_all_and_says_many(abilities, labels):
    shown, keys = examples.abilities_table(abilities, labels, "en")
    assert len(shown) == 23 and list(shown) == list(keys)
    many = shown[shown["ability"].str.startswith("Many")].iloc[0]
    assert many["training FLOPs"] == many["parameters"] == many["model"] == "many"
    assert pd.api.types.is_numeric_dtype(keys["training FLOPs"])


def test_an_unknown_language_is_refused():
    with pytest.raises(ParameterError, match="lang: 'xx'"):
        translator("xx")


def test_the_worked_examples_are_scored_by_the_books_own_metrics():
    answers = metric_charts.scored_answers("en").set_index("answer")
    assert answers.loc["124"].tolist() == [1, 1, 0, 100]
    assert answers.loc["123"].tolist() == answers.loc["924"].tolist() == [0, 0.67, 1, 0]
    choices = metric_charts.scored_choices("en")
    # 0.7^2 + 0.4^2 + 0.2^2 + 0.1^2 for the second, whose right option has 0.3.
    assert choices["Brier score"].tolist() == [1.63, 0.7, 0.5, 0.0]
    assert choices["accuracy"].tolist() == [0, 0, 1, 1]
    assert choices["log-probability"].is_monotonic_increasing
    shown = metric_charts.shown_scores(choices, "en", digits=2)
    assert shown["log-probability"].tolist()[0] == "−3.00"


def test_every_length_of_test_has_its_mark_and_its_name(scores, tasks):
    zeros = zero_scores(scores, tasks)
    spec = critique_charts.resolution_chart(zeros, "en").to_dict()
    rows = [spec["datasets"][layer["data"]["name"]] for layer in spec["layer"][1:]]
    marks, *names = rows
    assert {row["n"] for row in marks} == set(zeros["n"])
    assert {row["n"] for part in names for row in part} == set(zeros["n"])


def test_a_table_may_be_empty_and_has_no_two_columns_of_one_name() -> None:
    empty = pd.DataFrame({"model": pd.Series(dtype="str"), "n": pd.Series(dtype="Int64")})
    shown = html_table(empty, caption="Nothing passes", lang="en")
    assert "<tbody></tbody>" in shown.html and "<th" in shown.html
    twice = pd.DataFrame([[1, 2]], columns=["to", "to"])
    with pytest.raises(ChapterError, match="two columns of one name"):
        html_table(twice, caption="Steps", lang="en")
