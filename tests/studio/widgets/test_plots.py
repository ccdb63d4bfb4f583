"""Plots draw what they are given, keep spikes, and stay within their pace."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from studio import theme
from studio.widgets.plot import BarPlot, Curve, CurvePlot, Marker, ScatterPlot
from studio.widgets.series import round_ticks


def test_curves_are_drawn_where_they_belong(themed: QApplication) -> None:
    plot = CurvePlot(name="Loss", x_label="epoch", y_label="loss")
    plot.resize(400, 300)
    x = np.arange(1, 51)
    raw = Curve(x, 1 / x, "plot.0", 1, faint=True)
    plot.set_curves([raw, Curve(x, 1 / x, "plot.0", 2, label="train")], [Marker(20, "best", y=0.05)])
    across, down = plot.view().at(25.0, 1 / 25)
    picture = plot.grab().toImage()
    ratio = picture.devicePixelRatio()
    near = {picture.pixelColor(int(across * ratio), int((down + d) * ratio)).name() for d in (-1, 0, 1)}
    assert theme.color("plot.0").name() in near
    assert plot.accessibleDescription() == "train: last 0.02"
    heads, rows = plot.as_rows()
    assert heads == ["epoch", "train"]
    assert rows[0] == [1.0, 1.0]
    assert plot.said_at(4.2) == "4 · train 0.25"


def test_the_cursor_tells_whole_names_and_only_of_curves_that_are_there(themed: QApplication) -> None:
    plot = CurvePlot(name="Loss", x_step=1)
    short = Curve([1, 2, 3], [0.9, 0.8, 0.7], label="Run 1")
    smooth = Curve(np.arange(1, 9), np.full(8, 0.5), label="train 0.3", name="train", told=np.linspace(1, 0.3, 8))
    plot.set_curves([short, smooth])
    assert plot.said_at(2.2) == "2 · Run 1 0.8 · train 0.9"
    assert plot.said_at(7.1) == "7 · train 0.4"


def test_ticks_of_what_is_counted_are_whole() -> None:
    assert round_ticks(1, 3, 10) == pytest.approx([1, 1.2, 1.4, 1.6, 1.8, 2, 2.2, 2.4, 2.6, 2.8, 3])
    assert round_ticks(1, 3, 10, 1) == [1, 2, 3]


def test_log_scale_leaves_out_what_is_not_positive(themed: QApplication) -> None:
    plot = CurvePlot(name="Loss", log=True)
    y = plot.values(Curve([1, 2, 3], [10.0, 0.0, 0.1]))[1]
    assert y[0] == pytest.approx(1)
    assert np.isnan(y[1])
    assert y[2] == pytest.approx(-1)


def test_many_points_are_reduced_to_the_extremes_of_pixel_columns(themed: QApplication) -> None:
    plot = CurvePlot(name="Loss")
    plot.resize(400, 300)
    y = np.sin(np.arange(100_000) / 5000)
    y[31_234] = 9.0
    curve = Curve(np.arange(100_000), y, "plot.0", 1)
    plot.set_curves([curve])
    x, down = plot.points(curve, plot.view())
    assert len(x) <= 3 * 400
    assert down.min() == pytest.approx(plot.view().at(0, 9.0)[1])


def test_a_person_zooms_and_goes_back(themed: QApplication) -> None:
    plot = CurvePlot(name="Loss", x_range=(0.0, 10.0))
    plot.resize(400, 300)
    plot.set_curves([Curve([0, 10], [0.0, 1.0])])
    wheel = QWheelEvent(
        QPointF(200, 100), QPointF(200, 100), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(plot, wheel)
    low, high = plot.view().x
    assert 0 < low < high < 10
    plot.set_x_range(0.0, 20.0)
    assert plot.view().x == (low, high)
    plot.fit_view()
    assert plot.view().x == (0.0, 20.0)


def test_nan_is_a_gap_and_not_an_error(themed: QApplication) -> None:
    plot = CurvePlot(name="Loss")
    plot.resize(300, 200)
    plot.show()
    plot.set_curves([Curve([1, 2, 3], [1.0, float("nan"), 2.0], label="train"), Curve([], [], label="empty")])
    assert not plot.grab().isNull()
    QApplication.processEvents()


def test_scatter_tells_the_point_that_is_picked(themed: QApplication) -> None:
    plot, told = ScatterPlot(name="Predicted against actual", diagonal=True), []
    plot.picked.connect(told.append)
    plot.set_points(np.arange(20_000), np.arange(20_000) * 2.0, chosen=(3,))
    plot.redraw()
    assert len(plot._item.points()) <= ScatterPlot.MOST
    plot._clicked(None, [plot._item.points()[2]])
    assert told == [int(plot._item.points()[2].data())]


def test_bars_say_their_values(themed: QApplication) -> None:
    bars = BarPlot(name="Classes")
    bars.resize(200, 100)
    bars.set_bars([3, 0, float("nan")], ["a", "b", "c"])
    assert bars.accessibleDescription().startswith("a: 3; b: 0")
    assert bars.grab().toImage().pixelColor(10, 50).name() == theme.color("plot.0").name()
