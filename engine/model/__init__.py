"""Models: what people define, compile, fit, evaluate and predict with."""

from engine.model.files import load as load_model
from engine.model.functional import Input
from engine.model.model import Model
from engine.model.sequential import Sequential

__all__ = ["Input", "Model", "Sequential", "load_model"]
