"""The walk through the statements of Keras code: which layers are made and on what they are called."""

import ast
import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from engine import registry
from engine.errors import UsageError
from engine.network import values
from engine.network.draft import Follows, Frozen, Made, Mistake, Use, Whole
from engine.network.network import NAME
from engine.network.statements import Statement
from engine.specs import Spec, snake

MISSING, BROKEN = object(), object()
"""What a line that is kept assigns, nothing the canvas knows; and what one assigns that has a mistake."""
WHOLES = {"Model": "model", "Functional": "model", "Sequential": "sequential"}
OPERATORS = {ast.Add: "Add", ast.Sub: "Subtract", ast.Mult: "Multiply"}
FUNCTIONS = frozenset({"add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate"})
"""Merges that Keras also has as functions of a list of tensors."""
LAYER_WORDS = dict.fromkeys(("name", "trainable", "input_shape", "batch_size"))
ITEM = r'(?:not connected|inside \w+|name="\w+"|trainable=(?:True|False))'
TOLD = re.compile(rf"# ({ITEM}(?:, {ITEM})*)(?:  (#.*))?\Z", re.ASCII)
RESERVED = frozenset({*values.MODULES, *values.ROOTS, *WHOLES, "Input"})
SETTLED = "Compiling and training are set on their own pages; this line is kept."
ELSEWHERE = frozenset({"compile", "fit", "evaluate", "predict", "save", "summary", "load_weights", "build"})
NO_PLACE = "Only layers, models and wires stand on the canvas; this line is kept."


class Foreign(Exception):
    """A statement that cannot be drawn, with the reason; `values`: what its names stand for all the same."""

    def __init__(self, reason: str, values: Mapping[str, object] | None = None) -> None:
        super().__init__(reason)
        self.values = values or {}


class Walk:
    """What the statements so far have made. `written`: the statements that belong to a model."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {}
        self.scope = values.Scope()
        self.made: list[Made] = []
        self.uses: list[Use] = []
        self.wholes: list[Whole] = []
        self.frozen: list[Frozen] = []
        self.bare: dict[Made, Use] = {}
        self.written: dict[Whole, list[Statement]] = {}
        self.imported = False
        self.first = 1

    # ---- statements ------------------------------------------------------------------------------------------------
    def statement(self, node: ast.stmt, part: Statement) -> None:
        """Take a statement; raises Foreign or Mistake."""
        self.part, self.first = part, part.first
        try:
            STATEMENTS.get(type(node), _kept)(self, node)
        except Mistake:
            raise
        except UsageError as error:
            raise Mistake(self.line(node), str(error)) from None

    def line(self, node: ast.AST) -> int:
        """Return the line of the text on which a part of the statement begins."""
        return self.first + int(getattr(node, "lineno", 1)) - 1

    def last(self, node: ast.AST) -> int:
        """Return the line on which it ends."""
        return self.first + int(getattr(node, "end_lineno", None) or 1) - 1

    def state(self) -> tuple[int, ...]:
        """Return a mark to go `back_to`."""
        return len(self.made), len(self.uses), len(self.wholes), len(self.frozen)

    def back_to(self, state: tuple[int, ...]) -> None:
        """Forget what was made since."""
        lists: tuple[list[Any], ...] = (self.made, self.uses, self.wholes, self.frozen)
        for things, count in zip(lists, state, strict=True):
            del things[count:]
        alive = set(self.uses)
        self.bare = {layer: use for layer, use in self.bare.items() if use in alive}

    def since(self, state: tuple[int, ...]) -> list[Any]:
        """Return what was made since, the outermost last."""
        wholes = [w for w in self.wholes[state[2] :] if w.stack is None]
        return [*self.made[state[0] :], *self.uses[state[1] :], *wholes, *self.frozen[state[3] :]]

    def forget(self, names: Iterable[str], known: Mapping[str, object]) -> None:
        """Let the names that a kept statement gives a meaning stand for nothing, but for those with a known value."""
        self.put(names, MISSING)
        for name, value in known.items():
            self.names.pop(name, None)
            self.scope.values[name] = value

    def put(self, names: Iterable[str], value: object) -> None:
        """Let names stand for MISSING or BROKEN."""
        for name in names:
            if name and name not in RESERVED:
                self.names[name] = value
                self.scope.values.pop(name, None)

    def told(self, new: Sequence[Any], comment: str) -> str:
        """Take what a comment of ours says about a node; return what is left of it, a person's."""
        found = TOLD.match(comment)
        target = next((p for p in reversed(new) if isinstance(p, Use)), None) or next(
            (p for p in reversed(new) if isinstance(p, Made)), None
        )
        if found is None or target is None:
            return comment
        for item in found.group(1).split(", "):
            if item.startswith("inside "):
                target.inside = item.removeprefix("inside ")
            elif item.startswith("name=") and isinstance(target, Use):
                target.name = item[6:-1]
            elif item.startswith("trainable="):
                target.trainable = item.endswith("True")
        return found.group(2) or ""

    # ---- expressions -----------------------------------------------------------------------------------------------
    def value(self, tree: ast.expr) -> Any:
        """Return what an expression stands for; raises Foreign or UsageError."""
        meant: Callable[[Walk, Any], Any] = EXPRESSIONS.get(type(tree), _plain)
        return meant(self, tree)

    def known(self, name: str, tree: ast.AST) -> Any:
        """Return what a name stands for."""
        if self.names[name] is BROKEN:
            raise Follows(self.line(tree), "A line before this one has a mistake.")
        return self.names[name]

    def tensor(self, value: Any, tree: ast.AST) -> Use | None:
        """Return the node whose output a value is; None: nothing."""
        if value is None or value is MISSING:
            return None
        if isinstance(value, Use):
            return value
        if isinstance(value, Made):
            return self.loose(value)
        raise Mistake(self.line(tree), f"{values.shown(tree) if isinstance(tree, ast.expr) else 'This'} is no tensor.")

    def loose(self, layer: Made) -> Use:
        """Return the use of a layer that is not connected."""
        if layer not in self.bare:
            use = Use(layer, [], layer.first, layer.last, None, None, layer.variable, layer.inside)
            self.bare[layer] = use
            self.uses.append(use)
        return self.bare[layer]

    def several(self, trees: Sequence[ast.expr]) -> list[Use | None]:
        """Return the tensors of the arguments of a call: one list, or one after the other."""
        given = [self.value(tree) for tree in trees]
        flat = given[0] if len(given) == 1 and isinstance(given[0], list) else given
        return [self.tensor(v, trees[0]) for v in flat]

    def call_of(self, callee: Any, tree: ast.Call) -> Any:
        """Call a layer or model on tensors."""
        if callee is MISSING:
            raise Foreign("It uses what a line that is kept makes; this line is kept too.")
        if not isinstance(callee, Made | Whole):
            what = "is a tensor" if isinstance(callee, Use) else "is a value"
            raise UsageError(f"{values.shown(tree.func)} {what} and cannot be called. Give the new layer first.")
        if tree.keywords:
            raise Foreign(f"The argument {tree.keywords[0].arg or '**'} of a call has no place on the canvas.")
        layer = callee.as_layer() if isinstance(callee, Whole) else callee
        use = Use(layer, self.several(tree.args), self.line(tree), self.last(tree))
        self.uses.append(use)
        return use

    def record(self, word: str, tree: ast.Call) -> Any:
        """Make a layer, or call a merge as a function."""
        record = self.found(word)
        if word in FUNCTIONS and tree.args and isinstance(tree.args[0], ast.List | ast.Tuple | ast.Name):
            layer = self.layer(record(), ast.Call(tree.func, [], tree.keywords), tree)
            use = Use(layer, self.several(tree.args[:1]), self.line(tree), self.last(tree))
            self.uses.append(use)
            return use
        spec = values.made(tree, "layer", self.scope, LAYER_WORDS)
        layer = self.layer(spec, tree, tree)
        if spec.KERAS != "Input":
            return layer
        use = Use(layer, [], layer.first, layer.last)
        self.uses.append(use)
        return use

    def layer(self, spec: Spec, tree: ast.Call, place: ast.Call) -> Made:
        """Enter a layer with its name, whether it is trained, and the Input it brings along."""
        words: dict[str | None, ast.expr] = {k.arg: k.value for k in tree.keywords if k.arg in LAYER_WORDS}
        name, trainable = self.words(words)
        made = Made(spec, name, trainable, self.line(place), self.last(place))
        if "input_shape" in words:
            shape = values.plain(words["input_shape"], self.scope)
            made.entry = registry.named("layer", "Input")(shape)
        self.made.append(made)
        return made

    def words(self, given: Mapping[str | None, ast.expr]) -> tuple[str | None, bool]:
        """Return name and trainable of keywords."""
        name = self.constant(given.get("name"), None)
        trainable = self.constant(given.get("trainable"), True)
        if name is not None and (not isinstance(name, str) or not NAME.match(name)):
            raise UsageError(f"A layer's name must be a letter, then letters, digits or _; it is {name!r:.60}.")
        if not isinstance(trainable, bool):
            raise UsageError(f"trainable must be True or False; it is {trainable!r:.60}.")
        return name, trainable

    def constant(self, tree: ast.expr | None, default: Any) -> Any:
        """Return the plain value of an expression."""
        try:
            return default if tree is None else values.plain(tree, self.scope)
        except ValueError:
            raise UsageError(f"A plain value must stand here; it is {values.shown(tree)}.") from None  # type: ignore[arg-type]

    def found(self, word: str) -> Any:
        """Return the record of a layer; a name that is almost one is a mistake, any other one is foreign."""
        try:
            return registry.named("layer", word)
        except UsageError:
            known = {n for cls in registry.records("layer") for n in (cls.KERAS, snake(cls.KERAS))}
            if difflib.get_close_matches(word, sorted(known), 1, 0.8):
                raise
            reason = NO_PLACE if word[:1].islower() else f"There is no layer {word:.60} here; this line is kept."
            raise Foreign(reason) from None

    # ---- models ----------------------------------------------------------------------------------------------------
    def model(self, tree: ast.Call) -> Whole:
        """Enter Model(inputs, outputs)."""
        given: dict[str | None, ast.expr] = dict(zip(("inputs", "outputs", "name"), tree.args, strict=False))
        given |= {k.arg: k.value for k in tree.keywords if k.arg is not None}
        if "inputs" not in given or "outputs" not in given or set(given) - {"inputs", "outputs", "name", "trainable"}:
            raise Foreign("A model must be given its inputs and outputs to be drawn; this line is kept.")
        name, trainable = self.words(given)
        inputs, outputs = ([u for u in self.several([given[k]]) if u is not None] for k in ("inputs", "outputs"))
        if wrong := next((u for u in inputs if u.made.kind != "Input"), None):
            raise Mistake(self.line(tree), f"The inputs of a model must be Inputs; one is a {wrong.made.kind}.")
        return self.whole(Whole(name, trainable, self.line(tree), self.last(tree), inputs, outputs))

    def sequential(self, tree: ast.Call) -> Whole:
        """Enter Sequential([...])."""
        given: dict[str | None, ast.expr] = {k.arg: k.value for k in tree.keywords}
        name, trainable = self.words(given)
        first = tree.args[0] if tree.args else given.get("layers")
        items = first.elts if isinstance(first, ast.List | ast.Tuple) else []
        if first is not None and not isinstance(first, ast.List | ast.Tuple):
            raise Foreign("The layers of a Sequential must stand in it to be drawn; this line is kept.")
        stack = [self.item(self.value(item), item) for item in items]
        return self.whole(Whole(name, trainable, self.line(tree), self.last(tree), stack=stack))

    def item(self, value: Any, tree: ast.expr) -> Made | Use:
        """Return a value as a layer of a Sequential."""
        if isinstance(value, Whole):
            return value.as_layer()
        if isinstance(value, Made) or (isinstance(value, Use) and value.made.kind == "Input"):
            return value
        if value is MISSING:
            raise Foreign("It uses what a line that is kept makes; this line is kept too.")
        raise UsageError(f"{values.shown(tree)} is no layer.")

    def whole(self, whole: Whole) -> Whole:
        """Enter a model."""
        self.wholes.append(whole)
        self.written[whole] = [self.part]
        return whole


def stored(node: ast.AST) -> str:
    """Return the name to which a part of a statement gives a meaning, or ""."""
    if isinstance(node, ast.Name):
        return node.id if isinstance(node.ctx, ast.Store) else ""
    if isinstance(node, ast.alias):
        return (node.asname or node.name).split(".")[0]
    return node.name if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef) else ""


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


STATEMENTS: dict[type[ast.stmt], Callable[[Walk, Any], None]] = {
    ast.Import: _import, ast.ImportFrom: _import_from, ast.Assign: _assign, ast.AnnAssign: _assign,
    ast.Expr: _expression,
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
        return walk.call_of(walk.value(func), tree)
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
    for kind in ("layer", "initializer", "regularizer", "constraint"):
        try:
            registry.named(kind, word)
        except UsageError:
            continue
        return "" if kind == "layer" else kind
    return ""


EXPRESSIONS: dict[type[ast.expr], Callable[[Walk, Any], Any]] = {
    ast.Name: _name, ast.List: _list, ast.Tuple: _list, ast.BinOp: _operator, ast.Call: _call,
}  # fmt: skip
