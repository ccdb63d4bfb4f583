"""Bundled fonts: Inter for text, JetBrains Mono for shapes, code and numbers in columns."""

import functools
import importlib.resources

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF

from studio.theme.tokens import tokens


@functools.cache
def load() -> None:
    """Register the bundled fonts with Qt, once; call it after QApplication and before the first widget."""
    for file in importlib.resources.files("resources").joinpath("fonts").iterdir():
        if file.name.endswith((".otf", ".ttf")):
            QFontDatabase.addApplicationFontFromData(QByteArray(file.read_bytes()))


def font(
    size: int = 13,
    weight: int = 400,
    mono: bool = False,
    tabular: bool = False,
    display: bool = False,
    italic: bool = False,
) -> QFont:
    """Return a font of `size` pixels. tabular: digits of equal width (columns); mono and display have them anyway."""
    return QFont(_font(size, weight, mono, tabular, display, italic))


def text_width(text: str, f: QFont) -> float:
    """Return the width of a text in pixels."""
    return QFontMetricsF(f).horizontalAdvance(text)


@functools.cache
def _font(size: int, weight: int, mono: bool, tabular: bool, display: bool, italic: bool) -> QFont:
    family = tokens()["font"]["family"]
    made = QFont([family["mono" if mono else "display" if display else "ui"], *family["fallback"]])
    made.setPixelSize(size)
    made.setWeight(QFont.Weight(weight))
    made.setItalic(italic)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if mono:
        made.setFeature(QFont.Tag("calt"), 0)
    elif tabular or display:
        made.setFeature(QFont.Tag("tnum"), 1)
    return made
