"""What every test stands on: the offscreen platform, a home of its own, no BLAS surprises."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.pop("DISPLAY", None) if os.environ["QT_QPA_PLATFORM"] == "offscreen" else None
settings.register_profile("layerwright", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.load_profile("layerwright")


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test settings, recent files and recovery files of its own."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("LAYERWRIGHT_HOME", str(home))
    return home
