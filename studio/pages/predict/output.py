"""What the network says of one row, and how that changes with one input."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt

from studio.text import tr
from studio.widgets import Box, Card, Chip, Label, ProgressBar, box_of, clear, column, fixed, row
from studio.widgets.plot import Curve, CurvePlot, Marker

SHOWN = 12
COLORS = 7
"""A class has the colour of its place among the classes, in bars and curves; after so many they begin anew, dashed."""
LABEL_ROOM = 0.16
"""Share of the x axis that is left free for the names at the curves' ends."""
CLOSE = 0.2
"""A margin below this over the next class is called uncertain."""


class OutputCard(Card):
    """The prediction in large, and the probability of every class."""

    def __init__(self) -> None:
        super().__init__(
            tr("Output"), tools=(Chip(tr("live"), "accent.text", "accent.soft", height=18),), name=tr("Output")
        )
        self.said = Label("", 28, 600, display=True, elide=True, name=tr("Prediction"))
        self.sure = Label("", 14, 600, "accent.text")
        self.note = Label("", 12, color="text.muted", wrap=True)
        self.doubt = Chip(tr("uncertain"), "warning.text", "warning.soft", "triangle-alert", height=24)
        self.bars = Box(fill=None, stroke=None, spacing=4)
        self.add(row((column(self.said, row(self.sure, (self.note, 1)), spacing=0), 1), self.doubt))
        self.add(self.bars)

    def show_problem(self, sentence: str) -> None:
        """Say why there is no prediction."""
        self.said.setText("–")
        self.sure.hide()
        self.note.setText(sentence)
        self.doubt.hide()
        clear(box_of(self.bars))

    def show_number(self, value: float, column_name: str) -> None:
        """Show a regression's prediction, in the unit of its column."""
        clear(box_of(self.bars))
        self.said.setText(f"{value:,.5g}")
        self.sure.hide()
        self.note.setText(tr("{column}, in its own unit", column=column_name))
        self.doubt.hide()

    def show_classes(self, names: Sequence[str], shares: NDArray[np.floating]) -> None:
        """Show the probabilities of all classes, the likeliest first."""
        order = np.argsort(-shares, kind="stable")
        first, second = order[0], order[1]
        margin = float(shares[first] - shares[second])
        self.said.setText(names[first])
        self.sure.setText(f"{100 * shares[first]:.1f} %")
        self.sure.show()
        self.note.setText(tr("margin {points:.1f} points over {other}", points=100 * margin, other=names[second]))
        self.doubt.setVisible(margin < CLOSE)
        clear(box_of(self.bars))
        for i in order[:SHOWN]:
            self._bar(names[i], float(shares[i]), f"plot.{i % COLORS}", i == first)

    def _bar(self, name: str, share: float, color: str, first: bool) -> None:
        title = fixed(Label(name, 12, 600 if first else 500, elide=True), 96)
        right = Qt.AlignmentFlag.AlignRight
        value = fixed(Label(f"{share:.3f}", 12, 600 if first else 400, mono=True, align=right), 48)
        bar = ProgressBar(share, name=tr("Probability of {name}", name=name), color=color, height=12)
        box_of(self.bars).addWidget(row(title, (bar, 1), value, spacing=10, height=24))


class WhatIf(CurvePlot):
    """The output over one input, the others held."""

    def __init__(self) -> None:
        super().__init__(name=tr("What if"), x_label="", y_label=tr("probability"))

    def show_classes(
        self, x: NDArray[np.float64], shares: NDArray[np.floating], names: Sequence[str], now: float | None, title: str
    ) -> None:
        """Draw one curve per class, the six that matter most, where this row is, and where its answer flips."""
        top = np.argsort(-shares.max(axis=0), kind="stable")[:6]
        curves = [
            Curve(x, shares[:, i], f"plot.{i % COLORS}", 1.5, dash=int(i) // COLORS, label=names[i])
            for i in sorted(top)
        ]
        self._trace(curves, now, title, tr("probability"), flip(x, shares, now))

    def show_numbers(
        self, x: NDArray[np.float64], y: NDArray[np.float64], now: float | None, title: str, unit: str
    ) -> None:
        """Draw a regression's output."""
        self._trace([Curve(x, y, "plot.0", 2)], now, title, unit)

    def _trace(
        self, curves: Sequence[Curve], now: float | None, title: str, unit: str, turn: float | None = None
    ) -> None:
        self.set_labels(title, unit)
        low, high = float(curves[0].x[0]), float(curves[0].x[-1])
        self.set_x_range(low, high + LABEL_ROOM * (high - low))
        marks = [] if now is None else [Marker(now, tr("this row {x:.5g}", x=now), "text.secondary", solid=True)]
        marks += [] if turn is None else [Marker(turn, tr("flips at {x:.4g}", x=turn), "text.muted")]
        self.set_curves(curves, marks)


def flip(x: NDArray[np.float64], shares: NDArray[np.floating], now: float | None) -> float | None:
    """Return the place nearest to this row where another class becomes the likeliest; None where none does."""
    likeliest = shares.argmax(1)
    turns = np.flatnonzero(likeliest[:-1] != likeliest[1:])
    if now is None or not len(turns) or not np.isfinite(shares).all():
        return None
    places = []
    for i in turns:
        ahead = shares[i : i + 2, likeliest[i]] - shares[i : i + 2, likeliest[i + 1]]
        places.append(float(x[i] + (x[i + 1] - x[i]) * ahead[0] / (ahead[0] - ahead[1])))
    return min(places, key=lambda place: abs(place - now))
