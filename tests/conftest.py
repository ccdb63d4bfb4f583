"""What every test stands on: the offscreen platform, a home of its own, no BLAS surprises."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.pop("DISPLAY", None) if os.environ["QT_QPA_PLATFORM"] == "offscreen" else None
settings.register_profile("layerwright", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.load_profile("layerwright")


@pytest.hookimpl(wrapper=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> Generator[None, int, int]:
    """Share many files among the cores; a few begin at once, in this process."""
    cores = yield
    files = sum(1 for argument in config.args for _ in Path(argument).rglob("test_*.py"))
    workers = min(cores, files // 8)
    return workers if workers > 1 else 0


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test settings, recent files and recovery files of its own."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("LAYERWRIGHT_HOME", str(home))
    return home
