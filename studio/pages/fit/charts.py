"""The curves of the Fit page: loss large, one chosen metric beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from studio.pages import numbers
from studio.pages.fit.curves import RunCurves
from studio.pages.fit.series import Series
from studio.text import tr
from studio.widgets import Card, IconButton, Label, Select, Slider, Switch, fixed, row
from studio.widgets.plot import Curve, CurvePlot, Marker

LABEL_ROOM, AXIS = 76, 44
"""Pixels that are kept free for the labels at the ends of the curves, and those that the axis takes."""
TITLES = {"auc": "AUC", "auc_macro": "AUC, macro", "f1": "F1", "f1_macro": "F1, macro", "mae": "MAE", "mse": "MSE",
          "rmse": "RMSE", "r2": "R²"}  # fmt: skip


def figure_title(name: str) -> str:
    """Return a figure's name as people write it: "Binary accuracy", "AUC"."""
    return tr(TITLES.get(name) or name.replace("_", " ").capitalize())


@dataclass(frozen=True, slots=True)
class Drawn:
    """A run on the charts. slot: its colour; dash: index of its pattern. The first is drawn whole, others compared."""

    title: str
    curves: RunCurves
    slot: int = 0
    dash: int = 0


def main_lines(run: RunCurves, figure: str, smoothing: float, figures: bool = False) -> list[Curve]:
    """Return train and validation of the run in front: raw as a light tint, smoothed over it, named at the end."""
    lines: list[Curve] = []
    names = (tr("train"), tr("val") if figures else tr("validation"))
    for series, color, name in zip(run.pair(figure), ("plot.0", "plot.1"), names, strict=True):
        if len(series):
            label = f"{name} {numbers.figure(series.y[-1])}" if figures else name
            lines += _line(series, color, label, name, smoothing)
    return sorted(lines, key=lambda line: not line.faint)


def _line(series: Series, color: str, label: str, name: str, smoothing: float) -> list[Curve]:
    top = Curve(series.x, series.smoothed(smoothing), color, 2, label=label, name=name, told=series.y)
    return [Curve(series.x, series.y, color, 1, faint=True), top] if smoothing > 0 and len(series) > 1 else [top]


def compared_line(run: Drawn, figure: str, smoothing: float, named: bool = True) -> list[Curve]:
    """Return one dashed line of a compared run: its validation, or its training where there is none."""
    train, validation = run.curves.pair(figure)
    series = validation if len(validation) else train
    if not len(series):
        return []
    color, label = f"plot.{run.slot}", run.title if named else ""
    y = series.smoothed(smoothing)
    return [Curve(series.x, y, color, 1, run.dash, label, name=run.title, told=series.y)]


def reach(runs: Sequence[Drawn], epochs: int, width: int) -> tuple[float, float]:
    """Return the x range on so many pixels: all epochs that are planned or shown, and room for the labels."""
    last = max([epochs, *(run.curves.epochs for run in runs)], default=1)
    low = 1.0 if any(run.curves.epochs > 1 for run in runs) else 0.0
    high = max(float(last), low + 1)
    room = max(width - AXIS - LABEL_ROOM, LABEL_ROOM)
    return low, high + LABEL_ROOM / room * (high - low)


class ChartCard(Card):
    """A plot with a head of tools. `maximized(card)` when it is to have all the room, or to give it back."""

    maximized = Signal(object)

    def __init__(self, title: str, plot: CurvePlot, *tools: QWidget) -> None:
        self.plot = plot
        self.enlarge = IconButton("maximize-2", tr("Enlarge {chart}", chart=title), size="small")
        super().__init__(title, (plot, 1), tools=(*tools, self.enlarge), margins=(8, 0, 8, 8))
        self.enlarge.clicked.connect(self._enlarge)
        plot.maximized.connect(self._enlarge)

    def _enlarge(self, _checked: bool = False) -> None:
        self.maximized.emit(self)


class LossCard(ChartCard):
    """Loss of train and validation over the epochs, with smoothing and a logarithmic axis. `changed()`: draw again."""

    changed = Signal()

    def __init__(self) -> None:
        plot = CurvePlot(name=tr("Loss curves"), x_label=tr("epoch"), x_step=1)
        self.smoothing = Slider(0.6, 0.0, 0.95, name=tr("Smoothing"), step=0.05)
        self.amount = Label("0.60", 11, 500, mono=True)
        self.log = Switch(name=tr("Logarithmic loss axis"))
        caption = Label(tr("Smoothing"), 11, 500, "text.muted")
        log = Label(tr("Log"), 11, 500, "text.muted")
        tools = row(caption, fixed(self.smoothing, 76), self.amount, 4, log, self.log, spacing=6)
        super().__init__(tr("Loss"), plot, tools)
        self.smoothing.changed.connect(self._smoothed)
        self.log.changed.connect(self._logged)

    def show_runs(self, runs: Sequence[Drawn], epochs: int, changes: Sequence[float] = ()) -> None:
        """Draw the runs, the first one in front. changes: epochs at which a person changed the learning rate."""
        weight = self.smoothing.value()
        lines = [line for run in runs[1:] for line in compared_line(run, "loss", weight)]
        lines += main_lines(runs[0].curves, "loss", weight) if runs else []
        self.plot.set_x_range(*reach(runs, epochs, self.plot.width()))
        self.plot.set_curves(lines, [*(Marker(x, color="border.control") for x in changes), *self._best(runs)])

    def _best(self, runs: Sequence[Drawn]) -> list[Marker]:
        best = runs[0].curves.best if runs else None
        if best is None or runs[0].curves.epochs < 2:
            return []
        epoch, value = best
        return [Marker(epoch, tr("best epoch {n} · {value}", n=epoch, value=numbers.figure(value)), y=value)]

    def _smoothed(self, weight: float) -> None:
        self.amount.setText(f"{weight:.2f}")
        self.changed.emit()

    def _logged(self, on: bool) -> None:
        self.plot.set_log(on)
        self.changed.emit()


class MetricCard(ChartCard):
    """One metric over the epochs, chosen from those of the run in front. `changed()`: draw again."""

    changed = Signal()

    def __init__(self) -> None:
        plot = CurvePlot(name=tr("Metric curves"), x_label=tr("epoch"), x_step=1)
        self.select = Select([], name=tr("Metric"), small=True, width=124)
        super().__init__(tr("Metric"), plot, self.select)
        self._names: tuple[str, ...] = ()
        self.select.changed.connect(self._chosen)

    def show_runs(self, runs: Sequence[Drawn], epochs: int, smoothing: float) -> None:
        """Draw the runs, the first one in front."""
        self._offer(runs[0].curves.metrics if runs else ())
        figure = self.select.value()
        lines: list[Curve] = []
        if figure is not None and runs:
            lines = [line for run in runs[1:] for line in compared_line(run, figure, smoothing, named=False)]
            lines += main_lines(runs[0].curves, figure, smoothing, figures=True)
        self.plot.set_x_range(*reach(runs, epochs, self.plot.width()))
        best = runs[0].curves.best if runs and runs[0].curves.epochs > 1 else None
        self.plot.set_curves(lines, [Marker(best[0])] if best and lines else [])

    def _offer(self, names: tuple[str, ...]) -> None:
        if names != self._names:
            self._names = names
            self.select.set_options([(name, figure_title(name)) for name in names], self.select.value())
            if self.select.value() is None and names:
                self.select.set_value(names[0])
            self._title()

    def _chosen(self, _figure: object) -> None:
        self._title()
        self.changed.emit()

    def _title(self) -> None:
        if self.head:
            self.head.title.setText(figure_title(self.select.value() or tr("Metric")))
