"""The printed form of a graph: what golden tests, the Compile page and bug reports show. No user names are in it."""

from engine.ir.graph import Graph
from engine.ir.value import Value


def text(graph: Graph) -> str:
    """Return one line per value: "%3 = matmul(x0, %2, transpose_b=True) : float32[32, 64]  ; n2 forward"."""
    names = {value: name for name, value in graph.inputs.items()}
    lines = [f"input {name} : {_type(value)}" for name, value in graph.inputs.items()]
    count = 0
    for value in graph.values():
        if value in names:
            continue
        if value.number is not None:
            names[value] = repr(value.number)
            continue
        names[value] = f"%{count}"
        count += 1
        lines.append(f"{names[value]} = {_call(value, names)} : {_type(value)}  ; {value.origin or '-'} {value.stage}")
    lines += [f"output {name} = {names[value]}" for name, value in graph.outputs.items()]
    return "\n".join(lines) + "\n"


def _type(value: Value) -> str:
    return f"{value.dtype}{list(value.shape)}"


def _call(value: Value, names: dict[Value, str]) -> str:
    settings = [f"{k}={v!r}" for k, v in value.params.items() if v is not None and k != "value"]
    return f"{value.op.name}({', '.join([*(names[a] for a in value.args), *settings])})"
