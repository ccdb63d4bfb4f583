"""Someone at the Define page, for all tests here, in the light and in the dark theme."""

from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from studio import theme
from tests.studio.canvas.people import Person, classifier


@pytest.fixture(params=["light", "dark"])
def person(qtbot: Any, themed: QApplication, request: pytest.FixtureRequest) -> Person:
    """Someone at the Define page with a small classifier."""
    theme.apply(themed, request.param)
    return Person(qtbot, classifier())
