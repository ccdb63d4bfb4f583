"""The system's clipboard: JSON of ours for a canvas, Keras-style code for everything else."""

import atexit
from collections.abc import Iterable

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from studio.canvas import arrange
from studio.document import edits
from studio.document.session import Session

MIME = "application/x-layerwright-layers+json"


def put(session: Session, nodes: Iterable[str], notes: Iterable[str] = ()) -> None:
    """Put layers and notes on the clipboard: readable JSON in our own type, code that can be run as plain text."""
    nodes, notes = tuple(nodes), tuple(notes)
    project, places = session.project, arrange.places(session.project)
    seen = edits.move(project, {node: places[node] for node in nodes if node in places})
    data = QMimeData()
    data.setData(MIME, edits.copy(seen, *nodes, *notes).encode())
    data.setText(edits.code_of(project, nodes, session.shapes.output, notes))
    QGuiApplication.clipboard().setMimeData(data)


def let_go() -> None:
    """Leave plain text on the clipboard: data that Python has made must not outlive it."""
    if QGuiApplication.instance() is None:
        return
    board = QGuiApplication.clipboard()
    data = board.mimeData()
    if data is not None and data.hasFormat(MIME):
        board.setText(data.text())


atexit.register(let_go)


def text() -> str:
    """Return the layers of the clipboard: our JSON where there is some, else its text."""
    data = QGuiApplication.clipboard().mimeData()
    if data is None:
        return ""
    if data.hasFormat(MIME):
        return bytes(data.data(MIME).data()).decode("utf-8", "replace")
    return data.text()
