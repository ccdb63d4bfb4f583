"""The layers a person can add: found by name, alias or purpose, and suggested by what is there already."""

from typing import Any

from engine import registry
from engine.errors import LayerwrightError
from studio import theme
from studio.canvas import trial
from studio.canvas.trial import Trial
from studio.document.session import Session

NEXT = {
    "Input": ("Dense", "Normalization", "Embedding", "Conv2D"),
    "Dense": ("Dropout", "BatchNormalization", "Dense"),
    "Conv2D": ("MaxPooling2D", "BatchNormalization", "Conv2D", "Flatten"),
    "MaxPooling2D": ("Conv2D", "Flatten", "Dropout"),
    "GlobalAveragePooling2D": ("Dense", "Dropout"),
    "Embedding": ("Flatten", "Dropout"),
    "Flatten": ("Dense", "Dropout"),
    "Dropout": ("Dense", "BatchNormalization"),
    "BatchNormalization": ("Dropout", "Dense", "Activation", "Conv2D"),
    "Normalization": ("Dense", "Dropout"),
    "Concatenate": ("Dense", "Dropout", "BatchNormalization"),
}
"""What often follows a layer; those that fit the shape are suggested."""
USUAL = ("Dense", "Dropout", "BatchNormalization", "Flatten", "Conv2D")
SUGGESTIONS = 3


def records() -> tuple[type[Any], ...]:
    """Return all layer records that can be added as they are (a nested model needs its network)."""
    return tuple(r for r in registry.records("layer") if start_of(r) is not None)


def start_of(record: type[Any]) -> Any | None:
    """Return the layer a new card begins with, or None when the record has no start."""
    if any(f.required and f.suggested is None and not f.optional for f in record.fields()):
        return None
    try:
        start = record.suggestion()
    except LayerwrightError:
        return None
    return None if hasattr(start, "network") else start


def groups(data: str = "") -> list[tuple[str, list[type[Any]]]]:
    """Return (group, records) in the order of the design's categories; empty groups are left out.

    data: "tabular", "image" or "text": only records that are met with such data.
    """
    by: dict[str, list[type[Any]]] = {}
    for record in (r for r in records() if meets(r, data)):
        by.setdefault(record.GROUP, []).append(record)
    known = [g for g in theme.categories() if g in by]
    return [(g, by[g]) for g in (*known, *(g for g in by if g not in known))]


def meets(record: type[Any], data: str) -> bool:
    """Return whether a layer is met with a kind of data; "" is any."""
    return not data or data in record.DATA


def found(query: str, data: str = "") -> list[type[Any]]:
    """Return the records that match all words of a query: by name first, then by alias, then by purpose."""
    words = query.lower().split()
    wanted = (r for r in records() if meets(r, data))
    ranked = [(rank, i, r) for i, r in enumerate(wanted) if (rank := _rank(r, words)) is not None]
    return [r for _, _, r in sorted(ranked, key=lambda item: item[:2])]


def _rank(record: type[Any], words: list[str]) -> int | None:
    name, aliases = record.KERAS.lower(), " ".join(record.ALIASES).lower()
    purpose = f"{record.PURPOSE} {theme.category(record.GROUP).label}".lower()
    if not all(w in name or w in aliases or w in purpose for w in words):
        return None
    if not words:
        return 0
    text = "".join(words)
    if name.startswith(text):
        return 0 if name == text else 1
    return 2 if all(w in name for w in words) else 3 if all(w in name or w in aliases for w in words) else 4


def place_of(session: Session) -> str | None:
    """Return the node after which a layer would go: the selected one, else the last output."""
    current, network = session.selection.current, session.project.network
    if current in network.nodes:
        return current
    return (network.outputs or tuple(network.nodes) or (None,))[-1]


def tried(session: Session, layer: Any, after: str | None) -> Trial:
    """Return what a layer would do after a node."""
    if after is None:
        return Trial(layer.KERAS == "Input", reason="")
    return trial.tried(layer, (session.shapes.output.get(after),))


def suggested(session: Session, after: str | None = None) -> list[type[Any]]:
    """Return up to three records that fit after a node, or after the current place."""
    after = after or place_of(session)
    if after is None:
        return [r for r in records() if r.KERAS == "Input"]
    layer = session.project.network.nodes[after].layer
    names = dict.fromkeys((*NEXT.get(layer.KERAS, ()), *USUAL))
    by_name = {r.KERAS: r for r in records()}
    fitting = [by_name[n] for n in names if n in by_name and _fits(session, by_name[n], after)]
    return fitting[:SUGGESTIONS]


def _fits(session: Session, record: type[Any], after: str) -> bool:
    return tried(session, start_of(record), after).fits
