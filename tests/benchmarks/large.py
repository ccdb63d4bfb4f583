"""A network of 1,000 layers for benchmarks and tests: a stack with skip connections and side branches."""

import random
from typing import Any

import engine.layers  # noqa: F401  (its records enter the registry)
from engine import registry
from engine.errors import LayerwrightError
from engine.network.network import Network, Node
from engine.project.document import Project
from studio.document import edits

BLOCK = ("LayerNormalization", "Activation", "Dropout", "PReLU", "GaussianNoise")
"""Every layer hands its width on, so that a new width at the top is a new shape everywhere."""
BRANCH = 5


def layer(name: str, **values: Any) -> Any:
    """Return a layer spec by its Keras name."""
    return registry.named("layer", name).suggestion(**values)


def network(layers: int = 1000) -> Network:
    """Return Input, Dense, blocks with a skip around each (every fifth with a side branch too), and a Dense softmax."""
    made, start = Network().add(layer("Input", shape=(16,)))
    made, start = _after(made, "Dense", start.id)
    while len(made.nodes) < layers - len(BLOCK) - 3:
        last = start
        for name in BLOCK:
            made, last = _after(made, name, last.id)
        ends = [last.id, start.id]
        if len(made.nodes) % BRANCH == 0:
            made, side = _after(made, "Dropout", start.id)
            ends.append(side.id)
        made, start = _after(made, "Add", *ends)
    while len(made.nodes) < layers:
        made, start = _after(made, "Dropout" if len(made.nodes) < layers - 1 else "Dense", start.id)
    return made.with_outputs(start.id)


def _after(network: Network, name: str, *sources: str) -> tuple[Network, Node]:
    network, node = network.add(layer(name))
    for source in sources:
        network = network.wire(source, node.id)
    return network, node


def project(layers: int = 1000) -> Project:
    """Return a project with that network and no data."""
    return Project(name=f"{layers} layers", network=network(layers))


def random_edit(project: Project, source: random.Random) -> Project:
    """Return the project with one random edit; one that is impossible changes nothing."""
    nodes = list(project.network.nodes)
    a, b = source.choice(nodes), source.choice(nodes)
    wire = source.choice(project.network.wires or (None,))
    acts = (
        lambda: edits.set_field(project, a, "units", source.randrange(1, 200)),
        lambda: edits.move(project, {a: (source.randrange(400) * 4.0, source.randrange(4000) * 4.0)}),
        lambda: edits.rename(project, a, f"name_{source.randrange(10**6)}"),
        lambda: edits.set_trainable(project, a, source.random() < 0.5),
        lambda: edits.set_note(project, a, f"remark {source.randrange(10**6)}"),
        lambda: edits.reorder(project, a, source.choice((1, -1))),
        lambda: edits.connect(project, a, b),
        lambda: edits.insert_layer(project, layer("Dropout"), wire) if len(nodes) < 60 else edits.remove(project, a),
        lambda: edits.duplicate(project, a) if len(nodes) < 60 else edits.remove(project, a),
        lambda: edits.remove(project, a) if len(nodes) > 20 else edits.append_layer(project, layer("Dense", units=8)),
        lambda: edits.set_fit(project, seed=source.randrange(10**6)),
        lambda: edits.tidy(project),
    )
    try:
        return source.choice(acts)()
    except LayerwrightError:
        return project
