"""The Compile page."""

from studio.pages.compile.page import CompilePage

__all__ = ["CompilePage"]
