"""The Code panel of the Define page: the network as Keras-style source; cards and lines select each other."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from engine.network.source import Source, source
from studio.document.session import Session
from studio.text import tr
from studio.widgets import CodeView, IconButton, Label, Line, lay, row

LONG, LONG_WAIT_MS = 200, 250
"""Networks of more layers than this have their code written a moment after the last edit, not at each."""


class CodePanel(QWidget):
    """Shows the code of a session's network. `chosen(node)` when a person clicks a line; `said(sentence)`."""

    chosen = Signal(object)
    said = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._source = Source("", {})
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LONG_WAIT_MS)
        self._later.timeout.connect(self.write)
        self.code = CodeView(name=tr("Code"), size=11)
        self.code.line_clicked.connect(self._line_clicked)
        copy = IconButton("copy", tr("Copy code"), size="small")
        copy.clicked.connect(self._copy)
        head = row(
            Label(tr("Code"), 12, 600),
            Label(tr("Keras style, live"), 11, 400, "text.muted"),
            None,
            copy,
            margins=(16, 0, 8, 0),
            height=36,
        )
        lay(self, [head, Line(color="border.soft"), (self.code, 1)], True, 0, 0)
        session.selection.changed.connect(self.mark)

    def refresh(self) -> None:
        """Follow the session: at once, or a moment later when the network is long."""
        if len(self.session.project.network.nodes) > LONG:
            self._later.start()
            self.mark()
        else:
            self.write()

    def write(self) -> None:
        """Write the code of the network as it is now."""
        self._source = source(self.session.project.network, self.session.feeds())
        self.code.set_text(self._source.text.rstrip("\n"))
        self.mark()

    def mark(self, *_: object) -> None:
        """Light the lines of what is selected, and redden those of errors."""
        chosen = [n for i in self.session.selection.nodes for n in self._source.lines.get(i, ())]
        self.code.set_marked(chosen, reveal=bool(chosen))
        self.code.set_errors(self._errors())

    def _errors(self) -> dict[int, str]:
        wrong = [p for p in self.session.problems if p.severity == "error" and p.node in self._source.lines]
        return {n: p.short for p in wrong for n in self._source.lines[p.node or ""][-1:]}

    def _line_clicked(self, line: int) -> None:
        node = next((n for n, lines in self._source.lines.items() if line in lines), None)
        if node:
            self.chosen.emit(node)

    def _copy(self, *_: object) -> None:
        QGuiApplication.clipboard().setText(self._source.text)
        self.said.emit(tr("The code is on the clipboard."))
