"""What a script is made from: the compiled model of a run, with the names and orders that the generated parts share."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiler.definition import Definition
from engine.compiler.lower import Lowered, lower, weight_name
from engine.ir.graph import ordered
from engine.project import machine, options
from engine.project.document import FitSettings
from engine.project.machine import Machine
from engine.project.runs import Run
from engine.training.meters import Figure


@dataclass(frozen=True)
class Subject:
    """One run, ready to be written."""

    run: Run
    machine: Machine

    @property
    def definition(self) -> Definition:
        """What was compiled."""
        return self.machine.model.definition

    @cached_property
    def lowered(self) -> Lowered:
        """The graph of a prediction, for names and orders."""
        return lower(self.definition, "predict", 7919)

    @cached_property
    def settings(self) -> FitSettings:
        """How it was trained, nothing left open."""
        return options.fit(self.run.project, len(self.run.part("train")), len(self.run.part("validation")) > 0)

    @property
    def inputs(self) -> list[str]:
        """Names of the recipe's tensors in the order of the network's inputs."""
        return [self.machine.feeds[leaf.origin] for leaf in self.lowered.inputs]

    @property
    def layout(self) -> list[tuple[str, tuple[int, ...]]]:
        """Name and shape of each weight in the order of the flat vector."""
        names = self.lowered.names
        return [(weight_name(names, e.node, e.weight), e.shape) for e in self.lowered.layout.entries]

    @property
    def flat(self) -> NDArray[Any]:
        """The weights as one vector."""
        return self.machine.model.parameters.flat.copy()

    @property
    def figures(self) -> list[Figure]:
        """The metrics that programs sum up, in their order."""
        compiled = self.machine.model._compiled
        figures = [f for f in compiled.figures if not f.weighted] if compiled else []
        taught = lower(self.definition, "test", 7919).metrics
        return [[f for f in figures if f.output == m.output][m.index] for m in taught if not m.weighted]

    @property
    def metrics(self) -> list[str]:
        """Their names."""
        return [figure.key for figure in self.figures]

    @property
    def roots(self) -> list[str]:
        """The names of those that are the root of a mean."""
        return [figure.key for figure in self.figures if figure.metric.KERAS == "RootMeanSquaredError"]

    @property
    def draws(self) -> bool:
        """Whether training draws random numbers: dropout, noise."""
        return any(value.op.random for value in ordered(lower(self.definition, "train", 7919).outputs))


def subject_of(run: Run) -> Subject:
    """Return the subject of a run; raises ProjectError if its weights or recipe do not fit its network."""
    return Subject(run, machine.of(run))


def bytes_of(flat: NDArray[Any]) -> bytes:
    """Return the numbers as little-endian bytes, the same on every machine."""
    return np.ascontiguousarray(flat, flat.dtype.newbyteorder("<")).tobytes()
