"""A small trained project and a way to run commands in this process."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine.cli import main

SAMPLES = Path(__file__).parents[3] / "resources" / "samples"


@dataclass
class Done:
    """What a command left: exit code and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one object on stdout."""
        assert self.out.count("\n") == 1
        return json.loads(self.out)


class Cli:
    """Runs commands and reads what they say."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self._capture = capture

    def __call__(self, *arguments: object) -> Done:
        self._capture.readouterr()
        code = main([str(a) for a in arguments])
        said = self._capture.readouterr()
        assert "Traceback" not in said.err
        return Done(code, said.out, said.err)


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(capsys)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project trained on iris for a few epochs. Read it, never write to it."""
    path = tmp_path_factory.mktemp("trained") / "iris.layerwright"
    arguments = [
        "train",
        str(SAMPLES / "iris.csv"),
        "--target",
        "species",
        "--epochs",
        "20",
        "--out",
        str(path),
        "--json",
    ]
    assert main(arguments) == 0
    return path
