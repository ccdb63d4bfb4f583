"""A run as a TrainingState and back: all that a run is between two batches, and the check that it fits the new one."""

from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import ModelError, UsageError
from engine.training.checkpoint import TrainingState

if TYPE_CHECKING:
    from engine.training.loop import Training


def capture(training: "Training", ended: bool = False) -> TrainingState:
    """Return the state of a run. Nothing in it changes when the run goes on.

    ended: the run is over, so whoever resumes it wants more epochs, even if a callback had stopped it.
    """
    position, watchers, history = training.position, training.watchers, training.history
    arrays = {f"parameters.{name}": array for name, array in training.parameters.arrays().items()}
    arrays |= {"totals": position.totals.copy(), "batches.loss": history.batch_losses.copy()}
    arrays |= {"epochs.norms": history.norm_table(len(training.parameters.layout.layers))}
    arrays |= {f"kept.{index}": array.copy() for index, array in watchers.kept.items()}
    arrays |= {f"metric.{name}": np.array(array) for name, array in training.meters.arrays().items()}
    if position.order is not None:
        arrays["order"] = position.order.copy()
    values = {
        "run": _same(training), "plan": training.plan.to_json(),
        "epoch": position.epoch, "batch": position.batch, "step": training.parameters.iterations,
        "first_step": position.first_step, "learning_rate": position.rate,
        "edits": [list(edit) for edit in position.edits], "seconds": position.seconds,
        "callbacks": [record.get_config() for record in watchers.records],
        "memories": [dict(memory) for memory in watchers.memories], "stopped": "" if ended else watchers.stopped,
        "rows": [dict(row) for row in history.rows],
    }  # fmt: skip
    return TrainingState(arrays, values)


def restore(training: "Training", state: TrainingState) -> None:
    """Put a run where the state was taken; raises ModelError or UsageError when the state is of another run."""
    values, arrays = state.values, state.arrays
    _compare(_same(training), values.get("run"))
    position, watchers = training.position, training.watchers
    if [record.get_config() for record in watchers.records] != values["callbacks"]:
        raise UsageError("A resumed run needs the callbacks it began with; these are others. Start a new run instead.")
    vectors = {n.removeprefix("parameters."): a for n, a in arrays.items() if n.startswith("parameters.")}
    training.parameters.load(vectors, values["step"])
    position.epoch, position.batch = values["epoch"], values["batch"]
    position.first_step, position.rate = values["first_step"], values["learning_rate"]
    position.edits, position.seconds = [(step, rate) for step, rate in values["edits"]], values["seconds"]
    position.totals[:] = arrays["totals"]
    position.order = np.array(arrays["order"], np.intp) if "order" in arrays else None
    training.meters.load({n.removeprefix("metric."): a for n, a in arrays.items() if n.startswith("metric.")})
    watchers.stopped = values["stopped"]
    watchers.memories = [dict(memory) for memory in values["memories"]]
    watchers.kept = {int(n[5:]): np.array(a) for n, a in arrays.items() if n.startswith("kept.")}
    unknown = np.full((len(values["rows"]), len(training.parameters.layout.layers)), np.nan, np.float32)
    training.history.restore(values["rows"], arrays["batches.loss"], arrays.get("epochs.norms", unknown))


def planned_cores(state: TrainingState) -> int | None:
    """Return the cores that a run was planned for: another split of the batches would change its bits."""
    plan = state.values.get("plan")
    cores = plan.get("cores") if isinstance(plan, dict) else None
    return cores if isinstance(cores, int) and 0 < cores <= 1024 else None


def _same(training: "Training") -> dict[str, Any]:
    """Return what must be equal for the bits to be equal."""
    setup, options = training.setup, training.options
    layout = setup.parameters.layout
    return {
        "rows": setup.train.rows, "batch_size": options.batch_size, "shuffle": options.shuffle, "seed": options.seed,
        "dtype": layout.dtype, "slots": list(layout.slots),
        "weights": [[e.node, e.weight, list(e.shape), e.trainable] for e in layout.entries],
    }  # fmt: skip


SENTENCES = {
    "rows": "rows of training data",
    "batch_size": "rows a batch",
    "shuffle": "as shuffling",
    "seed": "as seed",
    "dtype": "as type of the weights",
    "slots": "as memory of the optimizer",
    "weights": "as weights",
}


def _compare(now: dict[str, Any], then: Any) -> None:
    if not isinstance(then, dict):
        raise ModelError("This is not the state of a training run.")
    for name, what in SENTENCES.items():
        if now[name] != then.get(name):
            text = f"The run to resume had {then.get(name)!r:.80} {what}; now it is {now[name]!r:.80}."
            raise ModelError(f"{text} Resume with what it began with, or start a new run.")
