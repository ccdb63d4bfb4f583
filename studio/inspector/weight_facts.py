"""What is told of the weights of a layer: figures and a histogram of each array of a run."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.network.network import Network
from engine.project.runs import Run
from studio.document.session import Session

BARS = 24
MOST_DRAWN = 200_000
"""Arrays with more numbers are not drawn for a picture."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One array a node needs: its name, shape and how it begins; `key` is its name in a run."""

    key: str
    name: str
    shape: tuple[int, ...]
    initializer: Any
    trainable: bool

    @property
    def begins(self) -> str:
        """How it begins, as in Keras: "GlorotUniform"."""
        return str(self.initializer.source()).removesuffix("()")

    def draw(self) -> tuple[int, ...]:
        """Return a histogram of values it may begin with; nothing for large arrays and for constants."""
        if math.prod(self.shape) > MOST_DRAWN:
            return ()
        found = figures(self.name, self.initializer.make(self.shape, np.random.default_rng(0)))
        return found.bars if found.low < found.high else ()


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of one array, over its finite numbers. odd: NaN and infinite ones. bars: counts from low to high."""

    name: str
    shape: tuple[int, ...]
    count: int
    mean: float
    std: float
    low: float
    high: float
    zeros: int
    odd: int
    bars: tuple[int, ...]


def owner_of(network: Network, node: str) -> str:
    """Return the node whose weights a node uses: itself, or the one it shares with."""
    return network.nodes[node].shares or node


def variables(session: Session, node: str) -> tuple[Variable, ...]:
    """Return the arrays that a node needs, as the network is now; none while its shape is unknown."""
    network, path = session.project.network, getattr(session, "scope", ())
    owner = owner_of(network, node)
    inner = getattr(network.nodes[owner].layer, "network", None) if owner in network.nodes else None
    found = session.shapes.weights.get(owner, ())
    return tuple(
        Variable(_key(path, owner, w.name), _name(w.name, inner), w.shape, w.initializer, w.trainable) for w in found
    )


def _key(path: tuple[str, ...], node: str, name: str) -> str:
    """Return the name of an array in a run; path: the open groups around its layer."""
    first, *rest = (*path, node)
    return f"{first}/{'_'.join((*rest, name))}"


def _name(name: str, inner: Any) -> str:
    """Return the name of an array for people; inside a group it begins with the layer's: "dense_1 kernel"."""
    id, _, rest = name.partition("_")
    return f"{inner.nodes[id].name} {rest}" if inner is not None and id in inner.nodes else name


def held(run: Run | None, wanted: tuple[Variable, ...]) -> tuple[Variable, ...]:
    """Return the arrays that a run holds in the shape in which the network needs them."""
    if run is None:
        return ()
    known = run.weights.tensors
    return tuple(v for v in wanted if v.key in known and tuple(known[v.key][1]) == v.shape)


class Reading:
    """What the thread does: read the arrays of a run and work out their figures."""

    def __init__(self, run: Run, wanted: tuple[Variable, ...]) -> None:
        self._run, self._wanted = run, wanted

    def __call__(self) -> tuple[Figures, ...]:
        return tuple(figures(v.name, self._run.weights[v.key]) for v in self._wanted)


def figures(name: str, array: Any) -> Figures:
    """Return the figures of an array."""
    values = np.asarray(array, np.float64).ravel()
    fine = values[np.isfinite(values)]
    odd, zeros = len(values) - len(fine), int((fine == 0).sum())
    if not len(fine):
        return Figures(name, np.shape(array), len(values), 0.0, 0.0, 0.0, 0.0, zeros, odd, ())
    low, high = float(fine.min()), float(fine.max())
    counts, _ = np.histogram(fine, BARS, (low, high) if low < high else (low - 0.5, high + 0.5))
    return Figures(
        name, np.shape(array), len(values), float(fine.mean()), float(fine.std()), low, high, zeros, odd,
        tuple(int(c) for c in counts),
    )  # fmt: skip
