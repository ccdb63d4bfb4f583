"""The live learning rate: a field, a logarithmic slider, and buttons that halve and double it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from studio.pages import numbers
from studio.text import tr
from studio.widgets import Button, Chip, Label, NumberField, PanelHead, Slider, fixed, lay, row

LOWEST, HIGHEST = 1e-6, 1.0


class RatePanel(QWidget):
    """`changed(rate)`: a person chose another rate. It holds from the next batch on, or for the next fit."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.when = Chip(tr("next fit"), height=18)
        self.field = NumberField(
            0.001, name=tr("Learning rate"), minimum=1e-9, maximum=10.0, log=True, check=None,
            tooltip=tr("How far each step moves the weights"),
        )  # fmt: skip
        self.slider = Slider(0.001, LOWEST, HIGHEST, name=tr("Learning rate slider"), log=True)
        self.was = Label("", 11, 400, "text.muted", mono=True)
        self.half = Button("÷ 2", size="small", name=tr("Halve the learning rate"))
        self.double = Button("× 2", size="small", name=tr("Double the learning rate"))
        low, high = (Label(numbers.rate(v), 11, 400, "text.muted", mono=True) for v in (LOWEST, HIGHEST))
        body = QWidget()
        field = row(Label(tr("Learning rate"), 12, 500), None, fixed(self.field, 96), spacing=6)
        buttons = row(self.half, self.double, None, spacing=6)
        lay(body, [field, self.slider, row(low, None, self.was, None, high), buttons], True, 8, (16, 0, 16, 14))
        lay(self, [PanelHead(tr("Live controls"), self.when), body], True, 0, 0)
        self._rate = self._start = 0.001
        self.field.changed.connect(self._chosen)
        self.slider.changed.connect(self._chosen)
        self.half.clicked.connect(self._halve)
        self.double.clicked.connect(self._redouble)

    @property
    def rate(self) -> float:
        """The rate that is shown."""
        return self._rate

    def show_rate(self, rate: float) -> None:
        """Show the present rate without telling; a field in which someone types is left alone."""
        if rate == self._rate:
            return
        self._rate = rate
        if not (self.field.hasFocus() and self.field.isModified()):
            self.field.set_number(rate)
        self.slider.set_value(rate)
        self._remember()

    def begin(self, rate: float, live: bool) -> None:
        """Show the rate that a run begins with; live: changes hold from the next batch on."""
        self._start, self._rate = rate, rate
        self.slider.mark = rate
        self.field.set_number(rate)
        self.slider.set_value(rate)
        self.when.set(tr("applies next batch") if live else tr("next fit"))
        self._remember()

    def _remember(self) -> None:
        changed = self._rate != self._start
        self.was.setText(tr("was {rate}", rate=numbers.rate(self._start)) if changed else "")

    def _halve(self) -> None:
        self._chosen(self._rate / 2)

    def _redouble(self) -> None:
        self._chosen(self._rate * 2)

    def _chosen(self, rate: float) -> None:
        rate = float(f"{min(max(rate, 1e-9), 10.0):.4g}")
        if rate != self._rate:
            self.show_rate(rate)
            self.changed.emit(rate)
