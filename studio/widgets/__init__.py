"""Small general widgets, painted from the tokens. They know nothing of networks. Plots are in `studio.widgets.plot`."""

from studio.widgets.base import (
    Box,
    Line,
    Splitter,
    Themed,
    box_of,
    clear,
    column,
    fixed,
    icon_at,
    lay,
    named,
    painter_of,
    plain_tip,
    put,
    rounded,
    row,
)
from studio.widgets.button import Button, IconButton
from studio.widgets.card import Card, Collapsible, EmptyState, FieldRow, PanelHead, Reset, Scroll, facts
from studio.widgets.choice import CheckBox, Radio, Segmented, Switch, Tabs
from studio.widgets.code import CodeView
from studio.widgets.code_editor import CodeEditor
from studio.widgets.fields import LineEdit, NumberField, SearchField
from studio.widgets.fixes import FixButtons, FixMenu
from studio.widgets.focus import FocusRing
from studio.widgets.label import Chip, Icon, Key, Label, LinkLabel, Logo, Tile
from studio.widgets.select import Select
from studio.widgets.slider import ProgressBar, Slider
from studio.widgets.table import Rows, Table
from studio.widgets.toast import Banner, Toast, Toasts

__all__ = [
    "Banner", "Box", "Button", "Card", "CheckBox", "Chip", "CodeEditor", "CodeView", "Collapsible", "EmptyState",
    "FieldRow", "FixButtons", "FixMenu", "FocusRing", "Icon", "IconButton", "Key", "Label", "Line", "LineEdit",
    "LinkLabel", "Logo", "NumberField", "PanelHead", "ProgressBar", "Radio", "Reset", "Rows", "Scroll",
    "SearchField", "Segmented", "Select", "Slider", "Splitter", "Switch", "Table", "Tabs", "Themed", "Tile",
    "Toast", "Toasts", "box_of", "clear", "column", "facts", "fixed", "icon_at", "lay", "named", "painter_of",
    "plain_tip", "put", "rounded", "row",
]  # fmt: skip
