"""The pictures of the Evaluate page: figures, confusion, curves per class, class table, scatter and residuals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from studio import theme
from studio.pages import numbers
from studio.pages.evaluate.confusion import ConfusionMatrix
from studio.pages.evaluate.scores import class_scores, macro, residuals, worst
from studio.pages.fit.charts import figure_title
from studio.pages.fit.runs import Swatch
from studio.text import tr
from studio.widgets import Box, Card, Icon, Label, Rows, Segmented, Table, Tabs, clear, lay, put, row
from studio.widgets.plot import BarPlot, Curve, CurvePlot, ScatterPlot

if TYPE_CHECKING:
    from engine.project.evaluation import Evaluation

MOST_CURVES, COLORS = 6, 7
F1 = 3
"""Column of the table per class."""
ASK = ("precision", "recall", "f1")
"""Figures of one class: with two classes the second."""
LOWER = ("loss", "mae", "rmse", "mse")
ABOUT = {
    "accuracy": "rows that are right", "binary_accuracy": "rows that are right",
    "precision": "rows told so that are so", "recall": "rows that are so and told so",
    "f1": "precision and recall in one", "f1_macro": "precision and recall in one, classes alike",
    "auc": "how well yes and no are ranked", "auc_macro": "how well classes are ranked",
    "loss": "what training makes small", "mae": "mean distance, in the target's unit",
    "rmse": "as MAE, large errors count more", "mse": "mean squared distance", "r2": "share of the spread explained",
}  # fmt: skip
"""What a figure says, in a few words: shown where there is nothing to compare with."""
SAME = 0.0005
"""A change below this is none: it would be written as 0.000."""
BINS = (8, 28)
"""Fewest and most bars of the histogram."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure with half the width of its 95 % interval, and its change against another run.

    yes: the class that counts as yes, for figures that ask for one.
    """

    name: str
    value: float
    spread: float | None = None
    change: float | None = None
    against: str = ""
    yes: str = ""


class MetricCard(Box):
    """One figure: name, value ± spread, change."""

    def __init__(self, metric: Metric) -> None:
        better = metric.change is not None and (metric.change < 0) == metric.name.endswith(LOWER)
        title = figure_title(metric.name)
        spread = "" if metric.spread is None else f"± {numbers.figure(metric.spread)}"
        value = Label(numbers.figure(metric.value), 20, 600, display=True, name=title)
        line = row(value, Label(spread, 11, 400, "text.muted"), None, spacing=6)
        head = tr("{figure} of {name}", figure=title, name=metric.yes) if metric.yes else title
        super().__init__(None, Label(head, 11, 500, "text.muted", elide=True), line, self._change(metric, better), None,
                         spacing=2, margins=(14, 6, 8, 6))  # fmt: skip
        self.setFixedHeight(84)
        self.setAccessibleName(title)
        if metric.spread is not None:
            self.setToolTip(tr("± is half of the 95 % interval that this many rows allow"))

    @staticmethod
    def _change(metric: Metric, better: bool) -> QWidget:
        if metric.change is None:
            return Label(tr(ABOUT.get(metric.name, "")), 11, 400, "text.muted", elide=True)
        if abs(metric.change) < SAME:
            same = Label(tr("as {run}", run=metric.against), 11, 400, "text.muted")
            return row(Icon("minus", "text.muted", 14), same, None, spacing=4)
        color = "success.text" if better else "warning.text"
        icon = Icon("trending-up" if metric.change > 0 else "trending-down", color, 14)
        words = f"{'+' if metric.change > 0 else ''}{numbers.figure(metric.change)}"
        against = Label(tr("vs {run}", run=metric.against), 11, 400, "text.muted")
        return row(icon, Label(words, 11, 500, color), against, None, spacing=4)


class MetricRow(QWidget):
    """The figures side by side, keyed as on the command line."""

    def __init__(self) -> None:
        super().__init__()
        self._box = lay(self, [None], False, 12, 0)
        self.cards: dict[str, MetricCard] = {}

    def show_metrics(self, metrics: Sequence[Metric]) -> None:
        """Show other figures."""
        clear(self._box)
        self.cards = {metric.name: MetricCard(metric) for metric in metrics}
        for card in self.cards.values():
            put(self._box, (card, 1))


def metrics_of(found: "Evaluation", other: Mapping[str, float] | None, against: str) -> list[Metric]:
    """Return the figures of an evaluation, the loss last, with spread and change where there is one."""
    names = [*(n for n in found.metrics if n != "loss"), "loss"]
    spreads = spread_of(found)
    changes = {n: found.metrics[n] - other[n] for n in names if other and n in other}
    yes = dict.fromkeys(ASK, found.classes[1]) if len(found.classes) == 2 else {}
    return [Metric(n, found.metrics[n], spreads.get(n), changes.get(n), against, yes.get(n, "")) for n in names]


def spread_of(found: "Evaluation") -> dict[str, float]:
    """Return half of the 95 % interval of figures that are means over rows."""
    if found.probabilities is not None:
        means = {"accuracy": (found.truth == found.prediction).astype(float), "loss": found.losses}
    else:
        means = {"mae": np.abs(found.truth - found.prediction)}
    count = len(found.ids)
    return {name: float(1.96 * rows.std() / count**0.5) for name, rows in means.items() if count > 1}


class ConfusionCard(Card):
    """The matrix with a choice of counts or shares. `picked(cell or None)`."""

    picked = Signal(object)

    def __init__(self) -> None:
        self.unit = Segmented([("count", tr("Count")), ("share", tr("Row %"))], name=tr("Cells show"), height=24)
        self.matrix = ConfusionMatrix(tr("Confusion matrix"))
        super().__init__(tr("Confusion matrix"), (self.matrix, 1), tools=(self.unit,), margins=(8, 0, 12, 10))
        self.unit.changed.connect(self._unit_chosen)
        self.matrix.picked.connect(self.picked)

    def _unit_chosen(self, unit: str) -> None:
        self.matrix.show_percent(unit == "share")


class CurvesCard(Card):
    """ROC or precision-recall curves, one per class against the rest; with two classes only the second."""

    def __init__(self) -> None:
        self.tabs = Tabs([("roc", "ROC"), ("pr", tr("Precision–recall"))], "roc", name=tr("Which curves"))
        self.plot = CurvePlot(name=tr("Curves per class"), x_range=(0, 1), y_range=(0, 1.02))
        self.legend = QWidget()
        self._legend_box = lay(self.legend, [None], False, 12, (0, 0, 0, 0))
        margins = (14, 0, 10, 10)
        super().__init__("", self.tabs, (self.plot, 1), self.legend, margins=margins, spacing=4, name=tr("Curves"))
        self._found: Evaluation | None = None
        self.tabs.changed.connect(self._tab_chosen)

    def show_evaluation(self, found: "Evaluation") -> None:
        """Show the curves of a classification."""
        self._found = found
        self._draw()

    def _tab_chosen(self, _tab: str) -> None:
        self._draw()

    def _draw(self) -> None:
        if self._found is None:
            return
        roc = self.tabs.value() == "roc"
        labels = ("false positive rate", "true positive rate") if roc else ("recall", "precision")
        self.plot.set_labels(*(tr(text) for text in labels))
        chosen = curves_of(self._found, roc)
        lines = [Curve(c.x, c.y, f"plot.{i % COLORS}", 2, i // COLORS) for i, c, _ in chosen]
        diagonal = [Curve([0, 1], [0, 1], "text.disabled", 1, 1)] if roc else []
        self.plot.set_curves([*diagonal, *lines[::-1]])
        clear(self._legend_box)
        put(self._legend_box, None)
        names = self._found.classes
        for i, _, area in chosen:
            words = Label(f"{names[i]} {numbers.figure(area)}", 11, 500, "text.secondary")
            put(self._legend_box, row(Swatch(i % COLORS, i // COLORS), words, spacing=5))
        put(self._legend_box, None)
        self.plot.setAccessibleDescription("; ".join(f"{names[i]}: {area:.3f}" for i, _, area in chosen))


def curves_of(found: "Evaluation", roc: bool) -> list[tuple[int, Any, float]]:
    """Return (class, curve, area) of the classes with the smallest areas; classes without rows have no curve."""
    indices = [1] if len(found.classes) == 2 else range(len(found.classes))
    curves = []
    for i in indices:
        there = found.truth == i
        if there.any() and not there.all():
            curve = found.roc(i) if roc else found.precision_recall(i)
            curves.append((i, curve, area_under(curve, roc)))
    return sorted(curves, key=lambda c: c[2])[:MOST_CURVES]


def area_under(curve: Any, roc: bool) -> float:
    """Return the area under a ROC curve, or the average precision (steps, not trapezoids)."""
    if roc:
        return float(np.trapezoid(curve.y, curve.x))
    return float(np.sum(-np.diff(curve.x) * curve.y[:-1]))


class ClassRows(Rows):
    """Scores per class and their mean as the last row. low: the row of the worst F1, which is marked."""

    low: int | None = None

    def __init__(self) -> None:
        super().__init__([tr(h) for h in ("Class", "Precision", "Recall", "F1", "Rows")])

    def shorten(self, on: bool) -> None:
        """Shorten the longest head, where there is little room."""
        self.heads[1] = tr("Prec.") if on else tr("Precision")
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 1, 1)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        low = index.row() == self.low and index.column() == F1
        if role == Qt.ItemDataRole.ForegroundRole and low:
            return theme.color("warning.text")
        if role == Qt.ItemDataRole.FontRole and low:
            return theme.font(12, 600, mono=True)
        if role == Qt.ItemDataRole.FontRole:
            last = index.row() == len(self.rows) - 1
            return theme.font(12, 600 if last else 500 if index.column() == 0 else 400, mono=index.column() > 0)
        value = self.rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole and isinstance(value, float):
            return f"{value:.3f}"
        return super().data(index, role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole and section:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return super().headerData(section, orientation, role)


NARROW = 340
WIDTHS = ((82, 66, 62, 58), (59, 59, 59, 52))
"""Widths of precision, recall, F1 and rows: usually, and in a card narrower than that."""


class ClassesCard(Card):
    """Precision, recall, F1 and rows per class; the worst is named. `picked(class index)` when a row is chosen."""

    picked = Signal(object)

    def __init__(self) -> None:
        self.model = ClassRows()
        self.table = Table(self.model, name=tr("Scores per class"), stretch=0)
        self.note = Label("", 11, 500, "text.muted", elide=True)
        super().__init__(tr("Per class"), (self.table, 1), remark=" ", margins=(1, 0, 1, 8))
        for column in range(1, len(self.model.heads)):
            self.table.horizontalHeader().setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        self.table.clicked.connect(self._clicked)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < NARROW
        self.model.shorten(narrow)
        for column, width in enumerate(WIDTHS[narrow], start=1):  # the rest is for the name of the class
            self.table.setColumnWidth(column, width)

    def show_evaluation(self, found: "Evaluation") -> None:
        """Show the scores of a classification."""
        assert found.confusion is not None
        scores = class_scores(found.confusion, found.classes)
        mean, low = macro(scores, tr("Mean")), worst(scores)
        rows = [(s.name, s.precision, s.recall, s.f1, s.rows) for s in (*scores, mean)]
        self.model.low = scores.index(low) if low else None
        self.model.put(self.model.heads, rows)
        if self.head:
            self.head.remark.setText(tr("worst F1: {name}", name=low.name) if low else tr("all right"))

    def _clicked(self, index: QModelIndex) -> None:
        last = index.row() == len(self.model.rows) - 1
        self.picked.emit(None if last else index.row())


class ScatterCard(Card):
    """Predicted against actual values with the line of perfect prediction. `picked(position)` of a point."""

    picked = Signal(object)

    def __init__(self) -> None:
        title = tr("Predicted against actual")
        self.plot = ScatterPlot(name=title, x_label=tr("actual"), y_label=tr("predicted"), diagonal=True)
        super().__init__(title, (self.plot, 1), remark=" ", margins=(8, 0, 12, 10))
        self.plot.picked.connect(self.picked)

    def show_evaluation(self, found: "Evaluation", chosen: Sequence[int] = ()) -> None:
        """Show the rows of a regression."""
        self.plot.set_points(found.truth, found.prediction, chosen=chosen)
        if self.head:
            self.head.remark.setText(found.column)


class ResidualCard(Card):
    """How far the predictions are off: a histogram around zero."""

    def __init__(self) -> None:
        self.bars = BarPlot(name=tr("Residuals"), color="plot.1")
        super().__init__(tr("Residuals"), (self.bars, 1), remark=" ", margins=(16, 0, 16, 12))

    def show_evaluation(self, found: "Evaluation") -> None:
        """Show the residuals of a regression."""
        bins = min(max(round(2 * len(found.ids) ** 0.5), BINS[0]), BINS[1])
        made = residuals(found.truth, found.prediction, bins)
        middles = (made.edges[:-1] + made.edges[1:]) / 2
        self.bars.set_bars([float(c) for c in made.counts], [f"{m:.3g}".replace("-", "−") for m in middles])
        if self.head:
            text = tr("actual minus predicted · mean {value}", value=numbers.figure(made.mean))
            self.head.remark.setText(text)
