"""Garbage is collected in the GUI thread only, and automatic collection comes back at the end."""

import gc
import weakref

from PySide6.QtWidgets import QApplication

from studio.jobs import Collector


class Knot:
    """An object in a cycle."""

    def __init__(self) -> None:
        self.me = self


def test_automatic_collection_is_off_while_it_lives(qapp: QApplication) -> None:
    collector = Collector()
    try:
        assert not gc.isenabled()
        knot = weakref.ref(Knot())
        collector.set_busy(0.5)
        collector.collect_all()
        assert knot() is not None
        collector.set_busy(None)
        collector.collect_all()
        assert knot() is None
        frozen = gc.get_freeze_count()
        collector.freeze()
        assert gc.get_freeze_count() > frozen
    finally:
        collector.stop()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_young_garbage_goes_on_the_timer(qapp: QApplication) -> None:
    collector = Collector()
    try:
        gone = [weakref.ref(Knot()) for _ in range(gc.get_threshold()[0] + 200)]
        collector.collect()
        assert sum(ref() is not None for ref in gone) == 0
    finally:
        collector.stop()
