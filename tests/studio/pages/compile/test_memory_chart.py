"""The memory pictures: what is alive when, and what a click means."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio.pages.compile.memory import TOP, Life, LifetimeChart, Section, Share, ShareBar, live_bytes

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
