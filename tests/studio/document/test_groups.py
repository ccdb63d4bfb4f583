"""Groups and shared layers as edits: what goes in comes out again, results stay, and what cannot be says why."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import (
    layers,  # noqa: F401
    registry,
)
from engine.errors import UsageError
from engine.model import Model
from engine.network.check import Feed, check
from engine.network.flat import flat
from engine.network.kept import Kept
from engine.network.network import Network, Wire, stack
from engine.network.shapes import infer
from engine.network.summary import summarize
from engine.project import file, json, lifecycle
from engine.project.document import Project
from engine.project.runs import RunStore
from engine.project.targets import own_loss
from resources import sample_path
from studio.document import edits, scope, sharing


def layer(name: str, **values: Any) -> Any:
    return registry.named("layer", name)(**values)


def residual() -> Project:
    """Return input (8) -> dense_1 -> dense_2 -> dropout_1 -> add_1 (with dense_1) -> dense_3, placed by hand."""
    specs = [layer("Input", shape=(8,)), layer("Dense", units=8, activation="relu"), layer("Dense", units=8),
             layer("Dropout", rate=0.2), layer("Add"), layer("Dense", units=3, activation="softmax")]  # fmt: skip
    network = stack(*specs)
    ids = {n.name: n.id for n in network}
    network = network.wire(ids["dense_1"], ids["add_1"], 1)
    places = {id: (10.0, 76.0 * i) for i, id in enumerate(network.nodes)}
    return Project(network=network, positions=places)


def ids(project: Project, *names: str) -> tuple[str, ...]:
    return tuple(n.id for name in names for n in project.network if n.name == name)


def essence(project: Project) -> Any:
    """Return all that matters of a network and its places, by name."""
    network = project.network
    name = {n.id: n.name for n in network}
    nodes = {n.name: (n.layer, n.trainable, name.get(n.shares or ""), n.note) for n in network}
    wires = {(name[w.source], name[w.target], w.slot) for w in network.wires}
    places = {name.get(k, k): at for k, at in project.positions.items()}
    targets = [(name.get(t.node or ""), t.column) for t in project.targets]
    return nodes, wires, [name[o] for o in network.outputs], places, targets


def grouped(project: Project, *names: str) -> tuple[Project, str]:
    made = edits.group(project, *ids(project, *names))
    (node,) = edits.added(project, made)
    return made, node


def test_group_keeps_shapes_wires_and_places() -> None:
    project, node = grouped(residual(), "dense_2", "dropout_1", "add_1")
    network = project.network
    assert [n.name for n in network] == ["input_1", "dense_1", "group_1", "dense_3"]
    assert [w.target for w in network.wires if w.source == ids(project, "dense_1")[0]] == [node]
    assert infer(network).ok
    assert infer(network).output[node] == (8,)
    held = scope.shown(project, (node,))
    assert [n.name for n in held.network] == ["input_1", "dense_2", "dropout_1", "add_1"]
    assert held.positions[ids(held, "dropout_1")[0]] == (10.0, 228.0)
    assert project.positions[node] == (10.0, 152.0)


def test_ungroup_is_the_inverse() -> None:
    start = residual()
    project, node = grouped(start, "dense_2", "dropout_1", "add_1")
    assert essence(edits.ungroup(project, node)) == essence(start)


def test_a_moved_group_takes_its_layers_along() -> None:
    project, node = grouped(residual(), "dense_2", "dropout_1")
    moved = edits.ungroup(edits.move(project, {node: (110.0, 252.0)}), node)
    assert moved.positions[ids(moved, "dense_2")[0]] == (110.0, 252.0)
    assert moved.positions[ids(moved, "dropout_1")[0]] == (110.0, 328.0)


def test_names_inside_are_made_unique_outside() -> None:
    project, node = grouped(residual(), "dense_2", "dropout_1")
    project = edits.append_layer(project, layer("Dense", units=8))
    project = edits.rename(project, edits.added(grouped(residual(), "dense_2", "dropout_1")[0], project)[0], "dense_2")
    back = edits.ungroup(project, node)
    assert sorted(n.name for n in back.network) == [
        "add_1", "dense_1", "dense_2", "dense_3", "dense_4", "dropout_1", "input_1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ((), "Select the layers"),
        (("input_1", "dense_1"), "input_1 is an Input and stays outside"),
        (("dense_1", "dense_2"), "A group has one output. dense_1 and dense_2 all lead out"),
        (("dense_1", "add_1"), "dropout_1 lies between them|dense_2 lies between them|A group has one output"),
        (("dense_2", "add_1"), "A group has one output|dropout_1 lies between them"),
    ],
)
def test_what_makes_no_group_says_why(names: tuple[str, ...], reason: str) -> None:
    project = residual()
    with pytest.raises(UsageError, match=reason):
        edits.group(project, *ids(project, *names))


def test_layers_between_must_be_in_the_group_too() -> None:
    specs = [layer("Input", shape=(8,)), *(layer("Dense", units=8) for _ in range(4))]
    project = Project(network=stack(*specs))
    with pytest.raises(UsageError, match="dense_2 lies between them"):
        edits.group(project, *ids(project, "dense_1", "dense_3", "dense_4"))


def test_predictions_of_a_grouped_network_are_those_of_the_flat_one() -> None:
    flat_project = residual()
    project, node = grouped(flat_project, "dense_2", "dropout_1", "add_1")
    project, outer = grouped(project, "dense_1", "group_1")
    rows = np.random.default_rng(0).normal(size=(32, 8)).astype("float32")
    one = Model.from_network(flat_project.network, seed=3)
    weights = {(e.node, e.weight): one.parameters.view(e.node, e.weight) for e in one.parameters.layout.entries}
    bare, places = flat(project.network)
    assert infer(bare).ok
    carried = {
        (place, f"{start}{weight}"): value
        for (id, weight), value in weights.items()
        for place, start in places.values()
        if (place, start) == (id, "") or start.endswith(f"{id}_")
    }
    other = Model.from_network(project.network, carried)
    assert {(e.node, e.weight) for e in other.parameters.layout.entries} == set(carried)
    assert np.array_equal(one.predict(rows, verbose=0), other.predict(rows, verbose=0))
    again = edits.ungroup(edits.ungroup(project, outer), node)
    assert np.array_equal(
        Model.from_network(again.network, weights).predict(rows, verbose=0), one.predict(rows, verbose=0)
    )


def test_training_goes_the_same_way_in_a_group() -> None:
    def fitted(network: Network) -> Any:
        model = Model.from_network(network)
        for entry in model.parameters.layout.entries:
            start = np.random.default_rng(len(entry.weight.rpartition("_")[2])).normal(size=entry.shape) / 4
            model.parameters.set(entry.node, entry.weight, start.astype("float32"))
        model.compile("sgd", "mse")
        rows = np.random.default_rng(1).normal(size=(64, 6)).astype("float32")
        model.fit(rows, rows[:, :2], epochs=3, batch_size=16, verbose=0, shuffle=False)
        return model.predict(rows, verbose=0)

    specs = [layer("Input", shape=(6,)), layer("Dense", units=5, activation="tanh"), layer("Dense", units=2)]
    project = Project(network=stack(*specs))
    assert np.allclose(fitted(project.network), fitted(grouped(project, "dense_1", "dense_2")[0].network), atol=1e-6)


def test_normalization_in_a_group_adapts() -> None:
    specs = [layer("Input", shape=(3,)), layer("Normalization"), layer("Dense", units=2)]
    project = Project(network=stack(*specs))
    rows = np.random.default_rng(2).normal(5, 3, size=(200, 3)).astype("float32")
    held = grouped(project, "normalization_1", "dense_1")[0]
    one, other = Model.from_network(project.network), Model.from_network(held.network)
    for model in (one, other):
        model.adapt(rows)
    found = [
        {e.weight.rpartition("_")[2]: m.parameters.view(e.node, e.weight) for e in m.parameters.layout.entries}["mean"]
        for m in (one, other)
    ]
    assert np.allclose(found[0], rows.mean(0), atol=1e-4)
    assert np.allclose(found[0], found[1])


# ---- scope ----
def test_an_edit_inside_changes_the_group_and_nothing_else() -> None:
    project, node = grouped(residual(), "dense_2", "dropout_1", "add_1")
    inner = ids(scope.shown(project, (node,)), "dense_2")[0]
    after = edits.inside(project, (node,), lambda p: edits.set_field(p, inner, "activation", "tanh"))
    assert scope.shown(after, (node,)).network.nodes[inner].layer.activation == "tanh"
    assert {k: v for k, v in after.network.nodes.items() if k != node} == {
        k: v for k, v in project.network.nodes.items() if k != node
    }
    assert after.network.wires == project.network.wires
    assert edits.inside(project, (node,), lambda p: p) is project


def test_a_lost_input_inside_takes_its_wire_along() -> None:
    specs = [layer("Input", shape=(4,)), layer("Dense", units=4), layer("Dense", units=4), layer("Add"),
             layer("Dense", units=1)]  # fmt: skip
    network = Network()
    made: list[str] = []
    for spec in specs:
        network, node = network.add(spec)
        made.append(node.id)
    for source, target in ((0, 1), (0, 2), (1, 3), (2, 3), (3, 4)):
        network = network.wire(made[source], made[target])
    project = Project(network=network.with_outputs(made[4]))
    project, group = grouped(project, "add_1", "dense_3")
    assert project.network.sources(group) == (made[1], made[2])
    first = scope.shown(project, (group,)).network.inputs()[0]
    after = edits.inside(project, (group,), lambda p: edits.remove(p, first))
    assert after.network.wires[-1:] == (Wire(made[2], group, 0),)


def test_nesting_deeper_than_files_allow_is_refused() -> None:
    project = residual()
    for _ in range(8):
        project = edits.group(project, project.network.outputs[0])
    with pytest.raises(UsageError, match="nested 8 deep"):
        edits.group(project, project.network.outputs[0])


# ---- shared layers ----
def siamese() -> Project:
    network = stack(layer("Input", shape=(8,)), layer("Dense", units=8), layer("Dense", units=8))
    project = Project(network=network)
    (owner,) = ids(project, "dense_1")
    project = edits.duplicate_shared(project, owner)
    (copy,) = ids(project, "dense_3")
    return edits.connect(project, ids(project, "dense_2")[0], copy)


def test_a_shared_copy_counts_once_and_changes_together() -> None:
    project = siamese()
    owner, copy = ids(project, "dense_1", "dense_3")
    assert project.network.nodes[copy].shares == owner
    shapes = infer(project.network)
    assert shapes.ok
    assert (shapes.parameters[owner], shapes.parameters[copy]) == (72, 0)
    after = edits.set_field(project, copy, "use_bias", False)
    assert not after.network.nodes[owner].layer.use_bias
    assert after.network.nodes[copy].shares == owner
    assert not edits.set_trainable(project, copy, False).network.nodes[owner].trainable


def test_own_weights_and_replacing_end_the_sharing() -> None:
    project = siamese()
    owner, copy = ids(project, "dense_1", "dense_3")
    assert edits.unshare(project, copy).network.nodes[copy].shares is None
    own = edits.unshare(project, owner).network
    assert [own.nodes[n].shares for n in (owner, copy)] == [None, None]
    replaced = edits.replace_layer(project, owner, layer("Dropout", rate=0.1)).network
    assert replaced.nodes[copy].shares is None
    assert replaced.nodes[copy].layer.KERAS == "Dense"


def test_weights_go_on_to_the_next_when_their_owner_is_deleted() -> None:
    project = edits.duplicate_shared(siamese(), *ids(siamese(), "dense_3"))
    owner, second, third = ids(project, "dense_1", "dense_3", "dense_4")
    project = edits.connect(project, second, third)
    after = edits.remove(project, owner)
    assert after.network.nodes[second].shares is None
    assert after.network.nodes[third].shares == second
    assert infer(after.network).ok


def test_sharing_that_does_not_fit_has_a_fix() -> None:
    project = siamese()
    project = edits.set_field(project, ids(project, "dense_2"), "units", 5)
    (problem,) = infer(project.network).problems
    assert "shares the weights of dense_1, whose inputs have another width" in problem.message
    assert problem.repair is not None
    assert infer(edits.apply_repair(project, problem.repair).network).ok


def test_a_shared_layer_is_grouped_only_with_all_that_use_it() -> None:
    project = siamese()
    with pytest.raises(UsageError, match="dense_3 shares its weights with dense_1, which would stay outside"):
        edits.group(project, *ids(project, "dense_3"))
    made, node = grouped(project, "dense_1", "dense_2", "dense_3")
    assert essence(edits.ungroup(made, node)) == essence(project)


def test_groups_that_share_are_changed_and_ungrouped_together() -> None:
    project, node = grouped(residual(), "dense_2", "dropout_1")
    project = edits.duplicate_shared(project, node)
    (copy,) = ids(project, "group_2")
    project = edits.insert_layer(project, layer("Activation", activation="relu"), project.network.wires[0])
    project = edits.connect(project, ids(project, "add_1")[0], copy)
    (inner,) = ids(scope.shown(project, (node,)), "dense_2")
    after = edits.inside(project, (node,), lambda p: edits.set_field(p, inner, "units", 8))
    after = edits.inside(after, (copy,), lambda p: edits.set_field(p, inner, "use_bias", False))
    assert after.network.nodes[node].layer == after.network.nodes[copy].layer
    with pytest.raises(UsageError, match="shares its layers with group_2"):
        edits.ungroup(after, node)
    opened = edits.ungroup(after, node, copy).network
    first, second = (n for n in opened if n.name in ("dense_2", "dense_4"))
    assert {first.shares, second.shares} == {None, first.id if second.shares else second.id}
    assert infer(opened).ok


def test_copies_of_sharing_layers_share_with_one_another() -> None:
    project = siamese()
    made = edits.duplicate(project, *ids(project, "dense_1", "dense_3"))
    first, second = edits.added(project, made)
    assert made.network.nodes[first].shares is None
    assert made.network.nodes[second].shares == first
    alone = edits.duplicate(project, *ids(project, "dense_3"))
    assert alone.network.nodes[edits.added(project, alone)[0]].shares is None


# ---- any network ----
@st.composite
def networks(draw: st.DrawFn) -> Project:
    """Draw a network of up to ten dense, add and dropout layers, each wired to earlier ones, some placed."""
    network, first = Network().add(layer("Input", shape=(4,)))
    made = [first.id]
    for _ in range(draw(st.integers(1, 9))):
        kind = draw(st.sampled_from(["Dense", "Dropout", "Add"]))
        spec = (
            layer("Dense", units=4)
            if kind == "Dense"
            else layer("Add")
            if kind == "Add"
            else layer("Dropout", rate=0.1)
        )
        network, node = network.add(spec)
        for source in draw(st.lists(st.sampled_from(made), min_size=1, max_size=2 if kind == "Add" else 1)):
            network = network.wire(source, node.id)
        made.append(node.id)
    network = network.with_outputs(made[-1])
    places = {id: (float(draw(st.integers(0, 9)) * 40), 76.0 * i) for i, id in enumerate(made)}
    return Project(network=network, positions=places if draw(st.booleans()) else {})


@given(project=networks(), data=st.data())
@settings(max_examples=150)
def test_group_then_ungroup_gives_the_equal_network(project: Project, data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(list(project.network.nodes)), min_size=1, unique=True))
    try:
        made = edits.group(project, *chosen)
    except UsageError:
        return
    (node,) = edits.added(project, made)
    assert (
        infer(made.network).output[made.network.outputs[0]] == infer(project.network).output[project.network.outputs[0]]
    )
    assert essence(edits.ungroup(made, node)) == essence(project)
    assert set(edits.ungroup(made, node).network.nodes) == set(project.network.nodes)


def test_families_are_told_at_once() -> None:
    network = siamese().network
    assert sharing.families(network) == {"n2": ("n2", "n4"), "n4": ("n2", "n4")}
    assert dataclasses.replace(siamese()).network.nodes["n4"].shares == "n2"


# ---- files, clipboard, a whole project ----
def nested() -> Project:
    """Return a project with a group in a group, sharing groups, and cards placed at all depths."""
    project, _ = grouped(residual(), "dense_2", "dropout_1")
    before, outer = grouped(project, "group_1", "add_1")
    project = edits.duplicate_shared(before, outer)
    (copy,) = edits.added(before, project)
    return edits.connect(edits.move(project, {copy: (400.0, 0.0)}), outer, copy)


def test_groups_are_saved_and_opened_whole(tmp_path: Any) -> None:
    project = nested()
    assert any(key.count("/") == 2 for key in project.positions)
    file.save(tmp_path / "p.layerwright", project, RunStore())
    opened, _ = file.load(tmp_path / "p.layerwright")
    assert opened == project
    assert json.to_json(opened) == json.to_json(project)


def test_groups_go_through_the_clipboard_with_places_and_sharing() -> None:
    project = nested()
    groups = [n.id for n in project.network if n.layer.KERAS == "Model"]
    text = edits.copy(project, *groups)
    empty = Project()
    made = edits.paste(empty, text, (0.0, 0.0))
    first, second = edits.added(empty, made)
    assert made.network.nodes[first].shares == second  # the first is not wired yet, so the other one owns the weights
    assert scope.shown(made, (first,)) == dataclasses.replace(
        scope.shown(project, (groups[0],)), name=made.name, data=made.data
    )
    stolen = text.replace('"shares": 0', '"shares": 7')
    with pytest.raises(UsageError, match="share weights that are not there"):
        edits.paste(empty, stolen)
    with pytest.raises(UsageError, match="damaged"):
        edits.paste(empty, text.replace('"inside": {', '"inside": 3, "more": {', 1))


def test_the_loss_of_a_grouped_output_is_that_of_its_layer() -> None:
    for activation in ("linear", "softmax"):
        network = stack(layer("Input", shape=(8,)), layer("Dense", units=3, activation=activation))
        project = Project(network=network)
        held, node = grouped(project, "dense_1")
        wanted = own_loss("multiclass", network, network.outputs[0], 3)
        assert own_loss("multiclass", held.network, node, 3) == wanted


def test_a_grouped_project_trains_and_keeps_its_figures() -> None:
    project = lifecycle.new_project(sample_path("iris"), "species")
    table = lifecycle.open_table(project)
    project = lifecycle.suggest(project, table)
    hidden = [n for n in project.network.order() if project.network.nodes[n].layer.KERAS != "Input"]
    held = edits.group(project, *hidden)
    held = dataclasses.replace(held, fit=dataclasses.replace(held.fit, epochs=3))
    assert not [p for p in lifecycle.check(held, table) if p.severity == "error"]
    fitting = lifecycle.start(held, lifecycle.prepare(held, table))
    for _ in fitting.by_epoch():
        pass
    run = fitting.run()
    assert run.status == "finished"
    assert all(key.startswith(f"{edits.added(project, held)[0]}/") for key in run.weights)


def test_the_summary_counts_shared_layers_once() -> None:
    found = summarize(siamese().network)
    assert [(r.name, r.parameters) for r in found.rows] == [
        ("input_1", 0), ("dense_1", 72), ("dense_2", 72), ("dense_3", 0),
    ]  # fmt: skip
    assert found.parameters == 144
    project, _ = grouped(siamese(), "dense_1", "dense_2", "dense_3")
    assert summarize(project.network).parameters == 144


def test_notes_in_groups_follow_them() -> None:
    project, node = grouped(residual(), "dense_2", "dropout_1")
    project = edits.inside(project, (node,), lambda p: edits.add_note(p, (5.0, 6.0), "inner remark"))
    assert [n.text for n in project.notes.values()] == ["inner remark"]
    outer, around = grouped(project, "group_1", "add_1")
    assert list(outer.notes) == [f"{around}/{node}/note:1"]
    copied = edits.duplicate(outer, around)
    assert sorted(n.text for n in copied.notes.values()) == ["inner remark"] * 2
    pasted = edits.paste(Project(), edits.copy(outer, around))
    assert [k.partition("/")[2] for k in pasted.notes] == [f"{node}/note:1"]
    flat_again = edits.ungroup(edits.ungroup(outer, around), node)
    assert {k: (n.x, n.y, n.text) for k, n in flat_again.notes.items()} == {"note:1": (5.0, 6.0, "inner remark")}


def test_comments_in_the_code_stay_with_their_layer() -> None:
    start = residual()
    (dense,) = ids(start, "dense_2")
    start = dataclasses.replace(start, code=(Kept(dense, "# narrow on purpose", beside=True), Kept(dense, "# next")))
    project, node = grouped(start, "dense_2", "dropout_1")
    assert [k.after for k in project.code] == [f"{node}/{dense}"] * 2
    assert [k.after for k in scope.shown(project, (node,)).code] == [dense] * 2
    assert edits.ungroup(project, node).code == start.code


def test_a_group_takes_as_many_wires_as_it_has_inputs() -> None:
    project, node = grouped(residual(), "dense_2", "dropout_1")
    (first,) = ids(project, "input_1")
    rewired = edits.connect(project, first, node)
    assert rewired.network.sources(node) == (first,)  # the one input is taken over, as by any layer with one
    more = edits.inside(project, (node,), lambda p: edits.add_layer(p, layer("Input")))
    (problem,) = (p for p in infer(more.network).problems if p.node == node)
    assert problem.message == "group_1 needs 2 inputs. It has 1."
    assert infer(edits.connect(more, first, node).network).output[node] == (8,)


def test_what_does_not_go_with_the_data_is_told_inside_of_groups_too() -> None:
    specs = [layer("Input", shape=(1,)), layer("Embedding", input_dim=3, output_dim=2), layer("Flatten")]
    project = Project(network=stack(*specs))
    held, node = grouped(project, "embedding_1", "flatten_1")
    feeds = {project.network.inputs()[0]: Feed((1,), vocabulary=7, name="city")}
    (before,) = (p for p in check(project.network, feeds) if p.short == "too few rows")
    (problem,) = (p for p in check(held.network, feeds) if p.short == "too few rows")
    assert problem.message == before.message
    assert (problem.node, problem.inside) == (node, ids(project, "embedding_1"))
    assert problem.repair is not None
    mended = edits.apply_repair(held, problem.repair)
    assert not [p for p in check(mended.network, feeds) if p.short == "too few rows"]
