"""What readers' own models were asked and how their answers are scored, in words."""

from __future__ import annotations

import pandas as pd

from emergence.errors import DataError
from emergence.formats import Count
from emergence.i18n import translator
from emergence.tables import label


def reading_word(metric: str, reading: str, lang: str) -> str:
    """Return what a metric with what it reads is called. Raises DataError for an unknown one."""
    _ = translator(lang)
    texts = {
        ("exact_match", "filtered"): _("exact match, filtered"),
        ("exact_match", "stripped"): _("exact match, stripped"),
        ("exact_match", "raw"): _("exact match, raw"),
        ("normalised_token_edit_distance", "stripped"): _("likeness by edit distance"),
        ("bleu", "filtered"): _("BLEU, divided by 100"),
        ("token_edit_distance", "stripped"): _("edit distance, characters"),
        ("accuracy", "choices"): _("accuracy"),
        ("accuracy", "length_normalised"): _("accuracy per character"),
        ("accuracy", "target"): _("right text is likeliest"),
        ("mc2", "choices"): _("probability of true choices (MC2)"),
        ("choice_log_probability", "choices"): _("probability of the right choice"),
        ("log_likelihood", "target"): _("probability of the right text"),
        ("brier_score", "choices"): _("Brier score, 0 is best"),
        ("perplexity", "target"): _("perplexity of the right text"),
    }
    if (metric, reading) not in texts:
        raise DataError(f"own_samples: reading: found {metric}/{reading}, which has no name")
    return texts[metric, reading]


def value_word(metric: str, reading: str, lang: str) -> str:
    """Return what a metric is called where its own value stands, not its share of the best."""
    _ = translator(lang)
    texts = {
        "normalised_token_edit_distance": _("edit distance over length, 0 is best"),
        "bleu": _("BLEU, of 100"),
        "choice_log_probability": _("log-probability of the right choice"),
        "log_likelihood": _("log-likelihood of the right text"),
    }
    return texts.get(metric) or reading_word(metric, reading, lang)


def meanings(rows: pd.DataFrame, lang: str) -> list[str]:
    """Return what the metrics among `rows` (`rescored.of_task`) read, a sentence each."""
    _ = translator(lang)
    told = {
        "filtered": _("Filtered: what the task's filter reads out of the answer, as reported."),
        "stripped": _("Stripped: the answer without blanks and line breaks around it."),
        "raw": _("Raw: the answer as the model wrote it."),
        "normalised_token_edit_distance": _(
            "Likeness: one minus the edits that would make the answer right, per character."
        ),
        "length_normalised": _(
            "Per character: log-likelihoods divided by the lengths of the choices."
        ),
        "choice_log_probability": _(
            "Probability of the right choice: among the choices; geometric mean over questions."
        ),
        "log_likelihood": _("Probability of the right text: geometric mean over questions."),
    }
    exact = rows[rows["metric"].eq("exact_match")]
    found = {
        *exact["reading"],
        *rows["metric"],
        *rows.loc[rows["metric"].eq("accuracy"), "reading"],
    }
    return [text for key, text in told.items() if key in found]


def asked_words(row: pd.Series, labels: pd.DataFrame, lang: str) -> str:
    """Return how a set of answers was asked for and read."""
    _ = translator(lang)
    parts = [
        label("prompting", row["prompting"], labels),
        _("{count} {count:example|examples}").format(count=Count(row["shots"], lang)),
    ]
    if row["filter"] != "none":
        parts.append(label("filter", row["filter"], labels))
    return ", ".join(parts)


def setting_words(row: pd.Series, labels: pd.DataFrame, lang: str) -> str:
    """Return the harness's name of a task, and how its answers were asked for and read."""
    return f"{row['lm_eval_task']}: {asked_words(row, labels, lang)}"


def why(code: str, lang: str) -> str:
    """Return why a score differs from the reported one. Raises DataError for an unknown code."""
    _ = translator(lang)
    texts = {
        "ties": _("equally likely choices share the credit here; the harness takes the first"),
        "empty_choice": _("a choice without characters has no length to divide by"),
        "options": _("the task ignores parts of the text that are not ignored here"),
    }
    if code not in texts:
        raise DataError(f"own_samples: difference: found {code!r}; expected {', '.join(texts)}")
    return texts[code]
