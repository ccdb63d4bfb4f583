"""Mending by the lump: all fixes that cannot change results, as one edit."""

from collections.abc import Callable, Iterable

from engine.errors import LayerwrightError, Problem, Repair
from engine.project.document import Project
from studio.document import edits

ROUNDS = 20
Check = Callable[[Project], Iterable[Problem]]


def fixes(problem: Problem) -> tuple[Repair, ...]:
    """Return the fixes of a problem that the studio has the edit of, the best one first."""
    return tuple(r for r in problem.repairs if r.action in edits.REPAIRS)


def safe(problems: Iterable[Problem]) -> list[Repair]:
    """Return the fixes that cannot change results and that the studio has the edit of."""
    found = (p.repair for p in problems)
    return [r for r in found if r is not None and r.safe and r.action in edits.REPAIRS]


def mended(project: Project, problems: Iterable[Problem], check: Check) -> Project:
    """Return the project with all safe fixes applied, also those that the first ones bring about."""
    for _round in range(ROUNDS):
        before, repairs = project, safe(problems)
        for repair in repairs:
            try:
                project = edits.apply_repair(project, repair)
            except LayerwrightError:
                continue  # an earlier fix has mended it too
        if project == before:
            return project
        problems = check(project)
    return project
