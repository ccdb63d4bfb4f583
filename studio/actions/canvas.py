"""What the keys do while the keyboard is on the canvas. `canvas.NAME` is the method NAME of the canvas view."""

from studio.actions.record import Action


def _canvas(
    name: str, title: str, *keys: str, icon: str = "", words: tuple[str, ...] = (), listed: bool = True
) -> Action:
    return Action(f"canvas.{name}", title, icon, keys, "", "define", words, "canvas", listed)


CANVAS: tuple[Action, ...] = (
    _canvas("quick_add_here", "Quick add", "Tab", icon="plus", words=("layer", "insert")),
    _canvas("delete", "Delete selection", "Del", "Backspace", icon="trash-2", words=("remove", "layer", "wire")),
    _canvas("edit_card", "Edit layer settings", "Return", "Enter", icon="sliders-horizontal"),
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
    _canvas("copy", "Copy layers", "Ctrl+C", icon="copy"),
    _canvas("cut", "Cut layers", "Ctrl+X", icon="scissors"),
    _canvas("paste", "Paste layers", "Ctrl+V", icon="import"),
    _canvas("select_all", "Select all layers", "Ctrl+A", icon="box-select"),
    _canvas("move_up", "Move layers up the stack", "Alt+Up", icon="arrow-up", words=("reorder",)),
    _canvas("move_down", "Move layers down the stack", "Alt+Down", icon="arrow-down", words=("reorder",)),
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
    _canvas("wire_by_keys", "Wire the selected layers", "L", icon="spline", words=("connect", "link")),
    _canvas("escape", "Cancel or select nothing", "Esc", listed=False),
)
