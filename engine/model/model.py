"""`Model`: define, compile, fit, evaluate, predict. Thin: it hands networks to the compiler and arrays to training."""

import dataclasses
import os
from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from engine import optimizers
from engine.backend import devices
from engine.compiler.definition import Definition
from engine.compiler.lower import Mode
from engine.compiler.pipeline import ProgramCache
from engine.compiler.program import Program
from engine.errors import UsageError
from engine.layers import Layer, Tensor
from engine.model import adapting, files, settings
from engine.model.built import Built, Shape
from engine.model.feeding import inputs_of, rows_of, unpacked
from engine.model.functional import Form, as_layer, form, network_form
from engine.model.progress import PrintFn, figures, line, lines
from engine.model.wiring import Wiring, wiring
from engine.network.files import from_json
from engine.network.network import Network
from engine.optimizers import Optimizer
from engine.training.arrays import last_rows
from engine.training.checkpoint import TrainingState
from engine.training.evaluation import measure, outputs
from engine.training.history import History
from engine.training.loop import Training
from engine.training.meters import Meters
from engine.training.report import Logs
from engine.training.resume import planned_cores
from engine.training.setup import Options, Setup

BATCH = 32
"""Rows of a batch when nothing is said, as in Keras."""


class Model(Built):
    """A network that can be trained.

    Args:
        inputs, outputs: tensors: one, a list, or a dict by name.
        name: shown in summaries. seed: of the initial weights, and of shuffling and dropout unless `fit` is given one.
    """

    def __init__(self, inputs: Any = None, outputs: Any = None, name: str | None = None, *, seed: int = 0) -> None:
        if inputs is None or outputs is None:
            raise UsageError("Model needs inputs and outputs. A model is described by its layers, not by a subclass.")
        self.given_name = name
        self._begin(form(inputs, outputs), name or "model", seed)

    @classmethod
    def from_network(
        cls,
        network: Network,
        weights: Mapping[tuple[str, str], Any] | None = None,
        *,
        feeds: Mapping[str, Shape] | None = None,
        name: str = "model",
        seed: int = 0,
    ) -> Self:
        """Return the model of a drawn network. weights: (node id, weight) -> array; without: drawn from the seed.

        feeds: Input node id -> shape of a row, for Inputs that name none.
        """
        model = cls.__new__(cls)
        model.given_name = None
        model._begin(network_form(network), name, seed, feeds)
        for (node, weight), value in (weights or {}).items():
            model.parameters.set(node, weight, value)
        return model

    def _begin(self, made: Form, name: str, seed: int, feeds: Mapping[str, Shape] | None = None) -> None:
        self._compiled: settings.Compiled | None = None
        self._optimizer: Optimizer | None = None
        self._dtype = "float32"
        self._cache = ProgramCache()
        self._known: Definition | None = None
        self._wiring: Wiring | None = None
        self._layer: Layer | None = None
        self.history: History | None = None
        self.runs_on = ""
        super().__init__(made, name, seed, feeds)

    # ---- compile -------------------------------------------------------------------------------------------------
    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
        *,
        device: str = "cpu",
        cores: int | None = None,
        dtype: str = "float32",
    ) -> None:
        """Choose optimizer, losses and metrics: names, records or handles; lists or dicts for several outputs.

        run_eagerly, steps_per_execution, jit_compile, auto_scale_loss: accepted for Keras' sake, without effect.
        device: "cpu", "gpu" or "auto"; without a GPU the CPU is taken, and `runs_on` says why. cores: None: all.
        dtype: "float32" or "float64".

        Raises:
            UsageError: a name is unknown or does not match the outputs.
        """
        if dtype not in ("float32", "float64"):
            raise UsageError(f"dtype must be float32 or float64; it is {dtype!r:.40}.")
        self._optimizer, self._dtype = optimizers.get(optimizer), dtype
        asked = {"loss": loss, "loss_weights": loss_weights, "metrics": metrics, "weighted_metrics": weighted_metrics}
        chosen, self.runs_on = devices.choose(device)
        self._compiled = settings.Compiled(asked, chosen, cores)
        self._freeze()
        if self._parameters is not None:
            self._settle()

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer; its `learning_rate` may be set. Raises UsageError before `compile`."""
        if self._optimizer is None:
            raise UsageError("The model has not been compiled. Call model.compile(optimizer=..., loss=...) first.")
        return self._optimizer

    @property
    def definition(self) -> Definition:
        """What is compiled: the network with losses, metrics and optimizer."""
        if self._known is None:
            taught = self._compiled.outputs if self._compiled else ()
            spec = self._optimizer.spec if self._optimizer else None
            self._known = Definition(self.network, taught, spec, self._dtype, tuple(self.feeds.items()))
        return self._known

    def program(self, mode: Mode, rows: int, weighted: bool = False) -> Program:
        """Return the compiled program for so many rows; the last ones stay compiled."""
        device, cores = (self._compiled.device, self._compiled.cores) if self._compiled else ("cpu", None)
        return self._cache.get(self.definition, mode, rows, device=device, cores=cores, weighted=weighted)

    def _settle(self) -> None:
        if self._compiled is not None:
            ends = zip(self._form.names, self.network.outputs, strict=True)
            shapes = self.shapes.output
            self._compiled = self._compiled.resolved([settings.Target(name, shapes[node] or ()) for name, node in ends])
        self._known, self._cache = None, ProgramCache()
        super()._settle()
        self._wiring = wiring(self.definition, self._form.inputs, self._form.names)
        if self._optimizer is not None:
            self._optimizer.iterations = 0

    # ---- fit -----------------------------------------------------------------------------------------------------
    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Mapping[Any, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        validation_batch_size: int | None = None,
        validation_freq: int = 1,
        *,
        seed: int | None = None,
        resume: TrainingState | None = None,
        print_fn: PrintFn = print,
    ) -> History:
        """Train to the end and return the history; `train` with the same arguments yields reports instead."""
        printed = lines(verbose)
        training = self.train(
            x, y, batch_size=batch_size, epochs=epochs, callbacks=callbacks, validation_split=validation_split,
            validation_data=validation_data, shuffle=shuffle, class_weight=class_weight, sample_weight=sample_weight,
            initial_epoch=initial_epoch, validation_batch_size=validation_batch_size, validation_freq=validation_freq,
            seed=seed, resume=resume,
        )  # fmt: skip
        for report in training.epochs():
            if printed and (text := line(report, epochs)):
                print_fn(text)
        training.history.params = {"verbose": verbose, "epochs": epochs, "steps": training.batches}
        self.history = training.history
        return training.history

    def train(
        self,
        x: Any,
        y: Any,
        *,
        batch_size: int | None = None,
        epochs: int = 1,
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Mapping[Any, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        validation_batch_size: int | None = None,
        validation_freq: int = 1,
        seed: int | None = None,
        resume: TrainingState | None = None,
    ) -> Training:
        """Return an iterator of reports that trains while it is read.

        x, y: arrays with rows on axis 0; lists or dicts by name for several inputs and outputs.
        validation_split: this share of the last rows is held back, before any shuffling; validation_data: (x, y) or
        (x, y, sample_weight). class_weight: class -> weight. sample_weight: (rows,).
        resume: the `Training.state()` of a stopped run over the same rows; it goes on as if it had never stopped.

        Raises:
            UsageError: an argument is wrong, or the model is not compiled. DataError: an array does not fit.
        """
        if resume is not None and self._compiled is not None:
            self._compiled = dataclasses.replace(self._compiled, cores=planned_cores(resume))
        ports = self._ready(x)
        train = rows_of(x, y, ports.inputs, ports.targets, self._dtype, sample_weight, class_weight)
        held = None
        if validation_data is not None:
            a, b, weight = unpacked(validation_data)
            held = rows_of(a, b, ports.inputs, ports.targets, self._dtype, weight)
        elif validation_split:
            plain = rows_of(x, y, ports.inputs, ports.targets, self._dtype, sample_weight)
            train, held = last_rows(train, validation_split)[0], last_rows(plain, validation_split)[1]
        options = Options(
            batch_size or BATCH, epochs, initial_epoch, shuffle, self.seed if seed is None else seed,
            validation_batch_size, validation_freq,
        )  # fmt: skip
        setup = Setup(
            self.definition, self.parameters, self.program, self._meters, ports.fed(train),
            None if held is None else ports.fed(held), self.optimizer.learning_rate, self._ended, self._saved,
        )  # fmt: skip
        return Training(setup, options, callbacks, resume)

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Mapping[Any, float] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """Take one step and return loss and metrics of this batch."""
        ports = self._ready(x)
        rows = ports.fed(rows_of(x, y, ports.inputs, ports.targets, self._dtype, sample_weight, class_weight))
        program = self.program("train", rows.rows, rows.weights is not None)
        meters = self._meters(program)
        totals = meters.zeros()
        rate, step, every = self.optimizer.learning_rate, self.parameters.iterations, slice(0, rows.rows)
        program.step(self.parameters, rows.inputs, rows.targets, rows.weights, every, self.seed, step, rate, totals)
        meters.update(program.outputs, rows, every)
        self._ended(rate)
        return self._answer(meters.logs(totals), return_dict)

    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """Return loss and metrics of one batch; nothing is learnt."""
        ports = self._ready(x)
        rows = ports.fed(rows_of(x, y, ports.inputs, ports.targets, self._dtype, sample_weight))
        every = slice(0, rows.rows)
        program = self.program("test", rows.rows, rows.weights is not None)
        meters = self._meters(program)
        totals = meters.zeros()
        found = program.test(self.parameters, rows.inputs, rows.targets, rows.weights, every, totals)
        meters.update(found, rows, every)
        return self._answer(meters.logs(totals), return_dict)

    # ---- evaluate, predict ---------------------------------------------------------------------------------------
    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = 0,
        sample_weight: Any = None,
        return_dict: bool = False,
        *,
        print_fn: PrintFn = print,
    ) -> Any:
        """Return loss and metrics over the rows, dropout off: a number or list in Keras' order, or a dict."""
        printed, ports = lines(verbose), self._ready(x)
        rows = ports.fed(rows_of(x, y, ports.inputs, ports.targets, self._dtype, sample_weight))
        logs = measure(self.program, self.parameters, rows, self._meters, batch_size or BATCH)
        self._cache.release()
        if printed:
            print_fn(figures(logs))
        return self._answer(logs, return_dict)

    def predict(self, x: Any, batch_size: int | None = None, verbose: Any = 0) -> Any:
        """Return the outputs for the rows of x: an array, a list or a dict as the model was made.

        batch_size: most rows at a time; rows are cut into powers of two, so few programs serve any number of rows.
        """
        self._shape_from(x)
        ports = self._ports
        inputs = ports.arranged(inputs_of(x, ports.inputs))
        found = outputs(self.program, self.parameters, inputs, batch_size or 256)
        self._cache.release()
        return self._form.structure.pack(found)

    def predict_on_batch(self, x: Any) -> Any:
        """Return the outputs for one batch."""
        return self.predict(x, batch_size=len(x[0] if isinstance(x, list | tuple) else x))

    def __call__(self, inputs: Any, training: bool = False) -> Any:
        """On tensors: the model as one layer. On arrays: its outputs (training=True is not offered here)."""
        several = inputs if isinstance(inputs, list | tuple) else [inputs]
        if any(isinstance(value, Tensor) for value in several):
            return self.as_layer()(inputs)
        if training:
            raise UsageError("A model is called on arrays to predict only. Use train_on_batch to train.")
        return self.predict(inputs)

    def as_layer(self) -> Layer:
        """Return this model as a layer; always the same one, so that two calls share weights."""
        if self._layer is None:
            self._freeze()
            self._layer = as_layer(self._form, self.given_name)
            self._layer.inner = self
        return self._layer

    def adapt(self, x: Any, batch_size: int | None = None) -> None:
        """Let the Normalization layers learn mean and spread of what reaches them for these rows."""
        self._shape_from(x)
        adapting.adapt(self, inputs_of(x, self._ports.inputs), batch_size or 256)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write network and weights to one safetensors file; `engine.models.load_model` reads it."""
        files.save(self, path)

    # ---- as values -----------------------------------------------------------------------------------------------
    def get_config(self) -> dict[str, Any]:
        """Return name, seed and network as plain JSON values."""
        return {"name": self.name, "seed": self.seed, "network": self.network.to_json()}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "Model":
        """Return the model of `get_config`, with weights drawn anew; raises ProjectError."""
        return Model.from_network(from_json(config["network"]), name=config["name"], seed=config["seed"])

    # ---- parts ---------------------------------------------------------------------------------------------------
    @property
    def _ports(self) -> Wiring:
        if self._wiring is None:
            self.parameters  # noqa: B018  (raises the sentence)
            self._wiring = wiring(self.definition, self._form.inputs, self._form.names)
        return self._wiring

    def _ready(self, x: Any) -> Wiring:
        self.optimizer  # noqa: B018  (raises the sentence)
        self._shape_from(x)
        ports = self._ports
        if not any(taught.loss is not None for taught in self.definition.outputs):
            raise UsageError("No loss was chosen. Call model.compile(loss=...) first.")
        return ports

    def _shape_from(self, x: Any) -> None:
        """Take the row shapes of Inputs that name none from the arrays."""
        if self._parameters is not None:
            return
        names = [self.network.nodes[i].name for i in self._form.inputs]
        values = [x[n] for n in names] if isinstance(x, Mapping) else x if len(names) > 1 else [x]
        self._feed({i: np.shape(v)[1:] for i, v in zip(self._form.inputs, values, strict=True)})

    def _meters(self, program: Program) -> Meters:
        found = self._compiled.figures if self._compiled else ()
        return Meters(program.totals, found, self._form.names, self._ports.taught)

    def _ended(self, rate: float) -> None:
        self._cache.release()
        self.parameters.flat  # noqa: B018  (brings the weights back from a GPU, where layers look for them)
        self.optimizer.learning_rate, self.optimizer.iterations = rate, self.parameters.iterations

    def _saved(self, path: str, weights_only: bool) -> None:
        self.save_weights(path) if weights_only else self.save(path)

    def _answer(self, logs: Logs, as_dict: bool) -> Any:
        if as_dict:
            return logs
        own = [name for name in logs if name == "loss" or name in {f"{o}_loss" for o in self._form.names}]
        rest = [name for name in logs if name not in own]
        values = [logs[n] for n in (["loss", *rest] if len(self._form.names) == 1 else [*own, *sorted(rest)])]
        return values[0] if len(values) == 1 else values
