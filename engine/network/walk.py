"""The walk through the statements of Keras code: which layers are made and on what they are called."""

import ast
import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from engine import registry
from engine.errors import UsageError
from engine.network import values
from engine.network.draft import Follows, Frozen, Made, Mistake, Use, Whole
from engine.network.network import NAME
from engine.network.statements import Statement
from engine.network.words import (
    BROKEN,
    FUNCTIONS,
    LAYER_WORDS,
    MISSING,
    NO_PLACE,
    RESERVED,
    TOLD,
    Foreign,
)  # fmt: skip
from engine.specs import Spec, snake

SPECS: WeakKeyDictionary[ast.Call, tuple[object, Any]] = WeakKeyDictionary()
"""Records of calls that were read before: the text is read anew after each pause in typing."""


MOST_STRANGE = 100
"""So many unknown layers of a text are compared with the known ones."""
Rule = Callable[["Walk", Any], Any]
"""What to do with one kind of statement or expression; that of `ast.stmt` and `ast.expr` is for all others."""


class Walk:
    """What the statements so far have made. `written`: the statements that belong to a model."""

    def __init__(self, statements: Mapping[type[ast.stmt], Rule], expressions: Mapping[type[ast.expr], Rule]) -> None:
        self._statements, self._expressions = statements, expressions
        self.names: dict[str, Any] = {}
        self.scope = values.Scope()
        self.made: list[Made] = []
        self.uses: list[Use] = []
        self.wholes: list[Whole] = []
        self.frozen: list[Frozen] = []
        self.bare: dict[Made, Use] = {}
        self.written: dict[Whole, list[Statement]] = {}
        self.imported = False
        self.strange = 0
        self.first = 1

    # ---- statements ------------------------------------------------------------------------------------------------
    def statement(self, node: ast.stmt, part: Statement) -> None:
        """Take a statement; raises Foreign or Mistake."""
        self.part, self.first = part, part.first
        try:
            self._rule(self._statements, node)(self, node)
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
        return self._rule(self._expressions, tree)(self, tree)

    def _rule(self, rules: Mapping[Any, Rule], node: ast.AST) -> Rule:
        return rules.get(type(node)) or rules[type(node).__mro__[1]]

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
        spec = self.spec(tree)
        layer = self.layer(spec, tree, tree)
        if spec.KERAS != "Input":
            return layer
        use = Use(layer, [], layer.first, layer.last)
        self.uses.append(use)
        return use

    def spec(self, tree: ast.Call) -> Any:
        """Return the record of a call; that of a statement read before, while the names in it mean the same."""
        stamp = (tuple(self.scope.imported.items()), tuple(self.scope.values.items()))
        known = SPECS.get(tree)
        if known is None or known[0] != stamp:
            known = SPECS[tree] = (stamp, values.made(tree, "layer", self.scope, LAYER_WORDS))
        return known[1]

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
        if registry.has("layer", word):
            return registry.named("layer", word)
        self.strange += 1
        if self.strange <= MOST_STRANGE:
            near = {n for cls in registry.records("layer") for n in (cls.KERAS, snake(cls.KERAS))}
            if difflib.get_close_matches(word, sorted(near), 1, 0.8):
                registry.named("layer", word)  # raises, with what is near
        raise Foreign(NO_PLACE if word[:1].islower() else f"There is no layer {word:.60} here; this line is kept.")

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
