"""`Sequential`: a stack of layers, as in Keras."""

from collections.abc import Sequence
from typing import Any

from engine import layers as records
from engine.errors import UsageError
from engine.layers import Layer, Tensor
from engine.layers.core import Input
from engine.model.functional import Form
from engine.model.model import Model
from engine.model.wiring import Structure
from engine.network.network import Network


class Sequential(Model):
    """Layers one after the other. Without an `Input` the shape comes from `build` or from the first data.

    Args:
        layers: layers, records or models; the first may be an `Input`.
        name, seed: as in `Model`.
    """

    def __init__(self, layers: Sequence[Any] | None = None, name: str | None = None, *, seed: int = 0) -> None:
        self.given_name, self._seed = name, seed
        self._stack: list[Layer] = []
        for layer in layers or []:
            self._push(layer)
        self._rebuild()

    def add(self, layer: Any) -> None:
        """Put a layer on top; what `compile` settled before is gone."""
        self._push(layer)
        self._rebuild()

    def pop(self) -> Layer:
        """Take the top layer off and return it; raises UsageError when there is none."""
        if not self.layers:
            raise UsageError("The stack is empty.")
        gone = self._stack.pop()
        self._rebuild()
        return gone

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights for inputs of this shape; its first entry, the rows, is not looked at."""
        self._feed({self.input_ids[0]: tuple(int(n or 0) for n in input_shape[1:])})

    @property
    def layers(self) -> list[Layer]:
        """The layers from first to last, without the Input."""
        return [layer for layer in dict.fromkeys(self._stack) if not isinstance(layer.spec, Input)]

    def _push(self, layer: Any) -> None:
        if isinstance(layer, Tensor):
            layer = layer.call.layer
        elif isinstance(layer, Model):
            layer = layer.as_layer()
        made = records.get(layer)
        if self._stack and isinstance(made.spec, Input):
            raise UsageError("Only the first layer of a Sequential may be an Input.")
        self._stack.append(made)

    def _rebuild(self) -> None:
        self._begin(_form(self._stack), self.given_name or "sequential", self._seed)


def _form(stack: Sequence[Layer]) -> Form:
    entered = bool(stack) and isinstance(stack[0].spec, Input)
    chain = list(stack) if entered else [records.make(Input()), *stack]
    network, made, first = Network(), dict[str, Layer](), dict[Layer, str]()
    before = None
    for layer in chain:
        name = layer.given_name if layer not in first else None
        network, node = network.add(layer.spec, name, trainable=layer.trainable, shares=first.get(layer))
        if layer not in first and layer.auto_name is None:
            layer.auto_name = node.name
        first.setdefault(layer, node.id)
        network = network if before is None else network.wire(before, node.id)
        made[node.id], before = layer, node.id
    network = network.with_outputs(before) if stack and before else network
    names = (network.nodes[before].name,) if stack and before else ()
    return Form(network, made, network.inputs(), names, Structure())
