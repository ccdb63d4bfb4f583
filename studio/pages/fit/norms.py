"""The gradients of a run, layer by layer: norms that grow with the epochs, and which of them hardly learn. No Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.network.network import Network
from studio.document.scope import group_at
from studio.text import tr

if TYPE_CHECKING:
    from engine.training.spread import Spread

Floats = NDArray[np.float32]
State = Literal["", "vanishing", "dead", "exploding"]
LAST = 5
"""Epochs in a row that make a finding."""
SMALL, LARGE = 0.01, 100.0
"""Shares of the median layer's norm below which a gradient vanishes, above which it explodes."""
LOUD = 10.0
"""A norm up to this is no explosion: where the gradient dies on its way back, the last layers only seem large."""
FINDINGS: Mapping[State, str] = {
    "dead": "{name} got no gradient for {n} epochs: nothing in it learns.",
    "vanishing": "The gradient of {name} was below a hundredth of the median layer's for {n} epochs: it learns slowly.",
    "exploding": "The gradient of {name} was above a hundred times the median layer's for {n} epochs: lower the "
    "learning rate or clip gradients.",
}


@dataclass(frozen=True, slots=True)
class Tile:
    """One layer: its place in the network, its name, the norms of all epochs, its weights, what is wrong."""

    place: str
    name: str
    norms: Floats
    spread: "Spread | None"
    state: State

    @property
    def last(self) -> float:
        """The norm of the newest epoch; NaN when there is none."""
        return float(self.norms[-1]) if len(self.norms) else float("nan")


class Norms:
    """A table (epochs, layers) that only grows.

    Args:
        places: of the layers, "n2" or inside of a group "n5/n2", in the order of the columns.
        network: that they lie in.

    Attributes:
        low, high: the smallest and largest norm so far that is not zero; NaN when there is none.
    """

    def __init__(self, places: Sequence[str] = (), network: Network | None = None) -> None:
        self.places = tuple(places)
        self.names = tuple(name_of(network or Network(), place) for place in places)
        self._table: Floats = np.empty((64, len(places)), np.float32)
        self.epochs = 0
        self.low = self.high = float("nan")

    def extend(self, rows: Sequence[Floats]) -> None:
        """Take over the rows that came since the last call: those behind `epochs`."""
        fresh = rows[self.epochs :]
        end = self.epochs + len(fresh)
        while end > len(self._table):
            self._table = np.concatenate([self._table, np.empty_like(self._table)])
        if len(fresh):
            self._table[self.epochs : end] = fresh
            self._widen(self._table[self.epochs : end])
        self.epochs = end

    def _widen(self, fresh: Floats) -> None:
        known = fresh[np.isfinite(fresh) & (fresh > 0)]
        if len(known):
            self.low = float(np.fmin(self.low, known.min()))
            self.high = float(np.fmax(self.high, known.max()))

    @property
    def table(self) -> Floats:
        """All norms so far (a view)."""
        return self._table[: self.epochs]

    def states(self) -> tuple[State, ...]:
        """Return what is wrong with each layer, judged by the last epochs."""
        last = self.table[-LAST:]
        found: list[State] = [""] * len(self.places)
        if len(last) < LAST or not found or not np.isfinite(last).all():
            return tuple(found)
        middle = np.median(last, axis=1, keepdims=True)
        tests: tuple[tuple[State, Any], ...] = (
            ("exploding", (middle > 0) & (last > LARGE * middle) & (last > LOUD)),
            ("vanishing", last < SMALL * middle),
            ("dead", last == 0),
        )
        for state, wrong in tests:
            for index in np.flatnonzero(np.all(wrong, axis=0)):
                found[index] = state
        return tuple(found)

    def tiles(self, spreads: Sequence["Spread"] = ()) -> list[Tile]:
        """Return all layers, in order."""
        states = self.states()
        known = [*spreads, *[None] * (len(self.places) - len(spreads))]
        return [
            Tile(place, self.names[i], self.table[:, i], known[i], states[i]) for i, place in enumerate(self.places)
        ]

    def finding(self, index: int, state: State) -> str:
        """Return the sentence about a layer that does not learn as it should."""
        return tr(FINDINGS[state], name=self.names[index], n=LAST)


def name_of(network: Network, place: str) -> str:
    """Return what people call a layer at a place: "dense_2", or inside of a group "block / dense_2"."""
    names = []
    inside: Network | None = network
    for node in place.split("/"):
        if inside is None or node not in inside.nodes:
            names.append(node)
            break
        names.append(inside.nodes[node].name)
        group = group_at(inside, node)
        inside = group.network if group else None
    return " / ".join(names)
