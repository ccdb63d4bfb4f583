"""Colours can be read: every pair of text and surface has the contrast that people need, in all themes."""

import itertools

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from studio import theme
from studio.theme.tokens import tokens

SURFACES = ("bg.app", "bg.panel", "bg.raised", "bg.subtle", "bg.hover", "bg.canvas", "bg.code")
TEXTS = (
    "text.primary", "text.secondary", "text.muted", "accent.text", "success.text", "warning.text", "danger.text",
    "info.text",
)  # fmt: skip
STATES = ("accent", "success", "warning", "danger", "info")
GRAPHICS = ("border.control", "accent.line", "danger.fill", "warning.fill", "success.fill")


def luminance(color: QColor) -> float:
    parts = [v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in color.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(a: QColor, b: QColor) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def pairs() -> list[tuple[str, QColor, QColor]]:
    syntax = [f"syntax.{k}" for k in tokens()["color"]["light"]["syntax"]]
    names = list(itertools.product(TEXTS, SURFACES)) + [(f"{s}.text", f"{s}.soft") for s in STATES]
    names += [("text.secondary", "bg.active"), ("text.primary", "bg.active")]
    names += [("text.onAccent", "accent.fill"), ("text.onAccent", "accent.hover")]
    names += list(itertools.product(syntax, ("bg.code", "accent.soft")))
    found = [(f"{a} on {b}", theme.color(a), theme.color(b)) for a, b in names]
    return found + [(g, theme.color(f"category.{g}"), theme.tint(g)) for g in theme.categories()]


@pytest.mark.parametrize("mode", ["light", "dark", "contrast"])
def test_text_can_be_read_on_every_surface(themed: QApplication, mode: theme.Mode) -> None:
    theme.apply(themed, mode)
    weak = {name: round(contrast(a, b), 2) for name, a, b in pairs() if contrast(a, b) < 4.5}
    assert weak == {}


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_graphics_stand_out_from_panels(themed: QApplication, mode: theme.Mode) -> None:
    theme.apply(themed, mode)
    names = [*GRAPHICS, *(f"plot.{i}" for i in range(8))]
    weak = [n for n in names if contrast(theme.color(n), theme.color("bg.panel")) < 3]
    assert weak == []


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
