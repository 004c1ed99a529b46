"""What the codes of the instrument's tables are called on a page: verdicts, reasons, methods."""

from __future__ import annotations

from emergence.errors import DataError
from emergence.i18n import translator


def _said(kind: str, code: str, texts: dict[str, str]) -> str:
    if code not in texts:
        raise DataError(f"{kind}: found {code!r}; expected {', '.join(texts)}")
    return texts[code]


def word(code: str, lang: str) -> str:
    """Return a verdict (`verdicts.WORDS`) in the language. Raises DataError for an unknown one."""
    _ = translator(lang)
    texts = {
        "yes": _("yes"),
        "no": _("no"),
        "unclear": _("unclear"),
        "not_tested": _("not tested"),
    }
    return _said("verdict", code, texts)


def status(code: str, lang: str) -> str:
    """Return why there is no number, in a short phrase without a full stop.

    code: of `refusals.STATUSES` or `scored.STATUSES`. Raises DataError for an unknown one.
    """
    _ = translator(lang)
    texts = {
        "ok": _("pinned down by the data"),
        "too_few_models": _("fewer than five models"),
        "too_few_families": _("fewer than five families"),
        "no_floor": _("no chance level, so no floor"),
        "no_variation": _("all scores, or all scales, are equal"),
        "below_floor": _("many models far below the floor: answers are not read"),
        "all_at_floor": _("no model clearly above the floor"),
        "all_at_ceiling": _("all models near the top score"),
        "no_rise": _("scores do not clearly grow with scale"),
        "not_converged": _("the fit did not settle"),
        "unclear_ceiling": _("the rise ends above the largest model"),
        "unclear_floor": _("the rise begins below the smallest model"),
        "unclear_width": _("the interval is wider than the models' range"),
        "never_reached": _("the curve stays below the level"),
        "outside_range": _("the level is crossed outside the models' range"),
        "too_few_points": _("a run with fewer than six points"),
        "too_few_units": _("fewer than three runs with both widths"),
        "unclear_threshold": _("the interval leaves the models' range by over a decade"),
        "no_test_models": _("no larger model to test on"),
    }
    return _said("status", code, texts)


def axis(code: str, lang: str) -> str:
    """Return what an axis is called. Raises DataError for an unknown one."""
    _ = translator(lang)
    texts = {
        "train_flops": _("training FLOPs"),
        "params_active": _("parameters"),
        "capability": _("other scores of the same model"),
        "none": _("none"),
    }
    return _said("axis", code, texts)
