"""The Define stage."""

from studio.pages.define.page import DefinePage

__all__ = ["DefinePage"]
