"""The Predict stage."""

from studio.pages.predict.page import PredictPage

__all__ = ["PredictPage"]
