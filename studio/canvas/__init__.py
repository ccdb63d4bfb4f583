"""The canvas: layer cards, wires, gestures, palette, minimap and outline. A view of the project; it holds no truth."""
