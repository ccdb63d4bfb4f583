"""The command line, without Qt and without a display: `layerwright train | evaluate | predict | export | check`."""

from engine.cli.app import main

__all__ = ["main"]
