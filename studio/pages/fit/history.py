"""All runs as the Fit page shows them: which is in front, which are compared, their curves, events and differences."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from engine.errors import ProjectError
from engine.project.runs import Run
from studio.document.session import Session
from studio.pages.fit import past
from studio.pages.fit.changes import Change, changes, headline
from studio.pages.fit.charts import Drawn
from studio.pages.fit.curves import RunCurves
from studio.pages.fit.events import Event
from studio.pages.fit.live import LiveRun
from studio.pages.fit.norms import Norms
from studio.pages.fit.runs import RunEntry
from studio.text import tr

if TYPE_CHECKING:
    from engine.training.spread import Spread

SLOTS = (2, 3, 4, 5)
"""Plot colours of compared runs; 0 and 1 belong to the run in front."""
STATES = {"stopped": "stopped", "failed": "failed"}


class Runs:
    """View state over the session's run store.

    live: the run that is being fitted, if one is. front: the id of the run on the charts; "": the live one.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._curves: dict[str, RunCurves] = {}
        self._layers: dict[str, tuple[Norms, Sequence[Spread]]] = {}
        self._events: dict[str, list[Event]] = {}
        self._rate_changes: dict[str, list[float]] = {}
        self._compared: dict[str, int] = {}
        self.live: LiveRun | None = None
        self.front = ""

    def forget(self) -> None:
        """Begin anew: another document came in."""
        self.__init__(self._session)  # type: ignore[misc]

    # ---- names -----------------------------------------------------------------------------------------------------
    def title(self, run: str) -> str:
        """Return a run's title: as given, else its number."""
        return self._session.project.titles.get(run) or tr("Run {n}", n=run[1:])

    def next_title(self) -> str:
        """Return what the next run will be called."""
        return tr("Run {n}", n=self._session.runs.next_number)

    # ---- the run in front ------------------------------------------------------------------------------------------
    def front_run(self) -> Run | None:
        """Return the stored run in front, None while the live one is."""
        if self.live is not None and self.front == "":
            return None
        store = self._session.runs
        return store[self.front] if self.front in store else self._session.run  # noqa: SIM401  (no mapping)

    def pick(self, run: str) -> None:
        """Put a run in front; a stored one becomes the run that Evaluate and Predict speak of."""
        self.front = run
        self._compared.pop(run, None)
        if run:
            self._session.choose_run(run)

    def compare(self, run: str, on: bool) -> None:
        """Put a run beside the one in front, in a colour of its own, or take it away."""
        if not on:
            self._compared.pop(run, None)
            return
        free = [slot for slot in SLOTS if slot not in self._compared.values()]
        self._compared[run] = free[0] if free else SLOTS[len(self._compared) % len(SLOTS)]

    def show_live(self, live: LiveRun) -> None:
        """Put the run that begins in front."""
        self.live, self.front = live, ""

    def ended(self, run: Run | None, live: LiveRun | None) -> None:
        """Keep what was seen of a run that ended, under its id."""
        self.live, self.front = None, ""
        if run is not None:
            self.front = run.id
            if live is not None:
                self._events[run.id], self._rate_changes[run.id] = live.events, live.rate_changes

    # ---- what is drawn ---------------------------------------------------------------------------------------------
    def curves(self, run: Run) -> RunCurves:
        """Return the curves of a stored run."""
        if run.id not in self._curves:
            self._curves[run.id] = RunCurves(run.history)
        return self._curves[run.id]

    def layers(self) -> "tuple[Norms, Sequence[Spread]]":
        """Return the gradients of the run in front, and how the weights of its layers lie; nothing when damaged."""
        if self.live is not None and self.front == "":
            return self.live.norms, self.live.training.spreads
        run = self.front_run()
        if run is None:
            return Norms(), ()
        if run.id not in self._layers:
            self._layers[run.id] = _layers(run)
        return self._layers[run.id]

    def drawn(self) -> list[Drawn]:
        """Return the run in front, then the compared ones."""
        front = self.front_run()
        first = [Drawn(self.live.title, self.live.curves)] if self.live and self.front == "" else []
        first += [Drawn(self.title(front.id), self.curves(front))] if front else []
        store = self._session.runs
        others = [(id, slot) for id, slot in self._compared.items() if id in store and (not front or id != front.id)]
        return first + [Drawn(self.title(id), self.curves(store[id]), slot, slot - 1) for id, slot in others]

    def events(self) -> list[Event]:
        """Return the events of the run in front, oldest first."""
        run = self.front_run()
        if run is None:
            return []
        return self._events.get(run.id) or past.told(run, self.curves(run))

    def rate_changes(self) -> Sequence[float]:
        """Return where the learning rate of the run in front was changed."""
        run = self.front_run()
        if run is None:
            return ()
        return self._rate_changes[run.id] if run.id in self._rate_changes else past.rate_changes(run)

    # ---- the list --------------------------------------------------------------------------------------------------
    def entries(self) -> list[RunEntry]:
        """Return the lines of the list, newest first."""
        runs = list(self._session.runs)
        front = self.front_run()
        before = [None, *runs]
        lines = [self._entry(run, old, front) for run, old in zip(runs, before, strict=False)]
        live = self.live
        if live is not None:
            subtitle = self._said(live.rows, runs) or headline(
                runs[-1].project if runs else None, self._session.project
            )
            best = live.curves.best
            lines.append(
                RunEntry("", live.title, subtitle, best[1] if best else None, live=True, chosen=self.front == "")
            )
        return lines[::-1]

    def _entry(self, run: Run, before: Run | None, front: Run | None) -> RunEntry:
        best = self.curves(run).best
        slot = self._compared.get(run.id)
        chosen = front is not None and front.id == run.id
        words = [tr(STATES[run.status])] if run.status in STATES else []
        earlier = [r for r in self._session.runs if r.number < run.number]
        said = self._said(run.history, earlier) or headline(before.project if before else None, run.project)
        subtitle = " · ".join([*words, said])
        return RunEntry(
            run.id, self.title(run.id), subtitle, best[1] if best else None, 0 if chosen else slot or 7,
            (slot or 1) - 1 if not chosen else 0, chosen=chosen, compared=slot is not None,
        )  # fmt: skip

    def _said(self, rows: Sequence[Mapping[str, float]], earlier: Sequence[Run]) -> str:
        """Return which run a history goes on with; "" for none."""
        base = past.continued(rows, earlier)
        return tr("continues {run}", run=self.title(base.id)) if base is not None else ""

    def what_changed(self) -> tuple[str, str, tuple[Change, ...]]:
        """Return (title, title of the run before it, differences) of the run in front."""
        runs = list(self._session.runs)
        front = self.front_run()
        if front is None:
            if self.live is None or not runs:
                return "", "", ()
            return self.live.title, self.title(runs[-1].id), changes(runs[-1].project, self._session.project)
        at = next(i for i, run in enumerate(runs) if run.id == front.id)
        if at == 0:
            return "", "", ()
        return self.title(front.id), self.title(runs[at - 1].id), changes(runs[at - 1].project, front.project)


def _layers(run: Run) -> "tuple[Norms, Sequence[Spread]]":
    norms = Norms(tuple(run.layers), run.project.network)
    try:
        norms.extend(list(run.gradient_norms()))
        return norms, run.spreads()
    except ProjectError:
        return Norms(), ()
