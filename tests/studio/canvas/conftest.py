"""Someone at the Define page, for all tests here."""

from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from tests.studio.canvas.people import Person, classifier


@pytest.fixture
def person(qtbot: Any, themed: QApplication) -> Person:
    """Someone at the Define page with a small classifier."""
    return Person(qtbot, classifier())
