"""The states that the design draws, in the real window: a network with a skip, a second input and a shape error, a
drag in progress, compiled, fitting, evaluated, predicting a row and a file, exporting; and a sheet of components.

    python tests/end_to_end/screenshots.py --states --out FOLDER
"""

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from engine import registry
from engine.network.network import Network
from resources import sample_path
from studio.document import data_edits, templates, training_edits
from tests.end_to_end import sheet
from tests.end_to_end.screenshots import quiet, until

if TYPE_CHECKING:
    from studio.app import Studio

NAMES = (
    "01-start", "02-data", "03-define", "03b-define-drag", "04-compile", "05-fit", "06-evaluate", "07-predict",
    "07b-predict-batch", "08-export", "09-states",
)  # fmt: skip
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
EPOCHS, SEEN = 400, 45
"""Epochs of the running fit, and how many of them a picture of it shows at least."""
State = tuple[str, "QWidget | QPixmap"]


def scenes(studio: "Studio") -> Iterator[State]:
    """Bring the window into one state after the other. The first time builds the project; later ones find it there."""
    if not studio.session.project.network.nodes:
        _open(studio)
    yield from _start(studio)
    yield from _data(studio)
    yield from _define(studio)
    added = _quick_add(studio)
    yield from _compile(studio)
    yield from _fit(studio)
    yield from _evaluate(studio)
    yield from _predict(studio)
    yield "09-states", sheet.sheet(studio, added)


# ---- the project ----------------------------------------------------------------------------------------------------
def _layer(name: str, **values: Any) -> Any:
    return registry.named("layer", name)(**values)


def network(broken: bool) -> Network:
    """Return measurements with a skip, an island as an embedding, joined; broken: a Flatten is missing before that."""
    made = Network()
    ids: dict[str, str] = {}

    def put(name: str, layer: Any, *sources: str) -> None:
        nonlocal made
        made, node = made.add(layer, name)
        ids[name] = node.id
        for source in sources:
            made = made.wire(ids[source], node.id)

    put("features", _layer("Input"))
    put("dense_1", _layer("Dense", units=64, activation="relu"), "features")
    put("dense_2", _layer("Dense", units=64, activation="relu"), "dense_1")
    put("dropout_1", _layer("Dropout", rate=0.2), "dense_2")
    put("add_1", _layer("Add"), "dropout_1", "dense_1")
    put("island", _layer("Input", dtype="int32"))
    put("embedding_1", _layer("Embedding", input_dim=4, output_dim=4), "island")
    if not broken:
        put("flatten_1", _layer("Flatten"), "embedding_1")
    put("concat_1", _layer("Concatenate"), "add_1", "embedding_1" if broken else "flatten_1")
    put("dense_out", _layer("Dense", units=3, activation="softmax"), "concat_1")
    return dataclasses.replace(made, outputs=(ids["dense_out"],))


def _open(studio: "Studio") -> None:
    """Open the penguins, make an index of the island, and save."""
    studio.documents.open_sample(next(s for s in templates.samples() if s.id == "penguins"))
    until(lambda: studio.session.prepared is not None and studio.session.project.network.nodes, 20, "the data")
    studio.session.edit("Island as an index", lambda p: data_edits.set_encode(p, ("island",), "index"))
    until(lambda: len(_tensors(studio)) == 2, 20, "the second tensor")
    studio.session.edit("Draw", lambda p: dataclasses.replace(p, network=network(True), feeds={}, positions={}))
    studio.session.path = Path(os.environ["LAYERWRIGHT_HOME"]) / "Penguins.layerwright"
    studio.documents.save()


def _tensors(studio: "Studio") -> tuple[Any, ...]:
    prepared = studio.session.prepared
    return prepared.recipe.tensors if prepared is not None else ()


def _draw(studio: "Studio", broken: bool) -> None:
    studio.session.edit("Draw", lambda p: dataclasses.replace(p, network=network(broken), feeds={}, positions={}))
    quiet()


def _select(studio: "Studio", name: str) -> None:
    node = studio.session.project.network.by_name(name)
    assert node is not None, name
    studio.session.selection.set(node.id)


# ---- the states -----------------------------------------------------------------------------------------------------
def _start(studio: "Studio") -> Iterator[State]:
    studio.show_start()
    quiet()
    yield "01-start", studio.window


def _data(studio: "Studio") -> Iterator[State]:
    studio.show_stage("data")
    quiet()
    yield "02-data", studio.window


def _define(studio: "Studio") -> Iterator[State]:
    _draw(studio, broken=True)
    studio.show_stage("define")
    page: Any = studio.page("define")
    _select(studio, "dense_2")
    quiet()
    page.view.show_all()
    quiet()
    yield "03-define", studio.window
    yield from _drag(studio, page)


def _drag(studio: "Studio", page: Any) -> Iterator[State]:
    """Hold a layer over the wire behind dense_2."""
    _draw(studio, broken=False)
    page.view.show_all()
    quiet()
    name = "BatchNormalization"
    row = next(w for w in studio.window.findChildren(QWidget) if w.accessibleName() == f"Add {name}" and w.isVisible())
    item = page.scene.nodes[studio.session.project.network.by_name("dense_2").id]  # type: ignore[union-attr]
    port = page.view.viewport()
    end = page.view.mapFromScene(QPointF(item.x() + 118, item.y() + item.card.height + 14))
    QTest.mousePress(row, LEFT, NONE, row.rect().center())
    begin = QPoint(-60, end.y())
    for i in range(1, 9):
        QTest.mouseMove(port, begin + (end - begin) * i / 8)
        QTest.qWait(10)
    quiet()
    yield "03b-define-drag", studio.window
    QTest.keyClick(page.view, Qt.Key.Key_Escape)
    QTest.mouseRelease(port, LEFT, NONE, end)
    quiet()


def _quick_add(studio: "Studio") -> QPixmap:
    """Return a picture of the list that Tab opens, after two letters."""
    page: Any = studio.page("define")
    _select(studio, "dense_2")
    page.view.quick_add_here()
    popup = page.stage.quick_add
    QTest.keyClicks(popup.search, "dr")
    quiet()
    picture: QPixmap = popup.grab()
    popup.close_list()
    return picture


def _compiled(studio: "Studio") -> None:
    page: Any = studio.page("compile")
    if not page.current():
        page.compile()
    quiet(60)


def _compile(studio: "Studio") -> Iterator[State]:
    _draw(studio, broken=False)
    studio.show_stage("compile")
    _compiled(studio)
    _select(studio, "dense_2")
    quiet()
    yield "04-compile", studio.window


def _fit(studio: "Studio") -> Iterator[State]:
    """Fit once to compare with, then show the next fit while it runs; it is stopped after the picture."""
    studio.show_stage("fit")
    page: Any = studio.page("fit")
    if not studio.session.runs:
        studio.session.edit("Rate", lambda p: training_edits.set_optimizer_field(p, "learning_rate", 0.0003))
        studio.session.edit("Epochs", lambda p: training_edits.set_fit(p, epochs=60))
        page.start()
        quiet(90)
        studio.session.edit("Rate", lambda p: training_edits.set_optimizer_field(p, "learning_rate", 0.001))
    studio.session.edit("Epochs", lambda p: training_edits.set_fit(p, epochs=EPOCHS, callbacks=()))
    _compiled(studio)
    page.start()
    page._compared(next(iter(studio.session.runs)).id, True)
    until(lambda: page.runs.live is not None and page.runs.live.curves.epochs >= SEEN, 60, "the epochs")
    yield "05-fit", studio.window
    page.stop()
    quiet(60)


def _evaluate(studio: "Studio") -> Iterator[State]:
    studio.show_stage("evaluate")
    page: Any = studio.page("evaluate")
    quiet()
    if page.compare.count() > 1:
        QTest.keyClick(page.compare, Qt.Key.Key_Down)
    matrix = page.confusion.matrix
    QTest.mouseClick(matrix, LEFT, NONE, matrix.cell_rect(1, 1).center().toPoint())
    quiet()
    yield "06-evaluate", studio.window


def _predict(studio: "Studio") -> Iterator[State]:
    studio.show_stage("predict")
    page: Any = studio.page("predict")
    page.tabs.set_value("row")
    page._show_tab("row")
    quiet()
    yield "07-predict", studio.window
    page.tabs.set_value("file")
    page._show_tab("file")
    page.batch.open(sample_path("penguins"))
    quiet()
    yield "07b-predict-batch", studio.window
    page.tabs.set_value("row")
    page._show_tab("row")
    studio.export()
    dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible())
    quiet(60)
    yield "08-export", over(studio.window, dialog)
    dialog.reject()
    quiet()


def over(window: QWidget, dialog: QWidget) -> QPixmap:
    """Return a picture of the window, which has dimmed itself, with the dialog in its middle."""
    made, shown = window.grab(), dialog.grab()
    painter = QPainter(made)
    middle = window.rect().center() - dialog.rect().center()
    painter.drawPixmap(middle, shown)
    painter.end()
    return made
