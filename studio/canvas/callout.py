"""The callout of a problem: what is wrong, why, and buttons that mend it. One at a time, where there is room."""

import re
from functools import partial
from html import escape

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, QSize, QSizeF, QTimer, Signal
from PySide6.QtWidgets import QWidget

from engine.errors import Problem
from studio.actions import key_of, tell_keys, with_key
from studio.canvas.free_place import Places
from studio.canvas.view import View
from studio.document.mending import fixes
from studio.text import tr
from studio.widgets import Box, Button, FixMenu, Icon, Key, Label, row

WIDTH, WIDEST, EDGE = 296, 380, 8
PADDING, LONGEST = 12, 34
SMALLEST_ZOOM = 0.5
SETTLE_MS = 30
"""While cards slide, the callout follows this often."""
COMING = (QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.Move, QEvent.Type.Resize)
SHAPE = re.compile(r"\((?:\d+(?:, \d+)*,?)\)")
LOOK = {"error": ("circle-alert", "danger.fill"), "warning": ("triangle-alert", "warning.fill")}


class Callout(Box):
    """Beside the selected card with a problem, else beside the first error.

    `fix_asked()`: its button was pressed; `repair_asked(repair)`: another fix was chosen.
    """

    fix_asked = Signal()
    repair_asked = Signal(object)

    def __init__(self, view: View, host: QWidget) -> None:
        self.mark = Icon("circle-alert", "danger.fill")
        self.title = Label("", 12, 600, elide=True)
        self.text = Label("", 12, 400, "text.secondary", wrap=True, rich=True)
        self.fix = Button(tr("Fix"), "wand-sparkles", "primary", "small")
        self.more = Button(tr("Other fixes"), kind="ghost", size="small")
        self.key = Key("")
        tell_keys(self.key, "set_key", partial(key_of, "define.fix"))
        self.tools = row(self.fix, self.more, None, self.key, spacing=4)
        super().__init__(row(self.mark, (self.title, 1), spacing=8), self.text, self.tools,
                         fill="bg.raised", stroke="danger.fill", spacing=8, margins=(12, 10, 12, 10))  # fmt: skip
        self.setParent(host)
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(tr("Problem of a layer"))
        self.view = view
        self.problem: Problem | None = None
        self.fix.clicked.connect(self._fix)
        self.more.clicked.connect(self._open)
        self.avoid: tuple[QWidget, ...] = ()
        view.viewed.connect(self.place)
        view.canvas.moved.connect(self._moved)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(SETTLE_MS)
        self._later.timeout.connect(self.place)
        self.hide()

    def sizeHint(self) -> QSize:
        fitting = self.heightForWidth(self.width())
        return QSize(self.width(), fitting if fitting > 0 else super().sizeHint().height())

    def show_problem(self, problem: Problem | None) -> None:
        """Show a problem, or none."""
        self.problem = problem
        if problem is None or problem.node not in self.view.canvas.nodes:
            self.hide()
            return
        icon, tone = LOOK.get(problem.severity, LOOK["error"])
        self.mark.set_icon(icon, tone)
        self.set_surface("bg.raised", tone)
        self.title.setText(tr("{where}: {what}", where=problem.where, what=problem.short or tr("has a problem")))
        self.text.setText(SHAPE.sub(_strong, escape(str(problem), quote=False)))
        self.setAccessibleDescription(str(problem))
        self._show_fixes(problem)
        self.resize(self.width(), self.sizeHint().height())
        self.show()
        self.place()

    def _show_fixes(self, problem: Problem) -> None:
        usable = fixes(problem)
        self.tools.setVisible(bool(usable))
        self.more.setVisible(len(usable) > 1)
        if usable:
            self.fix.setAccessibleName(usable[0].title)
            title = usable[0].title
            self.fix.set_text(title if len(title) <= LONGEST else f"{title[: LONGEST - 1]}…")
            self._fit()
            self.fix.setToolTip(with_key(usable[0].title, "define.fix"))

    def _fit(self) -> None:
        """Be as wide as the buttons need; the key goes first where there is no room."""
        buttons = [b for b in (self.fix, self.more) if not b.isHidden()]
        needed = sum(b.sizeHint().width() + 4 for b in buttons) + 2 * PADDING
        whole = needed + self.key.sizeHint().width() + 4
        self.key.setVisible(bool(self.key.text()) and whole <= max(WIDTH, needed))
        self.setFixedWidth(min(max(WIDTH, needed), WIDEST))

    # ---- place -----------------------------------------------------------------------------------------------------
    def _moved(self, *_: object) -> None:
        if self.problem is not None and not self._later.isActive():
            self._later.start()

    def place(self) -> None:
        """Stand at the free side of the card; go when there is no room that leaves card, wires and minimap free.

        The callout of a card that was not selected, nobody asked for it, covers no other card either.
        """
        if self.problem is None or self.problem.node not in self.view.canvas.nodes:
            return
        if self.view.zoom < SMALLEST_ZOOM:
            self.hide()
            return
        self.resize(self.width(), self.sizeHint().height())
        floating = [self._here(w) for w in self.avoid if not w.isHidden()]
        places = Places(self.view, str(self.problem.node), floating)
        asked = str(self.problem.node) in self.view.session.selection.ids
        at = places.best(self.width(), self.height(), EDGE, spare=not asked)
        if at is None:
            self.hide()
            return
        self.move(*at)
        self.show()

    def keep_off(self, *widgets: QWidget) -> None:
        """Keep off further widgets too, panels that may lie over the canvas; follow their coming and going."""
        self.avoid = (*self.avoid, *widgets)
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in COMING:
            self._moved()
        return False

    def _here(self, widget: QWidget) -> QRectF:
        """Return where a widget lies, in pixels of the canvas."""
        at = self.view.mapFromGlobal(widget.mapToGlobal(QPoint(0, 0)))
        return QRectF(QPointF(at), QSizeF(widget.size()))

    # ---- fixes -----------------------------------------------------------------------------------------------------
    def _fix(self) -> None:
        self.fix_asked.emit()

    def _open(self, *_: object) -> None:
        menu = FixMenu(self.more, [r.title for r in fixes(self.problem)] if self.problem else [])
        menu.chosen.connect(self._chosen)
        menu.open_below(self.more)

    def _chosen(self, at: int) -> None:
        usable = fixes(self.problem) if self.problem else ()
        if at < len(usable):
            self.repair_asked.emit(usable[at])


def _strong(found: re.Match[str]) -> str:
    """Return a shape as the wires write it, in the heaviest weight that there is a font for."""
    return f'<span style="font-weight:600">{found[0].replace(",)", ")")}</span>'
