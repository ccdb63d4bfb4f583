"""How to add a GPU: a page of help that the Compile page, the menu and the command search open."""

import pytest
from PySide6.QtGui import QFont, QTextDocument
from PySide6.QtWidgets import QApplication

from studio.app import Settings, Studio
from studio.window.reading import Reading
from tests.studio.conftest import wait_until


@pytest.mark.usefixtures("themed")
def test_it_opens_from_its_action() -> None:
    studio = Studio(Settings())
    studio.window.show()
    assert studio.actions.trigger("help.gpu")
    wait_until(lambda: QApplication.activeModalWidget() is not None)
    shown = QApplication.activeModalWidget()
    assert isinstance(shown, Reading)
    assert shown.accessibleName() == "How to add a GPU"
    assert "nvidia-smi" in shown.text.toPlainText()
    assert heaviest(shown.text.document()) == QFont.Weight.DemiBold, "the heaviest that is bundled"
    shown.close()
    studio.finish()


def heaviest(document: QTextDocument) -> int:
    """Return the largest weight of a text."""
    blocks = [document.findBlockByNumber(i) for i in range(document.blockCount())]
    return max(form.format.fontWeight() for block in blocks for form in block.textFormats())
