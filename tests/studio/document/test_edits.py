"""Edits are pure functions: what each does to the stack, and what it refuses."""

import dataclasses

import pytest

from engine import (
    layers,  # noqa: F401  (registers the layers)
    registry,
)
from engine.data.settings import Column
from engine.errors import Repair, UsageError
from engine.network.network import Wire, stack
from engine.project.document import Project
from studio.document import edits


def layer(name: str, **values: object) -> object:
    return registry.named("layer", name).suggestion(**values)


def chain(*names: str) -> Project:
    return dataclasses.replace(Project(), network=stack(*(layer(n) for n in names)))


def trunk(project: Project) -> list[str]:
    network = project.network
    node: str | None = next(iter(network.inputs() or network.nodes), None)
    found = []
    while node is not None:
        found.append(network.nodes[node].layer.KERAS)
        node = edits.trunk_target(network, node)
    return found


def test_appended_layers_make_a_stack_whose_end_is_the_output() -> None:
    project = Project()
    for name in ("Input", "Dense", "Dropout"):
        project = edits.append_layer(project, layer(name))
    assert trunk(project) == ["Input", "Dense", "Dropout"]
    assert project.network.outputs == ("n3",)
    assert len(project.targets) == 1


def test_insert_between_two_nodes_keeps_slot_and_output() -> None:
    project = chain("Input", "Dense")
    after = edits.insert_layer(project, layer("Dropout"), Wire("n1", "n2"))
    assert trunk(after) == ["Input", "Dropout", "Dense"]
    assert after.network.outputs == ("n2",)
    assert edits.added(project, after) == ("n3",)


def test_insert_slides_lower_cards_down_by_one_pitch() -> None:
    project = edits.move(
        chain("Input", "Dense", "Dense"), {"n1": (0, 0), "n2": (0, 76), "n3": (0, 152), "target:0": (0, 228)}
    )
    after = edits.insert_layer(project, layer("Dropout"), Wire("n1", "n2"))
    assert after.positions["n4"] == (0, 76)
    assert after.positions["n2"] == (0, 152)
    assert after.positions["n3"] == (0, 228)
    assert after.positions["target:0"] == (0, 304)
    assert after.positions["n1"] == (0, 0)


def test_insert_after_a_node_with_a_skip_goes_on_the_trunk() -> None:
    project = chain("Input", "Dense", "Dense", "Add")
    project = edits.connect(project, "n2", "n4")
    after = edits.insert_after(project, layer("Dropout"), "n2")
    assert trunk(after) == ["Input", "Dense", "Dropout", "Dense", "Add"]
    assert Wire("n2", "n4", 1) in after.network.wires


def test_insert_before_the_first_layer_of_an_unwired_node_wires_it() -> None:
    project = edits.add_layer(chain("Input"), layer("Dense"), (40.0, 50.0))
    assert project.positions["n2"] == (40.0, 50.0)
    after = edits.insert_before(project, layer("Flatten"), "n2")
    assert after.network.sources("n2") == ("n3",)


def test_remove_heals_the_stack_and_hands_the_output_on() -> None:
    project = chain("Input", "Dense", "Dropout", "Dense")
    assert trunk(edits.remove(project, "n3")) == ["Input", "Dense", "Dense"]
    end = edits.remove(project, "n4")
    assert end.network.outputs == ("n3",)
    several = edits.remove(project, "n2", "n3")
    assert trunk(several) == ["Input", "Dense"]


def test_remove_of_a_merge_keeps_its_first_source() -> None:
    project = edits.connect(chain("Input", "Dense", "Dense", "Add", "Dense"), "n2", "n4")
    after = edits.remove(project, "n4")
    assert after.network.sources("n5") == ("n3",)
    assert trunk(after) == ["Input", "Dense", "Dense", "Dense"]


def test_reorder_swaps_with_the_neighbour_and_comes_back() -> None:
    project = edits.move(chain("Input", "Dense", "Dropout", "Flatten"), {"n2": (0, 76), "n3": (0, 152)})
    down = edits.reorder(project, "n2", 1)
    assert trunk(down) == ["Input", "Dropout", "Dense", "Flatten"]
    assert down.positions["n2"] == (0, 152)
    assert trunk(edits.reorder(down, "n2", -1)) == ["Input", "Dense", "Dropout", "Flatten"]
    end = edits.reorder(edits.reorder(project, "n2", 1), "n2", 1)
    assert trunk(end) == ["Input", "Dropout", "Flatten", "Dense"]
    assert end.network.outputs == ("n2",)
    assert edits.reorder(end, "n2", 1) is end
    assert edits.reorder(project, "n2", -1) is project  # an Input stays at the top


def test_a_dragged_layer_leaves_a_healed_place() -> None:
    project = chain("Input", "Dense", "Dropout", "Flatten")
    after = edits.move_layer(project, "n2", Wire("n3", "n4"))
    assert trunk(after) == ["Input", "Dropout", "Dense", "Flatten"]
    assert edits.move_layer(project, "n2", Wire("n1", "n2")) is project


def test_connect_replaces_the_wire_of_a_layer_with_one_input() -> None:
    project = edits.add_layer(chain("Input", "Dense"), layer("Dropout"))
    after = edits.connect(project, "n3", "n2")
    assert after.network.sources("n2") == ("n3",)


def test_connect_refuses_circles_and_inputs() -> None:
    project = chain("Input", "Dense", "Dense")
    with pytest.raises(UsageError, match="close a circle"):
        edits.connect(project, "n3", "n2")
    with pytest.raises(UsageError, match="takes no wire"):
        edits.connect(project, "n2", "n1")


def test_disconnect_and_rewire() -> None:
    project = chain("Input", "Dense", "Dense")
    cut = edits.disconnect(project, Wire("n2", "n3"))
    assert cut.network.wires == (Wire("n1", "n2"),)
    moved = edits.rewire(project, Wire("n2", "n3"), source="n1")
    assert moved.network.sources("n3") == ("n1",)


def test_duplicate_and_paste_copy_inner_wires_under_new_names() -> None:
    project = edits.move(chain("Input", "Dense", "Dropout"), {"n2": (10, 20), "n3": (10, 96)})
    twice = edits.duplicate(project, "n2", "n3")
    new = edits.added(project, twice)
    assert twice.network.sources(new[1]) == (new[0],)
    assert twice.positions[new[0]] == (42, 52)
    pasted = edits.paste(Project(), edits.copy(project, "n3", "n2"), (100, 100))
    assert [n.name for n in pasted.network] == ["dense_1", "dropout_1"]
    assert pasted.positions["n1"] == (100, 100)
    assert pasted.positions["n2"] == (100, 176)


@pytest.mark.parametrize(
    "text",
    [
        "", "hello", '{"format": "layerwright/nodes/1"', '{"format": "layerwright/nodes/1", "nodes": 3, "wires": []}',
        '{"format": "layerwright/nodes/1", "nodes": [1], "wires": []}',
        '{"format": "layerwright/nodes/1", "nodes": [{"layer": {"id": "os.system/1"}}], "wires": []}',
        '{"format": "layerwright/nodes/1", "nodes": [], "wires": [[0, 1, 0]]}',
    ],
)  # fmt: skip
def test_paste_refuses_other_text_with_a_sentence(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        edits.paste(Project(), text)
    assert str(caught.value).endswith((".", "it."))


def test_set_field_checks_and_names_the_field() -> None:
    project = chain("Input", "Dense", "Dense")
    both = edits.set_field(project, ("n2", "n3"), "units", 7)
    assert [both.network.nodes[n].layer.units for n in ("n2", "n3")] == [7, 7]
    with pytest.raises(UsageError, match="units must be at least 1"):
        edits.set_field(project, "n2", "units", 0)
    with pytest.raises(UsageError, match="no setting"):
        edits.set_field(project, "n2", "colour", 1)


def test_rename_wants_a_free_identifier() -> None:
    project = chain("Input", "Dense", "Dense")
    assert edits.rename(project, "n2", " hidden ").network.nodes["n2"].name == "hidden"
    with pytest.raises(UsageError, match="is taken"):
        edits.rename(project, "n2", "dense_2")
    with pytest.raises(UsageError, match="must be a letter"):
        edits.rename(project, "n2", "no space")


def test_replace_keeps_wires_and_renames_automatic_names_only() -> None:
    project = chain("Input", "Dense", "Dense")
    assert edits.replace_layer(project, "n2", layer("Dropout")).network.nodes["n2"].name == "dropout_1"
    own = edits.rename(project, "n2", "encoder")
    after = edits.replace_layer(own, "n2", layer("Dropout"))
    assert after.network.nodes["n2"].name == "encoder"
    assert trunk(after) == ["Input", "Dropout", "Dense"]


def test_a_second_output_gets_a_card_and_loses_it_again() -> None:
    project = edits.add_layer(chain("Input", "Dense"), layer("Dense"))
    project = edits.connect(project, "n1", "n3")
    two = edits.add_target(project, "n3", "price")
    assert two.network.outputs == ("n2", "n3")
    assert [t.node for t in two.targets] == ["n2", "n3"]
    assert two.targets[1].column == "price"
    one = edits.remove_target(two, 1)
    assert one.network.outputs == ("n2",)
    assert [t.node for t in one.targets] == [None]
    assert len(edits.remove(two, "n3").targets) in (1, 2)
    with pytest.raises(UsageError, match="one training target"):
        edits.remove_target(one, 0)


def test_roles_types_and_target() -> None:
    project = edits.set_target(Project(), "species")
    assert project.data.columns["species"].role == "target"
    other = edits.set_role(project, "island", "target")
    assert "species" not in other.data.columns
    assert other.data.columns["island"].role == "target"
    ignored = edits.set_role(other, ("year", "sex"), "ignore")
    assert ignored.data.columns["year"] == Column("year", role="ignore")
    assert "year" not in edits.set_role(ignored, "year", None).data.columns
    typed = edits.set_type(edits.set_encode(project, "sex", "index"), "sex", "category")
    assert typed.data.columns["sex"] == Column("sex", type="category")


def test_split_sums_to_one() -> None:
    split = edits.set_split(Project(), train=0.8).data.split
    assert (split.train, split.validation, split.test) == (0.8, 0.15, pytest.approx(0.05))
    wide = edits.set_split(Project(), train=0.95).data.split
    assert wide.validation + wide.test == pytest.approx(0.05)
    with pytest.raises(UsageError):
        edits.set_split(Project(), train=0.0)
    with pytest.raises(UsageError):
        edits.set_split(Project(), train=0.5, validation=0.2, test=0.2)


def test_rows_are_excluded_once_and_taken_in_again() -> None:
    project = edits.exclude_rows(edits.exclude_rows(Project(), (3, 1)), (3,))
    assert project.data.excluded == (1, 3)
    assert edits.include_rows(project, (1,)).data.excluded == (3,)


def test_loss_optimizer_and_fit_settings_are_records_by_name() -> None:
    from engine import losses, optimizers  # noqa: F401

    project = edits.set_loss(Project(), "mse" if _known("loss", "mse") else "MeanSquaredError")
    assert project.targets[0].loss is not None
    project = edits.set_optimizer(project, "adam")
    assert edits.set_optimizer_field(project, "learning_rate", 0.01).compile.optimizer.learning_rate == 0.01
    assert edits.set_fit(project, epochs=5).fit.epochs == 5
    with pytest.raises(UsageError, match="at least 1"):
        edits.set_fit(project, batch_size=0)
    with pytest.raises(UsageError):
        edits.set_weight(project, -1.0)


def _known(kind: str, name: str) -> bool:
    try:
        registry.named(kind, name)
    except UsageError:
        return False
    return True


def test_repairs_are_edits_by_name() -> None:
    project = chain("Input", "Dense", "Dense")
    flatten = registry.named("layer", "Flatten").ID
    fixed = edits.apply_repair(project, Repair("insert_layer", (flatten, "n1", "n2"), "Insert Flatten"))
    assert trunk(fixed) == ["Input", "Flatten", "Dense", "Dense"]
    both = edits.apply_repair(project, Repair("chain", (("remove", "n2"), ("set_field", "n3", "units", 3)), "Fix"))
    assert trunk(both) == ["Input", "Dense"]
    with pytest.raises(UsageError, match="no fix named"):
        edits.apply_repair(project, Repair("format_disk", (), ""))
    with pytest.raises(UsageError, match="no longer"):
        edits.apply_repair(project, Repair("remove", ("n99",), ""))
    with pytest.raises(UsageError, match="does not fit"):
        edits.apply_repair(project, Repair("rename", ("n2",), ""))
