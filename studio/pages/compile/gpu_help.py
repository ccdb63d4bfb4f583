"""The help text on how to add a GPU, in a window of its own that blocks nothing."""

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QFrame, QTextBrowser, QWidget

import resources
from studio import theme
from studio.text import tr
from studio.widgets import Button, FocusRing, Themed, lay, named, row

SIZE = (620, 560)


class Page(Themed, QTextBrowser):
    """A text of our own in Markdown, in the colours of the theme."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__()
        self._text = text
        named(self, name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.anchorClicked.connect(_open)
        self.follow_theme()

    def restyle(self) -> None:
        mono = theme.font(12, mono=True).family()
        self.document().setDefaultFont(theme.font(13))
        self.document().setDefaultStyleSheet(f"code, pre {{ font-family: '{mono}'; }}")
        self.setStyleSheet("QTextBrowser { border: none; border-radius: 0; }")
        self.setMarkdown(self._text)


class GpuHelp(QDialog):
    """What a GPU needs, what to install, and what the findings mean."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        title = tr("How to add a GPU")
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.page = Page(resources.file("help", "gpu.md").read_text("utf-8"), title)
        close = Button(tr("Close"), kind="primary", size="large")
        close.clicked.connect(self.accept)
        lay(self, [(self.page, 1), row(None, close)], True, 12, 20)
        self.resize(*SIZE)
        FocusRing(self)


def _open(url: QUrl) -> None:
    QDesktopServices.openUrl(url)
