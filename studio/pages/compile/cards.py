"""The four figures at the top, the card of problems and the card of the device."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from engine.backend.devices import Gpu, cores
from engine.errors import Problem
from engine.project.document import Device
from studio.pages import numbers
from studio.pages.compile.compiled import Compiled
from studio.text import plural, tr
from studio.widgets import (
    Box,
    Button,
    Card,
    Chip,
    Icon,
    Label,
    Radio,
    Scroll,
    Tile,
    clear,
    column,
    fixed,
    lay,
    put,
    row,
)  # fmt: skip

ICONS = {
    "error": ("circle-alert", "danger.fill"),
    "warning": ("triangle-alert", "warning.fill"),
    "tip": ("info", "accent.text"),
}


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


class Figures(QWidget):
    """Parameters, operations per row, peak memory, device and threads."""

    def __init__(self) -> None:
        super().__init__()
        self.parameters = Figure(tr("Parameters"), "hash")
        self.work = Figure(tr("Operations per row"), "zap")
        self.memory = Figure(tr("Peak memory"), "memory-stick")
        self.device = Figure(tr("Device"), "cpu")
        lay(self, [(f, 1) for f in (self.parameters, self.work, self.memory, self.device)], False, 12, 0)

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
        plan = compiled.programs["train"].plan
        threads = plural(plan.shards, "thread", "threads")
        name = "NumPy" if compiled.device == "cpu" else "CuPy"
        self.device.show_figure(f"{name} · {threads}", plan.why)
        self.device.setToolTip(plan.why)


class ProblemsCard(Card):
    """All findings with their fixes. `fix(repair)` and `show(node)` when a person wants one mended or shown."""

    fix, located = Signal(object), Signal(object)

    def __init__(self) -> None:
        self.state = Chip(tr("no problems"), "success.text", "success.soft", "check")
        self.list = QWidget()
        self._box = lay(self.list, [None], True, 6, (16, 0, 12, 10))
        super().__init__(tr("Problems"), (Scroll(self.list, name=tr("Problems")), 1), tools=(self.state,), margins=0)

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Show findings, worst first."""
        clear(self._box)
        errors = sum(p.severity == "error" for p in problems)
        if not problems:
            self.state.set(tr("no problems"), "success.text", "success.soft", "check")
            put(self._box, Label(tr("Shapes, loss and data fit together."), 12, 400, "text.secondary", wrap=True))
        elif errors:
            self.state.set(plural(errors, "error", "errors"), "danger.text", "danger.soft", "circle-alert")
        else:
            self.state.set(plural(len(problems), "remark", "remarks"), "warning.text", "warning.soft", "triangle-alert")
        for problem in problems[:30]:
            put(self._box, ProblemRow(problem, self))
        put(self._box, None)


class ProblemRow(QWidget):
    """A finding: severity, sentence, and the button that mends it or leads to it."""

    def __init__(self, problem: Problem, card: ProblemsCard) -> None:
        super().__init__()
        self._problem, self._card = problem, card
        icon, color = ICONS[problem.severity]
        words = Label(str(problem), 12, 400, "text.secondary", wrap=True)
        tools: list[QWidget] = []
        if problem.repair is not None:
            button = Button(problem.repair.title, None, "soft", "small")
            button.clicked.connect(self._fix)
            tools.append(button)
        elif problem.node is not None:
            button = Button(tr("Show"), None, "ghost", "small", name=tr("Show {place}", place=problem.where))
            button.clicked.connect(self._show)
            tools.append(button)
        lay(self, [Icon(icon, color), (words, 1), *tools], False, 8, 0)

    def _fix(self, _checked: bool = False) -> None:
        self._card.fix.emit(self._problem.repair)

    def _show(self, _checked: bool = False) -> None:
        self._card.located.emit(self._problem.node)


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
        self.setFixedHeight(44)
        self.radio.clicked.connect(self._clicked)

    def show_state(self, on: bool, note: str, state: str, color: str) -> None:
        """Show whether it is chosen and whether it is there."""
        self.radio.setChecked(on)
        self.set_surface("accent.soft" if on else "bg.panel", "accent.line" if on else "border.default")
        self.note.setText(note)
        self.note.setToolTip(note)
        self.state.setText(state)
        self.state.set_color(color)
        self.setAccessibleDescription(f"{note}, {state}")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.picked.emit(self.device)

    def _clicked(self, _checked: bool = False) -> None:
        self.picked.emit(self.device)


class DeviceCard(Card):
    """Automatic, CPU or GPU. `picked(device)`; a GPU that is missing is a sentence, never an error."""

    picked = Signal(object)
    again = Signal()

    def __init__(self) -> None:
        self.check = Button(tr("Check again"), "refresh-cw", "ghost", "small", tooltip=tr("Look for a GPU again"))
        self.rows = {
            "auto": DeviceRow("auto", tr("Automatic"), "sparkles"),
            "cpu": DeviceRow("cpu", "NumPy", "cpu"),
            "gpu": DeviceRow("gpu", "CuPy", "gpu"),
        }
        self.sentence = Label("", 12, 400, "text.secondary", wrap=True)
        note = row(fixed(Icon("info", "text.muted", 14), 14), (self.sentence, 1), spacing=8)
        body = column(*self.rows.values(), note, None, spacing=6, margins=(12, 0, 12, 0))
        scroll = Scroll(body, name=tr("Devices"))
        super().__init__(tr("Device"), (scroll, 1), tools=(self.check,), margins=(0, 0, 0, 8))
        for made in self.rows.values():
            made.picked.connect(self.picked)
        self.check.clicked.connect(self._again)

    def show_devices(self, chosen: Device, gpu: Gpu | None, dtype: str) -> None:
        """Show what there is. gpu: None while it is being looked for."""
        ready, there = tr("Ready"), gpu is not None and gpu.available
        cpu = f"{plural(cores(), 'CPU core', 'CPU cores')} · {dtype}"
        self.rows["cpu"].show_state(chosen == "cpu", cpu, ready, "success.text")
        state = tr("looking…") if gpu is None else ready if there else tr("Not found")
        color = "text.muted" if gpu is None else "success.text" if there else "warning.text"
        name = gpu.name if gpu and there else tr("NVIDIA card with CuPy")
        self.rows["gpu"].show_state(chosen == "gpu", name, state, color)
        found = tr("the GPU") if there else tr("the CPU")
        self.rows["auto"].show_state(chosen == "auto", tr("takes {device} here", device=found), ready, "success.text")
        self.sentence.setText("" if gpu is None else gpu.sentence)

    def _again(self, _checked: bool = False) -> None:
        self.again.emit()
