"""Files that the program reads: icons, fonts, design tokens, samples, templates and help."""

import importlib.resources
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path


@dataclass(frozen=True)
class Sample:
    """A data set that comes with the program: its file in resources/samples, target column, task and one sentence."""

    name: str
    title: str
    target: str
    task: str
    rows: int
    about: str


SAMPLES = (
    Sample("penguins", "Penguins", "species", "multiclass", 344, "Three species from bills, flippers, island and sex."),
    Sample("iris", "Iris", "species", "multiclass", 150, "Three species from the leaves of the flower."),
    Sample("wine", "Wine", "class", "multiclass", 178, "Three cultivars from a chemical analysis."),
    Sample("breast_cancer", "Breast cancer", "diagnosis", "binary", 569, "Malignant or benign from cell nuclei."),
    Sample("diabetes", "Diabetes", "progression", "regression", 442, "Disease progression after one year."),
    Sample("digits", "Digits", "digit", "multiclass", 1797, "Handwritten digits from 8 x 8 pixels."),
)


def file(*parts: str) -> Traversable:
    """Return a file of this package, wherever it is installed: file("help", "changelog.md").read_text()."""
    return importlib.resources.files(__name__).joinpath(*parts)


def path(name: str) -> Path:
    """Return the path of a file: path("samples/iris.csv"). Raises FileNotFoundError."""
    found = Path(str(file(*name.split("/"))))
    if not found.exists():
        raise FileNotFoundError(f"There is no resource {name!r:.80}.")
    return found


def samples() -> tuple[Sample, ...]:
    """Return the data sets that come with the program."""
    return SAMPLES


def sample_path(name: str) -> Path:
    """Return the CSV of a sample: sample_path("iris"). Raises FileNotFoundError."""
    return path(f"samples/{name}.csv")
