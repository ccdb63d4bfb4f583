"""Design tokens: the only source of colour, size and time. They are read once from resources/tokens.json."""

import functools
import importlib.resources
import json
from dataclasses import dataclass
from typing import Any, Literal

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor

MOVING = ("fast", "base", "slow")
Mode = Literal["light", "dark", "system", "contrast"]


class Signals(QObject):
    """`changed` is emitted with the new mode after every change of theme; painted widgets update themselves on it."""

    changed = Signal(object)


@dataclass(frozen=True, slots=True)
class Category:
    """A group of layers: its label, icon and colour token."""

    label: str
    icon: str
    color: str


class _State:
    scheme = "light"
    contrast = False
    still = False


signals = Signals()
_state = _State()


@functools.cache
def tokens() -> dict[str, Any]:
    """Return the token file as plain values."""
    text = importlib.resources.files("resources").joinpath("tokens.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def scheme() -> str:
    """Return "light" or "dark": the column of the token file in use."""
    return _state.scheme


def high_contrast() -> bool:
    """Return whether the high-contrast variant is on: borders of 2 px, all text in text.primary."""
    return _state.contrast


def choose(new: str, contrast: bool) -> None:
    """Set scheme and contrast without restyling; `studio.theme.apply` is for everyone else."""
    _state.scheme, _state.contrast = new, contrast
    _color.cache_clear()


def color(token: str, alpha: float | None = None) -> QColor:
    """Return the colour of a dotted token ("bg.panel", "category.core", "tint.core", "plot.0") or of a
    hex value.

    alpha: 0 to 1, replaces the colour's own opacity. Raises KeyError for an unknown token.
    """
    found = QColor(_color(token))
    if alpha is not None:
        found.setAlphaF(alpha)
    return found


def mix(a: str | QColor, b: str | QColor, t: float) -> QColor:
    """Return the colour t of the way from a to b (0: a, 1: b), opaque."""
    first, second = (x if isinstance(x, QColor) else color(x) for x in (a, b))
    pairs = zip(_rgb(first), _rgb(second), strict=True)
    return QColor(*(round(x + (y - x) * t) for x, y in pairs))


def _rgb(value: QColor) -> tuple[int, int, int]:
    return value.red(), value.green(), value.blue()


def tint(group: str, surface: str = "bg.panel") -> QColor:
    """Return the tile colour of a layer group ("core") or of any colour token, laid thinly over a surface."""
    token = group if "." in group else category(group).color
    return mix(surface, token, tokens()["category"]["_tile"][_state.scheme])


def ramp(t: float) -> QColor:
    """Return the sequential scale's colour at t in 0..1 (heat maps)."""
    stops = tokens()["plot"]["sequential"][_state.scheme]
    place = min(max(t, 0.0), 1.0) * (len(stops) - 1)
    i = min(int(place), len(stops) - 2)
    return mix(stops[i], stops[i + 1], place - i)


@functools.cache
def category(group: str) -> Category:
    """Return label, icon and colour token of a layer group; a group without tokens looks like Core."""
    known = tokens()["category"].get(group)
    if known is None or group.startswith("_"):
        return Category(group.replace("_", " ").capitalize() or "Other", "box", "category.core")
    return Category(known["label"], known["icon"], f"category.{group}")


def categories() -> tuple[str, ...]:
    """Return the names of all layer groups in the order of the palette."""
    return tuple(name for name in tokens()["category"] if not name.startswith("_"))


def size(name: str) -> int:
    """Return a size in pixels: "control", "row", "palette", ... or "radius.card", "space.3", "icon.large"."""
    table, _, key = name.rpartition(".")
    return int(tokens()[table or "size"][key])


def duration(name: str) -> int:
    """Return a time of `motion` in milliseconds: "fast", "base", "slow", "toast", "tooltipDelay".

    With reduced motion everything that moves takes no time; how long a message can be read stays.
    """
    return 0 if _state.still and name in MOVING else int(tokens()["motion"][name])


def reduce_motion(still: bool) -> None:
    """Say whether what moves takes no time."""
    _state.still = still


def border_width() -> int:
    """Return the width of a control's border in pixels: 1, or 2 with high contrast."""
    return 2 if _state.contrast else 1


@functools.cache
def _color(token: str) -> QColor:
    if token.startswith("#"):
        return _parse(token)
    table, _, key = token.partition(".")
    if table == "tint":
        return tint(key)
    if table == "category":
        return _parse(tokens()["category"][key][_state.scheme])
    if table == "plot":
        return _parse(tokens()["plot"][_state.scheme][int(key)])
    return _parse(tokens()["color"][_state.scheme][table][_contrasting(table, key)])


def _contrasting(table: str, key: str) -> str:
    if not _state.contrast:
        return key
    if table == "text" and key in ("secondary", "muted"):
        return "primary"
    if table == "border":
        return "strong" if key == "soft" else "control"
    return key


def _parse(text: str) -> QColor:
    if len(text) == 9:  # tokens are #RRGGBBAA, Qt reads #AARRGGBB
        text = f"#{text[7:]}{text[1:7]}"
    return QColor(text)
