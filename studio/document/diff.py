"""What changed between two projects: views redraw only that."""

from dataclasses import dataclass

from engine.network.network import Wire
from engine.project.document import Project


@dataclass(frozen=True, slots=True)
class Difference:
    """Ids of nodes that are new, gone, changed or moved; wires that are new or gone; which parts differ."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    moved: tuple[str, ...]
    wires_added: tuple[Wire, ...]
    wires_removed: tuple[Wire, ...]
    network: bool
    data: bool
    targets: bool
    compile: bool
    fit: bool

    @property
    def structure(self) -> bool:
        """Whether nodes or wires came or went."""
        return bool(self.added or self.removed or self.wires_added or self.wires_removed)


def difference(before: Project, after: Project) -> Difference:
    """Return what an edit changed."""
    old, new = before.network, after.network
    kept = [n for n in new.nodes if n in old.nodes]
    places = {*before.positions, *after.positions}
    had, has = set(old.wires), set(new.wires)
    return Difference(
        added=tuple(n for n in new.nodes if n not in old.nodes),
        removed=tuple(n for n in old.nodes if n not in new.nodes),
        changed=tuple(n for n in kept if new.nodes[n] is not old.nodes[n] and new.nodes[n] != old.nodes[n]),
        moved=tuple(sorted(p for p in places if before.positions.get(p) != after.positions.get(p))),
        wires_added=tuple(w for w in new.wires if w not in had),
        wires_removed=tuple(w for w in old.wires if w not in has),
        network=old is not new and old != new,
        data=before.data is not after.data and before.data != after.data,
        targets=before.targets != after.targets,
        compile=before.compile != after.compile,
        fit=before.fit != after.fit,
    )
