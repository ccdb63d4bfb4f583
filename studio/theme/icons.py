"""Lucide icons from resources/icons, coloured from the tokens and cached by (name, colour, size, ratio)."""

import functools
import importlib.resources

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from studio.theme.tokens import color as token_color
from studio.theme.tokens import tokens

RATIO = 2.0


def icon(name: str, color: str = "text.secondary", size: int = 16) -> QIcon:
    """Return an icon in a token's colour; its disabled form is grey. Ask again after a change of theme."""
    made = QIcon(pixmap(name, color, size))
    made.addPixmap(pixmap(name, "text.disabled", size), QIcon.Mode.Disabled)
    return made


def pixmap(name: str, color: str = "text.secondary", size: int = 16, ratio: float = RATIO) -> QPixmap:
    """Return the icon as a pixmap of size x size logical pixels; raises FileNotFoundError for an unknown name."""
    return _render(name, token_color(color).name(), size, ratio)


@functools.lru_cache(maxsize=1024)
def _render(name: str, rgb: str, size: int, ratio: float) -> QPixmap:
    stroke = f'stroke-width="{tokens()["icon"]["stroke"]}"'
    svg = _source(name).replace("currentColor", rgb).replace('stroke-width="2"', stroke)
    side = round(size * ratio)
    made = QPixmap(side, side)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, side, side))
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


@functools.cache
def _source(name: str) -> str:
    return importlib.resources.files("resources").joinpath("icons", f"{name}.svg").read_text(encoding="utf-8")
