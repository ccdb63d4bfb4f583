"""What an Input takes: the tensor, and the columns that it is made of."""

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.actions import with_key
from studio.document import edits, feeds
from studio.document.session import Session
from studio.text import tr
from studio.widgets import CheckBox, FieldRow, Label, Select, clear

AUTO = ""


class InputForm(QWidget):
    """The tensor of an Input, and a box per column: unticking ignores the column, ticking takes it in."""

    def __init__(self, session: Session, node: str) -> None:
        super().__init__()
        self.session, self.node = session, node
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(0)
        self.takes = Select((), name=tr("Takes"))
        self.takes.changed.connect(self._feed)
        self.row = FieldRow(tr("Takes"), self.takes, tooltip=tr("The tensor of the data that enters here"))
        self.hint = Label("", 11, 400, "text.muted", wrap=True)
        self.box.addWidget(self.row)
        self.box.addWidget(self.hint)
        self.columns = QVBoxLayout()
        self.columns.setContentsMargins(112, 2, 0, 6)
        self.columns.setSpacing(0)
        self.box.addLayout(self.columns)
        self._shown: Any = None
        self.refresh()

    def refresh(self) -> None:
        """Show the tensors there are and the columns of the one taken."""
        known = feeds.tensors(self.session)
        taken = feeds.tensor_of(self.session, self.node)
        self.row.setVisible(bool(known))
        self.hint.setText("" if known else self._why_none())
        self.hint.setVisible(not known)
        state = (known, taken, self._ignored(taken))
        if state == self._shown or not known:
            return
        self._shown = state
        options = [(t.name, f"{t.name} {_shape(t.shape)}") for t in known]
        self.takes.set_options(options, taken.name if taken else None)
        if taken is None:
            self.takes.set_mixed()
        self._show_columns(taken)

    def _why_none(self) -> str:
        if not self.session.scope:
            return tr("Open a table on the Data page; its tensors can be chosen here.")
        source = self.session.entering(self.node)
        return tr("It takes what {name} gives to the group.", name=source) if source else tr(
            "It takes what is wired to the group. {leave} and wire a layer to it.",
            leave=with_key(tr("Leave the group"), "canvas.leave_group"))  # fmt: skip

    def _ignored(self, taken: Any) -> tuple[str, ...]:
        """Return the columns that were unticked here: inputs by nature that the person ignores."""
        if taken is None or self.session.prepared is None:
            return ()
        chosen = self.session.project.data.columns
        return tuple(n for n, c in chosen.items() if c.role == "ignore" and c.tensor == taken.name)

    def _show_columns(self, taken: Any) -> None:
        clear(self.columns)
        if taken is None:
            return
        for name, on in [*((c, True) for c in taken.columns), *((c, False) for c in self._ignored(taken))]:
            box = CheckBox(name, on, name=tr("Column {name}", name=name))
            box.changed.connect(_Tick(self, name))
            self.columns.addWidget(box)

    def _feed(self, tensor: str) -> None:
        self.session.edit(
            tr("Take {tensor}", tensor=tensor), lambda project: edits.set_feed(project, self.node, tensor)
        )

    def tick(self, name: str, on: bool) -> None:
        """Take a column in, or ignore it."""
        label = tr("Take column {name}", name=name) if on else tr("Ignore column {name}", name=name)
        role: Any = "input" if on else "ignore"
        self.session.edit(label, lambda project: edits.set_role(project, name, role))


class _Tick:
    """One column's box."""

    def __init__(self, form: InputForm, name: str) -> None:
        self._form, self._name = form, name

    def __call__(self, on: object) -> None:
        self._form.tick(self._name, bool(on))


def _shape(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))})"
