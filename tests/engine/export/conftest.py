"""Runs to export: networks of many kinds, fitted for a few epochs on the samples."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import pytest

from engine import registry
from engine.data.settings import Column
from engine.network.network import Network
from engine.project import lifecycle
from engine.project.document import Target
from resources import sample_path


def make(kind: str, name: str, *values: Any, **settings: Any) -> Any:
    return registry.named(kind, name)(*values, **settings)


def layer(name: str, *values: Any, **settings: Any) -> Any:
    return make("layer", name, *values, **settings)


def chain(*layers: Any) -> Network:
    network, before = Network(), None
    for spec in layers:
        network, node = network.add(spec, "features" if spec.KERAS == "Input" else None)
        network = network.wire(before.id, node.id) if before else network
        before = node
    return network.with_outputs(before.id)


def two_tensors() -> Network:
    """Numbers that are normalized, beside two embedded categories."""
    network, numbers = Network().add(layer("Input", (1,)), "features")
    network, island = network.add(layer("Input", (1,), dtype="int32"), "island")
    network, sex = network.add(layer("Input", (1,), dtype="int32"), "sex")
    network, scaled = network.add(layer("Normalization"))
    network, joined = network.add(layer("Concatenate"))
    network, hidden = network.add(layer("Dense", 8, activation="gelu"))
    network, out = network.add(layer("Dense", 3, activation="softmax"))
    network = network.wire(numbers.id, scaled.id).wire(scaled.id, joined.id)
    for source in (island, sex):
        network, embedded = network.add(layer("Embedding", 4 if source is island else 3, 2))
        network, flat = network.add(layer("Flatten"))
        network = network.wire(source.id, embedded.id).wire(embedded.id, flat.id).wire(flat.id, joined.id)
    return network.wire(joined.id, hidden.id).wire(hidden.id, out.id).with_outputs(out.id)


def grouped() -> Network:
    """A group that normalizes, with a group in it; another that is used twice; a dropout and a frozen layer inside."""
    from engine.network.nested import Model

    deep = chain(layer("Input"), layer("Dense", 6, activation="relu"), layer("BatchNormalization"))
    first = chain(layer("Input"), layer("Normalization"), layer("Dense", 6, activation="tanh"), Model(deep))
    twice = chain(layer("Input"), layer("Dense", 6, activation="relu"), layer("Dropout", 0.1), layer("Dense", 6))
    frozen = next(n.id for n in twice if n.layer.KERAS == "Dense")
    network, entrance = Network().add(layer("Input", (10,)), "features")
    made = [entrance.id]
    for spec in (Model(first), Model(twice.replace(frozen, trainable=False)), layer("Dense", 3, activation="softmax")):
        network, node = network.add(spec)
        network = network.wire(made[-1], node.id)
        made.append(node.id)
    network, again = network.add(Model(twice.replace(frozen, trainable=False)), shares=made[2])
    network = network.wire(made[2], again.id)
    wire = next(w for w in network.wires if w.target == made[3])
    return network.unwire(wire).wire(again.id, made[3]).with_outputs(made[3])


@dataclass
class Case:
    """A sample, a network and how it is trained."""

    sample: str
    target: str
    network: Network | None = None
    optimizer: Any = None
    loss: Any = None
    callbacks: tuple[Any, ...] | None = ()
    epochs: int | None = 4
    more: dict[str, Any] = field(default_factory=dict)

    def applied(self, project: Any) -> Any:
        fit = {"epochs": self.epochs, "callbacks": self.callbacks, "seed": 3}
        fit |= {k: v for k, v in self.more.items() if k == "class_weight"}
        data = {k: v for k, v in self.more.items() if k in ("scale", "task")}
        columns = dict(project.data.columns) | self.more.get("columns", {})
        return dataclasses.replace(
            project,
            network=self.network or project.network,
            feeds={} if self.network else project.feeds,
            targets=(Target(loss=self.loss),),
            compile=dataclasses.replace(project.compile, optimizer=self.optimizer),
            fit=dataclasses.replace(project.fit, **fit),
            data=dataclasses.replace(project.data, columns=columns, **data),
        )


def cases() -> dict[str, Case]:
    capped = {"kernel_regularizer": "l2", "kernel_constraint": make("constraint", "MaxNorm", 2.0)}
    normalized = chain(
        layer("Input", (10,)),
        layer("Dense", 16, activation="relu", **capped),
        layer("BatchNormalization"),
        layer("GaussianNoise", 0.1),
        layer("LayerNormalization"),
        layer("Dense", 8, activation="tanh", kernel_initializer="he_normal"),
        layer("Dense", 3, activation="softmax"),
    )
    image = chain(
        layer("Input", (61,)),
        layer("Dense", 64),
        layer("Reshape", (8, 8, 1)),
        layer("Conv2D", 4, 3, padding="same", activation="relu"),
        layer("MaxPooling2D", 2),
        layer("Conv2D", 4, 3),
        layer("GlobalAveragePooling2D"),
        layer("Dense", 10),
    )
    numbers = chain(layer("Input", (10,)), layer("Dense", 16, activation="selu"), layer("PReLU"), layer("Dense", 1))
    small = layer("Dense", 8, activation="softplus")
    logits = chain(layer("Input", (30,)), layer("Dropout", 0.2), small, layer("Dense", 1))
    softmax = chain(layer("Input", (4,)), layer("Dense", 3, activation="softmax"))
    spare = chain(layer("Input", (4,)), layer("Dense", 5, activation="softmax"))
    plateau = make("callback", "ReduceLROnPlateau", patience=1, min_delta=0.1)
    stop = make("callback", "EarlyStopping", monitor="val_accuracy", patience=2, restore_best_weights=True)
    index = {name: Column(name, encode="index") for name in ("island", "sex")}
    momentum = make("optimizer", "SGD", 0.05, momentum=0.9, nesterov=True, clipnorm=1.0)
    centered = make("optimizer", "RMSprop", 0.01, momentum=0.5, centered=True, global_clipnorm=0.5)
    decayed = make("optimizer", "Adam", 0.01, weight_decay=0.01, clipvalue=0.1)
    adamw = make("optimizer", "AdamW", 0.01)
    smooth = make("loss", "CategoricalCrossentropy", label_smoothing=0.1)
    return {
        "normalized": Case("penguins", "species", normalized, momentum, more={"class_weight": "balanced"}),
        "embedded": Case("penguins", "species", two_tensors(), adamw, more={"columns": index, "scale": "none"}),
        "image": Case("digits", "digit", image, make("optimizer", "Adam", 0.01), epochs=2),
        "numbers": Case("diabetes", "progression", numbers, centered, make("loss", "Huber"), (plateau,), 6),
        "logits": Case("breast_cancer", "diagnosis", logits, decayed, None, (stop,), 8),
        "grouped": Case("penguins", "species", grouped(), make("optimizer", "Adam", 0.01)),
        "one_hot": Case("iris", "species", softmax, None, smooth),
        "spare_units": Case("iris", "species", spare),
        "suggested_classes": Case("wine", "class", callbacks=None, epochs=None),
        "suggested_numbers": Case("diabetes", "progression", callbacks=None, epochs=None),
    }


@dataclass
class Made:
    """A fitted case."""

    case: Case
    project: Any
    table: Any
    run: Any


def fitted(case: Case) -> Made:
    project = lifecycle.new_project(sample_path(case.sample), case.target)
    table = lifecycle.open_table(project)
    project = case.applied(lifecycle.suggest(project, table))
    fitting = lifecycle.start(project, lifecycle.prepare(project, table))
    for _ in fitting.by_epoch():
        pass
    return Made(case, project, table, fitting.run())


@pytest.fixture(scope="session")
def made():
    """Return the fitted case of a name; each is fitted once."""
    known: dict[str, Made] = {}

    def get(name: str) -> Made:
        if name not in known:
            known[name] = fitted(cases()[name])
        return known[name]

    return get
