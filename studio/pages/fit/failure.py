"""The banner of a fit that failed: what, where, which rows, and what can be done. Never a modal dialog."""

from studio.text import tr
from studio.widgets import Banner, Button


class FailureBanner(Banner):
    """Shown until it is closed or another fit begins. The buttons are for numbers that became infinite."""

    def __init__(self) -> None:
        self.halve = Button(tr("Halve the rate and continue"), "trending-down", "primary")
        self.clip = Button(tr("Clip gradients to 1 and start again"), "scissors")
        super().__init__(tr("The fit stopped"), "", "error", self.halve, self.clip)
        self.hide()

    def show_failure(self, sentence: str, numeric: bool, resumable: bool) -> None:
        """Say what happened. numeric: a number became infinite. resumable: good weights are there to go on with."""
        self.halve.setVisible(resumable)
        self.clip.setVisible(numeric)
        title = tr("Training stopped: a number became infinite") if numeric else tr("The fit could not go on")
        kept = tr("The last good weights are kept.") if resumable else ""
        self.show_message(title, f"{sentence} {kept}".strip())
