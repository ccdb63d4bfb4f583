"""A whole model in one safetensors file: weights, and network and settings as JSON in the metadata. No pickle."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import ProjectError
from engine.model import weights

if TYPE_CHECKING:
    from engine.model.model import Model

FORMAT = 1


def save(model: "Model", path: str | os.PathLike[str]) -> None:
    """Write network and weights; losses and optimizer are given again by `compile`."""
    config = json.dumps({"format": FORMAT, "model": model.get_config()})
    weights.save(path, model.network, model.parameters, {"layerwright.model": config})


def load(path: str | os.PathLike[str]) -> "Model":
    """Return the model of a file; raises ProjectError when it is damaged, hostile or too new."""
    from engine.model.model import Model

    known = _metadata(path)
    if not isinstance(known, dict) or known.get("format") != FORMAT or not isinstance(known.get("model"), dict):
        raise ProjectError(f"{Path(path).name} is no model that this version of Layerwright can read.")
    config = known["model"]
    if not isinstance(config.get("name"), str) or not isinstance(config.get("seed"), int):
        raise ProjectError(f"{Path(path).name} is damaged: its model has no name or seed.")
    model = Model.from_config(config)
    model.load_weights(path)
    return model


def _metadata(path: str | os.PathLike[str]) -> Any:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            return json.loads((file.metadata() or {}).get("layerwright.model", "null"))
    except (OSError, SafetensorError, ValueError, RecursionError) as error:
        raise ProjectError(f"The model in {Path(path).name} cannot be read: {error}.") from None
