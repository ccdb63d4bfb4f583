"""The line emitter: literals that are literals, in a formatter's own layout."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ExportError
from engine.export.code import Writer, literal, literal_lines, quoted, split_arguments, wrap

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
HOSTILE = [
    "\n",
    "\u2028",
    '"\'"',
    "'''",
    '"""',
    "{__import__('os')}",
    "#",
    "\\",
    "\u202e",
    "\0",
    "\ud800",
    "%s",
    "a" * 150,
]


@given(st.text())
def test_strings_come_back_as_they_were_and_are_ascii(text):
    made = quoted(text)
    assert made.isascii()
    assert made.isprintable()
    assert ast.literal_eval(made) == text


@given(plain)
def test_values_come_back_as_they_were(value):
    assert ast.literal_eval(literal(value)) == value
    assert ast.literal_eval("\n".join(literal_lines(value))) == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), b"x", {1, 2}])
def test_other_values_are_refused(value):
    with pytest.raises(ExportError, match="cannot be written"):
        literal(value)


def test_the_layout_is_that_of_the_formatter(tmp_path):
    writer = Writer()
    values = [{"name": text, "list": [*range(4 * i)], "pair": (1.5, text)} for i, text in enumerate(HOSTILE)]
    writer.assign("A", values)
    writer.assign("B", {"nested": {"deeper": ["x" * 40] * 4}, "one": (1,), "empty": [], "none": None})
    for n in (1, 2, 3, 9):
        writer.add(*wrap(f"name = np.call({', '.join(f'argument_number_{i}=[1, 2]' for i in range(n))})"))
    (tmp_path / "made.py").write_text(writer.text())
    call = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "120", "--diff", "made.py"]
    found = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_arguments_are_split_at_their_own_commas():
    assert split_arguments('a, f(b, c), [1, 2], "x, \\", y"') == ["a", "f(b, c)", "[1, 2]", '"x, \\", y"']
    assert split_arguments("a) + f(b") is None


def test_what_a_script_carries_is_in_the_same_order_in_each_process():
    program = (
        "from engine.export.carry import Luggage\n"
        "from engine.export.runtime import commands, recipe\n"
        "luggage = Luggage()\n"
        "luggage.add(*(f for m in (recipe, commands) for n, f in vars(m).items()\n"
        "              if callable(f) and getattr(f, '__module__', '') == m.__name__ and not isinstance(f, type)))\n"
        "print(list(luggage.functions), list(luggage.constants), luggage.imports())\n"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed}, cwd=Path(__file__).parents[3],
        ).stdout
        for seed in ("1", "2", "3")
    ]  # fmt: skip
    assert len(told[0]) > 500
    assert told[0] == told[1] == told[2]
