"""What changed between two runs, in the words of the page."""

import dataclasses

import pytest

from engine.layers.core import Dense
from engine.network.network import stack
from engine.optimizers.records import SGD, Adam
from engine.project.document import Project
from studio.document import edits
from studio.document import training_edits as training
from studio.document.session import Edit
from studio.pages.fit.changes import changes, headline

BASE = Project(network=stack(Dense(8), Dense(1)))


def texts(after: Project) -> list[str]:
    return [c.text for c in changes(BASE, after)]


def test_nothing_changed() -> None:
    assert texts(BASE) == ["Same data and split"]
    assert headline(BASE, BASE) == "same settings"
    assert headline(None, BASE) == "2 layers"


def test_layers() -> None:
    wider = dataclasses.replace(BASE, network=BASE.network.replace("n1", layer=Dense(16)))
    assert texts(wider)[0] == "dense_1 units 8 → 16"
    more, _node = BASE.network.add(Dense(4), "extra")
    assert texts(dataclasses.replace(BASE, network=more))[0] == "Add extra"
    assert texts(dataclasses.replace(BASE, network=BASE.network.remove("n2")))[0] == "Remove dense_2"
    frozen = dataclasses.replace(BASE, network=BASE.network.replace("n1", trainable=False))
    assert texts(frozen)[0] == "Freeze dense_1"


def test_layers_in_groups() -> None:
    grouped = edits.group(BASE, "n1", "n2")
    (group,) = edits.added(BASE, grouped)
    wider = edits.inside(grouped, (group,), lambda p: edits.set_field(p, "n1", "units", 16))
    assert changes(grouped, wider)[0].text == "group_1/dense_1 units 8 → 16"
    more = edits.inside(grouped, (group,), lambda p: edits.insert_after(p, Dense(4), "n1"))
    assert changes(grouped, more)[0].text == "Add group_1/dense_3"
    assert changes(BASE, edits.connect(edits.duplicate_shared(BASE, "n2"), "n2", "n3"))[0].text == "Add dense_3"


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        (lambda p: training.set_fit(p, epochs=20), "epochs auto → 20"),
        (lambda p: training.set_fit(p, shuffle=False), "Keep the order of rows"),
        (lambda p: training.set_optimizer(p, SGD()), "optimizer default → SGD"),
        (lambda p: training.set_device(p, "cpu"), "device auto → cpu"),
    ],
)
def test_settings(edit: Edit, line: str) -> None:
    after = edit(BASE)
    assert texts(after) == [line, "Same data and split"]
    assert headline(BASE, after) == line


def test_learning_rate() -> None:
    slow, fast = (training.set_optimizer(BASE, Adam(learning_rate=r)) for r in (0.001, 0.01))
    assert changes(slow, fast)[0].text == "learning rate 0.001 → 0.01"


def test_data() -> None:
    split = dataclasses.replace(BASE.data.split, seed=3)
    assert texts(dataclasses.replace(BASE, data=dataclasses.replace(BASE.data, split=split))) == ["Other split"]
