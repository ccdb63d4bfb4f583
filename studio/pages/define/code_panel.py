"""The Code panel of the Define page: the network as Keras-style source, two-way.

What is typed is read a moment after the last key and becomes one edit of the canvas; what changes on the canvas is
written here. Text with a mistake changes nothing: it stays, says where and what, and waits. When the canvas changes
meanwhile, the lines around what is typed follow.
"""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from engine.errors import UsageError
from engine.network.draft import Mistake
from engine.network.merge import Merged
from engine.network.read import Reading, Remark
from engine.network.source import Source
from engine.project.document import Project
from studio.actions import naming, tell_keys
from studio.document import code_edits, scope
from studio.document.session import Session
from studio.pages.define.mingle import mingle
from studio.text import tr
from studio.widgets import CodeEditor, IconButton, Label, Line, lay, row

LONG, LONG_WAIT_MS = 200, 250
"""Networks of more layers than this have their code written a moment after the last edit, not at each."""
READ_MS = 400
"""So long after the last key the text is read."""
KEY = "code"
"""Steps of one burst of typing become one."""


class CodePanel(QWidget):
    """Shows and edits the code of a session's network.

    Signals: `chosen(node)` when a person goes to a line; `said(sentence)`; `enlarged(on)` when the code wants the whole
    width.
    """

    chosen = Signal(object)
    said = Signal(object)
    enlarged = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.base: Project = session.project
        """The project whose code was written last: what is typed is compared with it."""
        self._drawn: Project = session.project
        """The project that the text says, as far as it was read."""
        self.source = Source("", {})
        self.typing = False
        """The text is a person's: it may differ from the code that would be written."""
        self.waiting = False
        """Some of it is not on the canvas: it was not read yet, or it has a mistake."""
        self._synced = ""
        self._scope: tuple[str, ...] = ()
        self._aside: dict[tuple[str, ...], tuple[str, str]] = {}
        self._lines = dict(self.source.lines)
        self._mistakes: tuple[Remark, ...] = ()
        self._foreign: tuple[Remark, ...] = ()
        self._busy = False
        self._later = self._timer(LONG_WAIT_MS, self._follow)
        self._read = self._timer(READ_MS, self.read)
        self.code = CodeEditor(name=tr("Code"), size=11)
        tell_keys(self.code, "setToolTip", _how_to)
        lay(self, [self._head(), Line(color="border.soft"), (self.code, 1)], True, 0, 0)
        self.code.typed.connect(self._typed)
        self.code.left.connect(self._left)
        self.code.commanded.connect(self._hurry)
        self.code.entered.connect(self._entered)
        self.code.line_clicked.connect(self._entered)
        session.selection.changed.connect(self._selected)
        session.opened.connect(self._opened)

    def _timer(self, wait: int, act: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(wait)
        timer.timeout.connect(act)
        return timer

    def _head(self) -> QWidget:
        self.state = Label("", 11, 400, "text.muted", elide=True)
        self.revert = IconButton("undo-2", tr("Back to the canvas"), tr("Drop what is not on the canvas"), size="small")
        self.revert.clicked.connect(self.discard)
        self.copy = IconButton("copy", tr("Copy code"), size="small")
        self.copy.clicked.connect(self._copy)
        self.enlarge = IconButton("maximize-2", tr("Enlarge code"), size="small", checkable=True)
        self.enlarge.toggled.connect(self._enlarge)
        title = Label(tr("Code"), 12, 600)
        return row(title, (self.state, 1), self.revert, self.copy, self.enlarge, margins=(16, 0, 8, 0), height=36)

    # ---- from the canvas -------------------------------------------------------------------------------------------
    def refresh(self) -> None:
        """Follow the session: at once, or a moment later when the network is long."""
        if self._busy:
            return
        if self._scope != self.session.scope:
            self._go_in(self.session.scope)
        elif len(self.session.project.network.nodes) > LONG and not self.typing:
            self._later.start()
            self.mark()
        else:
            self._follow()

    def _go_in(self, path: tuple[str, ...]) -> None:
        """Show the code of another group; what is typed here and not on the canvas is there again on the way back."""
        if self.waiting:
            self._aside[self._scope] = (self._synced, self.code.text())
        self._scope = path
        self._later.stop()
        self.write()
        if (typed := self._aside.pop(path, None)) is not None:
            self.typing = self.waiting = True
            self.code.set_text(mingle(*typed, self._synced))
            self._read.start()

    def _follow(self) -> None:
        project = self.session.project
        if not self.typing:
            self.write()
        elif project.network is self._drawn.network and project.code == self._drawn.code:
            self.mark()
        elif self.waiting:
            self._mingle()
        else:
            self.write()

    def write(self) -> None:
        """Write the code of the network as it is now."""
        self._take(self.session.project)
        self.typing = self.waiting = False
        self._read.stop()
        self._synced = self.source.text.rstrip("\n")
        self.code.set_text(self._synced)
        self._lines, self._mistakes = dict(self.source.lines), ()
        unspoken = all(line.silent for line in self.base.code)
        self._foreign = () if unspoken else code_edits.reading(self.base, self._synced).foreign
        self.mark()

    def _take(self, project: Project) -> None:
        """Let a project be the one that what is typed is compared with."""
        self.base = self._drawn = project
        self.source = code_edits.written(project, self.session.feeds())

    def _mingle(self) -> None:
        """Write what changed on the canvas around what is typed and not read yet."""
        self._take(self.session.project)
        theirs = self.source.text.rstrip("\n")
        text = mingle(self._synced, self.code.text(), theirs)
        self._synced = theirs
        self.code.set_text(text)
        self._read.start()

    # ---- to the canvas ---------------------------------------------------------------------------------------------
    def _typed(self) -> None:
        self.typing = self.waiting = True
        self._later.stop()
        self._read.start()

    def read(self) -> None:
        """Read what was typed and put it on the canvas, as one step with what was typed just before."""
        self._read.stop()
        text, project = self.code.text(), self.session.project
        found = code_edits.reading(project, text)
        try:
            new = None if found.errors else code_edits.merged(project, found, self.source.shapes, self.base)
        except Mistake as mistake:
            found, new = Reading(None, (Remark(mistake.line, str(mistake)),)), None
        self._mistakes, self._foreign = found.errors, found.foreign
        if new is not None:
            self.waiting, self._synced, self._lines = False, text, dict(new.lines)
            self._apply(new)
        self.mark()

    def _apply(self, new: Merged) -> None:
        spare = self.base

        def edit(project: Project) -> Project:
            return code_edits.set_code(project, new, spare)

        self._busy = True
        last = self.session.stack.last()
        if last is not None and (last.key or "").endswith(KEY) and self._undoes(edit, last.before, last.after):
            self.session.undo()
        else:
            self.session.edit(tr("Edit code"), edit, KEY)
        self._busy = False
        self._drawn = self.session.project

    def _undoes(self, edit: scope.Edit, before: Project, after: Project) -> bool:
        """Return whether the text is back to what it was before the last step."""
        try:
            return scope.inside(after, self.session.scope, edit) == before
        except UsageError:
            return False

    def _hurry(self) -> None:
        """Read what is typed now: it counts for what a person does next, such as saving."""
        if self._read.isActive():
            self.read()

    def _left(self) -> None:
        """Write the code as we write it when the keyboard goes elsewhere; text with a mistake stays."""
        self._hurry()
        if self.typing and not self.waiting:
            self.write()

    def _opened(self, *_: object) -> None:
        self._aside.clear()
        self.discard()

    def discard(self, *_: object) -> None:
        """Write the code of the canvas over what is typed."""
        self._scope = self.session.scope
        self.write()

    # ---- marks -----------------------------------------------------------------------------------------------------
    def _selected(self, *_: object) -> None:
        self.mark(reveal=not self.code.hasFocus())

    def mark(self, reveal: bool = False) -> None:
        """Light the lines of what is selected, and mark mistakes, errors and lines that are kept."""
        chosen = [n for i in self.session.selection.nodes for n in self._lines.get(i, ())]
        self.code.set_marked(chosen, reveal=reveal and bool(chosen))
        errors, tips = self._errors()
        self.code.set_errors(errors)
        self.code.set_tips(tips)
        self.code.set_kept({remark.line: remark.message for remark in self._foreign})
        self._say_state()

    def _errors(self) -> tuple[dict[int, str], dict[int, str]]:
        """Return what red lines say at the right, and in full."""
        if self._mistakes:
            said = {m.line: m.message for m in reversed(self._mistakes)}
            return said, said
        wrong = [p for p in self.session.problems if p.severity == "error" and self._lines.get(p.node or "")]
        lines = {self._lines[p.node or ""][-1]: p for p in reversed(wrong)}
        return {n: p.short for n, p in lines.items()}, {n: str(p) for n, p in lines.items()}

    def _say_state(self) -> None:
        name = (getattr(self.session, "names", tuple)() or ("model",))[-1]
        first = self._mistakes[0] if self._mistakes else None
        text = tr("{name}.py · two-way", name=name)
        if first is not None:
            text = tr("Line {n}: the canvas waits. {why}", n=first.line, why=first.message)
        self.state.setText(text)
        self.state.set_color("danger.text" if first else "text.muted")
        self.code.setAccessibleDescription(text if first else "")
        self.revert.setVisible(first is not None)

    def _entered(self, line: int) -> None:
        """Select the card of the line that a person goes to; while the text is not read nobody knows which it is."""
        if self.waiting:
            return
        node = next((path for path, lines in self._lines.items() if "/" not in path and line in lines), None)
        if node in self.session.project.network.nodes and node not in self.session.selection:
            self.chosen.emit(node)

    def _enlarge(self, on: bool) -> None:
        self.enlarged.emit(on)

    def _copy(self, *_: object) -> None:
        QGuiApplication.clipboard().setText(f"{self.code.text()}\n")
        self.said.emit(tr("The code is on the clipboard."))


def _how_to() -> str:
    text = tr(
        "Edits change the canvas a moment after the last key. Tab goes on to the next control; "
        "with several lines selected it indents them. Ctrl+/ makes comments."
    )
    return f"{text} {naming((tr('{key} leaves'), 'go.next_region'))}".strip()
