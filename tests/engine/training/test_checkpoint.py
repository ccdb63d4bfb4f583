"""The state of a stopped run survives a file, and a damaged file is a sentence."""

import numpy as np
import pytest

from engine.errors import ProjectError
from engine.training.checkpoint import TrainingState


def test_a_file_gives_back_every_bit(tmp_path):
    arrays = {
        "weights": np.array([1.5, np.nan, -0.0], np.float32),
        "order": np.arange(5),
        "none": np.empty(0, np.float32),
    }
    values = {"epoch": 3, "learning_rate": 0.1 + 0.2, "memory": [{"best": None, "wait": 2}], "name": "é\u2028"}
    TrainingState(arrays, values).save(tmp_path / "state")
    again = TrainingState.load(tmp_path / "state")
    assert again.values == values
    assert {n: a.tobytes() for n, a in again.arrays.items()} == {n: a.tobytes() for n, a in arrays.items()}
    assert [p.name for p in tmp_path.iterdir()] == ["state"]


@pytest.mark.parametrize("content", [b"", b"not a state", b"\xff" * 200])
def test_a_damaged_file_is_a_sentence(tmp_path, content):
    path = tmp_path / "state"
    path.write_bytes(content)
    with pytest.raises(ProjectError, match="state"):
        TrainingState.load(path)
    with pytest.raises(ProjectError, match="cannot be read"):
        TrainingState.load(tmp_path / "absent")
