"""Training as an iterator of reports: the loop, its history and everything that a bit-exact resume needs."""
