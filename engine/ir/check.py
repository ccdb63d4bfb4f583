"""The check that every pass must leave true: shapes and dtypes are those of the rules, arguments are known."""

from engine.ir.graph import Graph


def check(graph: Graph) -> list[str]:
    """Return what is wrong with a graph, one sentence each; an empty list when all holds."""
    wrong = []
    known = set(graph.inputs.values())
    for value in graph.values():
        if value.op.name == "input" and value not in known:
            wrong.append(f"{value!r} is an input that the graph does not name.")
            continue
        shape = value.op.shape(*(a.shape for a in value.args), **value.params)
        dtype = value.op.dtype(tuple(a.dtype for a in value.args), dict(value.params))
        if shape != value.shape:
            wrong.append(f"{value!r} has the shape {value.shape}; its rule says {shape}.")
        if dtype != value.dtype:
            wrong.append(f"{value!r} has the dtype {value.dtype}; its rule says {dtype}.")
    return wrong
