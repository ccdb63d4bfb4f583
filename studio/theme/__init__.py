"""The look: tokens, fonts, icons, palette and style sheet."""

from studio.theme.fonts import font, load, text_width
from studio.theme.icons import icon, pixmap
from studio.theme.style import apply
from studio.theme.tokens import (
    Category,
    Mode,
    border_width,
    categories,
    category,
    color,
    duration,
    high_contrast,
    mix,
    ramp,
    reduce_motion,
    scheme,
    signals,
    size,
    tint,
)

__all__ = [
    "Category", "Mode", "apply", "border_width", "categories", "category", "color", "duration", "font", "high_contrast",
    "icon", "load", "mix", "pixmap", "ramp", "reduce_motion", "scheme", "signals", "size", "text_width", "tint",
]  # fmt: skip
