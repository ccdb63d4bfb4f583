"""The document in the studio: the current project, edits as pure functions, undo, selection and files."""
