"""The weights of a layer: what it needs, and how the numbers of the current run are spread."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from engine.project.runs import Run
from studio.document import edits
from studio.document.session import Session
from studio.inspector.weight_facts import Figures, Reading, Variable, held, owner_of, variables
from studio.jobs import Job, sentence
from studio.text import tr
from studio.widgets import EmptyState, FieldRow, Icon, Label, Line, Switch, clear, column, fixed, row
from studio.widgets.bars import BarPlot
from studio.widgets.button import Button


class WeightsTab(QWidget):
    """Shows the arrays of one node. `fit_asked()`: there is no run yet and a person wants one."""

    fit_asked = Signal()

    def __init__(self, session: Session, node: str) -> None:
        super().__init__()
        self.session, self.node = session, node
        self.frozen = Switch(name=tr("Frozen"))
        self.frozen.changed.connect(self._freeze)
        tip = tr("A frozen layer keeps its weights while the others train")
        self.switch = column(FieldRow(tr("Frozen"), self.frozen, tooltip=tip), margins=(16, 6, 10, 4))
        content = QWidget()
        self.box = QVBoxLayout(content)
        self.box.setContentsMargins(16, 4, 16, 12)
        self.box.setSpacing(10)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part in (self.switch, content):
            layout.addWidget(part)
        layout.addStretch(1)
        self._shown: Any = None
        self._job: Job | None = None
        self.open = False
        self.refresh()

    def refresh(self) -> None:
        """Show what the layer needs and what the current run holds of it; works only while it is open."""
        nodes = self.session.project.network.nodes
        if self.node not in nodes or not self.open:
            return
        self.frozen.set_value(not nodes[self.node].trainable)
        wanted, run = variables(self.session, self.node), self.session.run
        key = (wanted, run.id if run else None, self.session.shapes.output.get(self.node) is None)
        if key == self._shown:
            return
        self._shown = key
        self.forget()
        self.switch.setVisible(bool(wanted))
        ready = held(run, wanted)
        if run is not None and ready:
            self._show([self._reading()])
            self._job = Job(Reading(run, ready), on_done=self._read, on_error=self._failed, name="weights").start()
        else:
            self._show([self._why_not(wanted, run), *(_planned(v) for v in wanted)])

    def forget(self) -> None:
        """Wait no longer for figures."""
        if self._job is not None:
            self._job.forget()
            self._job = None

    # ---- content ---------------------------------------------------------------------------------------------------
    def _show(self, parts: list[QWidget]) -> None:
        clear(self.box)
        for part in parts:
            self.box.addWidget(part)

    def _reading(self) -> QWidget:
        return Label(tr("Reading the weights…"), 12, 400, "text.muted")

    def _read(self, found: tuple[Figures, ...]) -> None:
        self._job = None
        run = self.session.run
        title = (self.session.project.titles.get(run.id) or tr("run {n}", n=run.number)) if run else ""
        owner = owner_of(self.session.project.network, self.node)
        shared = "" if owner == self.node else tr(
            " They are those of {name}.", name=self.session.project.network.nodes[owner].name)  # fmt: skip
        head = Label(tr("As {run} left them.", run=title) + shared, 11, 400, "text.muted", wrap=True)
        self._show([head, *(_figures(f) for f in found)])

    def _failed(self, error: BaseException) -> None:
        self._job = None
        self._show([Label(sentence(error), 12, 400, "danger.text", wrap=True)])

    def _why_not(self, wanted: tuple[Variable, ...], run: Run | None) -> QWidget:
        if not wanted:
            if self.session.shapes.output.get(self.node) is None:
                text = tr("They are known when the layer's inputs fit.")
                return EmptyState("table-properties", tr("Weights not known yet"), text)
            text = tr("This layer computes from its inputs alone; there is nothing to learn or to freeze.")
            return EmptyState("table-properties", tr("No weights"), text)
        go = Button(tr("Go to Fit"), "activity", "soft")
        go.clicked.connect(self.fit_asked)
        if run is None:
            text = tr("A fit gives them values. This is what the layer will need.")
            return EmptyState("activity", tr("No trained weights yet"), text, go)
        text = tr("The layer is new or has changed since the current run. Fit again to see its weights.")
        return EmptyState("activity", tr("No trained weights for this"), text, go)

    def _freeze(self, on: bool) -> None:
        label = tr("Freeze weights") if on else tr("Train weights")
        self.session.edit(label, lambda project: edits.set_trainable(project, (self.node,), not on))


def _planned(variable: Variable) -> QWidget:
    """Return a variable that has no values yet: name, shape and how it begins."""
    state = "" if variable.trainable else tr(" · not trained")
    text = tr("begins as {initializer}", initializer=variable.begins) + state
    begins = Label(text, 11, 400, "text.muted", elide=True, name=tr("Begins as"))
    parts: list[QWidget] = [Line(color="border.soft"), _head(variable.name, variable.shape), begins]
    if drawn := variable.draw():
        bars = fixed(BarPlot(name=tr("A draw of {name}", name=variable.name), labels=False), height=36)
        bars.set_bars(drawn, color="border.control")
        bars.setToolTip(tr("Values that the initializer may give it"))
        parts.append(bars)
    return column(*parts, spacing=4)


def _figures(found: Figures) -> QWidget:
    """Return the figures of a variable, with its histogram."""
    bars = fixed(BarPlot(name=tr("Histogram of {name}", name=found.name), labels=False), height=44)
    bars.set_bars(found.bars)
    rows = column(_head(found.name, found.shape), bars, _ends(found), _grid(found), spacing=4)
    odd = [_odd(found)] if found.odd else []
    return column(Line(color="border.soft"), rows, *odd, spacing=6)


def _head(name: str, shape: tuple[int, ...]) -> QWidget:
    text = f"({', '.join(map(str, shape))})"
    return row((Label(name, 12, 600, mono=True, elide=True), 1), Label(text, 11, 400, "text.secondary", mono=True))


def _ends(found: Figures) -> QWidget:
    low, high = f"{found.low:.3g}", f"{found.high:.3g}"
    return row(Label(low, 11, 400, "text.muted", mono=True, name=tr("Least")), None,
               Label(high, 11, 400, "text.muted", mono=True, name=tr("Largest")))  # fmt: skip


def _grid(found: Figures) -> QWidget:
    host = QWidget()
    grid = QGridLayout(host)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(2)
    pairs = (
        (tr("Mean"), f"{found.mean:.4g}"), (tr("Std. dev."), f"{found.std:.4g}"),
        (tr("Numbers"), f"{found.count:,}"), (tr("Zeros"), f"{found.zeros:,}"),
    )  # fmt: skip
    for i, (label, value) in enumerate(pairs):
        y, x = divmod(i, 2)
        grid.addWidget(Label(label, 12, 400, "text.secondary"), y, 3 * x)
        grid.addWidget(Label(value, 12, 500, mono=True, name=label), y, 3 * x + 1)
    grid.setColumnStretch(2, 1)
    return host


def _odd(found: Figures) -> QWidget:
    text = tr("{n} are NaN or infinite.", n=f"{found.odd:,}")
    return row(Icon("circle-alert", "danger.fill", 14), (Label(text, 12, 500, "danger.text"), 1), spacing=6)
