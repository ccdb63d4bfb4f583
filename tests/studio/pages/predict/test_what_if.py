"""The what-if curve: where the answer flips, and what training did not see."""

import numpy as np
import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from studio import theme
from studio.pages.predict.output import WhatIf, flip

X = np.array([0.0, 1.0, 2.0, 3.0])
SHARES = np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7], [0.8, 0.2]])


def test_the_nearest_flip_lies_where_two_classes_are_equally_likely() -> None:
    assert flip(X, SHARES, 1.2) == pytest.approx(1 + 0.2 / 0.6)
    assert flip(X, SHARES, 2.9) == pytest.approx(2 + 0.4 / 1.0)
    assert flip(X, SHARES, None) is None
    assert flip(X, np.full((4, 2), [0.7, 0.3]), 1.0) is None
    assert flip(X, np.where(SHARES > 0.85, np.nan, SHARES), 1.0) is None


def test_what_training_did_not_see_is_shaded(themed: QApplication) -> None:
    plot = WhatIf()
    plot.resize(600, 400)
    plot.set_shades([(0.0, 0.5)])
    plot.show_classes(X, SHARES, ("a", "b"), 1.2, "length")
    area = plot.view().area
    picture = plot.grab().toImage()

    def color_at(x: float) -> QColor:
        return picture.pixelColor(round(plot.view().at(x, 0.0)[0]), round(area.bottom() - 31))

    assert color_at(0.25) == theme.color("warning.soft")
    assert color_at(2.75) == theme.color("bg.panel")


def test_this_row_is_a_whole_line_and_the_flip_a_dashed_one(themed: QApplication) -> None:
    plot = WhatIf()
    plot.show_classes(X, SHARES, ("a", "b"), 1.2, "length")
    assert [(m.label.split()[0], m.solid) for m in plot.markers()] == [("this", True), ("flips", False)]
