"""The functions of a script that come from its network: forward, measure, learn, update, start, adapt."""

import zlib
from collections.abc import Callable, Sequence
from typing import Any

from engine.compiler import graphs
from engine.compiler.graphs import Planned
from engine.compiler.layout import Entry
from engine.compiler.lower import Lowered, lower, weight_name
from engine.errors import ExportError
from engine.export.code import literal, wrap
from engine.export.plain import ROWS, Body, with_rows
from engine.export.subject import Subject
from engine.ir.value import Value
from engine.network.flat import flat
from engine.network.shapes import infer

SCALED = {
    "GlorotUniform": (1.0, "fan_avg", "uniform"),
    "GlorotNormal": (1.0, "fan_avg", "truncated_normal"),
    "HeUniform": (2.0, "fan_in", "uniform"),
    "HeNormal": (2.0, "fan_in", "truncated_normal"),
    "LecunUniform": (1.0, "fan_in", "uniform"),
    "LecunNormal": (1.0, "fan_in", "truncated_normal"),
}


class Texts:
    """The texts of one network, and the kernels that they call."""

    def __init__(self, subject: Subject) -> None:
        self.subject, self.kernels = subject, dict[str, None]()
        self.names = subject.lowered.names

    # ---- forward ---------------------------------------------------------------------------------------------------
    def forward(self) -> str:
        """The outputs for rows of inputs."""

        def lines(lowered: Lowered, body: Body) -> list[str]:
            graph = graphs.readable(lowered)
            roots = [graph.outputs[f"output{i}"] for i in range(len(lowered.outputs))]
            body.write(roots)
            return [*body.lines, _returned([body.read(r) for r in roots])]

        return self._function("forward", "Return the outputs of the network for rows of its inputs.", "predict", lines)

    def measure(self) -> str:
        """The loss and the sums of figures, dropout off."""

        def lines(lowered: Lowered, body: Body) -> list[str]:
            planned = graphs.rows_graph(lowered, "test", False)
            before = graphs.before_step(self.subject.definition, lowered, False)
            return [*self._sums(lowered, planned, before, body, {})]

        return self._function("measure", "Return the mean loss of rows and the sums of their figures.", "test", lines)

    # ---- learn -----------------------------------------------------------------------------------------------------
    def learn(self) -> str:
        """Loss, sums of figures and gradient."""

        def lines(lowered: Lowered, body: Body) -> list[str]:
            planned = graphs.rows_graph(lowered, "train", False)
            before = graphs.before_step(self.subject.definition, lowered, True)
            slopes: dict[str, str] = {}
            made = self._sums(lowered, planned, before, body, slopes)[:-1]
            parts = [slopes.get(name, f"np.zeros({shape!r})") for name, shape in self._trained()]
            moved = [(v, leaf) for v, leaf in planned.destinations if leaf.params["kind"] == "weight"]
            made += [f"w.{leaf.params['name']}[...] = {body.read(v)}" for v, leaf in moved]
            made += ["parts = [", *(f"    {part}," for part in parts), "]"]
            figures = self._figures(lowered, planned, before, body)
            return [*made, f"return {figures}, np.concatenate([part.reshape(-1) for part in parts])"]

        text = "Return loss and figures of a batch, and the gradient of the loss for the vector of trained weights."
        return self._function("learn", text, "train", lines, ", seed, step")

    def _sums(
        self, lowered: Lowered, planned: Planned, before: Planned | None, body: Body, slopes: dict[str, str]
    ) -> list[str]:
        """Write sums and gradients; `slopes` gets weight name -> expression of its gradient."""
        count = len(lowered.losses) + (len(lowered.metrics) if self.subject.metrics else 0)
        penalties = planned.sums[len(planned.sums) - len(lowered.penalties) :] if lowered.penalties else ()
        body.write([*planned.sums[:count], *penalties, *(v for v, _ in planned.destinations)])
        for value, leaf in planned.destinations:
            if leaf.params["kind"] == "gradient":
                slopes[str(leaf.params["name"])[2:]] = body.read(value)
        if before is not None:
            old, read = dict(slopes), body.leaf
            body.leaf = lambda v: old[str(v.params["name"])[2:]] if v.params["kind"] == "gradient" else read(v)
            body.write([*before.sums, *(v for v, _ in before.destinations)])
            slopes |= {str(leaf.params["name"])[2:]: body.read(v) for v, leaf in before.destinations}
        return [*body.lines, f"return {self._figures(lowered, planned, before, body)}"]

    def _figures(self, lowered: Lowered, planned: Planned, before: Planned | None, body: Body) -> str:
        count, metrics = len(lowered.losses), len(lowered.metrics)
        terms = [
            _product(body.read(v), loss.scale) for v, loss in zip(planned.sums[:count], lowered.losses, strict=True)
        ]
        terms += (
            [body.read(v) for v in planned.sums[len(planned.sums) - len(lowered.penalties) :]]
            if lowered.penalties
            else []
        )
        terms += [body.read(v) for v in before.sums] if before is not None else []
        kept = planned.sums[count : count + metrics] if self.subject.metrics else ()
        return f"[{', '.join([' + '.join(terms), *(body.read(v) for v in kept)])}]"

    def _trained(self) -> list[tuple[str, tuple[int, ...]]]:
        entries = self.subject.lowered.layout.entries
        return [pair for pair, e in zip(self.subject.layout, entries, strict=True) if e.trainable]

    # ---- step ------------------------------------------------------------------------------------------------------
    def update(self) -> str:
        """One step of the optimizer over the flat vectors."""
        layout = lower(self.subject.definition, "train", 7919).layout
        planned = graphs.step_graph(self.subject.definition, layout)
        body = Body({}, lambda v: str(v.params["name"]))
        body.write([v for v, _ in planned.destinations])
        self._note(body)
        arguments = ", ".join(["w", "g", *layout.slots, "lr", "t"])
        text = "Return the vectors of the optimizer and the weights after step number t, from gradient g."
        made = {str(leaf.params["name"]): body.read(v) for v, leaf in planned.destinations}
        return _definition("update", arguments, text, [*body.lines, _returned([made[n] for n in (*layout.slots, "w")])])

    def constrain(self) -> str:
        """What holds after every step."""
        planned = graphs.after_step(lower(self.subject.definition, "train", 7919))
        lines = []
        if planned is not None:
            body = Body(self.names, _leaf, True)
            body.write([v for v, _ in planned.destinations])
            self._note(body)
            lines = body.lines + [f"w.{leaf.params['name']}[...] = {body.read(v)}" for v, leaf in planned.destinations]
        return _definition("constrain", "w", "Keep the weights inside their constraints.", lines)

    # ---- start -----------------------------------------------------------------------------------------------------
    def initial_weights(self) -> str:
        """The weights before training."""
        lines = ["return ["]
        for entry in self.subject.lowered.layout.entries:
            lines.append(f"    {self._initial(entry)},")
        return _definition("initial_weights", "seed", "Return the weights before training.", [*lines, "]"])

    def _initial(self, entry: Entry) -> str:
        initializer, shape = entry.spec.initializer, literal(entry.shape)
        weights = self.subject.machine.model.shapes.weights[entry.node]
        place = next(i for i, w in enumerate(weights) if w.name == entry.weight)
        own = getattr(initializer, "seed", None)
        key = f"seed, {int(entry.node[1:])}, {place}"
        key = key if own is None else f"{own}, {zlib.crc32(repr(tuple(entry.shape)).encode())}"
        text = _drawn(initializer, shape, f"np.random.default_rng([{key}])")
        for name in ("spread", "cut_normal"):
            if f"{name}(" in text:
                self.kernels[name] = None
        return (
            f'{text}.astype("float32")'
            if "(" in text.split("(")[0] or " " not in text
            else f'({text}).astype("float32")'
        )

    def adapt(self) -> str:
        """Normalization layers take mean and spread of the training rows."""
        model, lines = self.subject.machine.model, list[str]()
        inputs = {leaf.origin: f"x{i}" for i, leaf in enumerate(self.subject.lowered.inputs)}
        network, places = flat(model.network)
        outputs = model.shapes.output if network is model.network else infer(network, model.feeds).output
        for node in network:
            sources = network.sources(node.id)
            shapes = tuple(outputs[s] or () for s in sources)
            if not getattr(node.layer, "ADAPTS", False) or node.shares or not node.layer.weights(shapes):  # type: ignore[attr-defined]
                continue
            if sources[0] not in inputs:
                raise ExportError("A Normalization layer that does not follow an Input cannot adapt in a script.")
            holder, start = places[node.id]
            x = inputs[sources[0]]
            axis = node.layer.axis % (len(shapes[0]) + 1)  # type: ignore[attr-defined]
            others = tuple(i for i in range(len(shapes[0]) + 1) if i != axis)
            for weight, figure in (("mean", "mean"), ("variance", "var")):
                name = weight_name(self.names, holder, f"{start}{weight}")
                lines.append(f"w.{name}[...] = {x}.astype(np.float64).{figure}({others!r})")
        arguments = ", ".join(["w", *inputs.values()])
        return _definition("adapt", arguments, "Let Normalization layers learn from the training rows.", lines)

    # ---- parts -----------------------------------------------------------------------------------------------------
    def _function(
        self, name: str, text: str, mode: Any, lines: Callable[[Lowered, Body], list[str]], more: str = ""
    ) -> str:
        weighted = self.subject.settings.class_weight == "balanced" and mode == "train" and self._balances()
        written, lowered = [], None
        for rows in ROWS:
            lowered = lower(self.subject.definition, mode, rows, weighted=weighted)
            body = Body(lowered.names, _leaf, mode != "predict")
            written.append(lines(lowered, body))
            self._note(body)
        assert lowered is not None
        made = with_rows(*written)
        leaves = [*lowered.inputs, *lowered.targets, *lowered.sample_weights]
        arguments = ", ".join(["w", *(str(v.params["name"]) for v in leaves)]) + more
        if any("rows" in line for line in made):
            made.insert(0, "rows = len(x0)")
        return _definition(name, arguments, text, made)

    def _balances(self) -> bool:
        return balances(self.subject)

    def _note(self, body: Body) -> None:
        self.kernels |= body.kernels


def balances(subject: Subject) -> bool:
    """Whether classes weigh the same in training."""
    outputs = subject.machine.outputs
    return subject.settings.class_weight == "balanced" and len(outputs) == 1 and bool(outputs[0].classes)


def _leaf(value: Value) -> str:
    name = str(value.params["name"])
    return f"w.{name}" if value.params["kind"] == "weight" else name


def _definition(name: str, arguments: str, text: str, lines: Sequence[str]) -> str:
    body = [wrapped for line in lines for wrapped in wrap(f"    {line}")]
    return "\n".join([f"def {name}({arguments}):", f'    """{text}"""', *body])


def _returned(parts: Sequence[str]) -> str:
    return f"return ({parts[0]},)" if len(parts) == 1 else f"return {', '.join(parts)}"


def _product(text: str, factor: float) -> str:
    return text if factor == 1.0 else f"{text} * {factor!r}"


def _drawn(initializer: Any, shape: str, rng: str) -> str:
    name, values = initializer.KERAS, {f.name: getattr(initializer, f.name) for f in initializer.fields()}
    plain = {"Zeros": f"np.zeros({shape})", "Ones": f"np.ones({shape})"}
    if name in plain:
        return plain[name]
    if name in SCALED or name == "VarianceScaling":
        given = SCALED.get(name) or (values["scale"], values["mode"], values["distribution"])
        return f"spread({shape}, {rng}, {', '.join(map(literal, given))})"
    drawn = {
        "Constant": "np.full({shape}, {value!r})",
        "RandomNormal": "{rng}.normal({mean!r}, {stddev!r}, {shape})",
        "RandomUniform": "{minval!r} + ({maxval!r} - {minval!r}) * {rng}.random({shape})",
        "TruncatedNormal": "{mean!r} + {stddev!r} * cut_normal({shape}, {rng})",
    }.get(name)
    if drawn is None:
        raise ExportError(f"The initializer {name} cannot be written into a script.")
    return drawn.format(shape=shape, rng=rng, **values)
