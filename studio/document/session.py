"""The session: the current project value, the one way to change it, undo, and what was computed from it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QObject, Signal

from engine.errors import LayerwrightError, Problem, Repair
from engine.project.document import Project
from studio.document import edits, mending
from studio.document.findings import Findings
from studio.document.live import Live
from studio.document.selection import Selection
from studio.document.undo import Step, UndoStack

if TYPE_CHECKING:
    from engine.data.table import Table
    from engine.network.shapes import Shapes
    from engine.project.datafile import MovedDataError
    from engine.project.lifecycle import Prepared
    from engine.project.runs import Run, RunStore

UNDO_LIMIT = 500
Edit = Callable[[Project], Project]


class Session(QObject):
    """Everything a window shows. Views listen to `changed(before, after)` and hold no copy of the truth.

    Signals: `changed(before, after)` after each edit, undo and redo; `opened(project)` when another document came in
    (after `changed`); `refused(sentence)` when an edit was impossible; `dirty_changed(bool)`; `table_changed(table)`,
    `prepared_changed(prepared)`, `data_failed(sentence)`, `runs_changed(runs)`, `run_changed(run)`,
    `running_changed(progress or None)`, `live_changed(Live or None)`, `stages_changed()` when a stage was marked done;
    `problems_changed(problems)` when a job found others than were known, `problem_shown(problem)` when a person goes to
    one; `rows_shown(rows)` when someone asks for rows of the table.
    """

    changed = Signal(object, object)
    problems_changed = Signal(object)
    problem_shown, rows_shown = Signal(object), Signal(object)
    opened = Signal(object)
    refused = Signal(object)
    dirty_changed = Signal(object)
    table_changed = Signal(object)
    prepared_changed = Signal(object)
    data_failed = Signal(object)
    runs_changed = Signal(object)
    run_changed = Signal(object)
    running_changed = Signal(object)
    live_changed = Signal(object)
    stages_changed = Signal()
    scope: tuple[str, ...] = ()
    """The groups that are open: none. A `Lens` has some."""
    frozen: bool = False
    """Whether one of the open groups is frozen."""

    def __init__(self, project: Project | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = project or Project()
        self.path: Path | None = None
        self.selection = Selection(self)
        self.stack = UndoStack(self._set, UNDO_LIMIT, self)
        self.stack.cleanChanged.connect(self._tell_dirty)
        self._runs: RunStore | None = None
        self._run_id: str | None = None
        self._runs_saved = True
        self._unsaved = False
        self._marks: dict[str, Project | str] = {}
        self._stale: frozenset[str] | None = None
        self._dirty = False
        self._progress: float | None = None
        self.live: Live | None = None
        self._table: Table | None = None
        self._prepared: Prepared | None = None
        self.data_problem = ""
        self.data_moved: MovedDataError | None = None
        self._shapes: Shapes | None = None
        self._last_shapes: Shapes | None = None
        self.findings = Findings(self)

    # ---- the document ----
    @property
    def project(self) -> Project:
        """The current value."""
        return self._project

    def edit(self, label: str, edit: Edit, key: str | None = None) -> bool:
        """Apply an edit as one undo step and return whether anything changed.

        Args:
            label: what the step is called in the undo menu ("Set units").
            edit: a pure function Project -> Project. A LayerwrightError it raises becomes `refused`, nothing changes.
            key: steps with the same key in quick succession become one (a slider's drag).
        """
        try:
            after = _anchored(self._project, edit(self._project))
        except LayerwrightError as error:
            self.refused.emit(str(error))
            return False
        if after is self._project or after == self._project:
            return False
        self.stack.push(Step(label, self._project, after, key))
        return True

    def apply_repair(self, repair: Repair) -> bool:
        """Apply a problem's fix as one undo step."""
        self.settle()
        return self.edit(repair.title or "Fix", lambda project: edits.apply_repair(project, repair))

    def apply_safe_repairs(self) -> bool:
        """Apply all fixes that cannot change results, as one undo step."""
        problems = self.problems
        return self.edit("Fix all safe", lambda project: mending.mended(project, problems, self.findings.check))

    def amend(self, label: str, edit: Edit) -> bool:
        """Let an edit join the last step, so that both are undone together; without one it changes the opened document.

        For what follows from an edit without being asked for (the first network that is suggested for a table).
        """
        last = self.stack.last()
        if self.stack.canRedo() or (self.stack.isClean() and last is not None):
            return self.edit(label, edit)
        try:
            after = _anchored(self._project, edit(self._project))
        except LayerwrightError:
            return False
        if after == self._project:
            return False
        if last is not None:
            last.after = after
        else:
            self._unsaved = True
        self._set(after)
        self._tell_dirty()
        return True

    def hold(self) -> None:
        """A drag begins: its steps with the same key become one, however long it takes. `settle` ends it."""
        self.stack.hold()

    def settle(self) -> None:
        """End a drag: the next step does not join the last one, whatever its key."""
        self.stack.settle()

    def undo(self) -> None:
        """Take the last step back."""
        self.settle()
        self.stack.undo()

    def redo(self) -> None:
        """Do the step again that was taken back."""
        self.settle()
        self.stack.redo()

    def go_to(self, step: int) -> None:
        """Undo or redo until so many steps are done (the history list)."""
        self.settle()
        self.stack.setIndex(step)

    def open(
        self, project: Project, path: Path | None = None, runs: "RunStore | None" = None, unsaved: bool = False
    ) -> None:
        """Put another document in place: undo, table and selection begin anew. unsaved: it counts as unsaved work."""
        before, self._project, self.path = self._project, project, path
        self._runs, self._run_id, self._runs_saved, self._unsaved = runs, None, True, unsaved
        self.selection.clear()
        self.stack.clear()
        self._table = self._prepared = None
        self.data_problem, self.data_moved, self._marks = "", None, {}
        self._forget()
        self.findings.forget()
        self.changed.emit(before, project)
        self.opened.emit(project)
        for signal, value in ((self.table_changed, None), (self.prepared_changed, None), (self.runs_changed, runs)):
            signal.emit(value)
        self.run_changed.emit(self.run)
        self._tell_dirty()

    def mark_saved(self, path: Path) -> None:
        """Say that the current value and runs are in this file now."""
        self.path = path
        self._runs_saved, self._unsaved = True, False
        self._dirty = True  # told in any case: the title shows the path too
        self.stack.setClean()
        self._tell_dirty()

    @property
    def dirty(self) -> bool:
        """Whether there is work that is not in the file."""
        return not self.stack.isClean() or not self._runs_saved or self._unsaved

    # ---- what was computed from the network ----
    @property
    def shapes(self) -> "Shapes":
        """Shapes, dtypes and parameter counts of the current network; recomputed when network or feeds changed."""
        if self._shapes is None:
            from engine.network import shapes

            self._shapes = self._last_shapes = shapes.infer(self._project.network, self.feeds(), self._last_shapes)
        return self._shapes

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All problems of network, data and settings, errors first.

        Where a job looks for them, those of shapes are of now; the others are those found last, until `set_problems`.
        """
        return self.findings.now()

    def set_problems(self, found: tuple[Problem, ...]) -> None:
        """Put in what a job has found for the current project; `problems_changed` follows when it differs."""
        if self.findings.put(found):
            self.problems_changed.emit(self.problems)

    def feeds(self) -> dict[str, tuple[int, ...]]:
        """Return the shape that each Input takes from the recipe's tensors, as far as the data are known."""
        if self._prepared is None:
            return {}
        from engine.project import feeds

        return feeds.shapes(self._project, self._prepared.recipe.tensors)

    def entering(self, node: str) -> str | None:
        """Return the name of the layer outside that feeds an Input: none, data do. See `Lens`."""
        return None

    # ---- data ----
    @property
    def table(self) -> "Table | None":
        """The table as read; None while there is none or it is being read."""
        return self._table

    @property
    def reading(self) -> bool:
        """Whether the table is still to come: its file is known, and nothing was found against it."""
        return self._table is None and bool(self._project.data.source.path) and not self.data_problem

    @property
    def prepared(self) -> "Prepared | None":
        """Columns, task, parts, recipe and tensors for the current data settings; None until computed."""
        return self._prepared

    def set_table(self, table: "Table | None") -> None:
        """Put the read table in (jobs.preparation calls this in the GUI thread)."""
        self._table = table
        self.findings.expire()
        self.table_changed.emit(table)

    def set_prepared(
        self, prepared: "Prepared | None", problem: str = "", moved: "MovedDataError | None" = None
    ) -> None:
        """Put the prepared data in, or the sentence that says why there are none. moved: ask for the file."""
        self._prepared, self.data_problem, self.data_moved = prepared, problem, moved
        self._forget()
        self.prepared_changed.emit(prepared)
        if problem:
            self.data_failed.emit(problem)

    # ---- runs ----
    @property
    def runs(self) -> "RunStore":
        """All runs of this document."""
        if self._runs is None:
            from engine.project.runs import RunStore

            self._runs = RunStore()
        return self._runs

    def set_runs(self, runs: "RunStore", current: str | None = None) -> None:
        """Put a changed run store in; runs are outside undo but count as unsaved work."""
        self._runs, self._runs_saved, self._stale = runs, False, None
        if current is not None:
            self._run_id = current
        self.runs_changed.emit(runs)
        self.run_changed.emit(self.run)
        self._tell_dirty()

    def add_run(self, run: "Run") -> "Run":
        """Enter a run, make it the current one and return it with its id."""
        added = self.runs.add(run)
        self.set_runs(self.runs, added.id)
        return added

    def remove_run(self, id: str) -> None:
        """Delete a run; the newest of the others becomes the current one."""
        self.runs.remove(id)
        self._run_id = None if self._run_id == id else self._run_id
        self.set_runs(self.runs)

    @property
    def run(self) -> "Run | None":
        """The run that Evaluate, Predict and Export speak of: the chosen one, else the newest."""
        if self._runs is None:
            return None
        every = list(self._runs)
        return next((r for r in every if r.id == self._run_id), every[-1] if every else None)

    def choose_run(self, run: str | None) -> None:
        """Choose a run by id; None: the newest."""
        self._run_id, self._stale = run, None
        self.run_changed.emit(self.run)

    @property
    def progress(self) -> float | None:
        """Share of the running fit that is done; None when nothing runs."""
        return self._progress

    def set_progress(self, progress: float | None) -> None:
        """Say how far the running fit is (0..1), or None when it ended; stage bar and window title show it."""
        if progress is None:
            self.set_live(None)
        if progress != self._progress:
            self._progress = progress
            self.running_changed.emit(progress)

    def set_live(self, live: Live | None) -> None:
        """Say where the running fit is; the cards of the canvas show it."""
        if live != self.live:
            self.live = live
            self.live_changed.emit(live)

    @property
    def gradient_norms(self) -> dict[str, float]:
        """Card -> L2 norm of its gradient in the running fit, of those that were measured."""
        return self.live.shown(self.project.network, ()) if self.live else {}

    def stale_stages(self) -> frozenset[str]:
        """Return the stages in which the project differs from the current run's; empty: the run is up to date."""
        if self._stale is None:
            run = self.run
            self._stale = frozenset()
            if run is not None:
                from engine.project.hashes import changed_stages

                self._stale = frozenset(changed_stages(run, self._project))
        return self._stale

    def mark_stage(self, stage: str) -> None:
        """Say that a stage was done for the current project (the Compile page compiled, Evaluate evaluated, ...)."""
        self._marks[stage] = self._stage_key(stage)
        self.stages_changed.emit()

    def stage_mark(self, stage: str) -> Literal["done", "stale", ""]:
        """Return whether a stage was marked done, and whether that still holds."""
        if stage not in self._marks:
            return ""
        return "done" if self._holds(self._marks[stage], self._stage_key(stage)) else "stale"

    def _stage_key(self, stage: str) -> Project | str:
        """Return what a mark holds for: the run, or the project."""
        if stage in ("evaluate", "predict"):
            return self.run.id if self.run else ""
        return self._project

    def _holds(self, marked: Project | str, now: Project | str) -> bool:
        from engine.project.hashes import differing

        if isinstance(marked, Project) and isinstance(now, Project):
            return marked is now or not {"data", "define", "compile"} & set(differing(marked, now))
        return marked == now

    # ---- parts ----
    def _set(self, project: Project) -> None:
        before, self._project = self._project, project
        if before.network is not project.network or before.feeds is not project.feeds:
            self._shapes = None
        self._stale = None
        self.findings.expire()
        targets = (f"target:{i}" for i in range(len(project.targets)))
        self.selection.keep({*project.network.nodes, *targets, *project.notes})
        self.changed.emit(before, project)
        if before.network is not project.network:
            before.network.forget()

    def _forget(self) -> None:
        self._shapes = self._stale = None
        self.findings.expire()

    def _tell_dirty(self, *_: Any) -> None:
        if self.dirty != self._dirty:
            self._dirty = self.dirty
            self.dirty_changed.emit(self._dirty)


def _anchored(before: Project, after: Project) -> Project:
    """Keep the lines of code that a person wrote where they belong; without any no layer need be loaded."""
    if not after.code:
        return after
    from studio.document.code_edits import anchored

    return anchored(before, after)
