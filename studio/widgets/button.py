"""Buttons. Kinds: default, primary (one per screen), soft (fixes), ghost (tools), danger, fix (on an error)."""

from typing import Literal

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import QPushButton, QSizePolicy

from studio import theme
from studio.widgets.announce import announce
from studio.widgets.base import Themed, named

Kind = Literal["default", "primary", "soft", "ghost", "danger", "fix"]
Size = Literal["small", "medium", "large"]
ICON_COLORS = {"primary": "text.onAccent", "danger": "danger.text", "soft": "accent.text", "fix": "danger.text"}

CONFIRM_MS = 1500
"""How long a button shows that it has done its work."""


class Button(Themed, QPushButton):
    """A push button with text and, if wished, an icon. `name` is the accessible name; without it the text is."""

    def __init__(
        self,
        text: str = "",
        icon: str | None = None,
        kind: Kind = "default",
        size: Size = "medium",
        *,
        name: str | None = None,
        tooltip: str = "",
        checkable: bool = False,
    ) -> None:
        super().__init__()
        self._icon, self._kind, self._done = icon, kind, QTimer(self)
        self._done.setSingleShot(True)
        self._done.setInterval(CONFIRM_MS)
        self._done.timeout.connect(self.restyle)
        self.setProperty("kind", kind)
        self.setProperty("scale", size)  # "size" is taken by Qt itself
        self.setProperty("icononly", "false" if text else "true")
        self.setFont(theme.font(12 if size == "small" else 13, 500))
        side = 14 if size == "small" else 16
        self.setIconSize(QSize(side, side))
        self.setCheckable(checkable)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        named(self, name, tooltip)
        self.set_text(text)
        self.follow_theme()

    def set_text(self, text: str, icon: str | None = None) -> None:
        """Change the text, and the icon where given. An & is shown as it is."""
        shown = text.replace("&", "&&")
        self._icon = icon or self._icon
        self.setText(f" {shown}" if shown and self._icon else shown)  # the style sheet has no gap after the icon
        if self.property("icononly") == ("true" if text else "false"):
            self.setProperty("icononly", "false" if text else "true")
            self._polish()
        if text and not self.accessibleName():
            self.setAccessibleName(text)
        if icon:
            self.restyle()

    def icon_name(self) -> str | None:
        """Return the name of the icon that is shown."""
        return self._icon

    def set_kind(self, kind: Kind) -> None:
        """Change the kind."""
        self._kind = kind
        self.setProperty("kind", kind)
        self._polish()
        self.restyle()

    def confirm(self, sentence: str) -> None:
        """Show a check mark for a moment, and say it: what was asked for is done, and nothing else on screen tells."""
        self._done.start()
        self.restyle()
        announce(self, sentence)

    def _polish(self) -> None:
        """Let the style sheet see a property that has changed."""
        self.style().unpolish(self)
        self.style().polish(self)

    def restyle(self) -> None:
        if self._icon:
            done = self._done.isActive()
            color = "success.fill" if done else ICON_COLORS.get(self._kind, "text.secondary")
            self.setIcon(theme.icon("check" if done else self._icon, color, self.iconSize().width()))


class IconButton(Button):
    """A ghost button with an icon only; its name is spoken and shown as the tooltip, with the key."""

    def __init__(
        self,
        icon: str,
        name: str,
        tooltip: str = "",
        *,
        key: str = "",
        size: Size = "medium",
        kind: Kind = "ghost",
        checkable: bool = False,
    ) -> None:
        hint = tooltip or name
        super().__init__(
            "", icon, kind, size, name=name, tooltip=f"{hint} ({key})" if key else hint, checkable=checkable
        )
