"""What is read from code before it becomes a network: layers, their uses, models. Identity counts, ids come later."""

import re
from dataclasses import dataclass, field

from engine.errors import UsageError
from engine.specs import Spec, snake


class Mistake(UsageError):
    """What is wrong with code, and the line (from 1) on which it stands."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class Follows(Mistake):
    """A line that is wrong only because one before it is; nothing more need be said."""


@dataclass(eq=False)
class Made:
    """A layer as it is written, on the lines `first` to `last`.

    Args:
        spec: its record; None for a nested model, which is `whole`.
        inside: variable of the nested model in which it stands unconnected. entry: shape of the Input it brings along.
        uses: its calls in order of the text.
    """

    spec: Spec | None
    name: str | None
    trainable: bool
    first: int
    last: int
    whole: "Whole | None" = None
    variable: str = ""
    inside: str = ""
    entry: Spec | None = None
    uses: "list[Use]" = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The name of its record in Keras."""
        return "Model" if self.spec is None else self.spec.KERAS


@dataclass(eq=False)
class Use:
    """One call of a layer: a node to be. inputs: per slot, None is an empty one. name, trainable: told in a comment."""

    made: Made
    inputs: "list[Use | None]"
    first: int
    last: int
    name: str | None = None
    trainable: bool | None = None
    variable: str = ""
    inside: str = ""

    @property
    def owner(self) -> "Use":
        """The use whose weights it shares; itself when it has its own."""
        return next((u for u in self.made.uses if f"{u.variable}_layer" == self.made.variable), self.made.uses[0])

    @property
    def hint(self) -> str:
        """The name it has when the code gives none: its variable, if that is kind and counter."""
        automatic = re.fullmatch(rf"{snake(self.made.kind)}_[1-9][0-9]{{0,8}}", self.variable, re.ASCII)
        return self.variable if automatic else ""


@dataclass(eq=False)
class Whole:
    """A Model or a Sequential (`stack`); `made` is it as a layer of another network."""

    name: str | None
    trainable: bool
    first: int
    last: int
    inputs: list[Use] = field(default_factory=list)
    outputs: list[Use] = field(default_factory=list)
    stack: "list[Made | Use] | None" = None
    variable: str = ""
    made: Made | None = None

    def as_layer(self) -> Made:
        """Return it as a layer; always the same one."""
        if self.made is None:
            self.made = Made(None, self.name, self.trainable, self.first, self.last, self, self.variable)
        return self.made


@dataclass(eq=False)
class Frozen:
    """A line that says whether a model is trained."""

    whole: Whole
    first: int
    last: int


@dataclass(eq=False)
class Draft:
    """A network to be: nodes in order of the text, Inputs in their order, outputs (None: not said), nested ones."""

    uses: list[Use]
    inputs: list[Use]
    outputs: list[Use] | None
    parts: "dict[Made, Draft]" = field(default_factory=dict)
