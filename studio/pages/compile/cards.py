"""The four figures at the top and the card of the device."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from engine.backend.devices import Gpu, cores
from engine.project.document import Device
from studio.pages import numbers
from studio.pages.compile.compiled import Compiled
from studio.text import plural, tr
from studio.widgets import Box, Button, Card, Icon, Label, Radio, Scroll, Tile, column, lay, row


class Figure(Box):
    """A key figure: caption with icon, the number, a remark."""

    def __init__(self, caption: str, icon: str) -> None:
        self.value = Label(numbers.NONE, 20, 600, display=True, name=caption)
        self.remark = Label("", 11, 400, "text.muted", elide=True)
        head = row(Icon(icon, "text.muted", 14), Label(caption, 11, 500, "text.muted"), None, spacing=6)
        super().__init__(None, head, self.value, self.remark, None, spacing=1, margins=(14, 6, 10, 6))
        self.setFixedHeight(84)
        self.setAccessibleName(caption)

    def show_figure(self, value: str, remark: str) -> None:
        """Show a number and what it means."""
        self.value.setText(value)
        self.remark.setText(remark)
        self.setAccessibleDescription(f"{value}, {remark}")

    def set_stale(self, stale: bool) -> None:
        """Show whether the number is of an earlier version of the project."""
        self.value.set_color("text.muted" if stale else "text.primary")


MEMORY = (
    "What is held while a training step runs: weights, gradients, the optimizer's numbers, and the work memory that "
    "buffers share. The rows of the data come on top."
)
EPOCH = (
    "One step was run to make memory and functions, then three on training rows were timed. The middle time x the "
    "steps of an epoch is the estimate; validation and drawing come on top."
)


class Figures(QWidget):
    """Parameters, work per row, peak memory, and the time that an epoch should take."""

    def __init__(self) -> None:
        super().__init__()
        self.parameters = Figure(tr("Parameters"), "hash")
        self.work = Figure(tr("Work per row"), "zap")
        self.memory = Figure(tr("Peak memory"), "memory-stick")
        self.epoch = Figure(tr("Epoch, estimated"), "timer")
        self.parameters.setToolTip(tr("All numbers in the weights of the network, and the memory that they take."))
        self.work.setToolTip(tr("Additions and multiplications that one row takes through the program."))
        self.memory.setToolTip(tr(MEMORY))
        self.epoch.setToolTip(tr(EPOCH))
        self.all = (self.parameters, self.work, self.memory, self.epoch)
        lay(self, [(f, 1) for f in self.all], False, 12, 0)

    def show_compiled(self, compiled: Compiled) -> None:
        """Show the figures of programs."""
        frozen = compiled.parameters - compiled.trainable
        trained = tr("all trainable") if not frozen else tr("{n} frozen", n=numbers.whole(frozen))
        kept = f"{trained} · {numbers.size(compiled.weight_bytes)}"
        self.parameters.show_figure(numbers.whole(compiled.parameters), kept)
        forward, whole = compiled.work("predict"), compiled.work("train")
        remark = tr("forward · {n} with backward", n=numbers.work(whole, ""))
        self.work.show_figure(numbers.work(forward), remark)
        batch = tr("batch {n} · data {size} more", n=compiled.rows, size=numbers.size(compiled.data_bytes))
        self.memory.show_figure(numbers.size(compiled.memory("train")), batch)
        steps = plural(compiled.batches, "step", "steps")
        self.epoch.show_figure(numbers.duration(compiled.epoch_seconds), tr("{steps} · from 3 timed ones", steps=steps))

    def set_stale(self, stale: bool) -> None:
        """Show whether the numbers are of an earlier version of the project."""
        for figure in self.all:
            figure.set_stale(stale)


class DeviceRow(Box):
    """A device to choose: radio button, tile, what it is, whether it is there."""

    picked = Signal(object)

    def __init__(self, device: Device, title: str, icon: str) -> None:
        self.device = device
        self.radio = Radio("", name=tr("Run on {device}", device=title))
        self.radio.setAutoExclusive(False)
        self.note = Label("", 11, 400, "text.secondary", elide=True)
        self.state = Label("", 11, 600, "success.text")
        words = column(None, Label(title, 13, 600), self.note, None, spacing=1)
        tile = Tile(icon, "core", 28, 16)
        super().__init__(self.radio, tile, (words, 1), self.state, vertical=False, spacing=10, margins=(12, 0, 12, 0))
        self.setFixedHeight(42)
        self.radio.clicked.connect(self._clicked)

    def show_state(self, on: bool, note: str, state: str, color: str, tip: str = "") -> None:
        """Show whether it is chosen and whether it is there. tip: what the tooltip says instead of the note."""
        self.radio.setChecked(on)
        self.set_surface("accent.soft" if on else "bg.panel", "accent.line" if on else "border.default")
        self.note.setText(note)
        self.setToolTip(tip or note)
        self.state.setText(state)
        self.state.set_color(color)
        self.setAccessibleDescription(f"{note}, {state}")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.picked.emit(self.device)

    def _clicked(self, _checked: bool = False) -> None:
        self.picked.emit(self.device)


class DeviceCard(Card):
    """Automatic, CPU or GPU. `picked(device)`, `again()`, `helped()`; a missing GPU is a sentence, never an error."""

    picked = Signal(object)
    again, helped = Signal(), Signal()

    def __init__(self) -> None:
        self.check = Button(tr("Check again"), "refresh-cw", "ghost", "small", tooltip=tr("Look for a GPU again"))
        self.rows = {
            "auto": DeviceRow("auto", tr("Automatic"), "sparkles"),
            "cpu": DeviceRow("cpu", "NumPy", "cpu"),
            "gpu": DeviceRow("gpu", "CuPy", "gpu"),
        }
        self.sentence = Label("", 12, 400, "text.secondary", elide=True)
        self.help = Button(tr("How to add a GPU"), None, "ghost", "small")
        note = row(Icon("info", "text.muted", 14), (self.sentence, 1), self.help, spacing=8, margins=(0, 0, 0, 0))
        body = column(*self.rows.values(), note, None, spacing=6, margins=(12, 0, 12, 0))
        scroll = Scroll(body, name=tr("Devices"))
        super().__init__(tr("Device"), (scroll, 1), tools=(self.check,), margins=(0, 0, 0, 8))
        for made in self.rows.values():
            made.picked.connect(self.picked)
        self.check.clicked.connect(self._again)
        self.help.clicked.connect(self._help)

    def show_devices(self, chosen: Device, gpu: Gpu | None, dtype: str, compiled: Compiled | None = None) -> None:
        """Show what there is. gpu: None while it is being looked for. compiled: what is known of its threads."""
        ready, there = tr("Ready"), gpu is not None and gpu.available
        cpu, why = f"{plural(cores(), 'CPU core', 'CPU cores')} · {dtype}", ""
        if compiled is not None and compiled.device == "cpu":
            plan = compiled.programs["train"].plan
            cpu, why = f"{cpu} · {plural(plan.shards, 'thread', 'threads')}", plan.why
        self.rows["cpu"].show_state(chosen == "cpu", cpu, ready, "success.text", f"{cpu}. {why}" if why else "")
        state = tr("looking…") if gpu is None else ready if there else tr("Not found")
        color = "text.muted" if gpu is None else "success.text" if there else "warning.text"
        name = gpu.name if gpu and there else gpu.reason if gpu and gpu.reason else tr("NVIDIA card with CuPy")
        self.rows["gpu"].show_state(chosen == "gpu", name, state, color, gpu.sentence if gpu else "")
        found = tr("the GPU") if there else tr("the CPU")
        self.rows["auto"].show_state(chosen == "auto", tr("takes {device} here", device=found), ready, "success.text")
        optional = tr("A GPU is optional.")
        self.sentence.setText("" if gpu is None else gpu.sentence if there else optional)
        self.help.setVisible(not there)

    def _again(self, _checked: bool = False) -> None:
        self.again.emit()

    def _help(self, _checked: bool = False) -> None:
        self.helped.emit()
