"""What the start page is made of: navigation, cards of templates and samples, recent projects, the drop zone."""

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QRectF, Qt, QUrl, Signal
from PySide6.QtGui import QContextMenuEvent, QDesktopServices, QKeyEvent, QMouseEvent, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QBoxLayout, QMenu, QSizePolicy, QWidget

from studio import theme
from studio.document.templates import Sample, Template, sample_of
from studio.pages.thumbs import Spark, Thumb
from studio.settings import Recent
from studio.text import tr
from studio.widgets import (
    Box,
    Chip,
    Label,
    Themed,
    Tile,
    column,
    fixed,
    icon_at,
    lay,
    named,
    painter_of,
    plain_tip,
    rounded,
    row,
)

Act = Callable[[], object]
LINES = 2
"""Lines that the sentence of a template has room for, so that pictures and titles of a row stand level."""
PLAIN = ("text.secondary", "bg.active")
STAGE_COLORS = {
    "Fit": ("accent.text", "accent.soft"), "Evaluate": ("success.text", "success.soft"),
    "Predict": ("success.text", "success.soft"),
}  # fmt: skip
"""Stage that a project has reached -> text and fill of its chip."""


class Pressable(Themed, QAbstractButton):
    """A card or row that is one button; Enter and Space press it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        named(self, name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def transparent(self) -> None:
        """Let clicks on labels inside reach this button."""
        for child in self.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


class NavButton(Pressable):
    """An entry of the navigation."""

    def __init__(self, text: str, icon: str, act: Act) -> None:
        super().__init__(text)
        self._icon = icon
        self.setText(text)
        self.setCheckable(True)
        self.setFixedHeight(34)
        self.clicked.connect(act)
        self.follow_theme()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, rect, on = painter_of(self), QRectF(self.rect()), self.isChecked()
        if on or self.underMouse():
            rounded(painter, rect, theme.color("accent.soft" if on else "bg.hover"), None, 6)
        color = "accent.text" if on else "text.secondary"
        icon_at(painter, 10, 9, self._icon, color, 16)
        painter.setFont(theme.font(13, 600 if on else 500))
        painter.setPen(theme.color(color))
        painter.drawText(rect.adjusted(36, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.text())


class _CardButton(Pressable):
    def paintEvent(self, event: QPaintEvent) -> None:
        hot = self.underMouse()
        stroke = theme.color("border.control" if hot else "border.default")
        rounded(painter_of(self), QRectF(self.rect()), theme.color("bg.panel"), stroke, 8, theme.border_width())


class TemplateCard(_CardButton):
    """A template with its picture, sentence and layers."""

    def __init__(self, template: Template) -> None:
        super().__init__(tr("{name} template", name=template.title))
        self.template = template
        self.setAccessibleDescription(template.sentence)
        title = row(Tile(template.icon, template.group, 24, 14), Label(tr(template.title), 13, 600), None, spacing=8)
        chips = row(*[Chip(c, height=18) for c in template.chips], None, spacing=4)
        sentence = Label(tr(template.sentence), 12, 400, "text.secondary", wrap=True)
        sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        sentence.setMinimumHeight(LINES * sentence.fontMetrics().height())
        words = column(title, sentence, None, chips, spacing=7, margins=(6, 2, 6, 4))
        lay(self, [(Thumb(template.id), 1), words], True, 8, 8)
        self.setMinimumHeight(208)
        self.setMaximumHeight(340)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.transparent()
        self.follow_theme()


class StackCard(_CardButton):
    """A template with the table that it opens on and its layers in order."""

    def __init__(self, template: Template) -> None:
        super().__init__(tr("{name} project", name=template.title))
        self.template, sample = template, sample_of(template)
        self.setAccessibleDescription(template.sentence)
        title = row(Tile(template.icon, template.group, 24, 14), Label(tr(template.title), 13, 600), None, spacing=8)
        layers = Label(" · ".join(name for name, _ in template.layers), 11, 500, "text.muted", elide=True)
        table = Chip(tr(sample.title), "text.secondary", "bg.subtle", sample.icon, height=20)
        words = column(
            title, Label(tr(template.sentence), 12, 400, "text.secondary", wrap=True),
            row(table, (layers, 1), spacing=8), spacing=8,
        )  # fmt: skip
        lay(self, [fixed(Thumb(template.id), 132), (words, 1)], False, 16, 10)
        self.setFixedHeight(118)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.transparent()
        self.follow_theme()


class SampleCard(_CardButton):
    """A sample table."""

    def __init__(self, sample: Sample) -> None:
        super().__init__(tr("{name} sample", name=sample.title))
        self.sample = sample
        self.setAccessibleDescription(sample.sentence)
        title = row(Tile(sample.icon, "core", 24, 14), Label(tr(sample.title), 13, 600), None, spacing=8)
        sentence = Label(tr(sample.sentence), 12, 400, "text.secondary", wrap=True)
        lay(self, [title, sentence, None], True, 7, (14, 14, 14, 10))
        self.setFixedHeight(92)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.transparent()
        self.follow_theme()


class RecentRow(Pressable):
    """A recent project: name, place, how far it is, its figure and losses. `forgotten(path)` takes it off the list."""

    forgotten = Signal(object)

    def __init__(self, entry: Recent) -> None:
        super().__init__(tr("Open {name}", name=entry.name))
        self.entry = entry
        self.setToolTip(plain_tip(entry.path))
        state = [Chip(entry.stage, *STAGE_COLORS.get(entry.stage, PLAIN), height=18)] if entry.stage else []
        when = Label(ago(entry.when), 11, 400, "text.muted")
        place = Label(short_path(entry.path), 11, 400, "text.muted", elide=True)
        name = Label(entry.name, 13, 600, elide=True)
        words = column(None, name, place, row(*state, when, None, spacing=6), None, spacing=3)
        figure = Label(entry.figure, 11, 500, "text.secondary", align=Qt.AlignmentFlag.AlignRight)
        side = column(None, row(None, Spark(entry.losses)), figure, None, spacing=2)
        lay(self, [(words, 1), side], False, 8, (10, 6, 10, 6))
        self.setFixedHeight(76)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.transparent()
        self.follow_theme()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAccessibleName(tr("Recent project"))
        for icon, text, act in (
            ("folder-open", tr("Open"), self.click), ("folder", tr("Show in folder"), self.show_folder),
            ("x", tr("Remove from list"), self.forget),
        ):  # fmt: skip
            menu.addAction(theme.icon(icon), text, act)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def show_folder(self) -> None:
        """Show the file's folder in the file browser of the desktop."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(self.entry.path).parent)))

    def forget(self) -> None:
        """Take the project off the list; its file stays."""
        self.forgotten.emit(self.entry.path)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.underMouse():
            rounded(painter_of(self), QRectF(self.rect()), theme.color("bg.hover"), None, 6)


class DropZone(Box):
    """Where a CSV can be dropped; a drop anywhere on the window does the same."""

    WORDS = 300
    """Below this width of its words the buttons stand one above the other."""

    def __init__(self, tile: QWidget, words: QWidget, *buttons: QWidget) -> None:
        self.buttons = row(*buttons, spacing=16)
        self.buttons.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        super().__init__(tile, (words, 1), self.buttons, vertical=False, spacing=16, margins=(22, 0, 22, 0))
        self.setFixedHeight(104)
        self._hot = False
        named(self, tr("Drop a CSV here"))

    def set_hot(self, hot: bool) -> None:
        """Show that a file is over the window and can be dropped."""
        self._hot = hot
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        buttons, box = self.buttons.findChildren(QAbstractButton), self.buttons.layout()
        widths = [b.sizeHint().width() for b in buttons]
        if isinstance(box, QBoxLayout):
            narrow = self.width() - sum(widths) < self.WORDS + 140
            box.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
            box.setSpacing(8 if narrow else 16)
            for button, width in zip(buttons, widths, strict=True):
                button.setMinimumWidth(max(widths) if narrow else width)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_of(self)
        pen = QPen(theme.color("accent.line"), 2.5 if self._hot else 1.25)
        pen.setDashPattern([5, 4])
        painter.setPen(pen)
        painter.setBrush(theme.mix("bg.panel", "accent.soft", 1.0 if self._hot else 0.6))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 10, 10)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.ignore()


def ago(when: float, now: float | None = None) -> str:
    """Return how long ago something was, in words."""
    seconds = max((time.time() if now is None else now) - when, 0)
    if seconds < 90:
        return tr("just now")
    if seconds < 5400:
        return tr("{n} minutes ago", n=round(seconds / 60))
    if seconds < 86400 * 1.5:
        return tr("{n} hours ago", n=round(seconds / 3600)) if seconds < 86400 else tr("yesterday")
    return time.strftime("%d %b %Y", time.localtime(when)).lstrip("0")


def short_path(path: str) -> str:
    """Return a path with ~ for the home folder."""
    home = str(Path.home())
    return "~" + path[len(home) :] if path.startswith(home + "/") else path
