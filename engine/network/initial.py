"""The weights a network begins with."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelError
from engine.network.network import Network
from engine.network.shapes import Shapes, infer


def initial_weights(network: Network, seed: int, shapes: Shapes | None = None) -> dict[tuple[str, str], NDArray[Any]]:
    """Return (node id, weight name) -> array. Each weight has a stream of its own, keyed by the seed, the number in its
    node's id and its place in the layer, so that an edit elsewhere changes nothing.

    shapes: those of the network, where Inputs take theirs from data.

    Raises:
        ModelError: the network has a problem.
    """
    shapes = shapes or infer(network)
    if not shapes.ok:
        raise ModelError(str(shapes.problems[0]), shapes.problems)
    return {
        (id, w.name): w.initializer.make(w.shape, np.random.default_rng([seed, int(id[1:]), place]), w.dtype)
        for id, weights in shapes.weights.items()
        for place, w in enumerate(weights)
    }
