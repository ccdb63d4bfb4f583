"""One fit of a project: an iterator of reports that ends in a run."""

import dataclasses
import datetime
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from engine.backend import devices
from engine.errors import DeviceError, NotFiniteError
from engine.project import evaluation, machine, options
from engine.project.arrays import Arrays
from engine.project.document import Project
from engine.project.machine import Machine
from engine.project.prepare import PARTS, Prepared
from engine.project.recovery import state_folder
from engine.project.runs import Run, Status

if TYPE_CHECKING:
    from engine.training.loop import Training
    from engine.training.report import Report


class Fitting:
    """A fit that runs while its reports are taken.

    Attributes:
        training: the engine's iterator; its `learning_rate` may be set from another thread. epochs: the last one.
        steps: batches of an epoch.
    """

    def __init__(
        self, project: Project, prepared: Prepared, resume: Run | None = None, folder: Path | None = None
    ) -> None:
        self.project, self.prepared, self.folder = project, prepared, folder
        rows, held = len(prepared.parts.train), len(prepared.parts.validation)
        self.settings = options.fit(project, rows, held > 0)
        self.epochs = self.settings.epochs or 1
        cores = resume.plan.get("cores") if resume else None
        self.cores = int(cores or devices.cores())
        self.machine = machine.build(project, prepared.recipe, cores=self.cores)
        self.training = self._train(resume)
        self._write = self.training.setup.save
        self.training.setup = dataclasses.replace(self.training.setup, save=self._checkpoint)
        self.events: list[dict[str, Any]] = [dict(event) for event in resume.events] if resume else []
        self._created = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        self._status: Status = "stopped"
        self._reason = ""

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> "Report":
        """Return the next report, figures in the target's own unit.

        Raises:
            NotFiniteError: a loss or weight is no number any more; `run()` still gives the last good weights. Its rows
                are lines of the file.
        """
        try:
            return self._noted(next(self.training))
        except NotFiniteError as error:
            raise self._failed(error) from None

    def by_epoch(self) -> Iterator["Report"]:
        """Yield reports of epochs, events and the end only: the fastest way."""
        try:
            for report in self.training.epochs():
                yield self._noted(report)
        except NotFiniteError as error:
            raise self._failed(error) from None

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next batch."""
        return self.training.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self.training.learning_rate = value

    def stop(self) -> None:
        """Finish the running batch and end."""
        self._reason = "Stopped by you."
        self.training.stop()

    def close(self) -> None:
        """Leave between two batches."""
        self.training.close()

    def run(self) -> Run:
        """Return the run as it is now, with figures of all parts; its id is given by the store that takes it."""
        state = self.training.state()
        model, recipe = self.machine, self.prepared.recipe
        history = self.training.history
        rows = {f"rows/{part}": np.asarray(getattr(self.prepared.parts, part), np.int64) for part in PARTS}
        kept = {f"state/{name}": array for name, array in state.arrays.items()}
        losses = np.asarray(history.batch_losses, np.float32) * np.float32(model.loss_unit())
        layout = self.training.parameters.layout
        seen = {"batches/loss": losses, "epochs/norms": history.norm_table(len(layout.layers))}
        unfinished = Run(
            id="",
            project=_bare(self.project, self.prepared),
            created=self._created,
            status=self._status,
            reason=self._reason if self._status != "finished" else "",
            task=self.prepared.task,
            classes=recipe.classes,
            rows=self.prepared.rows,
            history=tuple(model.own_units(row) for row in history.rows),
            events=tuple(self.events),
            recipe=recipe.to_json(),
            plan={"device": model.device, "cores": self.cores, "batch_size": self.settings.batch_size},
            seconds=float(self.training.position.seconds),
            device=model.device,
            trained=tuple(f"{e.node}/{e.weight}" for e in layout.entries if e.trainable),
            best=self._best(),
            values=dict(state.values),
            weights=_weights(model),
            more=Arrays(rows | kept | seen),
        )
        return unfinished.replace(metrics=evaluation.all_metrics(model, self.prepared))

    def _train(self, resume: Run | None) -> "Training":
        from engine.training.checkpoint import TrainingState

        tensors, settings = self.prepared.tensors, self.settings
        train, held = tensors["train"], tensors["validation"]
        validation = (self.machine.inputs(held), self.machine.targets(held)) if len(held.rows) else None
        state = TrainingState(resume.state_arrays(), resume.values or {}) if resume else None
        if resume is None:
            self.machine.model.adapt(self.machine.inputs(train))
        return self.machine.model.train(
            self.machine.inputs(train),
            self.machine.targets(train),
            batch_size=settings.batch_size,
            epochs=self.epochs,
            validation_data=validation,
            shuffle=settings.shuffle,
            class_weight=self._class_weight(),
            callbacks=list(settings.callbacks or ()),
            seed=settings.seed,
            resume=state,
        )

    def _failed(self, error: NotFiniteError) -> NotFiniteError:
        """Note that the run failed, and let the error speak of lines of the file."""
        if error.rows:
            ids = self.prepared.tensors["train"].rows[list(error.rows)]
            error = error.counted("line", tuple(self.prepared.table.lines[ids].tolist()))
        self._status, self._reason = "failed", str(error)
        return error

    def _checkpoint(self, path: str, weights_only: bool) -> None:
        """Save for ModelCheckpoint. Of a path only the name counts: no project file makes us write elsewhere."""
        folder = self.folder or state_folder().parent / "checkpoints"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DeviceError(f"The folder {folder} cannot be made: {error.strerror}.") from None
        place = folder / (PureWindowsPath(path).name or "checkpoint.layerwright")
        self._write(str(place), weights_only)
        said = f"Checkpoints are saved as {place}."
        if all(event["message"] != said for event in self.events):
            self.events.append({"epoch": self.training.epoch, "step": 0, "message": said})

    def _class_weight(self) -> dict[int, float] | None:
        """Return weights that let each class count the same, or None."""
        output = self.machine.outputs[0]
        if self.settings.class_weight == "none" or len(self.machine.outputs) > 1 or not output.classes:
            return None
        target = self.prepared.tensors["train"].target or {}
        counts = np.bincount(output.class_numbers(target[output.column]), minlength=len(output.classes))
        return {k: float(counts.sum() / (len(counts) * n)) for k, n in enumerate(counts) if n}

    def _noted(self, report: "Report") -> "Report":
        """Keep what is said, and turn the figures into the target's own unit."""
        if report.kind == "event" and report.message:
            self.events.append({"epoch": report.epoch, "step": report.step, "message": report.message})
        if report.kind == "end" and not self._reason:
            self._status = "finished"
        if self.machine.loss_unit() == 1.0:
            return report
        return _converted(report, self.machine)

    def _best(self) -> int | None:
        watchers = self.training.watchers
        for record, memory in zip(watchers.records, watchers.memories, strict=True):
            if getattr(record, "restore_best_weights", False) and self._status == "finished":
                return int(memory["best_epoch"])
        return None


def start(project: Project, prepared: Prepared, *, resume: Run | None = None, folder: Path | None = None) -> Fitting:
    """Return a fit of the project; it runs while its reports are taken.

    folder: where the files of ModelCheckpoint go; without it, the program's own folder of checkpoints.

    resume: a run to go on with, bit for bit; the project must be the one it was made from, up to `fit.epochs`.

    Raises:
        ModelError: the network has a problem, or the run does not fit. DataError: there is nothing to train on.
    """
    return Fitting(project, prepared, resume, folder)


def _bare(project: Project, prepared: Prepared) -> Project:
    """The project as a run keeps it: no positions, no titles, the data as they were read."""
    table = prepared.table
    source = dataclasses.replace(project.data.source, size=table.size, sha256=table.sha256)
    data = dataclasses.replace(project.data, source=source)
    return dataclasses.replace(project, data=data, positions={}, titles={})


def _weights(model: Machine) -> Arrays:
    parameters = model.model.parameters
    named = {f"{e.node}/{e.weight}": parameters.view(e.node, e.weight) for e in parameters.layout.entries}
    return Arrays({name: np.array(array) for name, array in named.items()})


def _converted(report: "Report", model: Machine) -> "Report":
    from engine.training.report import Report

    return Report(
        report.kind, report.epoch, report.batch, report.batches, report.step, lambda: model.own_units(report.logs),
        report.learning_rate, report.message, report.seconds,
    )  # fmt: skip
