"""Blocks of the canvas in words, for the outline and for screen readers."""

from collections.abc import Iterable

from studio.canvas.picture import Card, LinkKey, Picture
from studio.text import tr


class Sentences:
    """What the blocks of a picture say, each in its turn."""

    def __init__(self, drawn: Picture) -> None:
        self._drawn = drawn
        self._touching: dict[str, list[LinkKey]] = {k: [] for k in drawn.cards}
        for key in drawn.links:
            self._touching[key[0]].append(key)
            self._touching[key[1]].append(key)

    def of(self, id: str) -> str:
        """Return the sentence of a block."""
        return sentence(self._drawn, id, self._touching[id])


def sentence(drawn: Picture, id: str, touching: Iterable[LinkKey]) -> str:
    """Return a block as a sentence: "Dense, dense_2, 64 units · relu, input (64), output (64), 4,160 parameters".

    touching: the links that begin or end at it.
    """
    card, links = drawn.cards[id], drawn.links
    keys = [k for k in touching if k in links]
    into, out = [k for k in keys if k[1] == id], [k for k in keys if k[0] == id]
    parts = [*((tr("Group"), card.title) if card.stacked else (card.title, card.name)), card.line]
    parts += [f"{k} {v}" for k, v in card.lines]
    parts += [tr("input {shape}", shape=links[k].text or tr("unknown")) for k in into]
    parts += [tr("output {shape}", shape=links[k].text or tr("unknown")) for k in out[:1]]
    parts += [tr("{n} parameters", n=card.count)] if card.count[:1].isdigit() else []
    parts += [tr("shares its weights with {names}", names=_and(drawn, card.shares))] if card.shares else []
    parts += [tr("frozen")] if card.frozen else []
    parts += [tr("from {names}", names=_and(drawn, [k[0] for k in into]))] if into else []
    parts += [tr("to {names}", names=_and(drawn, [k[1] for k in out]))] if out else []
    parts += [tr("output of the group")] if card.end else []
    parts.append(card.sentence or tr("no problems"))
    return ", ".join(part for part in parts if part)


def _and(drawn: Picture, ids: Iterable[str]) -> str:
    return tr(" and ").join(name_of(drawn.cards[i]) for i in ids if i in drawn.cards)


def name_of(card: Card) -> str:
    """Return what a block is called: its name, a group's title, or what it is."""
    return (card.title if card.stacked else card.name) or card.title
