"""Blocks of the canvas in words, for the outline and for screen readers."""

from collections.abc import Iterable

from studio.canvas.picture import LinkKey, Picture
from studio.text import tr


class Sentences:
    """What the blocks of a picture say: "Dense, dense_2, 64 units · relu, input (64), output (64), no problems"."""

    def __init__(self, drawn: Picture) -> None:
        self._drawn = drawn
        self._names = {k: (c.title if c.stacked else c.name) or c.title for k, c in drawn.cards.items()}
        self._into: dict[str, list[LinkKey]] = {k: [] for k in drawn.cards}
        self._out: dict[str, list[LinkKey]] = {k: [] for k in drawn.cards}
        for key in drawn.links:
            self._out[key[0]].append(key)
            self._into[key[1]].append(key)

    def of(self, id: str) -> str:
        """Return the sentence of a block."""
        card, links = self._drawn.cards[id], self._drawn.links
        into, out = self._into[id], self._out[id]
        parts = [*((tr("Group"), card.title) if card.stacked else (card.title, card.name)), card.line]
        parts += [f"{k} {v}" for k, v in card.lines]
        parts += [tr("input {shape}", shape=links[k].text or tr("unknown")) for k in into]
        parts += [tr("output {shape}", shape=links[k].text or tr("unknown")) for k in out[:1]]
        parts += [tr("{n} parameters", n=card.count)] if card.count[:1].isdigit() else []
        parts += [tr("shares its weights with {names}", names=self._and(card.shares))] if card.shares else []
        parts += [tr("from {names}", names=self._and([k[0] for k in into]))] if into else []
        parts += [tr("to {names}", names=self._and([k[1] for k in out]))] if out else []
        parts += [tr("output of the group")] if card.end else []
        parts.append(card.sentence or tr("no problems"))
        return ", ".join(part for part in parts if part)

    def _and(self, ids: Iterable[str]) -> str:
        return tr(" and ").join(self._names[i] for i in ids if i in self._names)
