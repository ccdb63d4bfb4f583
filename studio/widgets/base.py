"""What all widgets share: following the theme, surfaces, lines and layouts without boilerplate."""

from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtGui import Qt as Text
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLayout, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from studio import theme

Item = QWidget | tuple[QWidget, int] | int | None
W = TypeVar("W", bound=QWidget)
Margins = int | tuple[int, int, int, int]


class Themed:
    """Mix in before a Qt widget class, call `follow_theme` in __init__: `restyle` runs after each change of theme."""

    def follow_theme(self) -> None:
        """Restyle now and after each change of theme."""
        theme.signals.changed.connect(self._theme_changed)
        self.restyle()

    def restyle(self) -> None:
        """Take colours and icons from the tokens anew."""

    def _theme_changed(self, _mode: object) -> None:
        self.restyle()
        self.update()  # type: ignore[attr-defined]


def named(widget: QWidget, name: str | None, tooltip: str = "") -> None:
    """Give a widget its accessible name, and a tooltip."""
    if name:
        widget.setAccessibleName(name)
    if tooltip:
        widget.setToolTip(plain_tip(tooltip))


def plain_tip(text: str) -> str:
    """Return a tooltip that shows the text as it is: Qt takes what looks like markup for markup, in a file name too."""
    plain = Text.WhiteSpaceMode.WhiteSpaceNormal
    return Text.convertFromPlainText(text, plain) if Text.mightBeRichText(text) else text


def painter_of(widget: QWidget) -> QPainter:
    """Return a painter with smooth edges."""
    painter = QPainter(widget)
    painter.setRenderHints(
        QPainter.RenderHint.Antialiasing
        | QPainter.RenderHint.TextAntialiasing
        | QPainter.RenderHint.SmoothPixmapTransform
    )
    return painter


def rounded(
    painter: QPainter, rect: QRectF, fill: QColor | None, stroke: QColor | None, radius: float, width: float = 1.0
) -> None:
    """Draw a rounded surface with a stroke inside its rectangle."""
    inset = width / 2 if stroke else 0.0
    painter.setPen(QPen(stroke, width) if stroke else Qt.PenStyle.NoPen)
    painter.setBrush(fill if fill else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), radius, radius)


class Box(Themed, QWidget):
    """A surface: fill, 1 px stroke all around or on chosen sides ("l", "r", "t", "b"), radius. Tokens or None."""

    def __init__(
        self,
        *items: Item,
        fill: str | None = "bg.panel",
        stroke: str | None = "border.default",
        radius: int = 8,
        sides: str | None = None,
        vertical: bool = True,
        spacing: int = 8,
        margins: Margins = 0,
    ) -> None:
        super().__init__()
        self.fill, self.stroke, self.radius, self.sides = fill, stroke, radius, sides
        self.body = lay(self, items, vertical, spacing, margins)
        self._edges: list[QBoxLayout] = []
        self.spare_border(self.body)
        self.follow_theme()

    def spare_border(self, inner: QBoxLayout) -> None:
        """Keep what lies at the edge, one pixel inside, off the border however wide that is."""
        around = inner.contentsMargins()
        if 1 in (around.left(), around.top(), around.right(), around.bottom()):
            inner.setProperty("around", around)
            self._edges.append(inner)
            self.restyle()

    def restyle(self) -> None:
        for inner in self._edges:
            around = inner.property("around")
            sides = (around.left(), around.top(), around.right(), around.bottom())
            inner.setContentsMargins(*(theme.border_width() if side == 1 else side for side in sides))

    def set_surface(self, fill: str | None, stroke: str | None) -> None:
        """Change fill and stroke tokens."""
        self.fill, self.stroke = fill, stroke
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_of(self)
        rect = QRectF(self.rect())
        fill = theme.color(self.fill) if self.fill else None
        stroke = theme.color(self.stroke) if self.stroke else None
        if self.sides is None:
            rounded(painter, rect, fill, stroke, self.radius, theme.border_width() if stroke else 1)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if fill:
            painter.fillRect(rect, fill)
        if stroke:
            _sides(painter, rect, stroke, self.sides)


class Line(Themed, QWidget):
    """A hair-line, horizontal or vertical."""

    def __init__(self, vertical: bool = False, length: int | None = None, color: str = "border.default") -> None:
        super().__init__()
        self.color = color
        (self.setFixedWidth if vertical else self.setFixedHeight)(1)
        if length:
            (self.setFixedHeight if vertical else self.setFixedWidth)(length)
        self.follow_theme()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.color(self.color))


class Splitter(QSplitter):
    """A splitter with a handle of 1 px; children keep at least their minimum size."""

    def __init__(
        self, *widgets: QWidget, vertical: bool = False, sizes: Sequence[int] = (), name: str = "Splitter"
    ) -> None:
        super().__init__(Qt.Orientation.Vertical if vertical else Qt.Orientation.Horizontal)
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        self.setAccessibleName(name)
        for widget in widgets:
            self.addWidget(widget)
        if sizes:
            self.setSizes(list(sizes))


def lay(host: QWidget, items: Sequence[Item], vertical: bool, spacing: int, margins: Margins) -> QBoxLayout:
    """Lay items out in a host. An item is a widget, (widget, stretch), a number of pixels, or None for a stretch."""
    box: QBoxLayout = QVBoxLayout(host) if vertical else QHBoxLayout(host)
    box.setContentsMargins(*((margins,) * 4 if isinstance(margins, int) else margins))
    box.setSpacing(spacing)
    for item in items:
        put(box, item)
    return box


def put(box: QBoxLayout, item: Item) -> None:
    """Append one item to a layout."""
    if item is None:
        box.addStretch(1)
    elif isinstance(item, int):
        box.addSpacing(item)
    elif isinstance(item, tuple):
        box.addWidget(item[0], item[1])
    else:
        box.addWidget(item)


def row(*items: Item, spacing: int = 8, margins: Margins = 0, height: int | None = None) -> QWidget:
    """Return items side by side."""
    return _laid(items, False, spacing, margins, height)


def column(*items: Item, spacing: int = 8, margins: Margins = 0, height: int | None = None) -> QWidget:
    """Return items one below the other."""
    return _laid(items, True, spacing, margins, height)


def fixed(widget: W, width: int | None = None, height: int | None = None) -> W:
    """Fix width or height of a widget and return it."""
    if width is not None:
        widget.setFixedWidth(width)
    if height is not None:
        widget.setFixedHeight(height)
    return widget


def box_of(host: QWidget) -> QBoxLayout:
    """Return the layout that `lay` gave a host."""
    found = host.layout()
    assert isinstance(found, QBoxLayout)
    return found


def clear(box: QLayout) -> None:
    """Take all items out of a layout; their widgets are deleted when Qt is idle."""
    while (item := box.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()


def expanding(widget: QWidget, horizontal: bool = True, vertical: bool = True) -> None:
    """Let a widget take all room."""
    policy = QSizePolicy.Policy
    widget.setSizePolicy(
        policy.Expanding if horizontal else policy.Preferred, policy.Expanding if vertical else policy.Preferred
    )


def _laid(items: Sequence[Item], vertical: bool, spacing: int, margins: Margins, height: int | None) -> QWidget:
    host = QWidget()
    lay(host, items, vertical, spacing, margins)
    return fixed(host, height=height)


def _sides(painter: QPainter, rect: QRectF, stroke: QColor, sides: str) -> None:
    w, h, t = rect.width(), rect.height(), float(theme.border_width())
    bars = {"l": QRectF(0, 0, t, h), "r": QRectF(w - t, 0, t, h), "t": QRectF(0, 0, w, t), "b": QRectF(0, h - t, w, t)}
    for side in sides:
        painter.fillRect(bars[side], stroke)


def icon_at(painter: QPainter, x: float, y: float, name: str, color: str, size: int = 16) -> None:
    """Draw an icon with its top left corner at (x, y)."""
    painter.drawPixmap(QPointF(x, y), theme.pixmap(name, color, size))
