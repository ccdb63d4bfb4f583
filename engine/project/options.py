"""What is trained with: optimizer, epochs, batch and callbacks of a project; suggested where nothing is set."""

import dataclasses
import math
from typing import Any

from engine import registry
from engine.project.document import FitSettings, Project
from engine.specs import Spec

EPOCHS = 300
LEARNING_RATE = 0.003
PATIENCE = 30
STEPS = 12_000
"""Suggested optimizer steps at most, before early stopping."""


def optimizer(project: Project) -> Spec:
    """Return the optimizer: as chosen, else Adam with the suggested learning rate."""
    if project.compile.optimizer is not None:
        return project.compile.optimizer
    import engine.optimizers  # noqa: F401  (its records enter the registry)

    made: Spec = registry.named("optimizer", "Adam")(LEARNING_RATE)
    return made


def fit(project: Project, rows: int, has_validation: bool) -> FitSettings:
    """Return the fit settings with nothing left open; rows: of training."""
    settings = project.fit
    size = settings.batch_size or batch_size(rows)
    callbacks = suggested_callbacks(has_validation) if settings.callbacks is None else settings.callbacks
    number = settings.epochs or epochs(rows, size)
    return dataclasses.replace(settings, batch_size=size, epochs=number, callbacks=callbacks)


def batch_size(rows: int) -> int:
    """Return the suggested batch: a power of two between 16 and 256 that gives some twenty steps an epoch."""
    return int(2 ** min(8, max(4, round(math.log2(max(rows, 1) / 20)))))


def epochs(rows: int, size: int) -> int:
    """Return the suggested number of epochs: more for few rows; early stopping usually ends sooner."""
    steps = math.ceil(max(rows, 1) / size)
    return max(20, min(EPOCHS, STEPS // steps))


def suggested_callbacks(has_validation: bool) -> tuple[Spec, ...]:
    """Return EarlyStopping that goes back to the best weights; none without validation rows."""
    if not has_validation:
        return ()
    import engine.callbacks  # noqa: F401  (its records enter the registry)

    record: Any = registry.named("callback", "EarlyStopping")
    return (record(monitor="val_loss", patience=PATIENCE, restore_best_weights=True),)
