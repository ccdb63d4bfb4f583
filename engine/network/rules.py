"""What each kind of statement and expression of Keras code means; whatever is in no table here cannot be drawn."""

import ast
from typing import Any

from engine import registry
from engine.errors import UsageError
from engine.network import values
from engine.network.draft import Frozen, Made, Use, Whole
from engine.network.walk import Rule, Walk
from engine.network.words import (
    ELSEWHERE,
    MISSING,
    NO_PLACE,
    OPERATORS,
    RESERVED,
    SETTLED,
    WHOLES,
    Foreign,
)  # fmt: skip


# ---- kinds of statements ---------------------------------------------------------------------------------------------
def _kept(walk: Walk, node: ast.stmt) -> None:
    raise Foreign(NO_PLACE)


def _import(walk: Walk, node: ast.Import) -> None:
    for alias in node.names:
        if alias.name.split(".")[0] not in values.ROOTS:
            raise Foreign("Nothing of this package stands on the canvas; the line is kept.")
    walk.scope.imported |= {a.asname: a.name for a in node.names if a.asname}
    walk.imported = True


def _import_from(walk: Walk, node: ast.ImportFrom) -> None:
    if node.level or (node.module or "").split(".")[0] not in values.ROOTS:
        raise Foreign("Nothing of this package stands on the canvas; the line is kept.")
    walk.scope.imported |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names if a.name != "*"}
    walk.imported = True


def _assign(walk: Walk, node: ast.Assign | ast.AnnAssign) -> None:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    if node.value is None:
        raise Foreign(NO_PLACE)
    if len(targets) == 1 and isinstance(targets[0], ast.Attribute):
        _set(walk, targets[0], node.value)
        return
    names = [t.id for t in targets if isinstance(t, ast.Name)]
    if len(names) < len(targets):
        raise Foreign(NO_PLACE)
    value = walk.value(node.value)
    if value is MISSING:
        raise Foreign("It uses what a line that is kept makes; this line is kept too.")
    if values.is_plain(value):
        raise Foreign("A value is put in where it is used; this line is kept.", dict.fromkeys(names, value))
    for name in names:
        if name in RESERVED:
            raise Foreign(f"{name} is a name of Keras; this line is kept.")
        walk.names[name] = value
        walk.scope.values.pop(name, None)
    if isinstance(value, Use | Made | Whole) and not isinstance(node.value, ast.Name):
        value.variable = names[0]


def _set(walk: Walk, target: ast.Attribute, tree: ast.expr) -> None:
    owner = walk.names.get(target.value.id) if isinstance(target.value, ast.Name) else None
    if target.attr != "trainable" or not isinstance(owner, Made | Use | Whole):
        raise Foreign(NO_PLACE)
    on = walk.constant(tree, None)
    if not isinstance(on, bool):
        raise UsageError(f"trainable must be True or False; it is {on!r:.60}.")
    if isinstance(owner, Whole):
        owner.trainable = owner.as_layer().trainable = on
        walk.frozen.append(Frozen(owner, walk.line(target), walk.last(target)))
    else:
        (owner.made if isinstance(owner, Use) else owner).trainable = on


def _expression(walk: Walk, node: ast.Expr) -> None:
    tree = node.value
    if not isinstance(tree, ast.Call):
        raise Foreign(NO_PLACE)
    method = tree.func
    owner = (
        walk.names.get(method.value.id)
        if isinstance(method, ast.Attribute) and isinstance(method.value, ast.Name)
        else None
    )
    if isinstance(method, ast.Attribute) and isinstance(owner, Whole):
        if method.attr != "add" or owner.stack is None or len(tree.args) != 1 or tree.keywords:
            raise Foreign(SETTLED if method.attr in ELSEWHERE else NO_PLACE)
        owner.stack.append(walk.item(walk.value(tree.args[0]), tree.args[0]))
        owner.last = walk.last(tree)
        walk.written[owner].append(walk.part)
        return
    walk.value(tree)


STATEMENTS: dict[type[ast.stmt], Rule] = {
    ast.Import: _import, ast.ImportFrom: _import_from, ast.Assign: _assign, ast.AnnAssign: _assign,
    ast.Expr: _expression, ast.stmt: _kept,
}  # fmt: skip


# ---- kinds of expressions --------------------------------------------------------------------------------------------
def _plain(walk: Walk, tree: ast.expr) -> Any:
    try:
        return values.plain(tree, walk.scope)
    except ValueError:
        raise Foreign(NO_PLACE) from None


def _name(walk: Walk, tree: ast.Name) -> Any:
    if tree.id in walk.names:
        return walk.known(tree.id, tree)
    if tree.id in walk.scope.values:
        return walk.scope.values[tree.id]
    raise UsageError(f"There is no tensor, layer or model called {tree.id:.60}.")


def _list(walk: Walk, tree: ast.List | ast.Tuple) -> Any:
    found = [walk.value(part) for part in tree.elts]
    return tuple(found) if found and all(values.is_plain(v) and v is not None for v in found) else found


def _operator(walk: Walk, tree: ast.BinOp) -> Any:
    try:
        return values.plain(tree, walk.scope)
    except ValueError:
        word = OPERATORS.get(type(tree.op))
    pair = [walk.value(tree.left), walk.value(tree.right)] if word else []
    if not pair or not all(isinstance(v, Use | Made) for v in pair):
        raise Foreign(NO_PLACE)
    made = Made(registry.named("layer", str(word))(), None, True, walk.line(tree), walk.last(tree))
    use = Use(made, [walk.tensor(v, tree) for v in pair], made.first, made.last)
    walk.made.append(made)
    walk.uses.append(use)
    return use


def _call(walk: Walk, tree: ast.Call) -> Any:
    func = tree.func
    if isinstance(func, ast.Call):
        made = walk.value(func)
        if isinstance(made, Use) and made.made.kind == "Input" and not made.inputs and not tree.keywords:
            made.inputs = walk.several(tree.args)
            return made
        return walk.call_of(made, tree)
    if isinstance(func, ast.Name) and func.id in walk.names and func.id not in RESERVED:
        return walk.call_of(walk.known(func.id, tree), tree)
    path = values.dotted(func)
    if path and path[0] in walk.names and path[0] not in RESERVED:
        raise Foreign(SETTLED if path[-1] in ELSEWHERE else NO_PLACE)
    found = values.meaning(func, "layer", walk.scope)
    if found is None:
        raise Foreign(NO_PLACE)
    kind, word = found
    if kind == "layer" and word in WHOLES:
        whole: Whole = getattr(walk, WHOLES[word])(tree)
        return whole
    if kind == "layer" and (len(path) > 1 or not (other := _other(word))):
        return walk.record(word, tree)
    return values.made(tree, kind if len(path) > 1 else other, walk.scope)


def _other(word: str) -> str:
    """Return the kind of a bare name that is no layer: HeNormal is an initializer."""
    kinds = ("layer", "initializer", "regularizer", "constraint")
    kind = next((kind for kind in kinds if registry.has(kind, word)), "layer")
    return "" if kind == "layer" else kind


EXPRESSIONS: dict[type[ast.expr], Rule] = {
    ast.Name: _name, ast.List: _list, ast.Tuple: _list, ast.BinOp: _operator, ast.Call: _call,
    ast.expr: _plain,
}  # fmt: skip
