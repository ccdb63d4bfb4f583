"""Layerwright's engine: a Keras you can read, compiled to NumPy or CuPy programs."""
