"""Data: a CSV becomes a table of text, columns get types and roles, a recipe turns rows into tensors."""
