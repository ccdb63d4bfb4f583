"""Optimizers as people use them."""

import numpy as np
import pytest

from engine import layers, ops, optimizers, registry
from engine.errors import UsageError


def test_an_optimizer_goes_downhill_and_counts() -> None:
    for name in ("sgd", "rmsprop", "adam", "adamw"):
        optimizer = optimizers.get(name)
        optimizer.learning_rate = 0.1
        w = np.array([3.0, -2.0])
        for _ in range(300):
            optimizer.apply_gradients([(2 * w, w)])
        assert np.abs(w).max() < 0.2, name
        assert optimizer.iterations == 300


def test_variables_of_layers_are_updated_in_place() -> None:
    layer = layers.Dense(1, use_bias=False, kernel_initializer="ones")
    layer.build((None, 2))
    optimizers.SGD(0.5).apply_gradients([(np.ones((2, 1), np.float32), layer.kernel)])
    assert layer.kernel.numpy().tolist() == [[0.5], [0.5]]


def test_config_keeps_the_present_rate() -> None:
    optimizer = optimizers.Adam(0.1, name="mine")
    optimizer.learning_rate = 0.05
    again = optimizers.Adam.from_config(optimizer.get_config())
    assert (again.learning_rate, again.name) == (0.05, "mine")
    assert optimizers.get({"id": "optimizer.sgd/1", "momentum": 0.5}).spec.momentum == 0.5


def test_slots_depend_on_the_settings() -> None:
    slots = {
        "SGD": (), "SGD momentum": ("momentum",), "RMSprop": ("velocity",), "Adam": ("momentum", "velocity"),
        "Adam amsgrad": ("momentum", "velocity", "largest"), "RMSprop all": ("velocity", "momentum", "mean"),
    }  # fmt: skip
    made = {
        "SGD": optimizers.SGD(), "SGD momentum": optimizers.SGD(momentum=0.9), "RMSprop": optimizers.RMSprop(),
        "Adam": optimizers.Adam(), "Adam amsgrad": optimizers.Adam(amsgrad=True),
        "RMSprop all": optimizers.RMSprop(momentum=0.5, centered=True),
    }  # fmt: skip
    assert {name: o.spec.SLOTS for name, o in made.items()} == slots


def test_an_update_is_elementwise_and_keeps_its_type() -> None:
    for record in registry.records("optimizer"):
        spec = record()
        w, g = ops.input("w", (7,)), ops.input("g", (7,))
        slots = {name: ops.input(name, (7,)) for name in spec.SLOTS}
        new, after = spec.update(w, g, slots, ops.input("lr", ()), ops.input("t", ()))
        assert [(v.shape, v.dtype) for v in (new, *after.values())] == [((7,), "float32")] * (1 + len(slots))
        assert tuple(after) == spec.SLOTS


def test_only_one_way_of_clipping() -> None:
    with pytest.raises(UsageError, match="only one way of clipping may be set; clipnorm and clipvalue are"):
        optimizers.Adam(clipnorm=1.0, clipvalue=1.0)
    with pytest.raises(UsageError, match="learning_rate must be at least 0"):
        optimizers.SGD(-1.0)
    with pytest.raises(UsageError, match="There is no optimizer 'adm'"):
        optimizers.get("adm")
