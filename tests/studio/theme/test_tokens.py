"""Colours can be read: every pair of text and surface has the contrast that people need, in all themes."""

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from studio import theme
from studio.theme.tokens import tokens

PANELS = ("bg.app", "bg.panel", "bg.raised", "bg.subtle", "bg.hover", "bg.canvas", "bg.code")
"""Surfaces on which any text may stand."""
SYNTAX = ("bg.code", "accent.soft", "danger.soft")
TEXT, GRAPHIC = 4.5, 3.0
STATES = ("accent", "success", "warning", "danger", "info")
USED: dict[str, tuple[float, tuple[str, ...]]] = {
    "text.primary": (TEXT, (*PANELS, "bg.active", "accent.soft", "danger.soft", "warning.soft", "success.soft")),
    "text.secondary": (TEXT, (*PANELS, "bg.active", "accent.soft", "danger.soft", "warning.soft")),
    "text.muted": (TEXT, (*PANELS, "accent.soft")),
    "text.onAccent": (TEXT, ("accent.fill", "accent.hover")),
    "accent.text": (TEXT, (*PANELS, "accent.soft")),
    "success.text": (TEXT, (*PANELS, "success.soft")),
    "warning.text": (TEXT, (*PANELS, "warning.soft")),
    "danger.text": (TEXT, (*PANELS, "danger.soft")),
    "info.text": (TEXT, (*PANELS, "info.soft")),
    "syntax.plain": (TEXT, SYNTAX),
    "syntax.keyword": (TEXT, SYNTAX),
    "syntax.string": (TEXT, SYNTAX),
    "syntax.number": (TEXT, SYNTAX),
    "syntax.comment": (TEXT, SYNTAX),
    "syntax.function": (TEXT, SYNTAX),
    "syntax.class": (TEXT, SYNTAX),
    "syntax.builtin": (TEXT, SYNTAX),
    "border.control": (GRAPHIC, ("bg.panel", "bg.raised", "bg.subtle")),
    "accent.line": (GRAPHIC, (*PANELS, "accent.soft")),
    "accent.fill": (GRAPHIC, ("bg.panel", "bg.app", "bg.subtle")),
    "accent.hover": (GRAPHIC, ("bg.panel", "bg.app")),
    "success.fill": (GRAPHIC, (*PANELS, "success.soft")),
    "warning.fill": (GRAPHIC, ("bg.panel", "bg.raised", "bg.canvas", "warning.soft")),
    "danger.fill": (GRAPHIC, (*PANELS, "danger.soft")),
    "info.fill": (GRAPHIC, (*PANELS, "info.soft")),
    "canvas.wire": (GRAPHIC, ("bg.canvas",)),
    "canvas.wireHot": (GRAPHIC, ("bg.canvas", "bg.raised")),
}
"""What must be told from the surfaces that it stands on: the least contrast and the surfaces."""
PLAIN = {
    **dict.fromkeys((*PANELS, "bg.active", *(f"{state}.soft" for state in STATES)), "a surface"),
    **dict.fromkeys(("border.soft", "border.default", "border.strong"), "a line between surfaces that differ anyway"),
    "bg.scrim": "darkens what lies behind a dialog",
    "canvas.dot": "a grid that carries nothing",
    "text.disabled": "says that a control rests; its tooltip says why",
}
"""Tokens with nothing to be told by themselves, and why."""


def luminance(color: QColor) -> float:
    parts = [v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in color.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(a: QColor, b: QColor) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


MODES = ("light", "dark", "contrast")


@pytest.mark.parametrize("mode", MODES)
def test_what_is_read_stands_out_from_what_it_stands_on(themed: QApplication, mode: theme.Mode) -> None:
    theme.apply(themed, mode)
    weak = {}
    for token, (least, surfaces) in USED.items():
        for surface in surfaces:
            found = contrast(theme.color(token), theme.color(surface))
            if found < least:
                weak[f"{token} on {surface}"] = f"{found:.2f} of {least:g}"
    assert weak == {}


@pytest.mark.parametrize("mode", MODES)
def test_groups_and_curves_stand_out(themed: QApplication, mode: theme.Mode) -> None:
    theme.apply(themed, mode)
    groups = [(f"category.{g}", theme.color(f"category.{g}"), theme.tint(g), TEXT) for g in theme.categories()]
    curves = [(f"plot.{i} on {b}", theme.color(f"plot.{i}"), theme.color(b), GRAPHIC)
              for i in range(len(tokens()["plot"]["light"])) for b in ("bg.panel", "bg.raised")]  # fmt: skip
    assert [name for name, a, b, least in groups + curves if contrast(a, b) < least] == []


def test_a_new_token_is_checked_or_has_a_reason() -> None:
    for scheme in ("light", "dark"):
        table = tokens()["color"][scheme]
        named = {f"{group}.{key}" for group, keys in table.items() for key in keys}
        assert named == {*USED, *PLAIN}, scheme
    assert not {*USED} & {*PLAIN}
    assert len(tokens()["plot"]["light"]) == len(tokens()["plot"]["dark"])


def test_every_colour_of_the_program_is_a_token_that_exists() -> None:
    known, pattern = (
        {*USED, *PLAIN},
        re.compile(r'"((?:text|bg|border|accent|success|warning|danger|info)\.[a-zA-Z]+)"'),
    )
    root = Path(theme.__file__).parents[1]
    used = {name for file in root.rglob("*.py") for name in pattern.findall(file.read_text(encoding="utf-8"))}
    assert used <= known
    assert len(used) > 20


def test_alpha_of_tokens_is_read_as_rgba(themed: QApplication) -> None:
    assert theme.color("bg.scrim").getRgb() == (0x1A, 0x1D, 0x24, 0x66)
    assert theme.color("bg.panel", 0.5).alpha() == 128


def test_mix_and_ramp_meet_their_ends(themed: QApplication) -> None:
    assert theme.mix("bg.panel", "accent.fill", 0).name() == theme.color("bg.panel").name()
    assert theme.mix("bg.panel", "accent.fill", 1).name() == theme.color("accent.fill").name()
    assert theme.ramp(0).name().upper() == "#FFFFFF"
    assert theme.ramp(7).name() == theme.ramp(1).name()


def test_an_unknown_group_looks_like_core(themed: QApplication) -> None:
    assert theme.category("made_up").color == "category.core"
    assert theme.category("norm").label == "Normalization"


def test_changing_the_theme_tells_once_and_changes_colours(themed: QApplication) -> None:
    told: list[object] = []
    theme.signals.changed.connect(told.append)
    before = theme.color("bg.panel").name()
    theme.apply(themed, "dark")
    theme.signals.changed.disconnect(told.append)
    assert told == ["dark"]
    assert theme.color("bg.panel").name() != before
    assert themed.palette().window().color().name() == theme.color("bg.app").name()


def test_high_contrast_widens_borders_and_strengthens_text(themed: QApplication) -> None:
    theme.apply(themed, "contrast")
    assert theme.border_width() == 2
    assert theme.color("text.muted") == theme.color("text.primary")
    assert theme.color("border.default") == theme.color("border.control")
    assert theme.color("border.soft") != theme.color("border.control"), "lines inside a table stay quieter"


def test_fonts_are_the_bundled_ones(themed: QApplication) -> None:
    assert theme.font(13).families()[0] == "Inter"
    assert theme.font(11, mono=True).families()[0] == "JetBrains Mono"
    assert theme.font(11).pixelSize() == 11
    assert theme.text_width("1111", theme.font(12, tabular=True)) == theme.text_width(
        "0000", theme.font(12, tabular=True)
    )


def test_icons_take_the_colour_and_the_size(themed: QApplication) -> None:
    made = theme.pixmap("layers", "danger.fill", 20)
    assert made.width() == 40
    assert made.devicePixelRatio() == 2
    image = made.toImage()
    opaque = [image.pixelColor(x, y) for x in range(40) for y in range(40) if image.pixelColor(x, y).alpha() > 250]
    assert opaque
    assert all(c.name() == theme.color("danger.fill").name() for c in opaque)
    with pytest.raises(FileNotFoundError):
        theme.pixmap("no-such-icon")


def test_every_group_has_an_icon_that_exists(themed: QApplication) -> None:
    for group in theme.categories():
        assert not theme.pixmap(theme.category(group).icon, theme.category(group).color).isNull()
