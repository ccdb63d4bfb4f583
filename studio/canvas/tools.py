"""The small bars that float over the canvas: the tools, and what lines a selection up."""

from functools import partial

from PySide6.QtCore import Qt

from studio.actions import CANVAS, tell_keys, with_key
from studio.canvas.keys import PREFIX
from studio.canvas.view import View
from studio.text import plural, tr
from studio.widgets import Box, Button, IconButton, Label, Line

TOOLS = (("select", "use_select"), ("hand", "use_hand"), ("link", "use_link"), ("note", "use_note"))
ALIGNS = (
    "align_left", "align_centre", "align_right", "", "align_top", "align_middle", "align_bottom", "",
    "distribute_across", "distribute_down", "", "group",
)  # fmt: skip
RECORDS = {action.id: action for action in CANVAS}
LEAST = 2


class Tools(Box):
    """Select, pan, link, note, and Tidy. The tool in hand is pressed."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.buttons = {tool: CommandButton(view, method, checkable=True) for tool, method in TOOLS}
        self.tidy = Button(tr("Tidy"), "align-vertical-space-around", "ghost", "small")
        by_depth = tr("Arrange by depth: the selection, or everything")
        tell_keys(self.tidy, "setToolTip", partial(with_key, by_depth, "define.tidy"))
        self.tidy.clicked.connect(self._tidy)
        super().__init__(*self.buttons.values(), Line(vertical=True, length=16), self.tidy, fill="bg.raised",
                         vertical=False, spacing=3, margins=4)  # fmt: skip
        view.tool_changed.connect(self.show_tool)
        self.show_tool(view.tool)

    def show_tool(self, tool: str) -> None:
        """Press the button of the tool in hand."""
        for name, button in self.buttons.items():
            button.setChecked(name == tool)

    def _tidy(self, *_: object) -> None:
        self.view.tidy()


class AlignBar(Box):
    """Seen while two or more cards or notes are selected."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.count = Label("", 11, 500, "text.muted")
        items = [CommandButton(view, m) if m else Line(vertical=True, length=16) for m in ALIGNS]
        super().__init__(self.count, Line(vertical=True, length=16), *items, fill="bg.raised", vertical=False,
                         spacing=3, margins=(10, 4, 4, 4))  # fmt: skip
        self.setAccessibleName(tr("Line up"))

    def follow(self) -> bool:
        """Show how many are selected; return whether the bar is wanted."""
        chosen = sum(self.view.canvas.item(i) is not None for i in self.view.session.selection.ids)
        self.count.setText(plural(chosen, "selected", "selected"))
        return chosen >= LEAST


class CommandButton(IconButton):
    """Does a command of the canvas; its tooltip says what that is and names its key."""

    def __init__(self, view: View, method: str, *, checkable: bool = False) -> None:
        self.action_ = RECORDS[f"{PREFIX}{method}"]
        super().__init__(self.action_.icon, tr(self.action_.title), size="small", checkable=checkable)
        self.clicked.connect(_Do(view, method, self))
        text = tr(self.action_.tip or self.action_.title).rstrip(".")
        tell_keys(self, "setToolTip", partial(with_key, text, self.action_.id))


class _Do:
    """Does a command of the view; the keyboard stays on the canvas."""

    def __init__(self, view: View, method: str, button: Button) -> None:
        self.view, self.method, self.button = view, method, button

    def __call__(self, *_: object) -> None:
        getattr(self.view, self.method)()
        if self.button.isCheckable():
            self.button.setChecked(True)
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)
