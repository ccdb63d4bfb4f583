"""The pictures of the README can be made: every page, light and dark, of a project trained for it."""

import gc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage

from tests.end_to_end import screenshots, states

SIZE = (1120, 700)


@pytest.fixture
def collected_by_nobody() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def luminance(picture: QImage) -> float:
    """Return the mean grey value of a picture, 0..255."""
    grey = picture.convertToFormat(QImage.Format.Format_Grayscale8)
    pixels = np.frombuffer(grey.constBits(), np.uint8).reshape(grey.height(), grey.bytesPerLine())
    return float(pixels[:, : grey.width()].mean())


@pytest.mark.slow
@pytest.mark.usefixtures("collected_by_nobody")
def test_every_page_has_a_light_and_a_dark_picture(tmp_path: Path) -> None:
    screenshots.take(tmp_path, SIZE, "iris")
    made = sorted(p.name for p in tmp_path.iterdir())
    assert made == sorted(f"{name}-{mode}.png" for name in screenshots.NAMES for mode in screenshots.MODES)
    for name in screenshots.NAMES:
        light, dark = (QImage(str(tmp_path / f"{name}-{mode}.png")) for mode in screenshots.MODES)
        assert light.size() == dark.size()
        assert name == "export" or (light.width(), light.height()) == SIZE
        assert luminance(light) > 200
        assert luminance(dark) < 60
    for path in tmp_path.iterdir():
        assert 10_000 < path.stat().st_size <= 250_000


@pytest.mark.slow
@pytest.mark.usefixtures("collected_by_nobody")
def test_every_state_of_the_design_has_a_light_and_a_dark_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERWRIGHT_HOME", str(tmp_path / "home"))
    out = tmp_path / "pictures"
    screenshots.take_states(out, SIZE)
    made = sorted(p.name for p in out.iterdir())
    assert made == sorted(f"{name}-{mode}.png" for name in states.NAMES for mode in screenshots.MODES)
    for name in states.NAMES:
        light, dark = (QImage(str(out / f"{name}-{mode}.png")) for mode in screenshots.MODES)
        assert light.size() == dark.size()
        assert luminance(light) > luminance(dark) + (60 if name == "08-export" else 120), name


def test_many_colors_become_256(qapp: object) -> None:
    noise = np.random.default_rng(0).integers(0, 2**24, (60, 70), dtype=np.uint32) | 0xFF000000
    noise[:, :50] = 0xFF1B2A3C
    picture = QImage(noise.tobytes(), 70, 60, QImage.Format.Format_RGB32)
    fewer = screenshots.fewer_colors(picture)
    assert fewer.colorCount() == 256
    assert fewer.pixelColor(10, 10).rgb() == 0xFF1B2A3C
