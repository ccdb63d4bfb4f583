"""Background work: one thread with a mailbox, data preparation, and garbage collection in the GUI thread."""

from studio.jobs.gc import Collector
from studio.jobs.job import Job, Mailbox, sentence, stop_all

__all__ = ["Collector", "Job", "Mailbox", "sentence", "stop_all"]
