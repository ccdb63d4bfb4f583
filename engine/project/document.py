"""The document: an immutable value that holds what a person decides. An edit is a function Project -> Project."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from engine.data.settings import DataSettings
from engine.network.kept import Kept
from engine.network.network import Network
from engine.specs import Spec

SCHEMA = 1
Device = Literal["auto", "cpu", "gpu"]


@dataclass(frozen=True, slots=True)
class Target:
    """One training target: the output node it teaches, the column it comes from, loss and weight.

    node None: the only output. column None: the column whose role is target. loss None: the task's own.
    """

    node: str | None = None
    column: str | None = None
    loss: Spec | None = None
    weight: float = 1.0


@dataclass(frozen=True)
class CompileSettings:
    """optimizer None: Adam(0.003). metrics: names beside the task's own. device and dtype as in the engine."""

    optimizer: Spec | None = None
    metrics: tuple[Spec, ...] = ()
    device: Device = "auto"
    dtype: Literal["float32", "float64"] = "float32"


@dataclass(frozen=True)
class FitSettings:
    """epochs and batch_size None: suggested from the number of rows. callbacks: specs of kind callback."""

    epochs: int | None = None
    batch_size: int | None = None
    shuffle: bool = True
    class_weight: Literal["none", "balanced"] = "none"
    callbacks: tuple[Spec, ...] | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """Free text on the canvas; it never enters generated text. Place and size are pixels at 100 %."""

    text: str = ""
    x: float = 0.0
    y: float = 0.0
    width: float = 220.0
    height: float = 96.0


@dataclass(frozen=True)
class Project:
    """Everything that is saved as project.json. `feeds`: Input node id -> tensor name; absent: matched by itself.

    `positions`: node id ("n5/n2" in a group, or "target:0") -> (x, y) on the canvas; absent nodes are laid out.
    `titles`: run id -> name given by the person (runs themselves live in the run store).
    `notes`: "note:1" -> a note on the canvas. `code`: lines of the network's code that no card stands for.
    """

    name: str = "Untitled"
    data: DataSettings = field(default_factory=DataSettings)
    network: Network = field(default_factory=Network)
    feeds: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    targets: tuple[Target, ...] = (Target(),)
    positions: Mapping[str, tuple[float, float]] = field(default_factory=lambda: MappingProxyType({}))
    compile: CompileSettings = CompileSettings()
    fit: FitSettings = FitSettings()
    titles: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    notes: Mapping[str, Note] = field(default_factory=lambda: MappingProxyType({}))
    code: tuple[Kept, ...] = ()

    def __post_init__(self) -> None:
        for name in ("feeds", "positions", "titles", "notes"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
