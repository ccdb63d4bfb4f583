"""Training as an iterator of reports. It knows no window: pause = do not take the next report, stop, close, resume."""

import contextlib
import math
import time
from collections.abc import Callable, Generator, Iterator
from functools import partial
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from engine.compiler.parameters import Parameters
from engine.compiler.plan import Plan
from engine.compiler.program import Program
from engine.errors import DeviceError, NotFiniteError, UsageError
from engine.training import resume
from engine.training.checkpoint import TrainingState
from engine.training.evaluation import measure
from engine.training.guard import EVERY, Guard, Step, failure
from engine.training.history import History
from engine.training.order import row_order
from engine.training.report import Kind, Logs, Report
from engine.training.setup import Options, Position, Setup
from engine.training.spread import Spread, spreads
from engine.training.threads import blas_threads
from engine.training.watchers import Watchers

SPREADS_EVERY = 0.5
"""Seconds between two looks at how the weights are spread, at least."""


class Training:
    """One run of training. Take reports until it ends; the model's weights change while you do.

    Between two reports anything may happen: nothing (a pause), `state()`, `close()`, a change of `learning_rate`.
    `stop()` and `learning_rate` may be used from another thread.

    norms: the L2 norm of each layer's gradient, in the order of `parameters.layout.layers`, at the last look: at the
    end of an epoch, and every hundred batches; a new array each time. spreads: how the weights of each lay then, looked
    at while `watch_weights` is set, twice a second at most and in a twentieth of the time.

    Raises (while iterating):
        NotFiniteError: a loss or a weight became NaN or infinite; the model keeps its last good weights.
        DeviceError: the memory does not suffice.
    """

    def __init__(
        self, setup: Setup, options: Options, callbacks: Any = None, state: TrainingState | None = None
    ) -> None:
        self.setup, self.options, self.history = setup, options, History()
        self._full, self._last = self._programs()
        self.meters = setup.gauge(self._full)
        first = setup.parameters.iterations
        self.position = Position(options.initial_epoch, first, float(setup.rate), self.meters.zeros())
        self.watchers = Watchers(callbacks, self)
        self._stop, self._each_batch, self._since = False, True, 0.0
        self.norms: NDArray[np.float32] | None = None
        self.spreads: tuple[Spread, ...] = ()
        self.watch_weights, self._next_spreads = False, 0.0
        self._final: TrainingState | None = None
        if state is not None:
            resume.restore(self, state)
        self.watchers.start(fresh=state is None)
        self._guard = Guard(setup.parameters, self.position, self.meters)
        self._reports = self._run()

    # ---- the iterator --------------------------------------------------------------------------------------------
    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Report:
        return next(self._reports)

    def epochs(self) -> Iterator[Report]:
        """Yield the reports of epochs, events and the end only; no report is made for a batch."""
        self._each_batch = False
        yield from self._reports

    def close(self) -> None:
        """Leave at once, between two batches. `state()` can still be taken, and the run resumed from it."""
        self._reports.close()

    def stop(self) -> None:
        """Finish the running batch, then end as if the last epoch had passed (best weights are restored)."""
        self._stop = True

    def state(self) -> TrainingState:
        """Return everything that going on bit for bit needs. Call it between two reports or after the end."""
        return self._final or resume.capture(self)

    def save(self, path: str, weights_only: bool = False) -> None:
        """Write the model as it is now."""
        self.setup.save(path, weights_only)

    # ---- figures -------------------------------------------------------------------------------------------------
    @property
    def learning_rate(self) -> float:
        """The learning rate of the next batch; may be set at any time, from any thread."""
        return self.position.rate

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        value = float(value)
        if not (math.isfinite(value) and value >= 0):
            raise UsageError(f"The learning rate must be a finite number from 0; it is {value!r}.")
        self.position.edits.append((self.parameters.iterations, value))
        self.position.rate = value

    @property
    def epoch(self) -> int:
        """The running epoch, from 0."""
        return self.position.epoch

    @property
    def batch(self) -> int:
        """Batches done in this epoch."""
        return self.position.batch

    @property
    def batches(self) -> int:
        """Batches of one epoch."""
        return -(-self.setup.train.rows // self.options.batch_size)

    @property
    def parameters(self) -> Parameters:
        """The weights that are trained."""
        return self.setup.parameters

    @property
    def plan(self) -> Plan:
        """How a full batch is split over cores; a resumed run keeps it."""
        return self._full.plan

    @property
    def best(self) -> tuple[int, float] | None:
        """(epoch, value) of the lowest validation loss so far (training loss without validation), or None."""
        return self.history.best

    # ---- what happens --------------------------------------------------------------------------------------------
    def _run(self) -> Generator[Report, None, None]:
        position = self.position
        try:
            with _memory(self.options.batch_size), blas_threads(self._full.plan.blas_threads):
                self._since = time.perf_counter()
                while position.epoch < self.options.epochs and not self._stop and not self.watchers.stopped:
                    yield from self._epoch()
                yield from self._end()
        finally:
            self._full.release()
            self.setup.settle(position.rate)

    def _epoch(self) -> Iterator[Report]:
        position = self.position
        if position.batch == 0:
            self._begin()
        yield from self._batches()
        if position.batch < self.batches:
            return
        if not self._look():
            raise self._not_finite(self._stepper())
        logs = self._figures()
        said = self.watchers.epoch_ended(position.epoch, logs)
        reports = [self._report("epoch", logs), *(self._report("event", logs, message) for message in said)]
        position.epoch, position.batch = position.epoch + 1, 0
        for report in reports:
            yield from self._tell(report)

    def _begin(self) -> None:
        position, options = self.position, self.options
        position.totals[:] = 0.0
        self.meters.reset()
        if options.shuffle:
            rows = self.setup.train.rows
            position.order = row_order(options.seed, position.epoch, rows, position.first_step)
        self._guard.snapshot()
        self.watchers.epoch_begins(position.epoch)

    def _batches(self) -> Iterator[Report]:
        """The hot loop: all in it but the step itself costs a few hundred nanoseconds, unless reports are asked for."""
        position, look, note, step = self.position, self._look, self.history.note, self._stepper()
        batches, watched, rates = self.batches, self.watchers.each_batch, self._guard.rates
        while position.batch < batches and not self._stop:
            rates.append(position.rate)
            loss = step(position.batch, position.rate)
            position.batch += 1
            note(loss)
            if loss - loss != 0.0 or (len(rates) >= EVERY and not look()):
                raise self._not_finite(step)
            if self._each_batch:
                yield from self._tell(self._report("batch", partial(self.meters.means, position.totals.copy())))
            if watched:
                yield from self._watched()

    def _look(self) -> bool:
        """Keep the present state as good and measure the gradients; False when a weight is not finite any more."""
        if not self._guard.snapshot():
            return False
        self.norms = self.parameters.gradient_norms()
        began = time.perf_counter()
        if self.watch_weights and began >= self._next_spreads:
            self.spreads = spreads(self.parameters)
            end = time.perf_counter()
            self._next_spreads = end + max(SPREADS_EVERY, 19 * (end - began))
        return True

    def _watched(self) -> Iterator[Report]:
        logs = self.meters.means(self.position.totals)
        for message in self.watchers.batch_ended(self.position.batch - 1, logs):
            yield from self._tell(self._report("event", logs, message))

    def _end(self) -> Iterator[Report]:
        position = self.position
        self._final = resume.capture(self, ended=True)
        logs = dict(self.history.rows[-1]) if self.history.rows else {}
        for message in self.watchers.ended(logs):
            yield from self._tell(self._report("event", logs, message))
        stopped = f"Stopped after batch {position.batch} of {self.batches} in epoch {position.epoch + 1}."
        yield from self._tell(self._report("end", logs, self.watchers.stopped or (stopped if position.batch else "")))

    def _tell(self, report: Report) -> Iterator[Report]:
        """Yield a report; what the consumer does meanwhile does not count as time of training."""
        self.position.seconds += time.perf_counter() - self._since
        report.seconds = self.position.seconds
        yield report
        self._since = time.perf_counter()

    # ---- parts ---------------------------------------------------------------------------------------------------
    def _figures(self) -> Logs:
        """End an epoch: its figures and those of validation; they become a row of the history."""
        position, options, setup = self.position, self.options, self.setup
        logs = self.meters.logs(position.totals)
        if setup.validation is not None and (position.epoch + 1) % options.validation_freq == 0:
            rows = options.validation_batch_size or options.batch_size
            found = measure(setup.programs, setup.parameters, setup.validation, setup.gauge, rows)
            if not math.isfinite(found["loss"]):
                raise NotFiniteError(VALIDATION.format(found["loss"], position.epoch + 1), CLEANER)
            logs |= {f"val_{name}": value for name, value in found.items()}
        seconds = position.seconds + time.perf_counter() - self._since
        assert self.norms is not None
        self.history.norms.append(self.norms)
        self.history.add({"epoch": position.epoch, **logs, "learning_rate": position.rate, "seconds": seconds})
        return logs

    def _programs(self) -> tuple[Program, Program]:
        """Return the programs of full batches and of the last batch of an epoch."""
        train, size = self.setup.train, min(self.options.batch_size, self.setup.train.rows)
        weighted, rest = train.weights is not None, train.rows % size
        full = self.setup.programs("train", size, weighted)
        return full, self.setup.programs("train", rest, weighted) if rest else full

    def _stepper(self) -> Step:
        """Return the function that does one batch and returns its loss; all it needs lies in local names."""
        train, parameters, position, meters = self.setup.train, self.setup.parameters, self.position, self.meters
        inputs, targets, weights, rows = train.inputs, train.targets, train.weights, train.rows
        full, last, size, seed = self._full, self._last, self._full.rows, self.options.seed
        totals, kept, order = position.totals, bool(meters.kept), position.order

        def step(batch: int, rate: float) -> float:
            start = batch * size
            stop = start + size
            program = full if stop <= rows else last
            index = slice(start, min(stop, rows)) if order is None else order[start:stop]
            loss = program.step(parameters, inputs, targets, weights, index, seed, parameters.iterations, rate, totals)
            if kept:
                meters.update(program.outputs, train, index)
            return loss

        return step

    def _not_finite(self, step: Step) -> NotFiniteError:
        position, done = self.position, self.position.batch
        rate = self._guard.rewind(step)
        self.history.forget(done - position.batch)
        start = position.batch * self._full.rows
        stop = min(start + self._full.rows, self.setup.train.rows)
        index = np.arange(start, stop) if position.order is None else position.order[start:stop]
        return failure(self.setup, self.options.seed, index, rate)

    def _report(self, kind: Kind, logs: Logs | Callable[[], Logs], message: str = "") -> Report:
        position = self.position
        step = self.parameters.iterations
        return Report(kind, position.epoch, position.batch, self.batches, step, logs, position.rate, message)


VALIDATION = "The validation loss must be finite; it is {} after epoch {}"
CLEANER = "Look for missing or huge numbers in the validation rows, or lower the learning rate."


@contextlib.contextmanager
def _memory(batch_size: int) -> Iterator[None]:
    try:
        yield
    except MemoryError:
        text = f"The memory does not suffice for batches of {batch_size} rows. Choose a smaller batch size or network."
        raise DeviceError(text) from None
