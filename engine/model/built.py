"""A network with weights: the part of `Model` that knows layers, parameters and names, but no training."""

import dataclasses
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from engine.compiler.definition import Definition
from engine.compiler.layout import layout
from engine.compiler.parameters import Parameters
from engine.errors import ModelError, UsageError
from engine.layers import Layer, Variable
from engine.model import weights
from engine.model.functional import Form
from engine.network import summary as summaries
from engine.network.initial import initial_weights
from engine.network.nested import Nested
from engine.network.network import Network
from engine.network.shapes import Shapes, infer

Array = NDArray[Any]
Shape = tuple[int, ...]


class Built:
    """Layers, variables and parameters of a model. Weights exist as soon as the shapes of all inputs are known.

    Attributes:
        network: nodes and wires. seed: of the initial weights. feeds: row shapes of Inputs that name none themselves.
    """

    def __init__(self, form: Form, name: str, seed: int, feeds: Mapping[str, Shape] | None = None) -> None:
        self.name, self.seed, self._form = name, seed, form
        self.feeds: dict[str, Shape] = dict(feeds or {})
        self._parameters: Parameters | None = None
        self._bound: list[tuple[Variable, Array]] = []
        if self.network.outputs and self.shapes.ok:
            self._settle()

    # ---- what it is made of --------------------------------------------------------------------------------------
    @property
    def network(self) -> Network:
        """The network, with the present `trainable` of its layers."""
        return self._form.network

    @property
    def definition(self) -> Definition:
        """What is compiled."""
        return Definition(self.network, feeds=tuple(self.feeds.items()))

    @property
    def shapes(self) -> Shapes:
        """Shapes, parameter counts and problems of the network."""
        return infer(self.network, self.feeds)

    @property
    def layers(self) -> list[Layer]:
        """The layers in order, each once."""
        return list(dict.fromkeys(self._form.layers[node.id] for node in self.network))

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """Return a layer by name or by its place in `layers`; raises UsageError."""
        if index is not None:
            if not -len(self.layers) <= index < len(self.layers):
                raise UsageError(f"The model has {len(self.layers)} layers; there is no number {index}.")
            return self.layers[index]
        found = next((layer for layer in self.layers if layer.name == name), None)
        if found is None:
            names = ", ".join(layer.name for layer in self.layers)
            raise UsageError(f"There is no layer {name!r:.60}. The model has {names}.")
        return found

    @property
    def input_shape(self) -> Any:
        """Shape of the input, None for the rows; a list of shapes for several inputs."""
        found = [(None, *(self.shapes.output[i] or ())) for i in self._form.inputs]
        return found[0] if len(found) == 1 else found

    @property
    def output_shape(self) -> Any:
        """Shape of the output, None for the rows; a list of shapes for several outputs."""
        found = [(None, *(self.shapes.output[o] or ())) for o in self.network.outputs]
        return found[0] if len(found) == 1 else found

    @property
    def trainable(self) -> bool:
        """Whether any layer is trained. Setting it sets all layers; it counts from the next `compile`."""
        return any(layer.trainable for layer in self.layers)

    @trainable.setter
    def trainable(self, value: bool) -> None:
        for layer in self.layers:
            layer.trainable = bool(value)
            if layer.inner is not None:
                layer.inner.trainable = value

    def summary(self, print_fn: Callable[[str], Any] = print) -> None:
        """Print the table of layers, shapes and parameters."""
        print_fn(summaries.text(summaries.summarize(self.network, self.shapes, self.definition.dtype), self.name))

    @property
    def input_ids(self) -> tuple[str, ...]:
        """The Input nodes in the order in which arrays are passed."""
        return self._form.inputs

    # ---- weights -------------------------------------------------------------------------------------------------
    @property
    def parameters(self) -> Parameters:
        """The arrays that training changes; raises ModelError while the shape of an input is unknown."""
        if self._parameters is None:
            problems = self.shapes.problems
            raise ModelError(str(problems[0]) if problems else "The model has no shapes yet.", problems)
        self._rebind()
        return self._parameters

    @property
    def weights(self) -> list[Variable]:
        """All variables, layer by layer."""
        return [v for layer in self.layers for v in layer.weights]

    variables = weights

    @property
    def trainable_weights(self) -> list[Variable]:
        """The variables that training changes."""
        return [v for layer in self.layers for v in layer.trainable_weights]

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The other variables."""
        return [v for layer in self.layers for v in layer.non_trainable_weights]

    trainable_variables, non_trainable_variables = trainable_weights, non_trainable_weights

    def count_params(self) -> int:
        """Return how many numbers the weights hold."""
        return self.parameters.layout.size

    def get_weights(self) -> list[Array]:
        """Return copies of all weights, layer by layer, the trainable ones of a layer first."""
        return weights.get(self.network, self.parameters)

    def set_weights(self, values: Sequence[Any]) -> None:
        """Set all weights; raises UsageError when number or shapes differ."""
        weights.put(self.network, self.parameters, values)

    def save_weights(self, path: str | os.PathLike[str]) -> None:
        """Write the weights to a safetensors file."""
        weights.save(path, self.network, self.parameters)

    def load_weights(self, path: str | os.PathLike[str], skip_mismatch: bool = False) -> None:
        """Read what `save_weights` wrote; raises ProjectError and UsageError."""
        weights.load(path, self.network, self.parameters, skip_mismatch)

    # ---- binding -------------------------------------------------------------------------------------------------
    def _settle(self) -> None:
        """Make the flat vectors of the definition, with the values that the layers have, and point the layers there."""
        shapes = self.shapes
        drawn = initial_weights(self.network, self.seed, shapes)
        places = layout(self.definition)
        variables = [self._variable(entry.node, entry.weight, shapes) for entry in places.entries]
        for entry, variable in zip(places.entries, variables, strict=True):
            if variable.drawn:
                drawn[entry.node, entry.weight] = variable.value
        self._parameters = Parameters(places, drawn)
        self._bound = []
        for entry, variable in zip(places.entries, variables, strict=True):
            view = self._parameters.view(entry.node, entry.weight)
            variable.point(view, self._parameters.fetch)
            self._bound.append((variable, view))

    def _rebind(self) -> None:
        """Take back variables that another model's compile pointed elsewhere, with the values they have now."""
        for variable, view in self._bound:
            if not variable.holds(view) and self._parameters is not None:
                self._parameters.fetch()
                view[...] = variable.value
                variable.point(view, self._parameters.fetch)

    def _variable(self, node: str, weight: str, shapes: Shapes) -> Variable:
        layer = self._form.layers[node]
        if not layer.built:
            layer.build([(None, *(shapes.output[s] or ())) for s in self.network.sources(node)])
        return layer.variable(weight)

    def _freeze(self) -> None:
        """Let the network know which layers are trained now."""
        network = self.network
        for node in network:
            layer = self._form.layers[node.id]
            if layer.inner is not None:
                layer.inner._freeze()
                network = network.replace(node.id, layer=Nested(layer.inner.network))
            if node.trainable != layer.trainable:
                network = network.replace(node.id, trainable=layer.trainable)
        self._form = dataclasses.replace(self._form, network=network)

    def _feed(self, given: Mapping[str, Shape]) -> None:
        """Take the shapes of inputs that name none from data, and make the weights."""
        if self._parameters is not None:
            return
        self.feeds |= given
        shapes = self.shapes
        if not shapes.ok:
            raise ModelError(str(shapes.problems[0]), shapes.problems)
        self._settle()
