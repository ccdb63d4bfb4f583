"""The command line: `layerwright train | evaluate | predict | export | check | demo`, without Qt and without a display."""

from engine.cli.app import main

__all__ = ["main"]
