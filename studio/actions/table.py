"""The table of all actions. Menus, keys, tooltips, the command search and the key map are read from it."""

from studio.actions.canvas import CANVAS
from studio.actions.record import Action

LOOKS = ("appearance", "colour", "color")
RECENT = 8
"""How many recent projects are in the menu; each is an action, named when there is one."""

FILE: tuple[Action, ...] = (
    Action("file.new", "New project", "plus", ("Ctrl+N",), "Close this project and begin an empty one."),
    Action("file.open", "Open project…", "folder-open", ("Ctrl+O",), "Open a .layerwright file."),
    Action("file.open_csv", "Open CSV…", "file-spreadsheet", ("Ctrl+Shift+O",), "Begin a project from a table."),
    Action("file.save", "Save", "save", ("Ctrl+S",), "Save project and runs."),
    Action("file.save_as", "Save as…", "save", ("Ctrl+Shift+S",), "Save under another name."),
    Action("file.rename", "Rename project…", "pencil", (), "Give this project another name.", words=("title",)),
    Action("file.export", "Export…", "upload", ("Ctrl+E",), "Write a Python script of the trained model."),
    Action("file.close", "Close project", "x", ("Ctrl+W",), "Return to the start page."),
    Action("file.settings", "Settings…", "settings", ("Ctrl+,",), "Look, files, training, keys.", words=("options",)),
    Action("file.quit", "Quit", "log-out", ("Ctrl+Q",), "Close the window."),
)
EDIT: tuple[Action, ...] = (
    Action("edit.undo", "Undo", "undo-2", ("Ctrl+Z",), "Take the last step back."),
    Action("edit.redo", "Redo", "redo-2", ("Ctrl+Shift+Z", "Ctrl+Y"), "Do the step again that was taken back."),
)
GO: tuple[Action, ...] = (
    Action("go.data", "Go to Data", "table-2", ("Ctrl+1",)),
    Action("go.define", "Go to Define", "blocks", ("Ctrl+2",)),
    Action("go.compile", "Go to Compile", "braces", ("Ctrl+3",)),
    Action("go.fit", "Go to Fit", "activity", ("Ctrl+4",)),
    Action("go.evaluate", "Go to Evaluate", "target", ("Ctrl+5",)),
    Action("go.predict", "Go to Predict", "wand-sparkles", ("Ctrl+6",)),
    Action("go.search", "Search commands", "search", ("Ctrl+K",), "Find anything the program can do."),
    Action("go.next_region", "Next panel", "", ("F6",), "Move the keyboard to the next panel."),
    Action("go.previous_region", "Previous panel", "", ("Shift+F6",), "Move the keyboard to the panel before."),
)
VIEW: tuple[Action, ...] = (
    Action("view.left", "Show or hide left panel", "panel-left", ("Ctrl+B",)),
    Action("view.right", "Show or hide right panel", "panel-right", ("F4",)),
    Action("view.dock", "Show or hide dock", "panel-bottom", ("Ctrl+J",)),
    Action("view.wider", "Make panel larger", "", ("Ctrl+Alt+Right",), "The panel that has the keyboard."),
    Action("view.narrower", "Make panel smaller", "", ("Ctrl+Alt+Left",), "The panel that has the keyboard."),
    Action("view.light", "Use light theme", "sun", words=LOOKS),
    Action("view.dark", "Use dark theme", "moon", words=(*LOOKS, "night")),
    Action("view.system", "Follow system theme", "settings-2", words=LOOKS),
    Action("view.contrast", "Use high contrast", "eye", words=(*LOOKS, "theme", "accessibility")),
    Action("view.scale_up", "Make everything larger", "zoom-in", ("Ctrl+Alt++", "Ctrl+Alt+="), words=("scale", "zoom")),
    Action("view.scale_down", "Make everything smaller", "zoom-out", ("Ctrl+Alt+-",), words=("scale", "zoom")),
    Action("view.scale_reset", "Show everything at 100 %", "search", ("Ctrl+Alt+0",), words=("scale", "zoom")),
)
RUN: tuple[Action, ...] = (
    Action("run.next", "Compile, then fit", "play", ("F5",), "Go on with the next step of this stage."),
)
HELP: tuple[Action, ...] = (
    Action("help.keys", "Keyboard shortcuts", "keyboard", ("Ctrl+Alt+K",), "See and change all keys.", words=("map",)),
    Action("help.news", "What's new", "sparkles", tip="What each version brought.", words=("changelog", "version")),
    Action("help.gpu", "How to add a GPU", "gpu", tip="What a GPU needs and how it is found.", words=("cuda", "cupy")),
    Action("help.diagnostics", "Copy diagnostics", "copy", tip="Versions, screen and log lines, without your data."),
    Action("help.topic", "Help", "circle-help", ("F1",), "Help on the thing in focus.", words=("manual", "reference")),
    Action("help.layers", "Layer reference", "book-open", (), "What each layer does.", words=("manual", "help")),
    Action("help.about", "About Layerwright", "info", words=("version", "licence", "license")),
)
DATA: tuple[Action, ...] = (
    Action("data.reread", "Read the file again", "refresh-cw", tip="Read the CSV again: it changed, or was moved."),
    Action("data.replace", "Use another data file…", "folder-open", tip="Take another CSV; the network stays."),
)
DEFINE: tuple[Action, ...] = (
    Action(
        "define.add", "Add layer", "plus", ("Ctrl+Shift+A",), "Add a layer by name.", "define", ("insert", "quick add")
    ),
    Action("define.find", "Search layers", "search", ("Ctrl+F",), "Find a layer in the palette.", "define"),
    Action(
        "define.fix", "Apply best fix", "wand-sparkles", ("Alt+Return", "Alt+Enter"), "Mend the current problem."
    ),
    Action("define.next_problem", "Next problem", "arrow-down", ("F8",), "Go to the next problem."),
    Action("define.previous_problem", "Previous problem", "arrow-up", ("Shift+F8",), "Go to the problem before."),
    Action(
        "define.tidy", "Tidy canvas", "align-vertical-space-around", ("Ctrl+Shift+L",), "Arrange cards by depth.",
        "define",
    ),
    Action(
        "define.find_layer", "Find on canvas", "search", ("Ctrl+Shift+F",), "Walk to layers and notes, in groups too.",
        "define",
    ),
    Action("define.outline", "Show outline", "list", (), "Show all layers as a list.", "define"),
    Action("define.history", "Show history", "history", (), "Show all undo steps.", "define", ("undo", "redo")),
)  # fmt: skip
TRAINING: tuple[Action, ...] = (
    Action("compile.now", "Compile", "braces", (), "Turn the network into programs."),
    Action("fit.start", "Start fit", "play", (), "Fit the network with its settings."),
    Action("fit.pause", "Pause or resume fit", "pause", (), "Space on the Fit page does the same."),
    Action("fit.stop", "Stop fit", "square", ("Shift+F5",), "Finish this batch, then stop."),
)

RECENTS = tuple(Action(f"recent.{i}", "Open recent project", "history", words=("recent",)) for i in range(RECENT))

OF_A_PROJECT = (
    "file.save", "file.save_as", "file.rename", "file.export", "file.close", "run.next", "data.reread", "data.replace",
    "compile.now", "fit.start", "fit.pause", "fit.stop",
)  # fmt: skip
"""What cannot be done on the start page, where no project is open."""

ACTIONS: tuple[Action, ...] = (*FILE, *RECENTS, *EDIT, *GO, *VIEW, *RUN, *DATA, *DEFINE, *CANVAS, *TRAINING, *HELP)
