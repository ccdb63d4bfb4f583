"""The inspector: forms made from the records of layers, losses and optimizers."""

from studio.inspector.panel import Inspector

__all__ = ["Inspector"]
