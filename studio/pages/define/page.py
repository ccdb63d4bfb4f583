"""The Define page: palette, canvas, inspector, and a dock with problems, outline and code."""

from functools import partial
from typing import Any

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QStackedWidget, QWidget

from engine.errors import Problem, Repair
from studio.actions import CANVAS, naming
from studio.canvas import catalog, keys
from studio.canvas.commands import add_after
from studio.canvas.outline import Outline
from studio.canvas.outlooks import Outlooks
from studio.canvas.palette import Palette
from studio.document import mending
from studio.document.lens import Lens
from studio.document.mending import fixes
from studio.document.scope import Scope
from studio.document.stages import PLACES
from studio.inspector import Inspector
from studio.pages.define.code_panel import CodePanel
from studio.pages.define.history import HistoryList
from studio.pages.define.problems import ProblemsList
from studio.pages.define.stage import Stage
from studio.pages.page import Page, Primary, Status
from studio.pages.panels import SidePanel
from studio.text import plural, tr
from studio.widgets import Button, Line, Splitter, Tabs, column, row
from studio.widgets.announce import announce


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
        self._walked: Problem | None = None
        self._walking = self._told = False
        self._known: frozenset[tuple[str, str]] = frozenset()
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
        self.code_panel.enlarged.connect(left.setHidden)
        dock = Splitter(left, self.code_panel, sizes=(440, 560), name=tr("Problems and code"))
        dock.setMinimumHeight(96)
        return dock

    # ---- wiring ----------------------------------------------------------------------------------------------------
    def _bind(self) -> None:
        session, view = self.session, self.view
        session.changed.connect(self._refresh)
        session.prepared_changed.connect(self._prepared)
        session.problems_changed.connect(self._prepared)
        session.opened.connect(self._opened)
        self.outlooks = Outlooks(self.lens, view)
        self.lens.changed_elsewhere.connect(self._changed_elsewhere)
        session.selection.changed.connect(self._chosen)
        view.said.connect(self._said)
        view.edit_asked.connect(self._edit)
        view.rename_asked.connect(self._rename)
        view.line_asked.connect(self._edit_line)
        view.added.connect(self._added)
        self.inspector.asked.connect(self._command)
        self.inspector.help_asked.connect(self.help_asked)
        self.inspector.fit_asked.connect(self._go_fit)
        self.inspector.named.connect(view.setFocus)
        for name in ("left", "right"):
            if isinstance(panel := self.panels.get(name), SidePanel):
                panel.left.connect(view.setFocus)
        self.stage.first_wanted.connect(self._first)
        self.stage.callout.fix_asked.connect(self._fix_called_out)
        self.stage.callout.keep_off(*(self.panels[name] for name in ("left", "right") if name in self.panels))
        self.stage.callout.repair_asked.connect(self._fix_otherwise)
        self.problems.chosen.connect(self.go_to)
        self.problems.fixed.connect(self._fix_one)
        self.code_panel.chosen.connect(self._show_node)
        self.code_panel.said.connect(self._said)
        handlers = {
            "define.add": view.quick_add_here, "define.find": self.palette_.search.setFocus,
            "define.tidy": view.tidy, "define.find_layer": view.find_layer,
            "define.outline": self._show_outline, "define.history": self._show_history,
        }  # fmt: skip
        walks = {"define.next_problem": self.next_problem, "define.previous_problem": self.previous_problem}
        walks["define.fix"] = self.fix
        handlers |= {id: act for id, act in walks.items() if not self.actions_.enabled(id)}  # the app's work anywhere
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

    # ---- following the session -------------------------------------------------------------------------------------
    def _prepared(self, *_: object) -> None:
        self.scene.refresh()
        self._refresh()

    def _changed_elsewhere(self, place: Scope) -> None:
        """Undo, redo or a fix has changed something in a group that is not on screen: say so and offer to show it."""
        if self.isVisible():
            names = " › ".join(self.lens.names(place))
            text = tr("Nothing of it is on screen here.")
            self.toast(
                tr("Changed in {name}", name=names), text, "info", tr("Show"), partial(self.lens.show_scope, place)
            )

    def _opened(self, *_: object) -> None:
        self._walked, self._told = None, False
        self.scene.settle()
        self.view.start_view()

    def _refresh(self, *_: object) -> None:
        found = self.session.problems
        self.problems.show_problems(found)
        errors = sum(p.severity == "error" for p in found)
        tone = ("danger.text", "danger.soft") if errors else ("warning.text", "warning.soft")
        self.tabs.set_badge("problems", str(len(found)) if found else "", *tone)
        self.fix_all.setVisible(bool(mending.safe(found)))
        self._tell_new(found)
        self.code_panel.refresh()
        self._selected()

    def _chosen(self, *_: object) -> None:
        if not self._walking:
            self._walked = None
        self._selected()

    def _selected(self, *_: object) -> None:
        self.problem = self._current_problem()
        self.problems.mark(self.problem)
        self.stage.callout.show_problem(self._called_out())
        self.status_changed.emit()

    def _current_problem(self) -> Problem | None:
        current = self.session.selection.current
        if self._walked in self.session.problems:
            return self._walked
        mine = next((p for p in self.session.problems if p.node is not None and p.node == current), None)
        return mine or next((p for p in self.session.problems if p.severity == "error"), None)

    def _called_out(self) -> Problem | None:
        """Return the problem beside its card: the one gone to, the worst one of the selected card, the first error."""
        current, shown = self.session.selection.current, self.session.project.network.nodes
        here = [p for p in self.session.problems if p.node in shown and p.severity != "tip"]
        mine = [p for p in here if p.node == current]
        if self._walked in mine:
            return self._walked
        return next(iter(mine), None) or next((p for p in here if p.severity == "error"), None)

    # ---- problems --------------------------------------------------------------------------------------------------
    def go_to(self, problem: Problem) -> None:
        """Show where a problem is: on the canvas, in a group, or on the Data page."""
        at = self.session.problems.index(problem) if problem in self.session.problems else None
        place, node = self.lens.problem_at(problem)
        if node is not None:
            self.lens.show_scope(place)
        self._walked = problem if at is None else self.session.problems[at]
        if node is None and problem.where not in PLACES:
            self.go.emit("data")
            self.session.problem_shown.emit(problem)
        elif not self.isVisible():
            self.go.emit("define")
        if node in self.scene.nodes:
            self._walking = True
            self.session.selection.set(str(node))
            self._walking = False
            self.view.reveal(str(node))
        self._selected()

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
        to = (found.index(self._walked) + by) % len(found) if self._walked in found else self._nearest(by)
        problem = found[to]
        self.go_to(problem)
        announce(self, tr("Problem {i} of {n}. {sentence}", i=to + 1, n=len(found), sentence=problem))

    def _nearest(self, by: int) -> int:
        """Return where a walk begins: at the problem of the selected card, else at the first or last one."""
        current, found = self.session.selection.current, self.session.problems
        mine = [i for i, p in enumerate(found) if p.node is not None and p.node == current]
        return mine[0] if mine else 0 if by > 0 else len(found) - 1

    def fix(self) -> None:
        """Apply the fix of the current problem."""
        problem = self.problem if self.problem is not None and fixes(self.problem) else self._called_out()
        if problem is not None and fixes(problem):
            self._fix_one(problem, fixes(problem)[0])
        else:
            self._said(tr("There is no fix to apply."))

    def _fix_one(self, problem: Problem, repair: Repair) -> None:
        before = self.session.project
        if self.session.apply_repair(repair):
            new = [n for n in self.session.project.network.nodes if n not in before.network.nodes]
            if new:
                self.session.selection.set(new[-1])

    def _fix_called_out(self, *_: object) -> None:
        problem = self.stage.callout.problem
        if problem is not None and fixes(problem):
            self._fix_one(problem, fixes(problem)[0])

    def _fix_otherwise(self, repair: Repair) -> None:
        if self.stage.callout.problem is not None:
            self._fix_one(self.stage.callout.problem, repair)

    def _fix_all(self, *_: object) -> None:
        count = len(mending.safe(self.session.problems))
        if self.session.apply_safe_repairs():
            self._said(tr("Fixed {what}", what=plural(count, "problem", "problems")))

    def _tell_new(self, found: tuple[Problem, ...]) -> None:
        """Announce problems that were not there before, all of a change in one sentence."""
        known, self._known = self._known, frozenset((p.where, p.message) for p in found)
        new = [p for p in found if (p.where, p.message) not in known]
        if new and self._told and self.isVisible():
            count = plural(len(new), "new problem", "new problems")
            announce(self, tr("{count}. {sentence}", count=count, sentence=new[0]))
        self._told = True

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

    def _edit_line(self, index: int) -> None:
        self._show_inspector()
        self.inspector.focus_line(index)

    def _rename(self) -> None:
        self._show_inspector()
        self.inspector.focus_name()

    def _show_inspector(self) -> None:
        self.panels["right"].show()

    def _added(self, node: str) -> None:
        if self.stage.quick_add.isVisible():
            return
        self.inspector.focus_first() if self.panels["right"].isVisible() else self.view.setFocus()

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
            return [Status("keyboard", naming((tr("{key} leaves the canvas"), "go.next_region")), "text.muted")]
        rows = prepared.rows.get("read", 0)
        features = sum(len(t.columns) for t in prepared.recipe.tensors)
        text = f"{plural(rows, 'row', 'rows')} · {plural(features, 'input column', 'input columns')}"
        return [Status("database", text)]
