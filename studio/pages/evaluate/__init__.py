"""The Evaluate page."""

from studio.pages.evaluate.page import EvaluatePage

__all__ = ["EvaluatePage"]
