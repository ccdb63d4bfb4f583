"""A select: one of many, in a list that opens."""

from typing import Any

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QToolTip

from studio import theme
from studio.widgets.base import Themed, icon_at, named, painter_of, plain_tip, rounded
from studio.widgets.choice import Options, pairs


class Select(Themed, QComboBox):
    """Choose one option. `changed(value)` is emitted when a person chooses.

    options: labels or (value, label) pairs. mixed: shows "–" until something is chosen (several things selected).
    """

    changed = Signal(object)

    def __init__(
        self,
        options: Options = (),
        value: Any = None,
        *,
        name: str,
        icon: str | None = None,
        mono: bool = False,
        small: bool = False,
        width: int | None = None,
        tooltip: str = "",
    ) -> None:
        super().__init__()
        self._icon, self._dot, self._cut = icon, "", False
        self.setFont(theme.font(12, 400, mono))
        self.setFixedHeight(theme.size("controlCompact" if small else "control"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMaxVisibleItems(16)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)
        if width:
            self.setFixedWidth(width)
        named(self, name, tooltip)
        self.set_options(options, value)
        self.activated.connect(self._chosen)
        self.follow_theme()

    def set_options(self, options: Options, value: Any = None) -> None:
        """Put other options in, without telling."""
        self.clear()
        for v, label in pairs(options):
            self.addItem(label, v)
        self.set_value(value)
        widest = max((theme.text_width(label, self.font()) for _, label in pairs(options)), default=0)
        self.view().setMinimumWidth(round(widest) + 32)

    def set_value(self, value: Any) -> None:
        """Choose without telling; a value that is no option shows as a dash."""
        found = next((i for i in range(self.count()) if self.itemData(i) == value), -1)
        self.setCurrentIndex(0 if value is None and found < 0 and self.count() else found)

    def set_mixed(self) -> None:
        """Show a dash: the things in question differ."""
        self.setCurrentIndex(-1)

    def value(self) -> Any:
        """Return the chosen value, None for a dash."""
        return self.currentData()

    def set_dot(self, color: str) -> None:
        """Show a dot in a token's colour before the text."""
        self._dot = color
        self.update()

    def sizeHint(self) -> QSize:
        widest = max((theme.text_width(self.itemText(i), self.font()) for i in range(self.count())), default=40.0)
        return QSize(round(min(widest, 220)) + 40 + (19 if self._icon else 0), self.height())

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self._cut:
            QToolTip.showText(event.globalPos(), plain_tip(self.currentText()), self)
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, rect = painter_of(self), QRectF(self.rect())
        live = self.isEnabled()
        stroke = "accent.line" if self.hasFocus() else "border.strong" if live else "border.default"
        fill = "bg.hover" if self.underMouse() and live else "bg.raised" if live else "bg.subtle"
        rounded(painter, rect, theme.color(fill), theme.color(stroke), 6, theme.border_width())
        x = self._before(painter, rect)
        painter.setPen(theme.color("text.primary" if live else "text.disabled"))
        painter.setFont(self.font())
        text = self.currentText() if self.currentIndex() >= 0 else "–"
        cut = QFontMetricsF(self.font()).elidedText(text, Qt.TextElideMode.ElideRight, rect.width() - x - 24)
        self._cut = cut != text
        painter.drawText(QRectF(x, 0, rect.width() - x - 20, rect.height()), Qt.AlignmentFlag.AlignVCenter, cut)
        icon_at(painter, rect.width() - 20, (rect.height() - 14) / 2, "chevron-down", "text.muted", 14)

    def _before(self, painter: Any, rect: QRectF) -> float:
        if self._icon:
            icon_at(painter, 8, (rect.height() - 14) / 2, self._icon, "text.secondary", 14)
            return 28.0
        if self._dot:
            rounded(painter, QRectF(9, rect.height() / 2 - 4, 8, 8), theme.color(self._dot), None, 4)
            return 24.0
        return 9.0

    def _chosen(self, index: int) -> None:
        self.changed.emit(self.itemData(index))
