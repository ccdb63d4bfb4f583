"""A run is out of date exactly where the project differs from the one that it was made from."""

import dataclasses
from collections.abc import Callable

import pytest

import engine.layers
from engine import registry
from engine.network.network import stack
from engine.project.document import FitSettings, Project, Target
from engine.project.hashes import changed_stages
from engine.project.runs import Run

assert engine.layers


def project() -> Project:
    dense = registry.named("layer", "Dense")
    return Project(network=stack(registry.named("layer", "Input")((4,)), dense(8), dense(1)))


def data(p: Project, **changes: object) -> Project:
    return dataclasses.replace(p, data=dataclasses.replace(p.data, **changes))  # type: ignore[arg-type]


EDITS: dict[str, tuple[Callable[[Project], Project], tuple[str, ...]]] = {
    "nothing": (lambda p: p, ()),
    "name": (lambda p: dataclasses.replace(p, name="other"), ()),
    "positions": (lambda p: dataclasses.replace(p, positions={"n1": (1.0, 1.0)}), ()),
    "titles": (lambda p: dataclasses.replace(p, titles={"r1": "x"}), ()),
    "note": (lambda p: dataclasses.replace(p, network=p.network.replace("n2", note="x")), ()),
    "path of the data": (lambda p: data(p, source=dataclasses.replace(p.data.source, path="x")), ()),
    "content of the data": (lambda p: data(p, source=dataclasses.replace(p.data.source, sha256="a" * 64)), ("data",)),
    "scaling": (lambda p: data(p, scale="minmax"), ("data",)),
    "layer": (
        lambda p: dataclasses.replace(p, network=p.network.replace("n2", layer=registry.named("layer", "Dense")(9))),
        ("define",),
    ),
    "frozen": (lambda p: dataclasses.replace(p, network=p.network.replace("n2", trainable=False)), ("define",)),
    "feeds": (lambda p: dataclasses.replace(p, feeds={"n1": "x"}), ("define",)),
    "weight of the target": (lambda p: dataclasses.replace(p, targets=(Target(weight=2.0),)), ("compile",)),
    "epochs": (lambda p: dataclasses.replace(p, fit=dataclasses.replace(p.fit, epochs=3)), ("fit",)),
    "all": (
        lambda p: dataclasses.replace(
            data(p, impute="zero"), feeds={"n1": "x"}, targets=(Target(weight=2.0),), fit=FitSettings(seed=1)
        ),
        ("data", "define", "compile", "fit"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_out_of_date_is_what_changed(name: str) -> None:
    edit, stages = EDITS[name]
    run = Run("r1", project())
    assert changed_stages(run, edit(project())) == stages
