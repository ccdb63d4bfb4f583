"""From what the lines of code have made to drafts of networks: which model it is, and which nodes are inside others."""

from collections.abc import Iterable

from engine import registry
from engine.network.draft import Draft, Made, Mistake, Use, Whole
from engine.network.files import MOST_NODES
from engine.network.nested import DEEPEST
from engine.network.walk import Walk


def gather(walk: Walk) -> tuple[Draft, tuple[Whole, ...]]:
    """Return the network of the text and the models that are not it; raises Mistake."""
    called = _called(walk)
    final = _final(walk, called)
    for layer in walk.made:
        if layer.kind != "Input" and layer not in called:
            walk.loose(layer)
    nested = _unfolded(walk, final, called)
    walk.uses.sort(key=lambda use: use.first)
    if len(walk.uses) > MOST_NODES:
        raise Mistake(walk.uses[MOST_NODES].first, f"A network may have {MOST_NODES:,} layers at most.")
    for use in walk.uses:
        use.made.uses.append(use)
    owner = _owners(walk.uses, nested)
    _check_wires(walk.uses, owner)
    held: dict[Whole | None, list[Use]] = {}
    for use in walk.uses:
        held.setdefault(owner.get(use), []).append(use)
    draft = _draft(held, owner, None, final, 0)
    return draft, tuple(w for w in walk.wholes if w is not final and w not in nested)


def _final(walk: Walk, called: set[Made]) -> Whole | None:
    """Return the model that is the network: the one called `model`, else the last that is no layer of another."""
    free = [w for w in walk.wholes if w.made not in called]
    named = walk.names.get("model")
    return named if any(w is named for w in free) else free[-1] if free else None


def _called(walk: Walk) -> set[Made]:
    """Return the layers that are called or stand in a Sequential."""
    stacked = {s.made if isinstance(s, Use) else s for w in walk.wholes for s in w.stack or ()}
    return {u.made for u in walk.uses if u is not walk.bare.get(u.made)} | stacked


def _unfolded(walk: Walk, final: Whole | None, called: set[Made]) -> list[Whole]:
    """Turn every Sequential that counts into calls; return the models that are layers of others."""
    nested: list[Whole] = []
    waiting = [w for w in (final, *(w for w in walk.wholes if w.made in called)) if w is not None]
    for whole in waiting:
        if whole is not final and whole not in nested:
            nested.append(whole)
        if whole.stack is not None and not whole.outputs:
            _stack(walk, whole)
    return nested


def _stack(walk: Walk, whole: Whole) -> None:
    items = list(whole.stack or ())
    first = items[0] if items else None
    if not isinstance(first, Use) and items:
        entry = (first.entry if isinstance(first, Made) else None) or registry.named("layer", "Input")()
        made = Made(entry, None, True, whole.first, whole.first)
        walk.made.append(made)
        first = Use(made, [], whole.first, whole.first)
        items.insert(0, first)
        walk.uses.append(first)
    above: Use | None = None
    for item in items:
        use = item if isinstance(item, Use) else Use(item, [above], item.first, item.last)
        if use is not item:
            walk.uses.append(use)
        elif above is not None:
            raise Mistake(use.first, "In a Sequential an Input stands first only.")
        above = use
    whole.inputs = [u for u in items[:1] if isinstance(u, Use)]
    whole.outputs = [above] if above is not None else []


def _owners(uses: list[Use], nested: list[Whole]) -> dict[Use, Whole]:
    """Return the model in which each node stands; those of the network itself are left out."""
    owner: dict[Use, Whole] = {}
    inside: dict[str, list[Use]] = {}
    for use in uses:
        if use.inside:
            inside.setdefault(use.inside, []).append(use)
    for whole in nested:
        for use in _behind([*whole.outputs, *inside.get(whole.variable, ())], whole.inputs):
            if use in owner:
                raise Mistake(whole.first, "Two nested models hold the same layer. Give each layers of its own.")
            owner[use] = whole
    return owner


def _behind(ends: Iterable[Use], inputs: list[Use]) -> list[Use]:
    found = dict.fromkeys(inputs)
    waiting = list(ends)
    while waiting:
        use = waiting.pop()
        if use not in found:
            found[use] = None
            waiting += [source for source in use.inputs if source is not None]
    return list(found)


def _check_wires(uses: list[Use], owner: dict[Use, Whole]) -> None:
    for use in uses:
        for source in use.inputs:
            if source is not None and owner.get(source) is not owner.get(use):
                raise Mistake(use.first, "A layer inside a nested model cannot be used outside of it too.")


def _draft(
    held: dict[Whole | None, list[Use]], owner: dict[Use, Whole], whole: Whole | None, final: Whole | None, deep: int
) -> Draft:
    """Return the draft of a model (None: the network itself) with those inside it. held: the nodes of each model."""
    mine = held.get(whole, [])
    model = whole or final
    if deep >= DEEPEST and model is not None:
        raise Mistake(model.first, f"Networks may be nested {DEEPEST} deep; this one is deeper.")
    inputs = list(dict.fromkeys([*(model.inputs if model else ()), *(u for u in mine if u.made.kind == "Input")]))
    outputs = list(dict.fromkeys(model.outputs)) if model else None
    if strange := next((u for u in [*inputs, *(outputs or ())] if owner.get(u) is not whole), None):
        raise Mistake(strange.first, "A layer inside a nested model cannot be used outside of it too.")
    inner = dict.fromkeys(u.made for u in mine if u.made.whole is not None)
    parts = {made: _draft(held, owner, made.whole, None, deep + 1) for made in inner}
    _check_names(mine)
    return Draft(mine, inputs, outputs, parts)


def _check_names(uses: list[Use]) -> None:
    """Give each use the name the code gives it; two layers must not have the same."""
    taken: set[str] = set()
    for use in uses:
        use.name = use.made.name if use.owner is use else use.name
        if use.name in taken:
            raise Mistake(use.first, f"Two layers are called {use.name}. Give one of them another name.")
        taken |= {use.name} if use.name else set()
    for use in uses:
        if use.name is None and use.hint and use.hint not in taken:
            use.name = use.hint
            taken.add(use.hint)
