"""The callbacks of a fit: every registered one with a switch, its patience, and how much of it is used up."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from engine import registry
from engine.callbacks.spec import CallbackSpec
from engine.specs import snake
from studio.pages.fit.patience import Patience
from studio.text import tr
from studio.widgets import Label, NumberField, PanelHead, ProgressBar, Switch, column, fixed, lay, row

TITLES = {"ReduceLROnPlateau": "Reduce LR on plateau"}


def callback_title(record: type[CallbackSpec]) -> str:
    """Return a callback's name as words: "Early stopping"."""
    return tr(TITLES.get(record.KERAS) or snake(record.KERAS).replace("_", " ").capitalize())


def watched(callback: CallbackSpec) -> str:
    """Return what a callback looks at, as a person reads it: "val loss"."""
    return str(getattr(callback, "monitor", "")).replace("_", " ")


def step_of(before: Sequence[CallbackSpec], after: Sequence[CallbackSpec]) -> tuple[str, str | None]:
    """Return how a change of callbacks is called as an undo step, and the key under which quick ones are one step."""
    was, now = {type(c): c for c in before}, {type(c): c for c in after}
    for record in was.keys() ^ now.keys():
        on = tr("Turn on {callback}", callback=callback_title(record))
        return (on if record in now else tr("Turn off {callback}", callback=callback_title(record))), None
    record = next((r for r in now if now[r] != was[r]), CallbackSpec)
    return tr("Set patience of {callback}", callback=callback_title(record)), f"fit.patience.{record.__name__}"


class CallbackRow(QWidget):
    """One callback. `switched(record, on)` and `waits(record, patience)`: a person changed it."""

    switched, waits = Signal(object, object), Signal(object, object)

    def __init__(self, record: type[CallbackSpec]) -> None:
        super().__init__()
        self.record, self._shown = record, record.suggestion()
        title = callback_title(record)
        self.switch = Switch(name=title, tooltip=record.PURPOSE)
        self.note = Label("", 11, 400, "text.muted", elide=True)
        self.bar = ProgressBar(name=tr("Patience used by {callback}", callback=title), height=4)
        self.patience = NumberField(
            name=tr("Patience of {callback}", callback=title), minimum=0, maximum=100_000, integer=True, small=True,
            suffix=tr("epochs"),
        )  # fmt: skip
        self._setting = row(Label(tr("patience"), 11, 400, "text.muted"), None, fixed(self.patience, 104), spacing=6)
        lay(
            self,
            [row(Label(title, 12, 500), None, self.switch, spacing=6), self.note, self._setting, self.bar],
            True,
            3,
            0,
        )
        self.switch.changed.connect(self._switched)
        self.patience.changed.connect(self._waits)

    def show_callback(self, callback: CallbackSpec | None) -> None:
        """Show the settings of the next fit; None: it is off."""
        self._shown = callback or self.record.suggestion()
        self.switch.set_value(callback is not None)
        patience = getattr(callback, "patience", None)
        self._setting.setVisible(patience is not None)
        self.patience.set_number(patience)
        self.show_patience(None)

    def show_patience(self, followed: Patience | None) -> None:
        """Show how long it has waited in the run in front; None: there is no such run."""
        off = not self.switch.value()
        waited = followed.waited if followed and not off else None
        self.note.setText(tr("off") if off else self._sentence(waited))
        share = followed.share if followed and not off else None
        self.bar.setVisible(share is not None)
        if share is not None:
            self.bar.set_value(share, "warning.fill" if share >= 0.8 else "accent.fill")

    def _sentence(self, waited: int | None) -> str:
        if waited is None:
            return watched(self._shown) or self.record.PURPOSE
        patience = getattr(self._shown, "patience", 0)
        return tr("{figure} · waited {n} of {all} epochs", figure=watched(self._shown), n=waited, all=patience)

    def _switched(self, on: bool) -> None:
        self.switched.emit(self.record, on)

    def _waits(self, patience: int) -> None:
        self.waits.emit(self.record, patience)


class CallbackPanel(QWidget):
    """A row per registered callback. `changed(before, after)`: a person changed the callbacks of the next fit."""

    changed = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self.rows = {record: CallbackRow(record) for record in registry.records("callback")}
        self._callbacks: tuple[CallbackSpec, ...] = ()
        self._followed: dict[type[CallbackSpec], Patience] = {}
        body = column(*self.rows.values(), spacing=12, margins=(16, 0, 16, 14))
        lay(self, [PanelHead(tr("Callbacks"), height=36), body], True, 0, 0)
        for made in self.rows.values():
            made.switched.connect(self._switched)
            made.waits.connect(self._waits)

    def show_callbacks(self, callbacks: Sequence[CallbackSpec]) -> None:
        """Show the callbacks of the next fit."""
        self._callbacks = tuple(callbacks)
        for record, made in self.rows.items():
            made.show_callback(next((c for c in callbacks if type(c) is record), None))

    def begin(self, callbacks: Sequence[CallbackSpec]) -> None:
        """Follow a run that was started with these callbacks."""
        self._followed = {type(c): Patience(c) for c in callbacks}

    def follow(self, rows: Sequence[Mapping[str, float]]) -> None:
        """Show how long each has waited after these epochs."""
        for record, made in self.rows.items():
            followed = self._followed.get(record)
            if followed:
                followed.follow(rows)
            made.show_patience(followed)

    def _switched(self, record: type[CallbackSpec], on: bool) -> None:
        kept = tuple(c for c in self._callbacks if type(c) is not record)
        self.changed.emit(self._callbacks, (*kept, record.suggestion()) if on else kept)

    def _waits(self, record: type[CallbackSpec], patience: int) -> None:
        def waiting(callback: CallbackSpec) -> CallbackSpec:
            return callback.replace(patience=patience) if type(callback) is record else callback

        self.changed.emit(self._callbacks, tuple(waiting(c) for c in self._callbacks))
