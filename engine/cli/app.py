"""The commands and their options. Each imports its work when it runs, so that --help is quick."""

import functools
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli import output
from engine.errors import DataError, DeviceError, LayerwrightError, UsageError

HELP = """Design, train, evaluate and export neural networks. Without a command the studio opens:

layerwright · layerwright PROJECT.layerwright · layerwright DATA.csv

Exit codes: 0 done, 1 the data or the model is at fault, 2 the call or the machine is."""

app = typer.Typer(
    name="layerwright", help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)

CallError: Any = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")
"""What typer raises for a wrong call; the class lies in click or in typer, depending on its version."""


class TaskName(StrEnum):
    auto, binary, multiclass, regression = "auto", "binary", "multiclass", "regression"


class DeviceName(StrEnum):
    auto, cpu, gpu = "auto", "cpu", "gpu"


class Format(StrEnum):
    numpy, keras = "numpy", "keras"


Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
ProjectFile = Annotated[Path, typer.Argument(metavar="PROJECT", help="A .layerwright file.", show_default=False)]
DataFile = Annotated[Path | None, typer.Option("--data", metavar="CSV", help="Use this CSV.", show_default=False)]


def _version(wanted: bool) -> None:
    if wanted:
        from engine import __version__

        output.result(f"layerwright {__version__}")
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Options that stand before a command."""


@app.command()
def train(
    source: Annotated[
        Path, typer.Argument(metavar="DATA.csv|PROJECT", help="A CSV, or a project to train again.", show_default=False)
    ],
    target: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="What to predict. Needed for a CSV without one column target, label, class or y."
        ),
    ] = None,
    task: Annotated[TaskName, typer.Option(help="What kind of answer.")] = TaskName.auto,
    layers: Annotated[
        str | None,
        typer.Option(
            metavar="LAYERS",
            help="Hidden layers: \"Dense(64, activation='relu'), Dropout(0.2)\". The task adds the output. "
            "Without it: the network that the studio suggests.",
        ),
    ] = None,
    loss: Annotated[str | None, typer.Option(metavar="LOSS", help="A loss by its Keras name.")] = None,
    optimizer: Annotated[
        str | None, typer.Option(metavar="OPTIMIZER", help='An optimizer: adam, "SGD(0.1, momentum=0.9)".')
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over the training rows.", min=1, max=1_000_000)] = None,
    batch_size: Annotated[int | None, typer.Option(help="Rows of one step.", min=1, max=100_000_000)] = None,
    seed: Annotated[
        int | None, typer.Option(help="Drives split, weights and shuffling. 0 for a CSV.", min=0, max=2**63 - 1)
    ] = None,
    device: Annotated[DeviceName | None, typer.Option(help="auto takes a GPU where there is one.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="PROJECT", help="Save here. A project is saved in its own file without this, a CSV not at all."
        ),
    ] = None,
    data: DataFile = None,
    as_json: Json = False,
) -> None:
    """Train a network on a CSV or on the data of a project, and report train, validation and test figures."""
    from engine.cli.train import Wishes, run

    wishes = Wishes(target, None if task == "auto" else task.value, layers, loss, optimizer, epochs, batch_size, seed)
    _end(lambda: run(source, wishes, device.value if device else None, out, data, as_json), as_json)


@app.command()
def evaluate(project: ProjectFile, data: DataFile = None, as_json: Json = False) -> None:
    """Report the figures of the newest run on its test rows, or on all rows of another CSV."""
    from engine.cli.use import run_evaluate

    _end(lambda: run_evaluate(project, data, as_json), as_json)


@app.command()
def predict(
    project: ProjectFile,
    data: Annotated[Path, typer.Argument(metavar="DATA.csv", help="Rows to predict.", show_default=False)],
    out: Annotated[Path, typer.Option(metavar="PREDICTIONS.csv", help="Where to write.", show_default=False)],
    spreadsheet_safe: Annotated[
        bool,
        typer.Option(
            "--spreadsheet-safe",
            help="Put an apostrophe before text that a spreadsheet would run as a formula (= + - @). Changes the text.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Write a CSV with the input columns, the prediction and, for classes, their probabilities: a row for each row."""
    from engine.cli.use import run_predict

    _end(lambda: run_predict(project, data, out, spreadsheet_safe, as_json), as_json)


@app.command()
def export(
    project: ProjectFile,
    to: Annotated[Format, typer.Option("--to", help="What the script needs: NumPy alone, or Keras 3.")],
    out: Annotated[Path, typer.Option(metavar="SCRIPT.py", help="Where to write.", show_default=False)],
    verify: Annotated[bool, typer.Option("--verify", help="Run the script and compare its predictions.")] = False,
    npz: Annotated[bool, typer.Option("--npz", help="Keep the weights in SCRIPT.npz beside the script.")] = False,
    data: DataFile = None,
    as_json: Json = False,
) -> None:
    """Write a script that predicts and trains without Layerwright."""
    from engine.cli.use import run_export

    _end(lambda: run_export(project, to.value, out, verify, npz, data, as_json), as_json)


@app.command()
def check(
    project: ProjectFile,
    data: DataFile = None,
    deep: Annotated[
        bool, typer.Option("--deep", help="Run shapes, gradients, seed and first loss of the network on its rows too.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List what is wrong with a project and what to do. Exit code 1 if something would stop it from training."""
    from engine.cli.use import run_check

    _end(lambda: run_check(project, data, deep, as_json), as_json)


@app.command()
def demo(
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where project and script go. Default: a temporary folder.")
    ] = None,
) -> None:
    """Train on the penguins. With a display `layerwright demo` does this in the studio, without one here."""
    from engine.cli.demo import run

    _end(lambda: run(out), False)


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code; no exception leaves this function."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        code = app(given, prog_name="layerwright", standalone_mode=False)
    except CallError as error:
        sentence = error.format_message().rstrip(".") if error.message else "Nothing was asked for"
        return output.fail(UsageError(f"{sentence}. See layerwright --help."), "--json" in given)
    except KeyboardInterrupt:
        return output.fail(UsageError("Stopped."), "--json" in given)
    return code if isinstance(code, int) else 0


def _end(work: Callable[[], int], as_json: bool) -> None:
    """Do the work of a command, say what goes wrong in a sentence and leave with the exit code."""
    raise typer.Exit(guarded(work, as_json))


def guarded(work: Callable[[], int], as_json: bool) -> int:
    """Return the exit code of some work; errors become sentences."""
    failed = functools.partial(output.fail, as_json=as_json)
    try:
        return work()
    except LayerwrightError as error:
        return failed(_with_option(error))
    except BrokenPipeError:
        output.silence()
        return 2
    except KeyboardInterrupt:
        return failed(UsageError("Stopped."))
    except MemoryError:
        return failed(DeviceError("The memory does not suffice. Use fewer rows, a smaller batch or smaller layers."))
    except OSError as error:
        place = f" {error.filename}" if error.filename else ""
        return failed(DeviceError(f"The machine refused{place}: {error.strerror or error}."))
    except RecursionError:
        return failed(UsageError("The input is nested too deeply."))


def _with_option(error: LayerwrightError) -> LayerwrightError:
    """Say which option helps when the data have moved."""
    from engine.project.datafile import MovedDataError

    return DataError(f"{error} On the command line: --data CSV.") if isinstance(error, MovedDataError) else error


__all__: list[Any] = ["app", "guarded", "main"]
