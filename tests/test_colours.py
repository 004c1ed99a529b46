"""Colours of the pages: whatever is read stands out from what it stands on, in both themes."""

from __future__ import annotations

import re

import pytest
from emergence import paths

STYLES = paths.PACKAGE / "sphinx" / "static"
TEXT, SIGN = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11, level AA

READ = [
    "--pst-color-text-base",
    "--pst-color-text-muted",
    "--pst-color-link",
    "--pst-color-link-higher-contrast",
    "--pst-color-link-hover",
    "--pst-color-primary",
    "--pst-color-secondary",
    "--pst-color-accent",
    "--pst-color-inline-code",
    "--em-right",
    "--em-wrong",
]
BEHIND = [
    "--pst-color-background",
    "--pst-color-on-background",
    "--pst-color-surface",
    "--pst-color-info-bg",
    "--pst-color-primary-bg",
    "--pst-color-table-row-hover-bg",
    "--em-tint",
    "--em-card",
]


def palette(theme: str) -> dict[str, str]:
    """The colours that a theme sets, by custom property."""
    css = (STYLES / "colours.css").read_text(encoding="utf-8")
    block = re.search(rf'html\[data-theme="{theme}"\] \{{(.*?)\n\}}', css, re.S)
    assert block
    return dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{3,6});", block[1]))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it, of #rgb or #rrggbb."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    shares = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, from 1 to 21."""
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_the_definition() -> None:
    assert contrast("#fff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#fff") == pytest.approx(4.478, abs=0.001)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out(theme: str) -> None:
    colours = palette(theme)
    found = {(a, b): contrast(colours[a], colours[b]) for a in READ for b in BEHIND}
    base = "--pst-color-text-base", "--pst-color-target"
    found[base] = contrast(*(colours[name] for name in base))
    assert {pair: round(ratio, 2) for pair, ratio in found.items() if ratio < TEXT} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_frames_of_fields_and_marks_of_focus_stand_out(theme: str) -> None:
    colours = palette(theme)
    for sign in ("--pst-color-text-muted", "--pst-color-primary"):
        assert contrast(colours[sign], colours["--pst-color-background"]) >= SIGN


def test_both_themes_set_the_same_colours() -> None:
    assert palette("light").keys() == palette("dark").keys()


def test_a_style_sheet_is_short_and_names_no_colour_of_its_own() -> None:
    for path in STYLES.glob("*.css"):
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 300, path.name
        if path.name != "colours.css":
            assert re.findall(r"#[0-9a-f]{3,8}\b(?=[^{}]*;)", text) == [], path.name
