"""No text of the studio spells a key that a person can change: the table of actions does."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from studio.actions import ACTIONS

STUDIO = Path(__file__).parents[2] / "studio"
OWN = {
    "Ctrl+Backspace": "a setting goes back to its default: not an action",
    "Ctrl+/": "the code editor makes comments",
    "Ctrl+click": "the mouse, on heads of columns",
    "Alt+Left": "a page back in the manual",
    "Alt+Right": "a page forth in the manual",
}
"""Keys that are no actions and cannot be changed."""


def texts(file: Path) -> Iterator[str]:
    """Yield the texts in a file, docstrings apart."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    said = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


def test_texts_take_keys_from_the_table() -> None:
    keys = {key for action in ACTIONS for key in action.keys if re.search(r"\w\+.|^F\d+$", key)}
    keys.remove("F1")  # a metric is called so
    assert {"Ctrl+G", "F8", "Shift+F5"} <= keys
    spelt = []
    for file in sorted(STUDIO.rglob("*.py")):
        for text in texts(file) if file.parent.name != "actions" else ():
            words = re.findall(r"(?:\w+\+)*\w+", text)
            spelt += [f"{file.name}: {text}" for word in words if word in keys and word not in OWN]
    assert spelt == []
