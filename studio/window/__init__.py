"""The main window and the command search."""
