"""The Fit page."""

from studio.pages.fit.page import FitPage

__all__ = ["FitPage"]
