"""What the keys do while the keyboard is on the canvas. `canvas.NAME` is the method NAME of the canvas view."""

from studio.actions.record import Action


def _canvas(
    name: str, title: str, *keys: str, icon: str = "", tip: str = "", words: tuple[str, ...] = (), listed: bool = True
) -> Action:
    return Action(f"canvas.{name}", title, icon, keys, tip, "define", words, "canvas", listed)


WIRES, ARRANGE, TOOL = ("connect", "link", "wire"), ("arrange", "line up", "center"), ("tool", "mouse")

CANVAS: tuple[Action, ...] = (
    _canvas("quick_add_here", "Quick add", "Tab", icon="plus", words=("layer", "insert")),
    _canvas("delete", "Delete selection", "Del", "Backspace", icon="trash-2", tip="Delete; the stack heals.",
            words=("remove", "layer", "wire", "note")),
    _canvas("edit_card", "Edit layer settings", "Return", "Enter", icon="sliders-horizontal",
            tip="The keyboard goes to the first setting, or into the note."),
    _canvas("rename_card", "Rename layer", "F2", icon="pencil"),
    _canvas("duplicate", "Duplicate selection", "Ctrl+D", icon="copy"),
    _canvas(
        "duplicate_shared", "Duplicate with shared weights", "Ctrl+Shift+D", icon="link", words=("siamese", "reuse")
    ),
    _canvas("use_own_weights", "Use own weights", icon="unlink", words=("unshare", "shared")),
    _canvas("group", "Group layers", "Ctrl+G", icon="boxes", words=("nested", "block", "submodel")),
    _canvas("ungroup", "Ungroup layers", "Ctrl+Shift+G", icon="split", words=("nested", "dissolve")),
    _canvas("open_group", "Open group", "Ctrl+Return", "Ctrl+Enter", icon="log-in", words=("nested", "enter")),
    _canvas("leave_group", "Leave group", "Alt+Left", icon="log-out", words=("nested", "up", "outer")),
    _canvas("copy", "Copy layers", "Ctrl+C", icon="copy", tip="Other programs get Keras-style code."),
    _canvas("cut", "Cut layers", "Ctrl+X", icon="scissors"),
    _canvas("paste", "Paste layers", "Ctrl+V", icon="import", tip="Layers of a canvas, or Keras-style code."),
    _canvas("add_note", "Add note", "N", icon="message-square", tip="Write a note on the canvas.",
            words=("text", "comment", "remark")),
    _canvas("select_all", "Select all layers", "Ctrl+A", icon="box-select"),
    _canvas("move_up", "Move layers up the stack", "Alt+Up", icon="arrow-up", words=("reorder",)),
    _canvas("move_down", "Move layers down the stack", "Alt+Down", icon="arrow-down", words=("reorder",)),
    # tools
    _canvas("use_select", "Select tool", "V", icon="mouse-pointer-2", tip="Click selects, drag moves.", words=TOOL),
    _canvas("use_hand", "Pan tool", "H", icon="hand", tip="Drag pans the canvas.", words=(*TOOL, "hand")),
    _canvas("use_link", "Link tool", "C", icon="link", tip="Drag from card to card draws a wire.",
            words=(*TOOL, *WIRES)),
    _canvas("use_note", "Note tool", "Shift+N", icon="message-square", tip="Click where a note goes, or drag its size.",
            words=TOOL),
    # wires
    _canvas("wire_by_keys", "Wire the selected layers", "L", icon="spline",
            tip="Arrows choose the other end, Enter connects. Of a selected wire: its end.", words=WIRES),
    _canvas("wire_source_by_keys", "Wire into the selected layer", "Shift+L", icon="spline",
            tip="Arrows choose what feeds it, Enter connects. Of a selected wire: its start.", words=WIRES),
    _canvas("next_wire", "Select next wire", "W", tip="The wires of the selected layer, one after the other.",
            words=WIRES),
    _canvas("previous_wire", "Select previous wire", "Shift+W", words=WIRES),
    # places
    _canvas("nudge_up", "Nudge up", "Ctrl+Up", listed=False),
    _canvas("nudge_down", "Nudge down", "Ctrl+Down", listed=False),
    _canvas("nudge_left", "Nudge left", "Ctrl+Left", listed=False),
    _canvas("nudge_right", "Nudge right", "Ctrl+Right", listed=False),
    _canvas("align_left", "Align left edges", "Alt+A", icon="align-start-vertical", words=ARRANGE),
    _canvas("align_centre", "Align centres", "Alt+H", icon="align-center-vertical", words=ARRANGE),
    _canvas("align_right", "Align right edges", "Alt+D", icon="align-end-vertical", words=ARRANGE),
    _canvas("align_top", "Align top edges", "Alt+W", icon="align-start-horizontal", words=ARRANGE),
    _canvas("align_middle", "Align middles", "Alt+V", icon="align-center-horizontal", words=ARRANGE),
    _canvas("align_bottom", "Align bottom edges", "Alt+S", icon="align-end-horizontal", words=ARRANGE),
    _canvas("distribute_across", "Distribute across", "Alt+Shift+H", icon="align-horizontal-distribute-center",
            words=ARRANGE),
    _canvas("distribute_down", "Distribute down", "Alt+Shift+V", icon="align-vertical-distribute-center",
            words=ARRANGE),
    # selecting and looking
    _canvas("walk_up", "Go to the layer above", "Up", listed=False),
    _canvas("walk_down", "Go to the layer below", "Down", listed=False),
    _canvas("walk_left", "Go to the layer at the left", "Left", listed=False),
    _canvas("walk_right", "Go to the layer at the right", "Right", listed=False),
    _canvas("extend_up", "Select the layer above too", "Shift+Up", listed=False),
    _canvas("extend_down", "Select the layer below too", "Shift+Down", listed=False),
    _canvas("extend_left", "Select the layer at the left too", "Shift+Left", listed=False),
    _canvas("extend_right", "Select the layer at the right too", "Shift+Right", listed=False),
    _canvas("fit", "Fit canvas to view", "F", icon="scan", words=("zoom", "all")),
    _canvas("actual_size", "Zoom canvas to 100 %", "Ctrl+0", icon="search"),
    _canvas("zoom_in", "Zoom canvas in", "Ctrl++", "Ctrl+=", icon="zoom-in"),
    _canvas("zoom_out", "Zoom canvas out", "Ctrl+-", icon="zoom-out"),
    _canvas("escape", "Cancel or select nothing", "Esc", listed=False),
)  # fmt: skip
