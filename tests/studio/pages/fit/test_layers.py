"""The tiles of the layers: what they say and paint, by mouse and by keyboard, in light and dark."""

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.layers.core import Dense, Input
from engine.network.network import stack
from engine.training.spread import spread
from studio import theme
from studio.pages.fit.layers import NARROWEST, LayersCard
from studio.pages.fit.norms import Norms

LEFT = Qt.MouseButton.LeftButton


def shown(qtbot: Any, count: int, epochs: int = 40, width: int = 800) -> LayersCard:
    """Return a card with `count` layers; the second one vanishes."""
    card = LayersCard()
    qtbot.addWidget(card)
    card.resize(width, 180)
    network = stack(Input((4,)), *[Dense(4)] * count)
    norms = Norms(tuple(f"n{k + 2}" for k in range(count)), network)
    row = np.ones(count, np.float32)
    if count > 2:
        row[1] = 1e-3
    norms.extend([row] * epochs)
    weights = np.linspace(-1.0, 1.0, 48)
    card.show_layers(norms, [spread(weights)] * count)
    card.show()
    QApplication.processEvents()
    return card


@pytest.fixture(params=["light", "dark"])
def mode(request: pytest.FixtureRequest, themed: QApplication) -> str:
    theme.apply(themed, request.param)
    return str(request.param)


def colours(card: LayersCard, index: int) -> set[int]:
    image = card.tiles.viewport().grab(card.tiles.rect_of(index)).toImage()
    return {image.pixelColor(x, y).rgb() for x in range(image.width()) for y in range(image.height())}


def test_tiles_use_the_width_and_say_what_is_wrong(qtbot: Any, mode: str) -> None:
    card = shown(qtbot, 4)
    tiles = card.tiles
    assert tiles.horizontalScrollBar().maximum() == 0
    assert tiles.rect_of(3).right() == pytest.approx(tiles.viewport().width(), abs=2)
    assert card.warned.isVisible()
    assert card.warned.text() == "1 layer to look at"
    tiles.clearFocus()
    assert "dense_2: gradient norm 0.001, weights from -1 to 1, vanishing" in tiles.accessibleDescription()
    curve, bars, warned = (theme.color(name).rgb() for name in ("plot.0", "plot.6", "warning.fill"))
    assert {curve, bars} <= colours(card, 0)
    assert warned not in colours(card, 0)
    assert {warned, bars} <= colours(card, 1)
    assert curve not in colours(card, 1)


def test_without_weights_it_is_lower_and_its_legend_says_less(qtbot: Any, mode: str) -> None:
    card = shown(qtbot, 2)
    high = card.sizeHint().height()
    card.show_weights(False)
    QApplication.processEvents()
    assert card.sizeHint().height() < high
    assert not card.weights.isVisible()
    assert theme.color("plot.6").rgb() not in colours(card, 0)
    assert not card.warned.isVisible()


def test_a_click_picks_a_layer_and_it_is_emphasised(qtbot: Any, mode: str) -> None:
    card = shown(qtbot, 3)
    picked: list[str] = []
    card.tiles.picked.connect(picked.append)
    QTest.mouseClick(card.tiles.viewport(), LEFT, pos=card.tiles.rect_of(2).center())
    assert picked == ["n4"]
    soft = theme.color("accent.soft").rgb()
    assert soft not in colours(card, 2)
    card.tiles.choose("n4")
    assert soft in colours(card, 2)
    card.tiles.choose_of(["n3"])
    assert soft in colours(card, 1)
    assert soft not in colours(card, 2)
    card.tiles.choose_of([])
    assert soft not in colours(card, 1)


def test_arrows_walk_many_layers_and_scroll_to_them(qtbot: Any, mode: str) -> None:
    card = shown(qtbot, 60)
    tiles = card.tiles
    assert tiles.rect_of(0).width() == NARROWEST
    assert tiles.horizontalScrollBar().maximum() > 0
    tiles.setFocus()
    picked: list[str] = []
    tiles.picked.connect(picked.append)
    QTest.keyClick(tiles, Qt.Key.Key_Right)
    QTest.keyClick(tiles, Qt.Key.Key_Return)
    QTest.keyClick(tiles, Qt.Key.Key_End)
    assert tiles.rect_of(59).right() <= tiles.viewport().width()
    assert tiles.accessibleDescription().startswith("dense_60: gradient norm 1")
    QTest.keyClick(tiles, Qt.Key.Key_Return)
    QTest.keyClick(tiles, Qt.Key.Key_Home)
    assert tiles.rect_of(0).left() == 0
    QTest.keyClick(tiles, Qt.Key.Key_Left)
    QTest.keyClick(tiles, Qt.Key.Key_Return)
    assert picked == ["n3", "n61", "n2"]
    QTest.mouseClick(tiles.viewport(), LEFT, pos=QPoint(tiles.rect_of(1).center()))
    assert picked[-1] == "n3"


def test_a_run_that_trains_nothing_has_no_card(qtbot: Any, themed: QApplication) -> None:
    card = shown(qtbot, 2)
    card.show_layers(Norms(), ())
    assert not card.isVisible()


def test_one_epoch_and_epochs_that_were_not_measured_are_drawn_too(qtbot: Any, mode: str) -> None:
    card = shown(qtbot, 2, epochs=1)
    assert theme.color("plot.0").rgb() in colours(card, 0)
    norms = Norms(("n2",), stack(Input((4,)), Dense(4)))
    norms.extend([np.full(1, np.nan, np.float32)] * 3)
    card.show_layers(norms, ())
    QApplication.processEvents()
    assert card.tiles.accessibleDescription() == "dense_1: gradient norm –"
    assert theme.color("plot.0").rgb() not in colours(card, 0)
