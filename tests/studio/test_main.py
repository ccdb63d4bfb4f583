"""The `layerwright` command: commands never touch Qt, and a machine that cannot show a window gets a sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from studio import main

ROOT = Path(__file__).parents[2]
DISPLAY = {"DISPLAY": ":0"}


def present(name: str) -> object:
    return object()


def lacking(*gone: str) -> object:
    def load(name: str) -> object:
        if name in gone:
            raise OSError(f"{name}: cannot open shared object file")
        return object()

    return load


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    command = [sys.executable, "-m", "studio.main", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=env | environment, capture_output=True, text=True, check=False, timeout=60
    )


# ---- display and libraries -------------------------------------------------------------------------------------------
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays are missing on Linux only")
class TestProblem:
    def test_no_display_is_a_sentence(self) -> None:
        sentence = main.problem({}, present)
        assert "neither DISPLAY nor WAYLAND_DISPLAY is set" in sentence
        assert "train, evaluate, predict, export and check work without it" in sentence

    @pytest.mark.parametrize(
        ("library", "debian", "fedora"),
        [
            ("libEGL.so.1", "libegl1", "libglvnd-egl"),
            ("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon"),
            ("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor"),
        ],
    )
    def test_a_missing_library_names_its_packages(self, library: str, debian: str, fedora: str) -> None:
        sentence = main.problem(DISPLAY, lacking(library))  # type: ignore[arg-type]
        assert library in sentence
        assert f"apt install {debian}" in sentence
        assert f"dnf install {fedora}" in sentence

    def test_several_missing_libraries_are_one_sentence(self) -> None:
        sentence = main.problem(DISPLAY, lacking("libEGL.so.1", "libxcb-cursor.so.0"))  # type: ignore[arg-type]
        assert "libegl1 libxcb-cursor0" in sentence

    def test_offscreen_needs_no_display_and_no_x11_libraries(self) -> None:
        assert main.problem({"QT_QPA_PLATFORM": "offscreen"}, lacking("libxcb-cursor.so.0")) == ""  # type: ignore[arg-type]

    def test_wayland_needs_its_own_libraries_only(self) -> None:
        wayland = {"WAYLAND_DISPLAY": "wayland-0"}
        assert main.problem(wayland, lacking("libxcb-cursor.so.0")) == ""  # type: ignore[arg-type]
        assert "libwayland-client0" in main.problem(wayland, lacking("libwayland-client.so.0"))  # type: ignore[arg-type]

    def test_an_x_server_that_does_not_answer_is_noticed(self) -> None:
        try:
            sentence = main._unreachable(":87654", main.ctypes.CDLL)
        except OSError:
            pytest.skip("libxcb is not installed")
        assert "does not answer" in sentence or "libxcb1" in sentence


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays are missing on Linux only")
def test_without_a_display_the_process_ends_with_2() -> None:
    done = run()
    assert done.returncode == 2
    assert "needs a display" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


# ---- arguments -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--nonsense"], "There is no option --nonsense"),
        (["none.csv"], "does not exist"),
        ([str(ROOT)], "is a folder"),
        (["a.csv", "b.csv"], "opens one file"),
        (["a\x1b[31m.csv"], "does not exist"),
    ],
)
def test_wrong_arguments_are_sentences(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(arguments) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert "\x1b" not in said


def test_a_file_is_given_to_the_studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[tuple[Path | None, bool]] = []
    monkeypatch.setattr(main, "problem", lambda environment: "")
    monkeypatch.setitem(sys.modules, "studio.app", _App(opened))  # type: ignore[arg-type]
    csv = tmp_path / "x.csv"
    csv.write_text("a,b\n1,2\n")
    assert main.main([str(csv)]) == 0
    assert main.main([]) == 0
    assert main.main(["demo"]) == 0
    assert opened == [(csv, False), (None, False), (None, True)]


class _App:
    def __init__(self, opened: list[tuple[Path | None, bool]]) -> None:
        self.opened = opened

    def run(self, path: Path | None, *, demo: bool) -> int:
        self.opened.append((path, demo))
        return 0


# ---- help ------------------------------------------------------------------------------------------------------------
def test_help_lists_all_commands() -> None:
    done = run("--help")
    assert done.returncode == 0
    for command in ("train", "evaluate", "predict", "export", "check", "demo"):
        assert command in done.stdout
