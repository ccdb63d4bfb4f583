"""A fit is told to those who do not look: once an epoch at most, not in a rush, and when it has ended."""

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from studio.document.live import Live
from studio.document.session import Session
from studio.window import herald


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(herald, "announce", lambda widget, sentence: found.append(sentence))
    return found


def test_an_epoch_is_told_once_and_not_in_a_rush(
    qapp: QApplication, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr(herald.time, "monotonic", lambda: clock[0])
    session, window = Session(), QWidget()
    herald.Herald(session, window)
    for at, epoch in ((100.0, 1), (101.0, 1), (101.5, 2), (103.0, 3), (103.5, 4), (106.0, 4)):
        clock[0] = at
        session.set_live(Live(epoch / 9, epoch, 9, frozenset({str(at)})))
    assert said == ["Epoch 1 of 9", "Epoch 3 of 9", "Epoch 4 of 9"]


def test_the_end_is_told_and_the_task_bar_points_at_a_window_in_the_background(
    qapp: QApplication, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pointed: list[QWidget] = []
    monkeypatch.setattr(QApplication, "alert", pointed.append)
    session, window = Session(), QWidget()
    herald.Herald(session, window)
    session.set_progress(None)
    assert said == []
    session.set_progress(0.5)
    session.set_progress(None)
    assert said == ["The fit has ended."]
    assert pointed == [window]
