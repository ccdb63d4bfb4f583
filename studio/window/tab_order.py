"""The order in which Tab visits controls: as they are laid out. Qt's own order is that in which they were made."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QLayout, QScrollArea, QSplitter, QStackedWidget, QWidget


def tab_order(root: QWidget, seen: QRect | None = None) -> list[QWidget]:
    """Return what Tab reaches below a widget, panel by panel and row by row.

    seen: the part of the widget that its parents do not cut off. What lies outside, under the head of a folded dock, is
    left out; what can be scrolled into sight is not.
    """
    seen = root.rect() if seen is None else seen
    found = [root] if reachable(root) else []
    for child in _children(root):
        if not child.isVisible() or child.isWindow():
            continue
        part = child.rect()
        if not isinstance(root, QScrollArea):
            part &= seen.translated(-child.pos()) if child.parentWidget() is root else part
        if not part.isEmpty():
            found += tab_order(child, part)
    return found


def reachable(widget: QWidget) -> bool:
    """Return whether Tab stops at a widget; a viewport hands the keyboard to its view."""
    stops = bool(widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value)
    return stops and widget.isEnabled() and widget.isVisible() and widget.focusProxy() is None


def _children(widget: QWidget) -> list[QWidget]:
    """Return the children of a widget: those of its layout in their order, then those that float."""
    if isinstance(widget, QScrollArea):
        inner = widget.widget()
        return [inner] if inner is not None else []
    if isinstance(widget, QStackedWidget):
        page = widget.currentWidget()
        return [page] if page is not None else []
    if isinstance(widget, QSplitter):
        parts = (widget.widget(i) for i in range(widget.count()))
        return [part for part in parts if part is not None]
    box = widget.layout()
    laid = _laid(box) if box is not None else []
    return laid + [c for c in widget.children() if isinstance(c, QWidget) and c not in laid]


def _laid(box: QLayout) -> list[QWidget]:
    found: list[QWidget] = []
    for i in range(box.count()):
        item = box.itemAt(i)
        if item is None:
            continue
        widget, inner = item.widget(), item.layout()
        found += [widget] if widget is not None else _laid(inner) if inner is not None else []
    return found
