"""A missing GPU, driver or CuPy is a sentence, and the CPU goes on."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from engine.backend import devices
from engine.errors import UsageError


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    devices.gpu.cache_clear()
    yield
    devices.gpu.cache_clear()


def test_without_cupy_the_sentence_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices.importlib.util, "find_spec", lambda name: None)
    device, sentence = devices.choose("gpu")
    assert device == "cpu"
    assert "CuPy is not installed" in sentence
    assert "gpu-cuda12" in sentence


@pytest.mark.parametrize(
    ("stderr", "words"),
    [
        ("CUDARuntimeError: cudaErrorInsufficientDriver: CUDA driver version is insufficient", "no NVIDIA driver"),
        ("cudaErrorNoDevice: no CUDA-capable device", "no NVIDIA card"),
        ("DynamicLibNotFoundError: libnvrtc.so", "NVRTC"),
        ("ValueError: something else", "something else"),
        ("", "no message"),
    ],
)
def test_each_way_to_fail_is_a_sentence(monkeypatch: pytest.MonkeyPatch, stderr: str, words: str) -> None:
    monkeypatch.setattr(devices.importlib.util, "find_spec", lambda name: object())
    failed = subprocess.CompletedProcess([], 1, "", stderr)
    monkeypatch.setattr(devices.subprocess, "run", lambda *a, **k: failed)
    device, sentence = devices.choose("auto")
    assert device == "cpu"
    assert words in sentence
    assert sentence.endswith("Everything works on the CPU.")


def test_a_driver_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices.importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(devices, "TIMEOUT_S", 0.2)
    monkeypatch.setattr(devices, "TRY", "import time; time.sleep(60)")
    found = devices.gpu()
    assert not found.available
    assert "did not answer" in found.sentence


def test_a_card_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices.importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(devices, "TRY", "print('Card X|1024|14.2.0')")
    assert devices.choose("auto") == ("gpu", "Card X with CuPy 14.2.0.")
    assert devices.gpu().memory_bytes == 1024


def test_unknown_device_is_the_callers_mistake() -> None:
    with pytest.raises(UsageError, match="auto, cpu or gpu"):
        devices.choose("tpu")


def test_looking_does_not_import_cupy() -> None:
    code = "import sys; from engine.backend import devices; devices.choose('auto'); print('cupy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
