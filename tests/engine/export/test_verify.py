"""Verification finds what disagrees, what fails, and what needs more than NumPy."""

import pytest

from engine.errors import ExportError
from engine.export import numpy_script, verify


@pytest.fixture
def script(made, tmp_path):
    found = made("one_hot")
    numpy_script.write(found.run, found.project, tmp_path / "script.py")
    return tmp_path / "script.py", found


def check(script):
    path, found = script
    return verify.verify(path, found.run, found.project, found.table)


def change(script, before, after):
    text = script[0].read_text()
    assert before in text
    script[0].write_text(text.replace(before, after))


def test_a_changed_figure_is_found(script):
    change(script, '"scale": 0.', '"scale": 1.')
    found = check(script)
    assert not found.ok
    assert found.max_delta > 1e-3


def test_a_changed_class_is_found(script):
    change(script, '["setosa", "versicolor", "virginica"]', '["versicolor", "setosa", "virginica"]')
    found = check(script)
    assert not found.classes_equal
    assert not found.ok


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("import engine", "may import NumPy only"),
        ("raise ValueError('no')", "The script failed: ValueError: no"),
        ("import sys; sys.exit(3)", "it says nothing"),
        ("import sys; sys.exit(0)", "it says nothing"),
    ],
)
def test_a_script_that_fails_gets_a_sentence(script, line, sentence):
    change(script, "import argparse", f"{line}\nimport argparse")
    with pytest.raises(ExportError, match=sentence):
        check(script)


def test_fewer_answers_are_found(script):
    line = "for row, answer in enumerate(answers):"
    change(script, line, f"rows, answers = rows[1:], answers[1:]\n    {line}")
    with pytest.raises(ExportError, match="answers 149 rows; 150 were asked"):
        check(script)


def test_a_number_may_differ_by_a_share_of_its_spread(made, tmp_path):
    found = made("numbers")
    numpy_script.write(found.run, found.project, tmp_path / "script.py")
    stamp = verify.verify(tmp_path / "script.py", found.run, found.project, found.table)
    assert stamp.allowed == pytest.approx(1e-5 * 77, rel=0.1)
    assert stamp.max_delta <= stamp.allowed
