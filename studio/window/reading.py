"""A dialog to read in: Markdown of our own, with links to licence texts that come with the program."""

import importlib.resources
from collections.abc import Iterator

from PySide6.QtCore import QSize, QUrl
from PySide6.QtGui import QDesktopServices, QFont, QTextCharFormat, QTextCursor, QTextDocument, QTextTable
from PySide6.QtWidgets import QDialog, QTextBrowser, QWidget

from studio import theme
from studio.text import tr
from studio.widgets import Button, FocusRing, Label, Themed, lay, named, row

LOCAL = "text"
"""Scheme of links to a file in resources: text:fonts/OFL-Inter.txt."""
HEAVIEST = QFont.Weight.DemiBold


class Text(Themed, QTextBrowser):
    """Text in the theme's colours. A link to a local text shows it, with a way back."""

    def __init__(self, markdown: str, name: str) -> None:
        super().__init__()
        self._markdown = markdown
        self.setOpenLinks(False)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.document().setDocumentMargin(12)
        self.anchorClicked.connect(self._follow)
        named(self, name)
        self.follow_theme()

    def restyle(self) -> None:
        self.setFont(theme.font(13))
        self.document().setDefaultFont(theme.font(13))
        self._show()

    def _show(self) -> None:
        self.setMarkdown(self._markdown)
        self._lighten()
        self._give_room()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def _lighten(self) -> None:
        """Write what is bold in the heaviest weight that there is a font for: Qt would smear it."""
        cursor, lighter = QTextCursor(self.document()), QTextCharFormat()
        lighter.setFontWeight(HEAVIEST)
        for start, end in list(_bold(self.document())):
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            cursor.mergeCharFormat(lighter)

    def _give_room(self) -> None:
        """Keep paragraphs, headings and points apart: Markdown as Qt sets it has no room between them."""
        block = self.document().begin()
        while block.isValid():
            form, cursor = block.blockFormat(), QTextCursor(block)
            table = cursor.currentTable()
            if table is None:
                form.setTopMargin(16 if form.headingLevel() and block.blockNumber() else 6)
                form.setBottomMargin(6 if form.headingLevel() else 0)
                cursor.setBlockFormat(form)
            elif table.firstCursorPosition().block() == block:
                self._style(table)
            block = block.next()

    def _style(self, table: QTextTable) -> None:
        """Give a table hair-lines in the theme's colour and room in its cells."""
        form = table.format()
        form.setBorderBrush(theme.color("border.default"))
        form.setBorderCollapse(True)
        form.setCellPadding(6)
        table.setFormat(form)

    def _follow(self, url: QUrl) -> None:
        if url.scheme() != LOCAL:
            QDesktopServices.openUrl(url)
        elif url.path() == "back":
            self._show()
        else:
            self.setMarkdown(f"[{tr('Back')}]({LOCAL}:back)\n\n```\n{resource(url.path())}\n```\n")
            self.moveCursor(QTextCursor.MoveOperation.Start)


class Reading(QDialog):
    """A title, a text and buttons; it closes with Esc."""

    def __init__(
        self, window: QWidget, title: str, markdown: str, *tools: Button, head: QWidget | None = None, wide: int = 640
    ) -> None:
        super().__init__(window)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setModal(True)
        self.text = Text(markdown, title)
        self.close_button = Button(tr("Close"), kind="primary", size="large", name=tr("Close {name}", name=title))
        self.close_button.clicked.connect(self.close)
        foot = row(*tools, None, self.close_button)
        lay(self, [head or Label(title, 20, 600, display=True), (self.text, 1), foot], True, 12, 24)
        room = QSize(window.width() - 40, window.height() - 40)
        self.resize(QSize(wide, 560).boundedTo(room))
        self.close_button.setFocus()
        FocusRing(self)


def _bold(document: QTextDocument) -> Iterator[tuple[int, int]]:
    """Yield where texts begin and end that are heavier than any font that is bundled."""
    block = document.begin()
    while block.isValid():
        for form in block.textFormats():
            if form.format.fontWeight() > HEAVIEST:
                start = block.position() + form.start
                yield start, start + form.length
        block = block.next()


def resource(path: str) -> str:
    """Return a text file of the resources; only names below it are read."""
    place = importlib.resources.files("resources")
    for part in path.split("/"):
        if part in ("", ".", ".."):
            return ""
        place = place.joinpath(part)
    return place.read_text(encoding="utf-8")
