"""Background work: one thread with a mailbox, and garbage collection in the GUI thread."""
