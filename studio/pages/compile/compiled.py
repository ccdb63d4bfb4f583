"""What the Compile page shows: the programs of a project with their plans, and figures worked out from them."""

import datetime
import functools
import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from engine.project.document import Project
from studio.pages.compile.memory import Life, Section, Share
from studio.text import tr
from studio.widgets import code_colors

if TYPE_CHECKING:
    from engine.compiler.program import Program
    from engine.network.network import Network
    from engine.network.shapes import Shapes
    from engine.project.prepare import Prepared

Mode = Literal["train", "test", "predict"]
MODES: tuple[Mode, ...] = ("train", "test", "predict")
WIDTHS = {"float32": 4, "int32": 4, "float64": 8, "int64": 8, "bool": 1}
SCRATCH = "scratch"
GRADIENT = "d_"
"""Names of buffers that hold gradients begin with it."""


@dataclass(frozen=True)
class Compiled:
    """The three programs of a project for its batch size.

    network, shapes: with tensors in place of the inputs. rows: of a batch. seconds: that building the programs took.
    data_bytes: of the training rows. batches: of an epoch. step_seconds: of one measured training step. clock: when it
    was compiled.
    """

    programs: "Mapping[Mode, Program]"
    network: "Network"
    shapes: "Shapes"
    rows: int
    batches: int
    seconds: float
    device: str
    sentence: str
    optimizer: str
    weight_bytes: int
    slot_bytes: int
    gradient_bytes: int
    data_bytes: int
    step_seconds: float
    clock: datetime.datetime

    @property
    def parameters(self) -> int:
        """Numbers in all weights."""
        return sum(self.shapes.parameters.values())

    @property
    def trainable(self) -> int:
        """How many of them are trained."""
        return sum(self.shapes.trainable.values())

    @property
    def epoch_seconds(self) -> float:
        """What the steps of an epoch should take; validation and drawing come on top."""
        return self.step_seconds * self.batches

    @property
    def digest(self) -> str:
        """Six digits that name the training program: the same text, the same digits."""
        return hashlib.sha256(self.programs["train"].source.encode()).hexdigest()[:6]

    def bytes_of(self, node: str) -> int | None:
        """Return the bytes of a layer's output for a batch; None when it is only another view of its input."""
        if node in self._views:
            return None
        count = self.rows * WIDTHS.get(self.shapes.dtype.get(node, ""), 4)
        for size in self.shapes.output.get(node) or (0,):
            count *= size or 1
        return count

    @functools.cached_property
    def _views(self) -> frozenset[str]:
        """The layers that make nothing but other views of their input."""
        values = list(self.programs["predict"].graph.values())
        return frozenset(v.node for v in values) - {v.node for v in values if v.op.fusion != "view"}

    def macs(self, mode: Mode, nodes: Sequence[str]) -> dict[int, int]:
        """Return line -> multiply-adds of one row, for the matrix products of these nodes."""
        program = self.programs[mode]
        return {line: n for line, n in program.macs.items() if program.lines.get(line) in nodes}

    def work(self, mode: Mode) -> float:
        """Return the operations of one row."""
        return self.programs[mode].plan.work / self.rows

    def memory(self, mode: Mode) -> int:
        """Return the bytes that are held while the program of a mode runs, data apart."""
        return sum(share.bytes for share in self.shares(mode))

    def shares(self, mode: Mode) -> tuple[Share, ...]:
        """Return what the memory is used for."""
        training, kept = mode == "train", self._kept(mode)
        scratch = sum(life.bytes for life in self._scratch(mode))
        return (
            Share(tr("Weights"), self.weight_bytes, "plot.0"),
            Share(tr("Gradients"), self.gradient_bytes if training else 0, "plot.2"),
            Share(self.optimizer, self.slot_bytes if training else 0, "plot.3"),
            Share(tr("Activations"), kept, "plot.1"),
            Share(tr("Work"), self.programs[mode].plan.peak_bytes - kept + scratch, "plot.7"),
        )

    def _kept(self, mode: Mode) -> int:
        """Return the bytes that the way back still needs when it begins."""
        plan, sections = self.programs[mode].plan, self.sections(mode)
        if len(sections) < 2:
            return 0
        back = sections[1].start
        alive = sum(b.nbytes for b in plan.buffers if b.first < back <= b.last and not b.name.startswith(GRADIENT))
        return min(alive * plan.shards, plan.peak_bytes)

    def saved(self, mode: Mode) -> float:
        """Return how much of the work memory is saved because buffers share it, 0..1."""
        plan = self.programs[mode].plan
        apart = sum(buffer.nbytes for buffer in plan.buffers) * plan.shards
        return max(1 - plan.peak_bytes / apart, 0.0) if apart else 0.0

    def lives(self, mode: Mode) -> tuple[Life, ...]:
        """Return the buffers of a program, largest of the early ones first as they are made."""
        groups = {node.id: node.layer.GROUP for node in self.network}
        seen: dict[int, str] = {}
        lives = []
        for buffer in self.programs[mode].plan.buffers:
            before = seen.get(buffer.offset)
            seen[buffer.offset] = buffer.name
            note = tr("in {name}", name=before) if before else ""
            group = groups.get(buffer.origin, "train")
            node = buffer.origin or None
            lives.append(Life(buffer.name, buffer.first, buffer.last, buffer.nbytes, group, node, note))
        return (*lives, *self._scratch(mode))

    def _scratch(self, mode: Mode) -> tuple[Life, ...]:
        """Return the pieces of memory that the optimizer's step works in."""
        program, start = self.programs[mode], self._rows_steps(mode)
        if mode != "train" or not program.update_lines:
            return ()
        last = start + program.update_lines - 1
        piece = program.scratch_bytes
        return tuple(Life(f"{SCRATCH}_{i + 1}", start, last, n, "train") for i, n in enumerate(piece))

    def _rows_steps(self, mode: Mode) -> int:
        return max((buffer.last for buffer in self.programs[mode].plan.buffers), default=0) + 1

    def steps(self, mode: Mode) -> int:
        """Return how many steps the lives of buffers span: those over the rows, then those of the update."""
        return self._rows_steps(mode) + (self.programs[mode].update_lines if mode == "train" else 0)

    def sections(self, mode: Mode) -> tuple[Section, ...]:
        """Return where the way forward, the way back and the update begin, as far as there are any."""
        parts = [Section(tr("Forward"), 0)]
        backward = [b.first for b in self.programs[mode].plan.buffers if b.name.startswith(GRADIENT)]
        if mode == "train" and backward:
            parts.append(Section(tr("Backward"), min(backward)))
        if mode == "train" and self.programs[mode].update_lines:
            parts.append(Section(tr("Update"), self._rows_steps(mode)))
        return tuple(parts)

    def lines_of(self, mode: Mode, nodes: Sequence[str]) -> tuple[int, ...]:
        """Return the lines of a program that belong to these nodes."""
        return tuple(line for line, node in sorted(self.programs[mode].lines.items()) if node in nodes)

    def node_at(self, mode: Mode, line: int) -> str | None:
        """Return the node that a line belongs to."""
        return self.programs[mode].lines.get(line) or None


def compile_project(project: Project, prepared: "Prepared") -> Compiled:
    """Compile a project for training, testing and predicting.

    Raises:
        ModelError: the network, its loss or its settings are at fault.
    """
    import engine.losses
    import engine.model.model  # noqa: F401  (the compiler is here before the clock starts)
    from engine.backend import devices
    from engine.project import machine, options
    from engine.project.rehearsal import rehearse

    device, sentence = devices.choose(project.compile.device)  # a look for a GPU is no part of compiling
    began = time.perf_counter()
    rows = len(prepared.parts.train)
    settings = options.fit(project, rows, len(prepared.parts.validation) > 0)
    batch = min(settings.batch_size or 1, max(rows, 1))
    built = machine.build(project, prepared.recipe)
    model = built.model
    weighted = settings.class_weight != "none"
    programs = {mode: model.program(mode, batch, weighted and mode == "train") for mode in MODES}
    seconds = time.perf_counter() - began
    parameters, tensors = model.parameters, prepared.tensors["train"]
    step = rehearse(built, tensors, batch, weighted).seconds()
    code_colors.prepare(programs["train"].source)
    return Compiled(
        programs, model.network, model.shapes, batch, -(-rows // batch), seconds, device, sentence,
        options.optimizer(project).KERAS, parameters.flat.nbytes, sum(s.nbytes for s in parameters.slots.values()),
        parameters.gradients.nbytes, sum(array.nbytes for array in tensors.inputs.values()), step,
        datetime.datetime.now(),
    )  # fmt: skip


def ranges(lines: Sequence[int]) -> str:
    """Return line numbers in words: "lines 5 to 7 and 22 to 23"."""
    runs: list[list[int]] = []
    for line in lines:
        if runs and line == runs[-1][-1] + 1:
            runs[-1].append(line)
        else:
            runs.append([line])
    parts = [str(r[0]) if len(r) == 1 else tr("{a} to {b}", a=r[0], b=r[-1]) for r in runs]
    if not parts:
        return ""
    word = tr("line {parts}") if len(lines) == 1 else tr("lines {parts}")
    joined = parts[0] if len(parts) == 1 else tr("{some} and {last}", some=", ".join(parts[:-1]), last=parts[-1])
    return word.replace("{parts}", joined)
