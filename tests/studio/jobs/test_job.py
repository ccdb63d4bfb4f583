"""Jobs: reports arrive in order in the GUI thread, stop and pause work, errors are told, the mailbox stays bounded."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from engine.errors import DataError
from studio.jobs import Job, Mailbox, sentence, stop_all
from tests.studio.conftest import wait_until


@dataclass
class Report:
    kind: str
    step: int


class Counter:
    """An iterator that counts until it is closed."""

    def __init__(self, most: int = 10**9) -> None:
        self.most, self.step, self.closed = most, 0, False

    def __iter__(self) -> "Counter":
        return self

    def __next__(self) -> Report:
        if self.step >= self.most:
            raise StopIteration
        self.step += 1
        time.sleep(0.0005)
        return Report("epoch" if self.step % 10 == 0 else "batch", self.step)

    def close(self) -> None:
        self.closed = True


class Ears:
    """Hears what a job tells, and in which thread."""

    def __init__(self) -> None:
        self.reports: list[Report] = []
        self.done: list[Any] = []
        self.errors: list[BaseException] = []
        self.threads: set[threading.Thread] = set()

    def report(self, items: list[Report]) -> None:
        self.reports += items
        self.threads.add(threading.current_thread())

    def end(self, value: Any) -> None:
        self.done.append(value)
        self.threads.add(threading.current_thread())

    def error(self, error: BaseException) -> None:
        self.errors.append(error)


def test_a_functions_value_arrives_in_the_gui_thread(qapp: QApplication) -> None:
    ears = Ears()
    Job(lambda: 6 * 7, on_done=ears.end).start()
    wait_until(lambda: ears.done)
    assert ears.done == [42]
    assert ears.threads == {threading.main_thread()}
    assert not Job.running


def test_reports_come_in_order_and_the_end_comes_last(qapp: QApplication) -> None:
    ears = Ears()
    Job(Counter(60), ears.report, ears.end).start()
    wait_until(lambda: ears.done)
    assert [r.step for r in ears.reports] == list(range(1, 61))


def test_stop_ends_after_the_item_in_work_and_closes_the_iterator(qapp: QApplication) -> None:
    ears, counter = Ears(), Counter()
    job = Job(counter, ears.report, ears.end).start()
    wait_until(lambda: ears.reports)
    job.stop()
    wait_until(lambda: ears.done)
    assert counter.closed
    assert counter.step == ears.reports[-1].step


def test_pause_holds_and_resume_goes_on(qapp: QApplication) -> None:
    ears, counter = Ears(), Counter()
    job = Job(counter, ears.report, ears.end).start()
    wait_until(lambda: ears.reports)
    job.pause()
    held = counter.step + 1  # what is in work is finished
    time.sleep(0.07)
    assert counter.step <= held
    assert job.paused
    job.resume()
    wait_until(lambda: counter.step > held)
    job.stop()
    wait_until(lambda: ears.done)


def test_an_error_is_told_with_its_place_but_without_frames(qapp: QApplication) -> None:
    def fail() -> None:
        raise DataError("There is no target column. Choose one.")

    def break_down() -> None:
        raise ValueError("odd")

    ears = Ears()
    Job(fail, on_error=ears.error).start()
    Job(break_down, on_error=ears.error).start()
    wait_until(lambda: len(ears.errors) == 2)
    texts = sorted(sentence(e) for e in ears.errors)
    assert texts == ["There is no target column. Choose one.", "ValueError: odd"]
    odd = next(e for e in ears.errors if isinstance(e, ValueError))
    assert "break_down" in odd.__notes__[0]
    assert odd.__traceback__ is None or "break_down" not in str(odd.__traceback__.tb_frame)


def test_the_mailbox_stays_bounded_and_keeps_epochs() -> None:
    box = Mailbox(100)
    for step in range(1, 5001):
        box.put(Report("epoch" if step % 500 == 0 else "batch", step))
        assert len(box) <= 101
    taken = box.take()
    assert [r.step for r in taken if r.kind == "epoch"] == list(range(500, 5001, 500))
    assert [r.step for r in taken] == sorted(r.step for r in taken)
    assert taken[-1].step == 5000
    assert box.take() == []


def test_stop_all_ends_everything_without_telling(qapp: QApplication) -> None:
    ears = Ears()
    for _ in range(3):
        Job(Counter(), ears.report, ears.end).start()
    assert stop_all()
    assert ears.done == []
    assert not Job.running


def test_memory_errors_are_a_sentence() -> None:
    assert "smaller batch" in sentence(MemoryError())


def test_a_generator_is_closed_when_it_is_stopped(qapp: QApplication) -> None:
    closed = threading.Event()

    def forever() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed.set()

    job = Job(forever()).start()
    time.sleep(0.01)
    job.forget()
    assert job.wait()
    assert closed.is_set()


def test_without_an_ear_the_error_is_raised_in_the_gui_thread(qapp: QApplication) -> None:
    def fail() -> None:
        raise ValueError("nobody listens")

    job = Job(fail).start()
    job._timer.stop()
    with pytest.raises(ValueError, match="nobody listens"):
        job.wait()
