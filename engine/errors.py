"""What can go wrong, in sentences: the exception tree and `Problem`, the value that checks return."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "tip"]
MOST_ROWS = 5
"""Row numbers that a sentence names."""


@dataclass(frozen=True, slots=True)
class Repair:
    """A fix that the studio can apply as one edit, and the CLI can describe.

    Args:
        action: what to do, a name of the table in `studio.document.edits` ("insert_layer", "set_field", ...).
        arguments: plain values for that action (node ids, field names, registry ids).
        title: the verb-first label of the button, e.g. "Insert Flatten".
        safe: whether applying it cannot change results ("Fix all safe" applies only these).
    """

    action: str
    arguments: tuple[object, ...]
    title: str
    safe: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding of a check: what must hold, what is, and what to do about it.

    Args:
        where: the place: a node name ("dense_2"), a column, a field ("fit.epochs"), a file.
        message: what must hold and what is, as a sentence.
        fix: what to do, as a sentence; empty when there is nothing to do.
        node: id of the node it sits on, when it sits on one.
        repair: the same fix in a form that can be applied. others: further fixes, the better ones first.
        short: at most four words for a card ("ranks differ: 1-D and 2-D").
        inside: where in `node`, a group, it lies: ids from the outermost in; empty: on the node itself.
    """

    where: str
    message: str
    fix: str = ""
    severity: Severity = "error"
    node: str | None = None
    repair: Repair | None = None
    short: str = ""
    others: tuple[Repair, ...] = ()
    inside: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.message} {self.fix}".strip()

    @property
    def repairs(self) -> tuple[Repair, ...]:
        """All fixes that can be applied, the best one first."""
        return (self.repair, *self.others) if self.repair is not None else self.others


class LayerwrightError(Exception):
    """Base of all errors that carry a sentence for a person. `exit_code` is the command line's."""

    exit_code = 1


class UsageError(LayerwrightError):
    """The call is at fault: an unknown option, a missing argument, a name that does not exist."""

    exit_code = 2


class DeviceError(LayerwrightError):
    """The machine is at fault: no GPU, no driver, no display, no memory, no disk space."""

    exit_code = 2


class DataError(LayerwrightError):
    """A table, a column or a value is at fault."""


class ModelError(LayerwrightError):
    """A network or its settings are at fault. `problems` holds the findings, the first one is the message."""

    def __init__(self, message: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


class ShapeError(ModelError):
    """A layer cannot take the shapes it gets."""


class NotFiniteError(ModelError):
    """A loss, gradient or weight is NaN or infinite. The message names layer, pass and rows.

    Args:
        head: what must hold and what is not finite, without rows and full stop. advice: what to do.
        layer: name of the layer that made the number first, and its id; empty when it is none.
        stage: "data", "forward", "backward" or "update"; empty when it is not known.
        rows: numbers of the rows to blame, as `unit` counts them; empty when it cannot be told.
    """

    def __init__(
        self,
        head: str,
        advice: str = "",
        *,
        layer: str = "",
        node: str | None = None,
        stage: str = "",
        rows: tuple[int, ...] = (),
        unit: str = "row",
    ) -> None:
        self.head, self.advice, self.layer, self.node, self.stage, self.rows = head, advice, layer, node, stage, rows
        message = f"{head}, in {_listed(rows, unit)}." if rows else f"{head}."
        problems = (Problem(layer, message, advice, node=node, short="not finite"),) if layer else ()
        super().__init__(f"{message} {advice}".strip(), problems)

    def counted(self, unit: str, rows: tuple[int, ...]) -> "NotFiniteError":
        """Return the same error with the rows counted in another unit: "line" of a file."""
        return NotFiniteError(
            self.head, self.advice, layer=self.layer, node=self.node, stage=self.stage, rows=rows, unit=unit
        )


class ProjectError(LayerwrightError):
    """A project file is damaged, hostile, too large, too new or missing something."""


class ExportError(LayerwrightError):
    """A model cannot be expressed in the asked form, or the exported script disagrees with the app."""


def _listed(rows: tuple[int, ...], unit: str) -> str:
    shown = ", ".join(map(str, rows[:MOST_ROWS]))
    more = f" and {len(rows) - MOST_ROWS} more" if len(rows) > MOST_ROWS else ""
    return f"{unit} {shown}" if len(rows) == 1 else f"{unit}s {shown}{more}"
