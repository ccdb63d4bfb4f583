"""Bad input gets its sentence: no traceback, no lost document, the right exit code."""

import re
import shutil
from pathlib import Path

import pytest

import resources
from engine.cli.app import main
from tests.end_to_end.bad_input import CASES, Case


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good")
    shutil.copy(resources.path("samples/iris.csv"), folder / "iris.csv")
    arguments = ["train", str(folder / "iris.csv"), "--target", "species", "--epochs", "2"]
    assert main([*arguments, "--out", str(folder / "good.layerwright")]) == 0
    return folder


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_input_gets_its_sentence(
    case: Case, trained: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in trained.iterdir():
        shutil.copy(file, tmp_path / file.name)
    monkeypatch.chdir(tmp_path)
    arguments = case.make(tmp_path)
    before = {f.name: f.read_bytes() for f in tmp_path.iterdir()}
    capfd.readouterr()
    code = main(arguments)
    said = capfd.readouterr()
    assert "Traceback" not in said.err + said.out
    assert code == case.code, said.err + said.out
    text = re.sub(r"[\s│╭╮╰╯─]+", " ", said.err if case.says == "stderr" else said.out)
    assert re.search(case.words, text), text
    after = {f.name: f.read_bytes() for f in tmp_path.iterdir()}
    assert {name: after.get(name) for name in before} == before


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 40
    assert len({case.name for case in CASES}) == len(CASES)
