"""Templates: networks to start from, built from records by name; and the sample tables that come with the program."""

import dataclasses
import importlib.resources
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.data.settings import Task
from engine.project.document import Project

Step = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Template:
    """A working stack for a task, with the sample table that it opens on.

    layers: (Keras name, settings) in order; chips: what its card names; sample: id of a table in resources/samples;
    whole: every column is an input, constant ones too (the pixels of a picture keep their places).
    """

    id: str
    title: str
    sentence: str
    icon: str
    group: str
    chips: tuple[str, ...]
    layers: tuple[Step, ...]
    task: Task | None = None
    sample: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """A table in resources/samples."""

    id: str
    title: str
    sentence: str
    target: str
    icon: str = "database"


DENSE: Step = ("Dense", {"units": 64, "activation": "relu"})
TEMPLATES = (
    Template(
        "binary", "Binary", "Yes or no from table columns. Ends in one sigmoid unit.", "binary", "core",
        ("Dense", "Dropout", "Dense 1"),
        (("Input", {}), DENSE, ("Dropout", {"rate": 0.2}), ("Dense", {"units": 1, "activation": "sigmoid"})), "binary",
        "breast_cancer",
    ),
    Template(
        "multiclass", "Multiclass", "One of several classes. Ends in softmax.", "shapes", "recurrent",
        ("Dense", "Dense", "Softmax"),
        (("Input", {}), DENSE, DENSE, ("Dense", {"units": 3, "activation": "softmax"})), "multiclass", "penguins",
    ),
    Template(
        "regression", "Regression", "A number, with residuals. Ends in one linear unit.", "trending-up", "norm",
        ("Dense", "Dense", "Linear"),
        (("Input", {}), DENSE, DENSE, ("Dense", {"units": 1, "activation": "linear"})), "regression", "diabetes",
    ),
    Template(
        "image", "Image", "Pixels in columns, seen as a picture of 8\u00a0×\u00a08.", "image", "conv",
        ("Conv2D", "MaxPool", "Dense"),
        (
            ("Input", {}), ("Reshape", {"target_shape": (8, 8, 1)}),
            ("Conv2D", {"filters": 16, "kernel_size": 3, "activation": "relu"}), ("MaxPooling2D", {}), ("Flatten", {}),
            DENSE, ("Dense", {"units": 10, "activation": "softmax"}),
        ), "multiclass", "digits", True,
    ),
)  # fmt: skip
SAMPLES = (
    Sample("penguins", "Penguins", "344 birds of three species; categories, missing values.", "species"),
    Sample("iris", "Iris", "150 flowers, four measurements, three species.", "species"),
    Sample("wine", "Wine", "178 wines of three growers, 13 measurements.", "class"),
    Sample("breast_cancer", "Breast cancer", "569 tumours, 30 measurements, benign or malignant.", "diagnosis"),
    Sample("diabetes", "Diabetes", "442 patients, progression after one year.", "progression"),
    Sample("digits", "Handwritten digits", "1,797 digits as 8 x 8 pixels.", "digit", "image"),
)


def from_template(template: Template) -> Project:
    """Return a new project with the template's network and task."""
    from engine import registry
    from engine.network.network import stack

    specs = [registry.named("layer", name).suggestion(**values) for name, values in template.layers]
    empty = Project()
    data = dataclasses.replace(empty.data, task=template.task)
    return dataclasses.replace(empty, name=template.title, network=stack(*specs), data=data)


def sample_of(template: Template) -> Sample:
    """Return the sample table that a template opens on."""
    return next(sample for sample in SAMPLES if sample.id == template.sample)


def begin(template: Template) -> Project:
    """Return a new project from a template on its sample table, target chosen: it compiles and fits as it is."""
    from studio.document import data_edits, files

    project, sample = from_template(template), sample_of(template)
    source = files.refer(sample_path(sample), project.data.source)
    with_data = dataclasses.replace(project, data=dataclasses.replace(project.data, source=source))
    if template.whole:
        names = sample_path(sample).read_text(encoding="utf-8").partition("\n")[0].split(",")
        with_data = data_edits.set_role(with_data, names, "input")
    return data_edits.set_role(with_data, sample.target, "target")


def sample_path(sample: Sample) -> Path:
    """Return the file of a sample."""
    return Path(str(importlib.resources.files("resources").joinpath("samples", f"{sample.id}.csv")))


def samples() -> tuple[Sample, ...]:
    """Return the samples that are there."""
    return tuple(sample for sample in SAMPLES if sample_path(sample).is_file())
