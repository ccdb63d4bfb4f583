"""Weights of a model as lists and files. A file is safetensors: one array per weight, named "<layer>/<weight>"."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiler.layout import Entry
from engine.compiler.parameters import Parameters
from engine.errors import ProjectError, UsageError
from engine.network.network import Network
from engine.training.checkpoint import write

Array = NDArray[Any]


def in_order(network: Network, parameters: Parameters) -> list[Entry]:
    """Return the entries in Keras' order: layer by layer; in each layer the trained weights come first."""
    place = {node: i for i, node in enumerate(network.order())}
    return sorted(parameters.layout.entries, key=lambda e: (place[e.node], not e.trainable))


def get(network: Network, parameters: Parameters) -> list[Array]:
    """Return copies of all weights in Keras' order."""
    return [parameters.view(e.node, e.weight).copy() for e in in_order(network, parameters)]


def put(network: Network, parameters: Parameters, weights: Sequence[Any]) -> None:
    """Set all weights; raises UsageError when number or shapes differ."""
    entries = in_order(network, parameters)
    if len(weights) != len(entries):
        raise UsageError(f"The model has {len(entries)} weights; {len(weights)} are given.")
    arrays = [np.asarray(w) for w in weights]
    for entry, array in zip(entries, arrays, strict=True):
        if array.shape != entry.shape:
            where = f"{network.nodes[entry.node].name}/{entry.weight}"
            raise UsageError(f"{where} has the shape {entry.shape}; the given array {array.shape}.")
    for entry, array in zip(entries, arrays, strict=True):
        parameters.set(entry.node, entry.weight, array)


def save(
    path: str | os.PathLike[str], network: Network, parameters: Parameters, metadata: dict[str, str] | None = None
) -> None:
    """Write the weights to a safetensors file; raises DeviceError when it cannot be written."""
    arrays = {name: parameters.view(e.node, e.weight).copy() for name, e in _names(network, parameters).items()}
    write(path, arrays, metadata)


def load(path: str | os.PathLike[str], network: Network, parameters: Parameters, skip_mismatch: bool = False) -> None:
    """Read what `save` wrote. skip_mismatch: weights that are absent or of another shape stay as they are.

    Raises:
        ProjectError: the file cannot be read. UsageError: it belongs to another network.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        found = load_file(path)
    except (OSError, SafetensorError, ValueError) as error:
        raise ProjectError(f"The weights in {Path(path).name} cannot be read: {error}.") from None
    names = _names(network, parameters)
    fitting = {name: e for name, e in names.items() if name in found and found[name].shape == e.shape}
    if not skip_mismatch and (len(fitting) < len(names) or len(found) > len(names)):
        odd = sorted(set(names) - set(fitting)) or sorted(set(found) - set(names))
        raise UsageError(f"{Path(path).name} holds the weights of another network: {odd[0]} does not fit.")
    for name, entry in fitting.items():
        parameters.set(entry.node, entry.weight, found[name])


def _names(network: Network, parameters: Parameters) -> dict[str, Entry]:
    return {f"{network.nodes[e.node].name}/{e.weight}": e for e in parameters.layout.entries}
