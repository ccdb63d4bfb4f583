"""What moves while a fit runs: head, charts and layers, drawn in pieces that leave the training most of the time."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from studio.pages.fit.charts import ChartCard, LossCard, MetricCard
from studio.pages.fit.fitter import Fitter
from studio.pages.fit.history import Runs
from studio.pages.fit.layers import LayersCard
from studio.pages.fit.pace import FrameBudget
from studio.pages.fit.progress import Progress, ProgressHead
from studio.widgets import row

TICK_MS = 16
"""How often the budget is asked whether the next piece may be drawn."""
LAYERS_EVERY = 3
"""The layers are drawn with every so many frames: their gradients are looked at, not watched."""
SHORT_BATCH = 0.004
"""Seconds of a batch below which training and drawing take turns: they would fight for the interpreter."""


class Drawing(QObject):
    """Head, charts and layers of the runs. `mark` says that something changed; `epochs_read()`: a frame found epochs.

    A frame is several pieces, one per tick, so that nothing else waits for all of it; the next frame waits for
    a multiple of what this one cost. frames: how many were drawn.
    """

    epochs_read = Signal()

    def __init__(self, fitter: Fitter, runs: Runs, read: Callable[[], None], parent: QWidget) -> None:
        super().__init__(parent)
        self._fitter, self._runs, self._read_live, self._page = fitter, runs, read, parent
        self.head, self.loss, self.figure = ProgressHead(), LossCard(), MetricCard()
        self.charts = row((self.loss, 62), (self.figure, 38), spacing=12)
        self.layers = LayersCard()
        self.frames = 0
        self._budget = FrameBudget()
        self._changed, self._fresh, self._epochs, self._spent = False, False, 0, 0.0
        self._pieces: list[Callable[[], None]] = []
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._connect()

    def _connect(self) -> None:
        self.loss.changed.connect(self.draw_charts)
        self.figure.changed.connect(self.draw_figure)
        self.loss.plot.hovered.connect(self.figure.plot.set_cursor)
        self.figure.plot.hovered.connect(self.loss.plot.set_cursor)
        self.loss.maximized.connect(self._maximize)
        self.figure.maximized.connect(self._maximize)

    def start(self) -> None:
        """Draw from now on whenever something changed."""
        self._pieces, self._epochs = [], 0
        self._timer.start()

    def stop(self) -> None:
        """Draw only when asked."""
        self._timer.stop()

    def mark(self) -> None:
        """Say that something changed."""
        self._changed = True

    # ---- pieces ----------------------------------------------------------------------------------------------------
    def _tick(self) -> None:
        if not self._pieces and self._changed and self._page.isVisible() and self._budget.due(time.perf_counter()):
            self._changed, self._spent = False, 0.0
            layers = [self._layers_now] if self.frames % LAYERS_EVERY == 0 else []
            self._pieces = [self._head_now, *layers, self._figure_now, self._loss_now, self._read]
        if self._pieces:
            self._draw_piece(self._pieces.pop())

    def _draw_piece(self, piece: Callable[[], None]) -> None:
        began, live = time.perf_counter(), self._runs.live
        if live and (live.pace.per_batch or 1.0) < SHORT_BATCH:
            self._fitter.hold()
        piece()
        self._fitter.release()
        end = time.perf_counter()
        self._spent += end - began
        if not self._pieces:
            self.frames += 1
            self._budget.spent(end - self._spent, end)

    def _read(self) -> None:
        live = self._runs.live
        if live is None:
            return
        self._read_live()
        self._fresh, self._epochs = live.curves.epochs != self._epochs or live.epoch == 0, live.curves.epochs
        if self._fresh:
            self.epochs_read.emit()

    def _loss_now(self) -> None:
        if self._fresh:
            self.draw_loss()
            self.loss.plot.repaint()

    def _figure_now(self) -> None:
        if self._fresh:
            self.draw_figure()
            self.figure.plot.repaint()

    def _layers_now(self) -> None:
        if self._fresh:
            self.draw_layers()
            self.layers.tiles.viewport().repaint()

    def _head_now(self) -> None:
        self.draw_head()
        self.head.repaint()

    # ---- drawing ---------------------------------------------------------------------------------------------------
    def draw_head(self) -> None:
        """Show where the live run is, or how far the run in front came."""
        live, run, alive = self._runs.live, self._runs.front_run(), self._fitter.alive
        if live:
            self.head.show_progress(live.progress(self._fitter.phase), live.pace)
        elif alive or run is None:
            self.head.show_progress(Progress(self._runs.next_title(), self._fitter.phase if alive else "idle"))
        else:
            self.head.show_past(self._runs.title(run.id), run)

    def draw_charts(self) -> None:
        """Draw both charts and the layers anew."""
        self.draw_loss()
        self.draw_figure()
        self.draw_layers()

    def draw_layers(self) -> None:
        """Draw the gradients and weights of the layers."""
        self.layers.show_layers(*self._runs.layers())

    def draw_loss(self) -> None:
        """Draw the loss curves."""
        live = self._runs.live if self._runs.front == "" else None
        changes = live.rate_changes if live else self._runs.rate_changes()
        self.loss.show_runs(self._runs.drawn(), self._planned(), changes)

    def draw_figure(self) -> None:
        """Draw the curves of the chosen metric."""
        self.figure.show_runs(self._runs.drawn(), self._planned(), self.loss.smoothing.value())

    def _planned(self) -> int:
        """Return up to which epoch the axis goes: to the planned end, unless that is far away."""
        live = self._runs.live if self._runs.front == "" else None
        return live.epochs if live and live.epochs <= 3 * max(live.curves.epochs, 20) else 0

    def _maximize(self, card: ChartCard) -> None:
        other = self.figure if card is self.loss else self.loss
        other.setVisible(other.isHidden())
        card.enlarge.set_text("", "maximize-2" if not other.isHidden() else "minimize-2")
