"""The memory pictures: what is alive when, and what a click means."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.pages.compile.lifetimes import TOP, LifetimeChart, grouped
from studio.pages.compile.memory import Life, Section, Share, ShareBar, live_bytes, short, unit_of

LIVES = (Life("b0", 0, 4, 100, node="n1"), Life("b1", 2, 3, 50, node="n2", note="in b7"), Life("b2", 5, 5, 30))


def test_bytes_alive_in_each_step() -> None:
    assert live_bytes(LIVES, 6) == [100, 100, 150, 150, 100, 30]


def test_a_click_on_a_buffer_picks_its_layer(qtbot: QtBot) -> None:
    chart = LifetimeChart("Buffer lifetimes")
    qtbot.addWidget(chart)
    chart.show_plan(LIVES, 6, (Section("Forward", 0), Section("Backward", 3)))
    chart.resize(400, TOP + 3 * 22)
    heard: list[object] = []
    chart.picked.connect(heard.append)
    for row in range(3):
        QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(200, TOP + row * 22 + 8))
    QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(200, 4))
    assert heard == ["n1", "n2"]
    assert not chart.grab().isNull()


def test_pictures_speak(qtbot: QtBot) -> None:
    chart, bar = LifetimeChart("Buffer lifetimes"), ShareBar("Memory shares")
    qtbot.addWidget(chart)
    qtbot.addWidget(bar)
    chart.show_plan(LIVES, 6)
    assert "b1: 50 B, steps 3 to 4, in b7" in chart.accessibleDescription()
    bar.show_shares([Share("Weights", 23_548, "plot.0"), Share("Adam", 0, "plot.3"), Share("Work", 1000, "plot.7")])
    assert bar.accessibleDescription() == "Weights 23.5 kB, Work 1.00 kB"
    assert unit_of(23_548) == ("kB", 1e3)
    assert [short(value) for value in (0.64, 23.548, 225.3, 8.0)] == ["0.6", "23.5", "225", "8"]


def test_keys_walk_the_buffers(qtbot: QtBot) -> None:
    chart = LifetimeChart("Buffer lifetimes")
    qtbot.addWidget(chart)
    chart.show_plan(LIVES, 6)
    chart.resize(400, TOP + 3 * 22)
    chart.show()
    chart.setFocus()
    qtbot.waitUntil(chart.hasFocus)
    heard: list[object] = []
    chart.picked.connect(heard.append)
    QTest.keyClick(chart, Qt.Key.Key_Return)
    QTest.keyClick(chart, Qt.Key.Key_Down)
    QTest.keyClick(chart, Qt.Key.Key_Space)
    assert heard == ["n1", "n2"]
    assert chart.accessibleDescription() == "b1: 50 B, steps 3 to 4, in b7"


def test_small_buffers_among_many_are_one_row_that_unfolds(qtbot: QtBot) -> None:
    lives = [Life(f"b{i}", i, i + 1, 4096, node="n1") for i in range(12)] + [Life(f"s{i}", i, i, 8) for i in range(30)]
    assert len(grouped(LIVES)) == 3
    chart = LifetimeChart("Buffer lifetimes")
    qtbot.addWidget(chart)
    chart.show_plan(lives, 40)
    assert [line.life.name for line in chart.lines()] == [*(f"b{i}" for i in range(12)), "30 small"]
    assert chart.lines()[-1].life.bytes == 240
    chart.resize(400, TOP + 13 * 22)
    QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(200, TOP + 12 * 22 + 8))
    assert len(chart.lines()) == 43
    chart.resize(400, TOP + 43 * 22)
    QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(200, TOP + 12 * 22 + 8))
    assert len(chart.lines()) == 13


def test_the_legend_of_the_shares_goes_on_in_another_line(qtbot: QtBot, themed: QApplication) -> None:
    bar = ShareBar("Shares")
    qtbot.addWidget(bar)
    bar.resize(600, 40)
    bar.show()
    bar.show_shares([Share(f"Part {k}", 4000 + k, "plot.0") for k in range(5)])
    assert bar.height() == 36
    assert [line for _, line in bar._places()] == [0] * 5
    bar.resize(220, 40)
    lines = [line for _, line in bar._places()]
    assert lines == sorted(lines)
    assert lines[-1] >= 1
    assert bar.height() == 36 + 16 * lines[-1]
