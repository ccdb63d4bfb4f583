"""What cards look like: levels of detail, text that can be read, a running fit, frozen layers."""

import dataclasses
from typing import Any

import pytest
from PySide6.QtGui import QAccessible, QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from engine.project.document import Project
from studio import theme
from studio.canvas import node_item, wire_item
from studio.canvas.arrange import CARD_W
from studio.canvas.node_item import LEGIBLE, NodeItem, Running
from studio.document import edits
from studio.document.live import Live
from tests.studio.canvas.people import Person, layer


def shown_texts(person: Person, monkeypatch: pytest.MonkeyPatch, zoom: float) -> list[tuple[str, float]]:
    """Return the texts that are written on cards at a zoom, with their size on the screen."""
    written: list[tuple[str, float]] = []
    plain = node_item._write

    def spy(painter: QPainter, place: Any, text: str, size: int, *rest: Any, **more: Any) -> float:
        written.append((text, size * painter.worldTransform().m11()))
        return plain(painter, place, text, size, *rest, **more)

    person.view.zoom_to(zoom)
    monkeypatch.setattr(node_item, "_write", spy)
    image = QImage(person.view.viewport().size(), QImage.Format.Format_ARGB32)
    painter = QPainter(image)
    person.view.render(painter)
    painter.end()
    monkeypatch.setattr(node_item, "_write", plain)
    return written


@pytest.mark.parametrize("zoom", [1.5, 1.0, 0.75, 0.61, 0.59, 0.45, 0.36, 0.34, 0.25, 0.2, 0.12])
def test_no_text_is_smaller_than_eight_pixels(person: Person, monkeypatch: pytest.MonkeyPatch, zoom: float) -> None:
    for text, size in shown_texts(person, monkeypatch, zoom):
        assert size >= LEGIBLE - 0.01, (text, size)


def test_details_go_as_one_zooms_out(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    near = {text for text, _ in shown_texts(person, monkeypatch, 1.0)}
    middle = {text for text, _ in shown_texts(person, monkeypatch, 0.5)}
    far = {text for text, _ in shown_texts(person, monkeypatch, 0.3)}
    assert {"Dense", "dense_1", "64 units · relu", "1,216"} <= near
    assert "Dense" in middle
    assert not {"dense_1", "64 units · relu", "1,216"} & middle
    assert "Dense" in far
    assert not {"dense_1", "64 units · relu", "1,216"} & far


def test_shapes_on_wires_stay_legible(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[float] = []
    plain = wire_item.WireItem._label

    def spy(self: Any, painter: QPainter, size: int) -> None:
        sizes.append(size * painter.worldTransform().m11())
        plain(self, painter, size)

    monkeypatch.setattr(wire_item.WireItem, "_label", spy)
    for zoom in (1.0, 0.7, 0.61, 0.5):
        person.view.zoom_to(zoom)
        QApplication.processEvents()
        person.view.grab()
    assert sizes
    assert min(sizes) >= LEGIBLE - 0.01


def picture(item: NodeItem) -> QImage:
    image = QImage(280, 100, QImage.Format.Format_ARGB32)
    image.fill(theme.color("bg.canvas"))
    painter = QPainter(image)
    painter.translate(20, 20)
    item.paint(painter, None)  # type: ignore[arg-type]
    painter.end()
    return image


def test_a_running_fit_is_seen_on_the_layers_that_learn(person: Person) -> None:
    session = person.session
    assert session.edit("Freeze", lambda p: edits.set_trainable(p, person.id("dense_1"), False))
    trained = frozenset(n.id for n in session.project.network if n.trainable)
    idle = picture(person.scene.nodes[person.id("dense_2")])
    session.set_progress(0.5)
    session.set_live(Live(0.5, 38, 100, trained))
    person.scene.show_run()
    assert person.scene.nodes[person.id("dense_2")].live == Running(0.5, "epoch 38")
    session.set_live(Live(0.5, 38, 100, trained, (person.id("dense_2"),), (0.2871,)))
    person.scene.show_run()
    items = {name: person.scene.nodes[person.id(name)] for name in ("dense_1", "dense_2", "dropout_1", "input_1")}
    assert items["dense_2"].live == Running(0.5, "epoch 38", "grad 0.29")
    assert [items[n].live for n in ("dense_1", "dropout_1", "input_1")] == [None, None, None]
    running = picture(items["dense_2"])
    assert running != idle
    y = 20 + 47
    accent = theme.color("accent.line").rgb()
    assert running.pixel(20 + 60, y) == accent
    assert running.pixel(20 + 180, y) != accent
    session.set_progress(None)
    assert items["dense_2"].live is None
    assert picture(items["dense_2"]) == idle


def test_cards_follow_a_fit_at_most_ten_times_a_second(person: Person, qtbot: Any) -> None:
    trained = frozenset(person.session.project.network.nodes)
    shown: list[object] = []
    plain = person.scene.show_run
    person.scene._run_later.timeout.disconnect()
    person.scene._run_later.timeout.connect(lambda: (shown.append(1), plain()))
    for epoch in range(1, 200):
        person.session.set_live(Live(epoch / 200, epoch, 200, trained))
    qtbot.wait(150)
    assert len(shown) == 1
    assert person.scene.nodes[person.id("dense_1")].live == Running(199 / 200, "epoch 199")


def test_a_frozen_layer_looks_it(person: Person) -> None:
    item = person.scene.nodes[person.id("dense_1")]
    plain = picture(item)
    person.session.edit("Freeze", lambda p: edits.set_trainable(p, person.id("dense_1"), False))
    assert item.card.frozen
    assert picture(item) != plain


def branched(project: Project) -> Project:
    """Put a layer behind dense_1 that leads nowhere, at the side."""
    known = project.network.by_name("dense_1")
    assert known is not None
    network, loose = project.network.add(layer("Dense", units=64))
    network = network.wire(known.id, loose.id)
    return dataclasses.replace(project, network=network, positions={loose.id: (420.0, 76.0)})


def dot(item: NodeItem) -> QColor:
    """The colour where the corner of a card has its dot: right of the card, over the canvas."""
    return picture(item).pixelColor(20 + CARD_W + 2, 20)


def spoken(person: Person, name: str) -> str:
    """What assistive technology hears of a card."""
    listed = QAccessible.queryAccessibleInterface(person.view)
    at = list(person.scene.picture.cards).index(person.id(name))
    return str(listed.child(at).text(QAccessible.Text.Name))


def test_a_warning_is_a_dot_and_a_sentence_until_it_is_mended(person: Person) -> None:
    assert person.session.edit("Add a branch", branched)
    person.settle()
    item, amber = person.scene.nodes[person.id("dense_4")], theme.color("warning.fill")
    sentence = "dense_4 leads to no output. Wire it to a layer, or remove it."
    assert (item.card.warning, item.card.error) == ("leads nowhere", "")
    assert dot(item) == amber
    assert item.toolTip() == sentence
    assert spoken(person, "dense_4").endswith(f", {sentence}")
    person.drag(person.spot("dense_4", 118, 48), person.spot("dense_2", 118, 0))
    assert ("dense_4", "dense_2") in person.wires()
    assert dot(item) == theme.color("bg.canvas")
    assert item.toolTip() == ""
    assert spoken(person, "dense_4").endswith(", no problems")


def test_an_error_hides_the_dot_of_a_warning(person: Person) -> None:
    item = person.scene.nodes[person.id("dense_3")]
    item.show_card(dataclasses.replace(item.card, warning="needs sigmoid"))
    assert dot(item) == theme.color("warning.fill")
    item.show_card(dataclasses.replace(item.card, error="needs 1-D rows"))
    assert dot(item) == theme.color("danger.fill")
