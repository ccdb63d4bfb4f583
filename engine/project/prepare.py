"""From a project and its table to what a fit needs: columns, task, parts, recipe and tensors."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.data.settings import DataSettings, Source, Split, Task
from engine.errors import DataError, LayerwrightError, Problem, Repair
from engine.network import shapes as network_shapes
from engine.project import datafile, feeds
from engine.project.document import Project

if TYPE_CHECKING:
    from engine.data.columns import ColumnReport
    from engine.data.recipe import Recipe, Tensors
    from engine.data.split import Parts
    from engine.data.table import Table
    from engine.network.check import Feed
    from engine.network.pairing import Goal
    from engine.network.shapes import Shapes

UNEVEN = 4.0
"""From this ratio of the largest class to the smallest on, weights are suggested."""
LARGE = 10.0
"""Numbers above this are worth scaling."""
PARTS = ("train", "validation", "test")


@dataclass(frozen=True, eq=False)
class Prepared:
    """The data of a project, ready to train on.

    Args:
        settings: the data settings it was made from.
        reports: one per column. task: of the first target. parts: row ids. recipe: fitted on the training rows.
        tensors: "train", "validation", "test" -> inputs and targets. problems: findings about the data.
    """

    table: "Table"
    settings: DataSettings
    reports: "tuple[ColumnReport, ...]"
    task: Task
    parts: "Parts"
    recipe: "Recipe"
    tensors: "Mapping[str, Tensors]"
    problems: tuple[Problem, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """Labels of the first target, sorted; empty for a regression."""
        return self.recipe.classes

    @property
    def rows(self) -> dict[str, int]:
        """Counts of rows: read = the sum of the others. Rows that were excluded by hand are not counted."""
        counts = {"rejected": len(self.table.rejects), "without_target": len(self.parts.without_target)}
        counts |= {part: len(getattr(self.parts, part)) for part in PARTS}
        return {"read": sum(counts.values())} | counts


def new_project(path: str | Path, target: str | None = None, task: Task | None = None) -> Project:
    """Return a project for a CSV, named after it, without a network. Raises DataError when it cannot be read."""
    source = datafile.refer(Path(path), Source())
    project = Project(name=Path(path).stem or "Untitled", data=DataSettings(source, task=task))
    return project if target is None else with_target(project, target)


def with_target(project: Project, target: str) -> Project:
    """Return the project with this column as its only target."""
    from engine.data.settings import Column

    old = {n: dataclasses.replace(c, role=None) if c.role == "target" else c for n, c in project.data.columns.items()}
    columns = old | {target: dataclasses.replace(old.get(target, Column(target)), role="target")}
    cards = tuple(dataclasses.replace(card, column=None) for card in project.targets[:1])
    return dataclasses.replace(project, data=dataclasses.replace(project.data, columns=columns), targets=cards)


def with_data(project: Project, path: str | Path) -> Project:
    """Return the project with another data file, read the same way."""
    source = datafile.refer(Path(path), project.data.source)
    return dataclasses.replace(project, data=dataclasses.replace(project.data, source=source))


def open_table(project: Project, base: Path | None = None) -> "Table":
    """Read the data of a project; `base` is the folder of its file, where moved data are looked for.

    Raises:
        MovedDataError: they are nowhere, or they changed. DataError: the file is no table.
    """
    return read_table(datafile.find(project.data.source, base), project)


def read_table(path: str | Path, project: Project) -> "Table":
    """Read a CSV with the reading settings of a project; raises DataError."""
    from engine.data import table

    return table.read(dataclasses.replace(project.data.source, path=str(path)))


def prepare(project: Project, table: "Table") -> Prepared:
    """Return what a fit needs; raises DataError with a sentence when there is no target, input or row."""
    from engine.data import batches, columns, problems, recipe

    reports = columns.infer(table, project.data)
    _check_target(table, reports)
    task = columns.task(reports, project.data)
    found = problems.problems(table, reports, project.data, task)
    errors = [p for p in found if p.severity == "error"]
    if errors or task is None:
        raise DataError(str(errors[0]) if errors else "There is no target column. Choose one.")
    parts = batches.parts(table, project.data, reports)
    fitted = recipe.fit(table, project.data, parts.train)
    tensors = {part: fitted.apply(table, getattr(parts, part)) for part in PARTS}
    return Prepared(table, project.data, reports, task, parts, fitted, tensors, found)


def check(
    project: Project, table: "Table | None" = None, prepared: Prepared | None = None, shapes: "Shapes | None" = None
) -> tuple[Problem, ...]:
    """Return all that would stop or spoil a fit: findings about data, network and settings. Never raises.

    table None: only what can be said without data. prepared: saves preparing the table again. shapes: those of the
    project's network with its tensors, where they are known already.
    """
    found: list[Problem] = []
    if prepared is None and table is not None:
        found, prepared = _prepared(project, table)
    elif prepared is not None:
        found = list(prepared.problems)
    rest = _network_problems(project, prepared, shapes)
    broken = prepared is None and any(p.severity == "error" for p in found)
    if broken:  # no Input has a tensor until the data are mended
        rest = tuple(p for p in rest if p.short != "no tensor")
    return (*found, *rest)


def _prepared(project: Project, table: "Table") -> tuple[list[Problem], Prepared | None]:
    from engine.data import columns, problems

    try:
        prepared = prepare(project, table)
    except LayerwrightError as error:
        reports = columns.infer(table, project.data)
        found = list(problems.problems(table, reports, project.data, columns.task(reports, project.data)))
        known = any(p.severity == "error" for p in found)
        return found if known else [*found, _no_data(project, str(error))], None
    return list(prepared.problems), prepared


def _no_data(project: Project, sentence: str) -> Problem:
    """Return the problem of data that cannot be prepared, with the choices of a person that may be the reason."""
    repairs = []
    if project.data.excluded:
        repairs.append(Repair("set_data", ("excluded", ()), "Take all rows in again"))
    if project.data.task is not None:
        repairs.append(Repair("set_task", (None,), "Let the target set the task"))
    if project.data.split != Split():
        repairs.append(Repair("set_data", ("split", Split()), "Use the usual split"))
    first, others = (repairs[0], tuple(repairs[1:])) if repairs else (None, ())
    return Problem("data", sentence, repair=first, short="no data", others=others)


def _network_problems(
    project: Project, prepared: Prepared | None, shapes: "Shapes | None" = None
) -> tuple[Problem, ...]:
    from engine.network import check as network_check

    if prepared is None:
        return network_check.check(project.network, shapes=shapes)
    tensors = prepared.recipe.tensors
    shapes = shapes or network_shapes.infer(project.network, feeds.shapes(project, tensors))
    goals, found = _goals(project, prepared, shapes)
    known = feeds.problems(project, tensors)
    unfed = {p.node for p in known if p.node}
    checked = network_check.check(project.network, _feeds(project, prepared), goals, shapes)
    rest = [p for p in checked if p.node not in unfed or p.short != "no tensor"]
    return (*known, *found, *rest, *_imbalance(project, prepared))


def _imbalance(project: Project, prepared: Prepared) -> Iterator[Problem]:
    """Classes of very different sizes that count by their rows: the rare ones are hardly learnt."""
    if project.fit.class_weight != "none" or not prepared.classes or len(project.network.outputs) > 1:
        return
    column = prepared.recipe.target().column
    target = (prepared.tensors["train"].target or {}).get(column)
    counts = np.bincount(np.ravel(target).astype(np.int64)) if target is not None and len(target) else np.zeros(1)
    sizes = counts[counts > 0]
    ratio = float(sizes.max() / sizes.min()) if len(sizes) > 1 else 1.0
    if ratio > UNEVEN:
        text = f"The largest class of {column!r:.60} has {ratio:.1f} times as many rows as the smallest."
        repair = Repair("set_fit", ("class_weight", "balanced"), "Use class weights")
        fix = "Let each class count the same in the loss."
        yield Problem(column, text, fix, "warning", repair=repair, short="uneven classes")


def _goals(project: Project, prepared: Prepared, shapes: "Shapes") -> "tuple[list[Goal], list[Problem]]":
    """What the outputs are trained for, and what is wrong with that."""
    from engine.network.pairing import Goal
    from engine.project.targets import taught

    if not project.network.outputs or any(shapes.output.get(o) is None for o in project.network.outputs):
        return [], []
    try:
        outputs = taught(project, prepared.recipe, project.network, shapes)
    except LayerwrightError as error:
        fixes = tuple(_teaching(project, prepared))
        first = fixes[0] if fixes else None
        return [], [Problem("targets", str(error), repair=first, short="no target", others=fixes[1:])]
    return [Goal(o.node, o.loss, len(o.classes) or None, None if o.classes else 1) for o in outputs], []


def _teaching(project: Project, prepared: Prepared) -> Iterator[Repair]:
    """Yield what gives each output something to learn: a target of its own, a column that the data have."""
    named = {t.node for t in project.targets}
    bare = [o for o in project.network.outputs if o not in named and None not in named]
    for node in bare[:1]:
        yield Repair("add_target", (node,), f"Teach {project.network.nodes[node].name}")
        yield Repair("set_outputs", (tuple(o for o in project.network.outputs if o != node),), "Make it no output")
    known = [t.column for t in prepared.recipe.targets]
    for i, target in enumerate(project.targets):
        if target.column is not None and target.column not in known and known:
            yield Repair("teach", (i, known[0]), f"Predict {known[0]:.40}")
    if len(project.network.outputs) > 1:
        yield Repair("set_outputs", (project.network.outputs[:1],), "Keep one output")


def _feeds(project: Project, prepared: Prepared) -> "dict[str, Feed]":
    from engine.network.check import Feed

    recipe = prepared.recipe
    steps, tensors = dict(recipe.groups()), {t.name: t for t in recipe.tensors}
    sizes = {r.name: max(abs(r.minimum or 0.0), abs(r.maximum or 0.0)) for r in prepared.reports}
    found = {}
    for node, name in feeds.matched(project.network, project.feeds, recipe.tensors).items():
        scaled = any(getattr(step, "scale", 1.0) != 1.0 for step in steps[name])
        raw = any(_is_raw(step, sizes.get(step.column, 0.0)) for step in steps[name])
        found[node] = Feed(tensors[name].shape, scaled, tensors[name].vocabulary_size, name, raw)
    return found


def _is_raw(step: Any, size: float) -> bool:
    """Return whether a step hands numbers on as they are although the largest is far from 1."""
    scale = getattr(step, "scale", None)
    return scale is not None and set(np.ravel(scale)) == {1.0} and not np.any(step.shift) and size > LARGE


def _check_target(table: "Table", reports: "tuple[ColumnReport, ...]") -> None:
    missing = [name for name in table.columns if not name]
    if missing or not reports:
        raise DataError("The table has no columns.")
