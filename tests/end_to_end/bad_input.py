"""The table of bad input: what is given, and the sentence that must come back. `test_bad_input.py` runs it."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HEAD = "a,b,kind\n"
GOOD = "".join(f"{i},{i % 7},{'x' if i % 2 else 'y'}\n" for i in range(60))
FLOWERS = "sepal_length_cm,sepal_width_cm,petal_length_cm,petal_width_cm\n"
Make = Callable[[Path], list[str]]


@dataclass(frozen=True)
class Case:
    """One row: a name, what to make and call in a folder, the exit code and words of the sentence."""

    name: str
    make: Make
    code: int
    words: str
    says: str = "stderr"


def csv(text: str | bytes, *options: str, command: str = "train") -> Make:
    """A call of `train` on a file with this text."""

    def make(folder: Path) -> list[str]:
        data = text if isinstance(text, bytes) else text.encode()
        (folder / "data.csv").write_bytes(data)
        return [command, str(folder / "data.csv"), *options]

    return make


def project(change: Callable[[bytes], bytes], *options: str, command: str = "check") -> Make:
    """A call of `check` on a project file after its bytes were changed. The good one lies in the folder."""

    def make(folder: Path) -> list[str]:
        path = folder / "good.layerwright"
        path.write_bytes(change(path.read_bytes()))
        return [command, str(path), *options]

    return make


def document(change: Callable[[dict[str, Any]], None], *options: str, command: str = "check") -> Make:
    """The same after the values of project.json were changed."""
    return project(with_values(change), *options, command=command)


def with_project(content: bytes) -> Callable[[bytes], bytes]:
    """Return the zip with other bytes in project.json."""

    def change(data: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                new.writestr(name, content if name == "project.json" else old.read(name))
        return out.getvalue()

    return change


def with_values(change: Callable[[dict[str, Any]], None]) -> Callable[[bytes], bytes]:
    """Return the zip with the values of project.json changed."""

    def rewrite(data: bytes) -> bytes:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            values = json.loads(archive.read("project.json"))
        change(values)
        return with_project(json.dumps(values).encode())(data)

    return rewrite


def without_runs(data: bytes) -> bytes:
    """Return a project that was never trained."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr("project.json", json.dumps(json.loads(old.read("project.json")) | {"runs": []}))
    return out.getvalue()


def moved_data(folder: Path) -> list[str]:
    """A project whose CSV is nowhere."""
    (folder / "iris.csv").unlink()
    make = document(set_in("project", "data", "source", "path", value="gone.csv"), command="train")
    return make(folder)


def predict(text: str) -> Make:
    """A call of `predict` with these rows on the good project."""

    def make(folder: Path) -> list[str]:
        (folder / "new.csv").write_text(text, encoding="utf-8")
        return ["predict", str(folder / "good.layerwright"), str(folder / "new.csv"), "--out", str(folder / "out.csv")]

    return make


def call(*arguments: str) -> Make:
    """A plain call; {here} is the folder."""
    return lambda folder: [a.replace("{here}", str(folder)) for a in arguments]


def with_member(name: str, content: bytes) -> Callable[[bytes], bytes]:
    """Return the zip with one more member."""

    def change(data: bytes) -> bytes:
        out = io.BytesIO(data)
        with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
        return out.getvalue()

    return change


def set_in(*path: str | int, value: object) -> Callable[[dict[str, Any]], None]:
    """Return a change that puts a value at a place."""

    def change(values: dict[str, Any]) -> None:
        place: Any = values
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return change


TRAIN = ["--target", "kind", "--epochs", "1"]
CASES = (
    # ---- CSV ----
    Case("no file", call("train", "{here}/nothing.csv"), 2, "There is no file"),
    Case("a folder", call("train", "{here}"), 1, "Is a directory. Choose a CSV file"),
    Case("an empty file", csv("", *TRAIN), 1, "empty"),
    Case("blank lines only", csv("\n\n\n", *TRAIN), 1, "empty"),
    Case("a header only", csv(HEAD, *TRAIN), 1, "column names and no row below them"),
    Case("a picture", csv(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00", *TRAIN), 1, "The file is a picture"),
    Case("one column", csv("kind\n" + "x\ny\n" * 20, *TRAIN), 1, "input column"),
    Case("no target named", csv(HEAD + GOOD), 2, "--target"),
    Case("unknown target", csv(HEAD + GOOD, "--target", "nope"), 2, "There is no column 'nope'"),
    Case(
        "a target of one class",
        csv(HEAD + GOOD.replace("y\n", "x\n"), *TRAIN),
        1,
        "needs two different values; 'kind' has 1",
    ),
    Case("an empty target", csv("a,b,kind\n" + "1,2,\n" * 20, *TRAIN), 1, "target"),
    Case("all inputs constant", csv("a,kind\n" + "1,x\n1,y\n" * 20, *TRAIN), 1, "input column"),
    Case("two rows", csv("a,kind\n1,x\n2,y\n", *TRAIN), 0, "the table has 2 rows"),
    Case("regression on words", csv(HEAD + GOOD, *TRAIN, "--task", "regression"), 1, "number"),
    Case("binary on three classes", csv(HEAD + GOOD + "1,1,z\n" * 9, *TRAIN, "--task", "binary"), 1, "two classes"),
    Case(
        "ragged rows",
        csv(HEAD + GOOD + "1,2\n1,2,3,4\n", *TRAIN),
        0,
        "2 of 62 rows cannot be read and are left out; line 62: It has 2 fields",
    ),
    Case(
        "an unclosed quote",
        csv(HEAD + GOOD + '1,"2,x\n' + GOOD, *TRAIN),
        0,
        "line 62: A quote is opened and not closed",
    ),
    Case("NUL bytes", csv(HEAD + GOOD + "1,\x002,x\n", *TRAIN), 0, "line 62: It holds a NUL byte"),
    Case("two columns of one name", csv("a,a,kind\n" + GOOD, *TRAIN), 0, "multiclass|binary", "stdout"),
    Case("a column without a name", csv(",b,kind\n" + GOOD, *TRAIN), 0, "binary", "stdout"),
    Case("numbers beyond float", csv(HEAD + GOOD + "1e400,1,x\n", *TRAIN), 0, "binary", "stdout"),
    Case("not-a-number spellings", csv(HEAD + GOOD + "nan,inf,x\n-inf,NaN,y\n", *TRAIN), 0, "binary", "stdout"),
    Case("not UTF-8", csv((HEAD + GOOD).encode() + "ä,1,x\n".encode("latin-1"), *TRAIN), 0, "binary", "stdout"),
    # ---- project files ----
    Case("a project that is text", project(lambda d: b"hello"), 1, "no project file or is damaged"),
    Case("an empty project", project(lambda d: b""), 1, "no project file or is damaged"),
    Case("a cut project", project(lambda d: d[: len(d) // 2]), 1, "damaged"),
    Case(
        "a flipped byte", project(lambda d: d[:200] + bytes([d[200] ^ 255]) + d[201:], command="evaluate"), 1, "damaged"
    ),
    Case("a foreign member", project(with_member("../../evil.py", b"print(1)")), 1, "damaged"),
    Case("a member twice", project(with_member("project.json", b"{}")), 1, "twice"),
    Case(
        "a bomb",
        project(with_member("runs/r9/run.json", b" " * 30_000_000)),
        1,
        "unpacks to more than 100 times its size",
    ),
    Case("deep JSON", project(with_project(b"[" * 5000 + b"]" * 5000)), 1, "nested more than 64 levels"),
    Case("a newer version", document(set_in("schema", value=99)), 1, "newer version"),
    Case(
        "an unknown layer",
        document(set_in("project", "network", "nodes", 1, "layer", "id", value="core.magic/1")),
        1,
        "core.magic/1",
    ),
    Case(
        "a layer out of bounds",
        document(set_in("project", "network", "nodes", 1, "layer", "units", value=-3)),
        1,
        "units must be at least 1",
    ),
    Case("a wire to nowhere", document(set_in("project", "network", "wires", 0, value=["n1", "n99", 0])), 1, "wire"),
    Case(
        "a name that is code",
        document(set_in("project", "network", "nodes", 1, "name", value="x = 1\nprint")),
        1,
        "name",
    ),
    Case("an unknown setting", document(set_in("project", "surprise", value=1)), 1, "surprise"),
    Case("a number that is text", document(set_in("project", "fit", "epochs", value="many")), 1, "epochs"),
    Case("data that are gone", moved_data, 1, "gone.csv"),
    # ---- rows to predict ----
    Case("a missing column", predict("sepal_length_cm\n1\n"), 1, "lacks"),
    Case("a word for a number", predict(FLOWERS + "long,3,4,1\n5,3,4,1\n"), 0, "problem", "stdout"),
    Case("no rows to predict", predict(FLOWERS), 1, "no row below them"),
    # ---- settings and command line ----
    Case("layers that are code", csv(HEAD + GOOD, *TRAIN, "--layers", "__import__('os').system('true')"), 2, "layer"),
    Case("an unknown layer name", csv(HEAD + GOOD, *TRAIN, "--layers", "Dens(3)"), 2, "Dense"),
    Case("a layer without units", csv(HEAD + GOOD, *TRAIN, "--layers", "Dense()"), 2, "units"),
    Case("a wrong rate", csv(HEAD + GOOD, *TRAIN, "--layers", "Dropout(1.5)"), 2, "rate"),
    Case("a wrong optimizer", csv(HEAD + GOOD, *TRAIN, "--optimizer", "adamant"), 2, "adam"),
    Case("a wrong loss", csv(HEAD + GOOD, *TRAIN, "--loss", "hinge_of_doors"), 2, "loss"),
    Case(
        "a loss for numbers on classes",
        csv(HEAD + GOOD + "1,1,z\n" * 9, *TRAIN, "--loss", "binary_crossentropy"),
        0,
        "Use CategoricalCrossentropy",
    ),
    Case("no epochs", csv(HEAD + GOOD, "--target", "kind", "--epochs", "0"), 2, "epochs"),
    Case("an unknown command", call("teach", "{here}"), 2, "teach"),
    Case("an unknown option", csv(HEAD + GOOD, "--speed", "9"), 2, "--speed"),
    Case(
        "out into no folder",
        csv(HEAD + GOOD, *TRAIN, "--out", "/nowhere/at/all.layerwright"),
        2,
        "folder|refused|directory",
    ),
    Case(
        "export without a run",
        project(without_runs, "--to", "numpy", "--out", "x.py", command="export"),
        1,
        "not trained yet",
    ),
)
