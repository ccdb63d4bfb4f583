"""The confusion matrix under mouse and keys, and its colours."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio import theme
from studio.pages.evaluate.confusion import ConfusionMatrix, readable, shade


@pytest.fixture
def matrix(qtbot: QtBot) -> ConfusionMatrix:
    made = ConfusionMatrix("Confusion matrix")
    qtbot.addWidget(made)
    made.show_counts(np.array([[8, 2, 0], [1, 9, 0], [0, 3, 7]]), ("ant", "bee", "cow"))
    made.resize(400, 360)
    made.show()
    return made


def centre(matrix: ConfusionMatrix, row: int, column: int) -> QPoint:
    return matrix.cell_rect(row, column).center().toPoint()


def test_a_click_chooses_a_cell_and_a_second_one_clears_it(matrix: ConfusionMatrix) -> None:
    heard: list[object] = []
    matrix.picked.connect(heard.append)
    QTest.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=centre(matrix, 2, 1))
    QTest.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=centre(matrix, 2, 1))
    assert heard == [(2, 1), None]


def test_names_choose_rows_and_columns(matrix: ConfusionMatrix) -> None:
    cell = matrix.cell_rect(1, 2)
    assert matrix.cell_at(QPointF(4, cell.center().y())) == (1, None)
    assert matrix.cell_at(QPointF(cell.center().x(), 30)) == (None, 2)
    assert matrix.cell_at(QPointF(4, 4)) is None


def test_keys_move_and_choose(matrix: ConfusionMatrix) -> None:
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Return):
        QTest.keyClick(matrix, key)
    assert matrix.chosen == (2, 1)
    assert matrix.accessibleDescription() == "true cow → predicted bee · 3 rows"
    QTest.keyClick(matrix, Qt.Key.Key_Escape)
    assert matrix.chosen is None


def test_sentences_count_rows(matrix: ConfusionMatrix) -> None:
    assert matrix.sentence((1, 0)) == "true bee → predicted ant · 1 row"
    assert matrix.sentence((2, None)) == "true cow · 10 rows"
    assert matrix.sentence((None, 1)) == "predicted bee · 14 rows"


def test_another_matrix_clears_the_choice_silently(matrix: ConfusionMatrix) -> None:
    matrix.choose((0, 0))
    heard: list[object] = []
    matrix.picked.connect(heard.append)
    matrix.show_counts(np.eye(2, dtype=int), ("a", "b"))
    assert matrix.chosen is None
    assert heard == []


def test_numbers_contrast_with_every_shade(matrix: ConfusionMatrix) -> None:
    for share in np.linspace(0, 1, 11):
        for hit in (True, False):
            fill = shade(float(share), hit)
            assert abs(readable(fill).lightnessF() - fill.lightnessF()) > 0.25


def test_no_error_stands_out_more_than_a_hit_of_the_same_share(qapp: QApplication) -> None:
    ground = theme.color("bg.panel")

    def strength(share: float, hit: bool) -> float:
        fill = shade(share, hit)
        return sum(abs(a - b) for a, b in zip(fill.getRgb()[:3], ground.getRgb()[:3], strict=True))

    for share in np.linspace(0.05, 1, 20):
        assert strength(float(share), True) >= strength(float(share), False)


def test_it_paints_the_shares(matrix: ConfusionMatrix) -> None:
    picture = matrix.grab().toImage()
    ratio = picture.devicePixelRatio()
    spot = matrix.cell_rect(0, 0).topLeft().toPoint() + QPoint(6, 6)
    assert picture.pixelColor((QPointF(spot) * ratio).toPoint()) == shade(0.8, True)
    empty = matrix.cell_rect(0, 2).center().toPoint()
    assert picture.pixelColor((QPointF(empty) * ratio).toPoint()) == theme.color("bg.subtle")
