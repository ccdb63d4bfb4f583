"""All edits: pure functions Project -> Project. `Session.edit` makes each one undo step.

`apply_repair` applies the fix of a problem: the action is the name of an edit below, its arguments are plain values
(node ids, field names, registry ids).
"""

from collections.abc import Callable
from typing import Any

from engine.errors import Repair, UsageError
from engine.network.network import Wire
from engine.project.document import Project
from studio.document.block_edits import add_feeding, copies_at, reorder_block
from studio.document.clipboard import code_of, copy, is_layers, paste
from studio.document.code_paste import paste_code
from studio.document.copies import duplicate, duplicate_shared
from studio.document.data_edits import (
    exclude_rows,
    include_rows,
    set_column,
    set_data,
    set_dialect,
    set_encode,
    set_impute,
    set_role,
    set_scale,
    set_source,
    set_split,
    set_target,
    set_task,
    set_tensor,
    set_type,
)
from studio.document.grouping import group, ungroup
from studio.document.network_edits import (
    add_layer,
    added,
    append_layer,
    connect,
    disconnect,
    insert_after,
    insert_before,
    insert_layer,
    layer_of,
    move,
    move_layer,
    move_to_end,
    remove,
    rename,
    reorder,
    replace_layer,
    rewire,
    set_field,
    set_network,
    set_note,
    set_output,
    set_outputs,
    set_trainable,
    tidy,
    unshare,
)
from studio.document.note_edits import add_note, new_notes, place, remove_notes, resize_note, write_note
from studio.document.repair_edits import append_layers, drop_wire, join_inputs, made, teach, use_loss
from studio.document.scope import inside
from studio.document.stack import downstream, trunk_target, trunk_wire
from studio.document.training_edits import (
    add_target,
    record_of,
    remove_target,
    set_card,
    set_compile,
    set_device,
    set_feed,
    set_fit,
    set_loss,
    set_metrics,
    set_name,
    set_optimizer,
    set_optimizer_field,
    set_title,
    set_weight,
)


def wire_between(project: Project, source: str, target: str) -> Wire:
    """Return the first wire from source to target; raises UsageError when there is none."""
    wires = [w for w in project.network.wires if w.source == source and w.target == target]
    if not wires:
        raise UsageError("This wire no longer exists.")
    return min(wires, key=lambda w: w.slot)


def insert_between(project: Project, source: str, target: str, layer: Any) -> Project:
    """Insert a layer (spec, registry id or config) on the wire from source to target."""
    return insert_layer(project, layer_of(layer), wire_between(project, source, target))


def insert_repair(project: Project, layer: Any, source: str, target: str, values: Any = ()) -> Project:
    """Insert a layer by registry id, with some of its values as (field, value) pairs, as problems ask for it."""
    return insert_between(project, source, target, layer_of(layer).replace(**dict(values)))


def disconnect_between(project: Project, source: str, target: str, slot: int | None = None) -> Project:
    """Delete the wire from source to target in a slot; None: the first one."""
    return disconnect(project, wire_between(project, source, target) if slot is None else Wire(source, target, slot))


def set_fit_field(project: Project, field: str, value: Any) -> Project:
    """Set one fit setting by name."""
    return set_fit(project, **{field: value})


def set_compile_field(project: Project, field: str, value: Any) -> Project:
    """Set one compile setting by name."""
    return set_compile(project, **{field: value})


def set_data_field(project: Project, field: str, value: Any) -> Project:
    """Set one data setting by name."""
    return set_data(project, **{field: value})


def chain(project: Project, *steps: Any) -> Project:
    """Apply several (action, arguments...) steps as one edit."""
    for action, *arguments in steps:
        project = apply_repair(project, Repair(action, tuple(arguments), ""))
    return project


def inside_repair(project: Project, path: tuple[str, ...], action: str, *arguments: Any) -> Project:
    """Apply a fix to what lies in a group."""
    return inside(project, path, lambda shown: apply_repair(shown, Repair(action, arguments, "")))


REPAIRS: dict[str, Callable[..., Project]] = {
    "add_layer": lambda project, layer: add_layer(project, layer_of(layer)),
    "add_target": add_target,
    "append_layer": lambda project, node, layer: append_layer(project, layer_of(layer), node),
    "append_layers": append_layers,
    "chain": chain,
    "connect": connect,
    "disconnect": disconnect_between,
    "inside": inside_repair,
    "drop_wire": drop_wire,
    "exclude_rows": exclude_rows,
    "insert_after": lambda project, node, layer: insert_after(project, layer_of(layer), node),
    "insert_before": lambda project, node, layer: insert_before(project, layer_of(layer), node),
    "insert_layer": insert_repair,
    "join_inputs": join_inputs,
    "remove": remove,
    "rename": rename,
    "reorder": reorder,
    "replace_layer": lambda project, node, layer, values=(): replace_layer(project, node, made(layer, values)),
    "set_column": lambda project, name, field, value: set_column(project, name, **{field: value}),
    "set_compile": set_compile_field,
    "set_data": set_data_field,
    "set_encode": set_encode,
    "set_feed": set_feed,
    "set_field": set_field,
    "set_fit": set_fit_field,
    "set_impute": set_impute,
    "set_loss": set_loss,
    "set_optimizer": set_optimizer,
    "set_optimizer_field": set_optimizer_field,
    "set_output": set_output,
    "set_outputs": set_outputs,
    "set_role": set_role,
    "set_scale": set_scale,
    "set_split": lambda project, field, value: set_split(project, **{field: value}),
    "set_target": set_target,
    "set_task": set_task,
    "set_tensor": set_tensor,
    "set_trainable": set_trainable,
    "set_type": set_type,
    "teach": teach,
    "unshare": unshare,
    "use_loss": use_loss,
}


def apply_repair(project: Project, repair: Repair) -> Project:
    """Return the project with a problem's fix applied; raises UsageError when it does not fit any more."""
    if repair.action not in REPAIRS:
        raise UsageError(f"There is no fix named {repair.action!r:.60}.")
    try:
        return REPAIRS[repair.action](project, *repair.arguments)
    except TypeError:
        raise UsageError(f"The fix {repair.title or repair.action!r:.60} does not fit here any more.") from None


__all__ = [
    "REPAIRS", "add_feeding", "add_layer", "add_note", "add_target", "added", "append_layer", "apply_repair", "chain",
    "code_of", "connect", "copies_at", "copy", "disconnect", "disconnect_between", "downstream", "duplicate",
    "duplicate_shared", "exclude_rows", "group", "include_rows", "insert_after", "insert_before", "insert_between",
    "insert_layer", "insert_repair", "inside", "is_layers", "layer_of", "move", "move_layer", "move_to_end",
    "new_notes", "paste", "paste_code", "place", "record_of", "remove", "remove_notes", "remove_target", "rename",
    "reorder", "reorder_block", "replace_layer", "resize_note", "rewire", "set_card", "set_column", "set_compile",
    "set_compile_field", "set_data", "set_data_field", "set_device", "set_dialect", "set_encode", "set_feed",
    "set_field", "set_fit", "set_fit_field", "set_impute", "set_loss", "set_metrics", "set_name", "set_network",
    "set_note", "set_optimizer", "set_optimizer_field", "set_output", "set_outputs", "set_role", "set_scale",
    "set_source", "set_split", "set_target", "set_task", "set_tensor", "set_title", "set_trainable", "set_type",
    "set_weight", "tidy", "trunk_target", "trunk_wire", "ungroup", "unshare", "wire_between", "write_note",
]  # fmt: skip
