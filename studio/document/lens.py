"""The session as it is seen inside an open group: canvas, inspector, outline and code look through a lens.

A lens has the face of a session. What it does not have itself it takes from the session behind it. With no group open
it shows the session as it is.
"""

import dataclasses
from typing import Any, cast

from PySide6.QtCore import QObject, Signal

from engine.errors import Problem
from engine.layers.spec import Shape
from engine.network import nested
from engine.network import shapes as network_shapes
from engine.network.shapes import Shapes
from engine.project.document import Project
from studio.document import scope, sharing
from studio.document.scope import Edit, Scope
from studio.document.selection import Selection
from studio.document.session import Session


class Seen:
    """What lies in a group, read only: project, shapes and problems, as the canvas draws them."""

    def __init__(self, session: Session, path: Scope) -> None:
        self._session, self.scope = session, path
        self.project = scope.shown(session.project, path)
        self.prepared = session.prepared
        self.sources = _sources(session.project, path)
        self.frozen = _frozen(session.project, path)
        self._problems: tuple[Problem, ...] = ()
        self._problems_of: tuple[Problem, ...] | None = None
        self._shapes: Shapes | None = None
        self._shapes_of: Shapes | None = None

    @property
    def shapes(self) -> Shapes:
        """Shapes inside, for what is wired to the group outside."""
        whole = self._session.shapes
        if self._shapes is None or self._shapes_of is not whole:
            self._shapes, self._shapes_of = _shapes(self._session, self.scope), whole
        return self._shapes

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All problems of the session: those of layers in here on their nodes, those deeper on the group's card."""
        whole = self._session.problems
        if self._problems_of is not whole:
            self._problems, self._problems_of = tuple(_here(p, self.scope) for p in whole), whole
        return self._problems

    def entering(self, node: str) -> str | None:
        """Return the name of the layer outside that feeds an Input in here."""
        return self.sources.get(node)


class Lens(QObject):
    """A session with a scope, the path of open groups. View state: it is neither saved nor undone.

    Signals: `changed(before, after)` as the session's, with what is shown; `scope_left(scope)` before another scope is
    shown, `scope_changed(scope)` when it is. `changed_elsewhere(scope)`: undo, redo or a fix has changed only what
    lies in a group that is not shown.
    """

    changed = Signal(object, object)
    scope_left = Signal(object)
    scope_changed = Signal(object)
    changed_elsewhere = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._scope: Scope = ()
        self._seen = Seen(session, ())
        self._before = session.project
        self._telling = self._editing = False
        self.selection = Selection(self)
        self.selection.set(*session.selection.ids)
        session.changed.connect(self._changed)
        session.opened.connect(self._opened)
        session.prepared_changed.connect(self._forget)
        session.selection.changed.connect(self._chosen_outside)
        self.selection.changed.connect(self._chosen)

    def __getattr__(self, name: str) -> Any:
        if name == "_session":
            raise AttributeError(name)
        return getattr(self._session, name)

    def as_session(self) -> Session:
        """Return the lens for those who ask for a session."""
        return cast(Session, self)

    # ---- what is shown ----
    @property
    def scope(self) -> Scope:
        """Ids of the open groups, from the outermost in; () while the network itself is shown."""
        return self._scope

    @property
    def project(self) -> Project:
        """What is shown, as a project."""
        return self._seen.project if self._scope else self._session.project

    @property
    def shapes(self) -> Shapes:
        """Shapes of what is shown."""
        return self._seen.shapes if self._scope else self._session.shapes

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All problems; `node` is a card that is shown, or None."""
        return self._current().problems

    @property
    def gradient_norms(self) -> dict[str, float]:
        """Card -> L2 norm of its gradient in the running fit, of those that are shown and were measured."""
        live = self._session.live
        return live.shown(self._session.project.network, self._scope) if live else {}

    @property
    def frozen(self) -> bool:
        """Whether one of the open groups is frozen, so that nothing in it learns."""
        return self._current().frozen

    def feeds(self) -> dict[str, Shape]:
        """Return the shape that each Input that is shown takes."""
        return _feeds(self._session, self._scope)

    def entering(self, node: str) -> str | None:
        """Return the name of the layer outside that feeds an Input of an open group."""
        return self._seen.entering(node) if self._scope else None

    def at(self, path: Scope) -> Seen:
        """Return what lies in a group, open or not."""
        return self._current() if path == self._scope else Seen(self._session, path)

    def names(self, path: Scope | None = None) -> tuple[str, ...]:
        """Return the names of the groups of a path; without one, of the open groups."""
        names, network = [], self._session.project.network
        for node in self._scope if path is None else path:
            names.append(network.nodes[node].name)
            group = scope.group_at(network, node)
            network = group.network if group is not None else network
        return tuple(names)

    def problem_at(self, problem: Problem) -> tuple[Scope, str | None]:
        """Return where a problem of `problems` lies: the groups around it and its node."""
        whole = next((w for p, w in zip(self.problems, self._session.problems, strict=False) if p == problem), problem)
        place = (whole.node, *whole.inside) if whole.node else ()
        return place[:-1], place[-1] if place else None

    # ---- changing ----
    def edit(self, label: str, edit: Edit, key: str | None = None) -> bool:
        """Apply an edit to what is shown, as one undo step of the session."""
        path = self._scope
        whole = f"{'/'.join(path)}:{key}" if key and path else key
        self._editing = True
        try:
            return self._session.edit(label, lambda project: scope.inside(project, path, edit), whole)
        finally:
            self._editing = False

    def amend(self, label: str, edit: Edit) -> bool:
        """Let an edit of what is shown join the last step."""
        path = self._scope
        return self._session.amend(label, lambda project: scope.inside(project, path, edit))

    def open_group(self, node: str) -> bool:
        """Open a group of what is shown; False when the node is none. Groups that share layers open as one."""
        if scope.group_at(self.project.network, node) is None:
            return False
        self.show_scope((*self._scope, sharing.owner_of(self.project.network, node)))
        return True

    def leave_group(self) -> bool:
        """Leave the innermost open group; its card is selected. False when none is open."""
        if not self._scope:
            return False
        left = self._scope[-1]
        self.show_scope(self._scope[:-1])
        self.selection.set(left)
        return True

    def show_scope(self, path: Scope) -> None:
        """Show what lies in a group, or with () the network itself."""
        path = scope.valid(self._session.project, path)
        if path == self._scope:
            return
        self.scope_left.emit(self._scope)
        before, self._scope = self.project, path
        self._take()
        self._telling = True
        if path:
            self._session.selection.set(path[0])
        self.selection.set(*(() if path else self._session.selection.ids))
        self._telling = False
        self.changed.emit(before, self.project)
        self.scope_changed.emit(path)

    # ---- following the session ----
    def _current(self) -> Seen:
        if self._seen.scope != self._scope:
            self._take()
        return self._seen

    def _take(self) -> None:
        self._seen = Seen(self._session, self._scope)
        self._before = self._seen.project

    def _forget(self, *_: object) -> None:
        self._take()

    def _opened(self, *_: object) -> None:
        self.show_scope(())

    def _changed(self, whole_before: Project, whole: Project) -> None:
        before, path = self._before, scope.valid(self._session.project, self._scope)
        narrower, self._scope = path != self._scope, path
        self._take()
        targets = (f"target:{i}" for i in range(len(self._before.targets)))
        self.selection.keep({*self._before.network.nodes, *targets, *self._before.notes})
        self.changed.emit(before, self._before)
        if narrower:
            self.selection.set(*(() if path else self._session.selection.ids))
            self.scope_changed.emit(path)
        if not self._editing and whole_before.network is not whole.network:
            place = scope.place_of_change(whole_before.network, whole.network)
            if place not in ((), path):
                self.changed_elsewhere.emit(place)

    def _chosen(self, ids: object) -> None:
        """The selection of the session follows: the same ids, or the open group."""
        if not self._telling:
            self._telling = True
            self._session.selection.set(*(self._scope[:1] or self.selection.ids))
            self._telling = False

    def _chosen_outside(self, ids: object) -> None:
        """Somebody selects in the session (a row of the summary): groups are left, unless it is the open one."""
        chosen = self._session.selection.ids
        if self._telling or (self._scope and (not chosen or chosen == self._scope[:1])):
            return
        if self._scope:
            self.show_scope(())
        self._telling = True
        self.selection.set(*chosen)
        self._telling = False


# ---- parts ----
def _rows(project: Project, shapes: Shapes, node: str) -> dict[str, Shape]:
    """Return the shape that each Input of a group takes, as far as it is known."""
    group = scope.group_at(project.network, node)
    inputs = group.network.inputs() if group is not None else ()
    fed = {w.slot: shapes.output.get(w.source) for w in project.network.wires if w.target == node}
    return {id: row for i, id in enumerate(inputs) if (row := fed.get(i)) is not None}


def _feeds(session: Session, path: Scope) -> dict[str, Shape]:
    if not path:
        return session.feeds()
    outer = scope.shown(session.project, path[:-1])
    return _rows(outer, _shapes(session, path[:-1]), path[-1])


def _shapes(session: Session, path: Scope) -> Shapes:
    if not path:
        return session.shapes
    network = scope.shown(session.project, path).network
    feeds = _feeds(session, path)
    inputs = network.inputs()
    if len(feeds) == len(inputs):
        return nested.known(network, tuple(feeds[i] for i in inputs))
    return network_shapes.infer(network, feeds)


def _frozen(project: Project, path: Scope) -> bool:
    network = project.network
    for node in path:
        group = scope.group_at(network, node)
        if group is None or not network.nodes[node].trainable:
            return group is not None
        network = group.network
    return False


def _sources(project: Project, path: Scope) -> dict[str, str]:
    if not path:
        return {}
    network = scope.shown(project, path[:-1]).network
    group = scope.group_at(network, path[-1])
    fed = {w.slot: network.nodes[w.source].name for w in network.wires if w.target == path[-1]}
    return {id: fed[i] for i, id in enumerate(group.network.inputs() if group else ()) if i in fed}


def _here(problem: Problem, path: Scope) -> Problem:
    """Return a problem of the whole as it is seen in a group: on a card in there, or on none."""
    place = (problem.node, *problem.inside) if problem.node else ()
    if not path:
        return problem
    if place[: len(path)] != path or len(place) == len(path):
        return dataclasses.replace(problem, node=None, inside=())
    return dataclasses.replace(problem, node=place[len(path)], inside=place[len(path) + 1 :])
