"""Export: a run becomes one script that needs nothing of this program, and is shown to agree with it."""
