"""`Callback`: the base for callbacks that people write themselves, as in Keras."""

from collections.abc import Mapping
from typing import Any

Logs = Mapping[str, float] | None


class Callback:
    """Override the hooks you need. `self.model` is not the model but a view of the run: `epoch`, `batch`, `logs`,
    `learning_rate` (settable; also as `optimizer.learning_rate`), `stop_training = True`, `save(path)`,
    `save_weights(path)`. What such a callback remembers is not kept for resuming. Keras: Callback.
    """

    model: Any = None

    def set_model(self, model: Any) -> None:
        """Get the view of the run that begins."""
        self.model = model

    def on_train_begin(self, logs: Logs = None) -> None:
        """Before the first batch."""

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Before each epoch, counted from 0."""

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """After each batch, with the running means. Costs time only where it is overridden."""

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """After each epoch, with its figures and those of validation."""

    def on_train_end(self, logs: Logs = None) -> None:
        """After the last epoch, whatever ended the run."""
