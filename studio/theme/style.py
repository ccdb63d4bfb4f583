"""From tokens to Qt: the palette and the one style sheet. Everything else paints itself from tokens."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from studio.theme import tokens
from studio.theme.fonts import font
from studio.theme.tokens import Mode, color

ROLES = {
    QPalette.ColorRole.Window: "bg.app", QPalette.ColorRole.WindowText: "text.primary",
    QPalette.ColorRole.Base: "bg.panel", QPalette.ColorRole.AlternateBase: "bg.subtle",
    QPalette.ColorRole.Text: "text.primary", QPalette.ColorRole.Button: "bg.raised",
    QPalette.ColorRole.ButtonText: "text.primary", QPalette.ColorRole.BrightText: "danger.text",
    QPalette.ColorRole.Highlight: "accent.fill", QPalette.ColorRole.HighlightedText: "text.onAccent",
    QPalette.ColorRole.ToolTipBase: "bg.raised", QPalette.ColorRole.ToolTipText: "text.primary",
    QPalette.ColorRole.PlaceholderText: "text.muted", QPalette.ColorRole.Link: "accent.text",
    QPalette.ColorRole.LinkVisited: "accent.text", QPalette.ColorRole.Accent: "accent.fill",
    QPalette.ColorRole.Light: "bg.raised", QPalette.ColorRole.Midlight: "bg.hover",
    QPalette.ColorRole.Mid: "border.default",
    QPalette.ColorRole.Dark: "border.strong", QPalette.ColorRole.Shadow: "border.control",
}  # fmt: skip
DISABLED = (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText)

SHEET = """
QPushButton {{ background: {bg_raised}; color: {text_primary}; border: {w}px solid {border_strong}; border-radius: 6px;
  padding: 0 10px; min-height: {h}px; max-height: {h}px; outline: none; }}
QPushButton:hover {{ background: {bg_hover}; }}
QPushButton:pressed {{ background: {bg_active}; }}
QPushButton[kind="primary"] {{ background: {accent_fill}; color: {text_onAccent}; border-color: {accent_fill}; }}
QPushButton[kind="primary"]:hover {{ background: {accent_hover}; border-color: {accent_hover}; }}
QPushButton[kind="danger"] {{ color: {danger_text}; }}
QPushButton[kind="soft"] {{ background: {accent_soft}; color: {accent_text}; border-color: transparent; }}
QPushButton[kind="soft"]:hover {{ border-color: {accent_line}; }}
QPushButton[kind="fix"] {{ background: {danger_soft}; color: {danger_text}; border-color: {danger_text}; }}
QPushButton[kind="ghost"] {{ background: transparent; color: {text_secondary}; border-color: transparent; }}
QPushButton[kind="ghost"]:hover {{ background: {bg_hover}; color: {text_primary}; }}
QPushButton[kind="ghost"]:checked {{ background: {accent_soft}; color: {accent_text}; }}
QPushButton[scale="large"] {{ min-height: {hl}px; max-height: {hl}px; padding: 0 14px; }}
QPushButton[scale="small"] {{ min-height: {hs}px; max-height: {hs}px; padding: 0 8px; }}
QPushButton[icononly="true"] {{ padding: 0; min-width: {h}px; max-width: {h}px; }}
QPushButton[icononly="true"][scale="small"] {{ min-width: {hs}px; max-width: {hs}px; }}
QPushButton:disabled {{ color: {text_disabled}; background: {bg_subtle}; border-color: {border_default}; }}
QPushButton[kind="ghost"]:disabled, QPushButton[kind="soft"]:disabled {{ background: transparent;
  border-color: transparent; }}
QPushButton:focus {{ border-color: {accent_line}; }}
QPushButton::menu-indicator {{ width: 0; }}
QLineEdit, QPlainTextEdit, QTextEdit {{ background: {bg_raised}; color: {text_primary};
  border: {w}px solid {border_strong}; border-radius: 6px; selection-background-color: {accent_fill};
  selection-color: {text_onAccent}; }}
QLineEdit {{ placeholder-text-color: {text_muted}; padding: 0 6px; min-height: {h}px; max-height: {h}px; }}
QLineEdit[scale="small"] {{ min-height: {hs}px; max-height: {hs}px; }}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus {{ border-color: {accent_line}; }}
QLineEdit[invalid="true"] {{ border-color: {danger_fill}; }}
QLineEdit:disabled {{ color: {text_disabled}; background: {bg_subtle}; border-color: {border_default}; }}
QMenu {{ background: {bg_raised}; color: {text_primary}; border: {w}px solid {border_default}; border-radius: 8px;
  padding: 4px; }}
QMenu::item {{ padding: 5px 24px 5px 10px; border-radius: 4px; min-height: 18px; }}
QMenu::item:selected {{ background: {accent_soft}; color: {accent_text}; }}
QMenu::item:disabled {{ color: {text_disabled}; }}
QMenu::separator {{ height: 1px; background: {border_soft}; margin: 4px 6px; }}
QMenu::icon {{ padding-left: 6px; }}
QToolTip {{ background: {bg_raised}; color: {text_primary}; border: 1px solid {border_default}; padding: 4px 6px; }}
QAbstractItemView {{ background: {bg_panel}; color: {text_primary}; border: none; outline: none;
  selection-background-color: {accent_soft}; selection-color: {text_primary}; gridline-color: {border_soft}; }}
QTableView::item {{ padding: 0 8px; }}
QTableView[ruled="true"]::item {{ padding: 0 5px; }}
QHeaderView {{ background: {bg_panel}; border: none; }}
QHeaderView[lined="true"] {{ border-bottom: 1px solid {border_default}; }}
QHeaderView::section {{ background: {bg_panel}; color: {text_muted}; border: none; padding: 0 11px; }}
QTableCornerButton::section {{ background: {bg_panel}; border: none; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QScrollArea {{ background: transparent; border: none; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {border_strong}; border-radius: 3px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 28px; }}
QScrollBar::handle:horizontal {{ min-width: 28px; }}
QScrollBar::handle:hover {{ background: {border_control}; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent;
  width: 0; height: 0; }}
QSplitter::handle {{ background: {border_default}; }}
QSplitter::handle:hover {{ background: {accent_line}; }}
QGraphicsView {{ border: none; }}
"""


def apply(app: QApplication, mode: Mode = "system") -> None:
    """Give the application a theme. system: follow the desktop; contrast: 2 px borders and all text in full colour."""
    wanted = _system(app) if mode in ("system", "contrast") else mode
    tokens.choose(wanted, mode == "contrast")
    if not app.styleSheet():  # once: setting it polishes every widget
        app.setStyle("Fusion")
    app.setPalette(palette())
    app.setFont(font(13))
    if app.styleSheet() != sheet():  # this does too
        app.setStyleSheet(sheet())
    tokens.signals.changed.emit(mode)


def palette() -> QPalette:
    """Return the Qt palette of the current tokens."""
    made = QPalette()
    for role, token in ROLES.items():
        made.setColor(role, color(token))
    for role in DISABLED:
        made.setColor(QPalette.ColorGroup.Disabled, role, color("text.disabled"))
    return made


def sheet() -> str:
    """Return the style sheet of the current tokens. A control of 28 px is its content and two borders."""
    width = tokens.border_width()
    heights = {"h": "control", "hl": "controlLarge", "hs": "controlCompact"}
    numbers = {key: tokens.size(name) - 2 * width for key, name in heights.items()}
    return SHEET.format(w=width, **numbers, **_colors())


def _colors() -> dict[str, str]:
    table = tokens.tokens()["color"][tokens.scheme()]
    names = [f"{group}.{key}" for group, values in table.items() for key in values]
    return {name.replace(".", "_"): _css(color(name)) for name in names}


def _css(value: QColor) -> str:
    return value.name() if value.alpha() == 255 else value.name(QColor.NameFormat.HexArgb)


def _system(app: QApplication) -> str:
    return "dark" if app.styleHints().colorScheme() == Qt.ColorScheme.Dark else "light"
