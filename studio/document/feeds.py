"""What flows in and what is taught: the tensor an Input takes, and column, loss and optimizer of a target card."""

from typing import TYPE_CHECKING

from engine import registry
from engine.network.network import Node
from engine.project import feeds as matching
from engine.project.document import Project
from engine.project.targets import OWN, own_loss
from engine.specs import Spec
from studio.document.session import Session
from studio.text import plural, tr

if TYPE_CHECKING:
    from engine.data.recipe import TensorInfo


def taught_node(project: Project, index: int) -> str | None:
    """Return the output node that a target teaches: the one it names, else the output in its place."""
    outputs, named = project.network.outputs, project.targets[index].node
    if named in project.network.nodes:
        return named
    return outputs[index] if index < len(outputs) else None


def tensors(session: Session) -> "tuple[TensorInfo, ...]":
    """Return the tensors that the recipe makes; none until the data are prepared, and none inside a group."""
    return session.prepared.recipe.tensors if session.prepared is not None and not session.scope else ()


def tensor_of(session: Session, node: str) -> "TensorInfo | None":
    """Return the tensor that an Input takes."""
    known = tensors(session)
    taken = matching.matched(session.project.network, session.project.feeds, known).get(node)
    return next((t for t in known if t.name == taken), None)


def line(session: Session, node: Node) -> str:
    """Return the second line of an Input's card: the tensor and how many columns it is made of."""
    if source := session.entering(node.id):
        return tr("from {name}", name=source)
    tensor = tensor_of(session, node.id)
    if tensor is None:
        shape = getattr(node.layer, "shape", None)
        return tr("rows of {shape}", shape=f"({', '.join(map(str, shape))})") if shape else tr(
            "nothing wired to it yet" if session.scope else "no tensor yet")  # fmt: skip
    return f"{tensor.name} · {plural(len(tensor.columns), 'column', 'columns')}"


def column_of(session: Session, index: int) -> str:
    """Return the column that a target card teaches; "" while none is chosen."""
    project = session.project
    if project.targets[index].column:
        return str(project.targets[index].column)
    chosen = next((c.name for c in project.data.columns.values() if c.role == "target"), "")
    if session.prepared is not None and session.prepared.recipe.targets:
        return session.prepared.recipe.targets[0].column
    return chosen


def task_of(session: Session, index: int) -> str:
    """Return the task of a target card ("binary", ...); "" while it is not known."""
    column, prepared = column_of(session, index), session.prepared
    if prepared is not None:
        return next((t.task for t in prepared.recipe.targets if t.column == column), str(prepared.task))
    return session.project.data.task or ""


def loss_of(session: Session, index: int) -> Spec | None:
    """Return the loss in force: the chosen one, else the task's own; None while the task is not known."""
    return session.project.targets[index].loss or own_loss_of(session, index)


def own_loss_of(session: Session, index: int) -> Spec | None:
    """Return the loss that the task brings for the output; None while the task is not known."""
    project = session.project
    task, node = task_of(session, index), taught_node(project, index)
    if task not in OWN or node is None:
        return None
    shape = session.shapes.output.get(node) or (1,)
    return own_loss(task, project.network, node, shape[-1] if shape else 1)


def optimizer_of(project: Project) -> Spec:
    """Return the optimizer in force."""
    import engine.optimizers  # noqa: F401  (its records enter the registry)

    made: Spec = project.compile.optimizer or registry.named("optimizer", "adam")()
    return made


def target(session: Session, index: int) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """Return (column, second line, lines) of a target card."""
    loss, optimizer = loss_of(session, index), optimizer_of(session.project)
    rate = getattr(optimizer, "learning_rate", None)
    chosen = f"{optimizer.KERAS} · lr {rate:g}" if isinstance(rate, float) else optimizer.KERAS
    shown = loss.KERAS if loss is not None else tr("by the task")
    weight = session.project.targets[index].weight
    lines = ((tr("Loss"), shown if weight == 1 else f"{weight:g} × {shown}"), (tr("Optimizer"), chosen))
    return column_of(session, index), _answer(session, index), lines


def _answer(session: Session, index: int) -> str:
    task, column, prepared = task_of(session, index), column_of(session, index), session.prepared
    if not column:
        return tr("choose a column")
    classes = prepared.recipe.classes_of(column) if prepared is not None and task and task != "regression" else ()
    if classes:
        return tr("{n} classes", n=len(classes))
    return {"regression": tr("a number"), "binary": tr("yes or no"), "multiclass": tr("one of several classes")}.get(
        task, ""
    )
