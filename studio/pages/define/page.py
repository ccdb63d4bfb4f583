"""The Define page: palette, canvas, inspector, and a dock with problems, outline and code."""

from typing import Any

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QStackedWidget, QWidget

from engine.errors import Problem
from studio.actions import CANVAS
from studio.canvas import catalog, keys
from studio.canvas.commands import add_after
from studio.canvas.outline import Outline
from studio.canvas.palette import Palette
from studio.document.lens import Lens
from studio.inspector import Inspector
from studio.pages.define.code_panel import CodePanel
from studio.pages.define.history import HistoryList
from studio.pages.define.problems import ProblemsList, fixable
from studio.pages.define.stage import Stage
from studio.pages.page import Page, Primary, Status
from studio.text import plural, tr
from studio.widgets import Button, Line, Splitter, Tabs, column, row


class DefinePage(Page):
    """Stack, wire and set layers."""

    STAGE = "define"
    LEFT = ("blocks", "Layers")

    def build(self) -> None:
        self.lens = Lens(self.session, self)
        self.session = self.lens.as_session()
        self.stage = Stage(self.session)
        self.view, self.scene = self.stage.view, self.stage.scene
        self.palette_ = Palette(self.session, self.view)
        self.inspector = Inspector(self.session)
        self.problem: Problem | None = None
        super().build()
        self.setTabOrder(self.palette_, self.view)
        self._bind()
        self._refresh()

    # ---- panels ----------------------------------------------------------------------------------------------------
    def left(self) -> QWidget:
        return self.palette_

    def centre(self) -> QWidget:
        self.stage.setMinimumSize(320, 240)
        return self.stage

    def right(self) -> QWidget:
        return self.inspector

    def dock(self) -> QWidget:
        self.problems = ProblemsList()
        self.outline = Outline(self.view)
        self.lists = QStackedWidget()
        self.lists.addWidget(self.problems)
        self.history = HistoryList(self.session)
        self.lists.addWidget(self.outline)
        self.lists.addWidget(self.history)
        names = [("problems", tr("Problems")), ("outline", tr("Outline")), ("history", tr("History"))]
        self.tabs = Tabs(names, "problems", name=tr("Dock"))
        self.tabs.changed.connect(self.show_list)
        self.fix_all = Button(
            tr("Fix all safe"),
            "wand-sparkles",
            "ghost",
            "small",
            tooltip=tr("Apply the fixes that cannot change results"),
        )
        self.fix_all.clicked.connect(self._fix_all)
        left = column(
            row(self.tabs, None, self.fix_all, margins=(16, 0, 8, 0), height=36),
            Line(color="border.soft"),
            (self.lists, 1),
            spacing=0,
        )
        self.code_panel = CodePanel(self.session)
        self.code = self.code_panel.code
        dock = Splitter(left, self.code_panel, sizes=(440, 560), name=tr("Problems and code"))
        dock.setMinimumHeight(96)
        return dock

    # ---- wiring ----------------------------------------------------------------------------------------------------
    def _bind(self) -> None:
        session, view = self.session, self.view
        session.changed.connect(self._refresh)
        session.prepared_changed.connect(self._prepared)
        session.opened.connect(self._opened)
        self.lens.scope_changed.connect(self._opened)
        session.selection.changed.connect(self._selected)
        view.said.connect(self._said)
        view.edit_asked.connect(self._edit)
        view.rename_asked.connect(self._rename)
        view.added.connect(self._added)
        self.inspector.asked.connect(self._command)
        self.inspector.help_asked.connect(self.help_asked)
        self.inspector.fit_asked.connect(self._go_fit)
        self.stage.first_wanted.connect(self._first)
        self.stage.callout.fix_asked.connect(self.fix)
        self.problems.chosen.connect(self.go_to)
        self.problems.fixed.connect(self._fix_one)
        self.code_panel.chosen.connect(self._show_node)
        self.code_panel.said.connect(self._said)
        handlers = {
            "define.add": view.quick_add_here, "define.find": self.palette_.search.setFocus, "define.fix": self.fix,
            "define.next_problem": self.next_problem, "define.previous_problem": self.previous_problem,
            "define.tidy": view.tidy, "define.find_layer": view.find_layer,
            "define.outline": self._show_outline, "define.history": self._show_history,
        }  # fmt: skip
        for id, handler in handlers.items():
            self.actions_.bind(id, handler)
        for action in CANVAS:
            self.actions_.bind(action.id, getattr(view, action.id.removeprefix(keys.PREFIX)))
        self.actions_.keys_changed.connect(self._use_keys)
        self._use_keys()

    def restore_panels(self, settings: QSettings) -> None:
        super().restore_panels(settings)
        self.palette_.restore(str(settings.value("palette", "") or ""))

    def save_panels(self, settings: QSettings) -> None:
        super().save_panels(settings)
        settings.setValue("palette", self.palette_.state())

    def _use_keys(self, *_: object) -> None:
        keys.use_keys({action.id: self.actions_.keys(action.id) for action in CANVAS})
        self.stage.tools.show_keys()
        self.stage.aligns.show_keys()

    # ---- following the session -------------------------------------------------------------------------------------
    def _prepared(self, *_: object) -> None:
        self.scene.refresh()
        self._refresh()

    def _opened(self, *_: object) -> None:
        self.scene.settle()
        self.view.start_view()

    def _refresh(self, *_: object) -> None:
        found = self.session.problems
        self.problems.show_problems(found)
        errors = sum(p.severity == "error" for p in found)
        tone = ("danger.text", "danger.soft") if errors else ("warning.text", "warning.soft")
        self.tabs.set_badge("problems", str(len(found)) if found else "", *tone)
        self.fix_all.setVisible(any(p.repair is not None and p.repair.safe and fixable(p) for p in found))
        self.code_panel.refresh()
        self._selected()

    def _selected(self, *_: object) -> None:
        self.problem = self._current_problem()
        self.problems.mark(self.problem)
        self.stage.callout.show_problem(self._called_out())
        self.status_changed.emit()

    def _current_problem(self) -> Problem | None:
        current = self.session.selection.current
        mine = next((p for p in self.session.problems if p.node is not None and p.node == current), None)
        return mine or next((p for p in self.session.problems if p.severity == "error"), None)

    def _called_out(self) -> Problem | None:
        current = self.session.selection.current
        wrong = [
            p for p in self.session.problems if p.severity == "error" and p.node in self.session.project.network.nodes
        ]
        return next((p for p in wrong if p.node == current), wrong[0] if wrong else None)

    # ---- problems --------------------------------------------------------------------------------------------------
    def go_to(self, problem: Problem) -> None:
        """Show where a problem is."""
        at = self.session.problems.index(problem) if problem in self.session.problems else None
        place, node = self.lens.problem_at(problem)
        if node is not None:
            self.lens.show_scope(place)
        if node in self.scene.nodes:
            self.session.selection.set(str(node))
            self.view.reveal(str(node))
        elif problem.where == "data" or problem.where in self._columns():
            self.go.emit("data")
        self.problem = problem if at is None else self.session.problems[at]
        self.problems.mark(self.problem)

    def _columns(self) -> set[str]:
        return {r.name for r in self.session.prepared.reports} if self.session.prepared is not None else set()

    def next_problem(self) -> None:
        """Go to the next problem."""
        self._step(1)

    def previous_problem(self) -> None:
        """Go to the problem before."""
        self._step(-1)

    def _step(self, by: int) -> None:
        found = self.session.problems
        if not found:
            self._said(tr("There are no problems."))
            return
        at = found.index(self.problem) if self.problem in found else -1 if by > 0 else 0
        known = self.problem if self.session.selection.current == getattr(self.problem, "node", None) else None
        self.go_to(found[(at + by) % len(found)] if known or at < 0 else found[at])

    def fix(self) -> None:
        """Apply the fix of the current problem."""
        problem = self._called_out() if self.problem is None or not fixable(self.problem) else self.problem
        if problem is not None and fixable(problem):
            self._fix_one(problem)
        else:
            self._said(tr("There is no fix to apply."))

    def _fix_one(self, problem: Problem) -> None:
        before = self.session.project
        if problem.repair is not None and self.session.apply_repair(problem.repair):
            new = [n for n in self.session.project.network.nodes if n not in before.network.nodes]
            if new:
                self.session.selection.set(new[-1])

    def _fix_all(self, *_: object) -> None:
        for _round in range(20):
            safe = next(
                (p for p in self.session.problems if p.repair is not None and p.repair.safe and fixable(p)), None
            )
            if safe is None or not self.session.apply_repair(safe.repair):  # type: ignore[arg-type]
                return

    # ---- small answers ---------------------------------------------------------------------------------------------
    def show_list(self, name: str) -> None:
        """Show "problems", "outline" or "history" in the dock."""
        shown: dict[str, QWidget] = {"problems": self.problems, "outline": self.outline, "history": self.history}
        self.tabs.set_value(name)
        self.lists.setCurrentWidget(shown[name])

    def _show_outline(self) -> None:
        self.panels["dock"].show()
        self.show_list("outline")
        self.outline.setFocus()

    def _show_history(self) -> None:
        self.panels["dock"].show()
        self.show_list("history")
        self.history.setFocus()

    def _show_node(self, node: str) -> None:
        self.session.selection.set(node)
        self.view.reveal(node)

    def _first(self) -> None:
        record = next(r for r in catalog.records() if r.KERAS == "Input")
        add_after(self.session, catalog.start_of(record))
        self.view.setFocus()

    def _said(self, text: str) -> None:
        self.toast(text)

    def help_topic(self) -> str:
        return self.inspector.help_topic() or super().help_topic()

    def _command(self, name: str) -> None:
        """Do a command of the canvas that the inspector offers."""
        getattr(self.view, name)()

    def _go_fit(self) -> None:
        self.go.emit("fit")

    def _edit(self) -> None:
        self._show_inspector()
        self.inspector.focus_first()

    def _rename(self) -> None:
        self._show_inspector()
        self.inspector.focus_name()

    def _show_inspector(self) -> None:
        self.panels["right"].show()

    def _added(self, node: str) -> None:
        if self.panels["right"].isVisible() and not self.stage.quick_add.isVisible():
            self.view.setFocus()

    # ---- for the window --------------------------------------------------------------------------------------------
    def enter(self) -> None:
        self.view.setFocus()
        self._refresh()

    def primary(self) -> Primary:
        wrong = next((p for p in self.session.problems if p.severity == "error"), None)
        reason = "" if wrong is None else str(wrong)
        return Primary(tr("Compile"), "braces", self._compile, reason)

    def _compile(self) -> None:
        wrong = next((p for p in self.session.problems if p.severity == "error"), None)
        if wrong is not None:
            self.go_to(wrong)
        self.go.emit("compile") if wrong is None else self.toast(tr("Not yet"), str(wrong), "warning")

    def status(self) -> tuple[list[Status], list[Status]]:
        found = self.session.problems
        counts = {s: sum(p.severity == s for p in found) for s in ("error", "warning", "tip")}
        left = []
        if counts["error"]:
            left.append(Status("circle-alert", plural(counts["error"], "error", "errors"), "danger.text"))
        if counts["warning"]:
            left.append(Status("triangle-alert", plural(counts["warning"], "warning", "warnings"), "warning.text"))
        if counts["tip"]:
            left.append(Status("lightbulb", plural(counts["tip"], "tip", "tips")))
        blocks = plural(len(self.session.project.network.nodes), "layer", "layers")
        chosen = len(self.session.selection.ids)
        left.append(Status("blocks", f"{blocks} · {tr('{n} selected', n=chosen)}" if chosen else blocks))
        return left, self._data_status()

    def _data_status(self) -> list[Status]:
        prepared: Any = self.session.prepared
        if prepared is None:
            return [Status("keyboard", tr("F6 leaves the canvas"), "text.muted")]
        rows = prepared.rows.get("read", 0)
        features = sum(len(t.columns) for t in prepared.recipe.tensors)
        text = f"{plural(rows, 'row', 'rows')} · {plural(features, 'input column', 'input columns')}"
        return [Status("database", text)]
