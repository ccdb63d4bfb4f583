"""The problems of a session: found at once, or, where a job looks for them, kept until it has."""

from collections.abc import Iterable
from typing import Any

from engine.errors import Problem
from engine.project.document import Project

RANK = {"error": 0, "warning": 1, "tip": 2}


def ranked(found: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return problems with errors first, tips last, else in the order in which they were found."""
    return tuple(sorted(found, key=lambda p: RANK[p.severity]))


class Findings:
    """What is wrong with the project of a session.

    job_from: networks of so many layers are checked by a job (`jobs.checking` sets it); None: all at once.
    """

    def __init__(self, session: Any) -> None:
        self._session = session
        self.job_from: int | None = None
        self._now: tuple[Problem, ...] | None = None
        self._last: tuple[Problem, ...] = ()
        self._misfits: tuple[Problem, ...] = ()

    def now(self) -> tuple[Problem, ...]:
        """Return the problems of the current project, as far as they are known: none before its table is there."""
        if self._session.reading and self.job_from is not None:
            return ()
        if self._now is None:
            self._keep(self._so_far() if self.by_job() else self.check(self._session.project))
        assert self._now is not None
        return self._now

    def by_job(self) -> bool:
        """Return whether a job looks for them: the network is large, or the data have to be read anew."""
        if self.job_from is None:
            return False
        broken = self._session.prepared is None and self._session.table is not None
        return broken or len(self._session.project.network.nodes) >= self.job_from

    def put(self, found: Iterable[Problem]) -> bool:
        """Put in what a job has found for the current project; return whether that is news."""
        before = self.now()
        self._keep(found)
        return before != self._now

    def check(self, project: Project) -> tuple[Problem, ...]:
        """Look for all problems of a project with the data of the session."""
        from engine.project import lifecycle

        shapes = self._session.shapes if project is self._session.project else None
        return lifecycle.check(project, None, self._session.prepared, shapes)

    def expire(self) -> None:
        """The project or its data are others now."""
        self._now = None

    def forget(self) -> None:
        """Another document came in: nothing that was found is of it."""
        self._now, self._last, self._misfits = None, (), ()

    def _keep(self, found: Iterable[Problem]) -> None:
        self._now = self._last = ranked(found)
        self._misfits = self._session.shapes.problems

    def _so_far(self) -> Iterable[Problem]:
        """Return the problems of shapes as they are now, and of the others found last those whose layer is left."""
        nodes, old = self._session.project.network.nodes, {(p.node, p.short) for p in self._misfits}
        kept = [p for p in self._last if (p.node is None or p.node in nodes) and (p.node, p.short) not in old]
        return dict.fromkeys((*self._session.shapes.problems, *kept))
