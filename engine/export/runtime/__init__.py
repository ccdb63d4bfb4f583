"""What every exported script does, in plain NumPy. Scripts carry the source of these functions, and of those they call.

`design` is the namespace at the end of a script: its recipe, its settings and the functions made from its network.
"""
