"""Columns to numbers, and fitting the figures that this takes."""

import math
from typing import Any

import numpy as np

from engine.data.fitting import fill_value, shift_scale, sorted_labels
from engine.data.parse import parse_boolean, parse_date, parse_number
from engine.data.split import shuffled, split_ordered, split_stratified
from engine.data.steps import date_numbers, label, scaled


def parsed(cells: Any, parse: Any) -> Any:
    """Return (numbers with NaN where there is none, whether a cell is there and cannot be read)."""
    known = {cell: parse(cell) for cell in set(cells) if cell is not None}
    values = np.array([math.nan if known.get(cell) is None else known[cell] for cell in cells], np.float64)
    return values, np.isnan(values) & np.array([cell is not None for cell in cells], bool)


def numbers_of(design: Any, step: Any, cells: Any) -> Any:
    """Return the numbers of a column of the kind number, boolean or date, and what cannot be read."""
    if step["kind"] == "date":
        return parsed(cells, lambda cell: parse_date(cell, step["order"]))
    parse = parse_boolean if step["kind"] == "boolean" else parse_number
    return parsed(cells, lambda cell: parse(cell, design.decimal))


def positions_of(design: Any, step: Any, cells: Any) -> Any:
    """Return the position of each cell in the values of a step; -1 for unknown ones, the fill for missing ones."""
    place = {value: i for i, value in enumerate(step["values"])}
    known = {cell: place.get(label(cell, step["how"], design.decimal), -1) for cell in set(cells) if cell is not None}
    return np.array([step.get("fill", -1) if cell is None else known[cell] for cell in cells], np.int64)


def encode(design: Any, step: Any, cells: Any) -> Any:
    """Return the (rows, k) numbers that a step makes of a column, and which cells cannot be read."""
    if step["kind"] in ("one_hot", "index"):
        at, fine = positions_of(design, step, cells), np.zeros(len(cells), bool)
        if step["kind"] == "index":
            return (at + 1)[:, None].astype(np.int32), fine
        return (at[:, None] == np.arange(len(step["values"]))).astype(np.float32), fine
    values, bad = numbers_of(design, step, cells)
    values = np.where(np.isnan(values), step["fill"], values)
    if step["kind"] == "boolean":
        return values[:, None].astype(np.float32), bad
    parts = values[:, None] if step["kind"] == "number" else date_numbers(values, step["origin"])
    return scaled(parts, np.array(step["shift"]), np.array(step["scale"])).astype(np.float32), bad


def apply_recipe(design: Any, columns: Any) -> Any:
    """Return (arrays in the order of the network's inputs, {row: what cannot be read})."""
    lacking = [step["column"] for step in design.recipe if step["column"] not in columns]
    if lacking:
        raise SystemExit(f"The file lacks columns that the model was trained with: {', '.join(map(repr, lacking))}.")
    blocks: dict[str, list[Any]] = {}
    problems: dict[int, str] = {}
    for step in design.recipe:
        block, bad = encode(design, step, columns[step["column"]])
        blocks.setdefault(step["tensor"], []).append(block)
        for row in np.flatnonzero(bad).tolist():
            said = f"{step['column']!r} cannot be read: {columns[step['column']][row]!r}."
            problems[row] = f"{problems[row]} {said}" if row in problems else said
    return [np.concatenate(blocks[name], axis=1) for name in design.inputs], problems


def fit_step(design: Any, step: Any, cells: Any, rows: Any) -> Any:
    """Return the step with its figures taken from the training rows."""
    if step["kind"] in ("one_hot", "index"):
        seen = {label(cells[i], step["how"], design.decimal) for i in rows if cells[i] is not None}
        step = step | {"values": list(sorted_labels(seen, step["how"])), "fill": -1}
        at = positions_of(design, step, [cells[i] for i in rows])
        known = at[at >= 0]
        return step | {"fill": int(np.bincount(known).argmax()) if step["impute"] != "zero" and len(known) else -1}
    values = numbers_of(design, step, cells)[0][rows]
    real = values[~np.isnan(values)]
    if step["kind"] == "boolean":
        return step | {"fill": float(real.sum() * 2 > len(real)) if step["impute"] != "zero" else 0.0}
    if step["kind"] == "number":
        fill = fill_value(values, step["impute"])
        shift, scale = shift_scale(np.where(np.isnan(values), fill, values), step["scaling"])
        return step | {"fill": fill, "shift": shift, "scale": scale}
    fill = float(np.median(real)) if len(real) else 730120.0
    origin = float(real.min()) if len(real) else fill
    parts = date_numbers(np.where(np.isnan(values), fill, values), origin)
    pairs = [shift_scale(part, step["scaling"]) for part in parts.T]
    figures = {"shift": [pair[0] for pair in pairs], "scale": [pair[1] for pair in pairs]}
    return step | {"fill": fill, "origin": origin} | figures


def fit_target(design: Any, target: Any, cells: Any, rows: Any) -> Any:
    """Return the target with its figures: classes of all rows, shift and scale of the training rows."""
    if target["kind"] == "classes":
        labels = {label(cell, target["how"], design.decimal) for cell in cells if usable(design, target, cell)}
        if len(labels) != len(target["values"]):
            raise SystemExit(f"The network tells {len(target['values'])} classes apart; the target has {len(labels)}.")
        return target | {"values": list(sorted_labels(labels, target["how"]))}
    values = parsed(cells, lambda cell: parse_number(cell, design.decimal))[0][rows]
    shift, scale = shift_scale(values, "standardize" if target["scaled"] else "none")
    return target | {"shift": shift, "scale": scale}


def usable(design: Any, target: Any, cell: Any) -> Any:
    """Return whether a target cell has a value that the task can use."""
    needs_number = target["kind"] == "number" or target["numeric"]
    return cell is not None and (not needs_number or parse_number(cell, design.decimal) is not None)


def encode_target(design: Any, target: Any, cells: Any) -> Any:
    """Return the target in the form that the loss takes."""
    if target["kind"] == "number":
        values = parsed(cells, lambda cell: parse_number(cell, design.decimal))[0]
        return scaled(values, target["shift"], target["scale"]).astype(np.float32)[:, None]
    at = positions_of(design, target, cells)
    if target["form"] == "index":
        return at.astype(np.int32)
    return at.astype(np.float32)[:, None] if target["form"] == "one" else np.eye(target["width"], dtype=np.float32)[at]


def divided(design: Any, columns: Any, seed: Any) -> Any:
    """Return row numbers of training, validation and test."""
    count = len(next(iter(columns.values())))
    ids = np.array(
        [i for i in range(count) if all(usable(design, t, columns[t["column"]][i]) for t in design.targets)], np.int64
    )
    ids = ids[~np.isin(ids, design.excluded)]
    if not len(ids):
        raise SystemExit("No row has a usable target.")
    if design.strategy == "stratified":
        first = design.targets[0]
        cells = [columns[first["column"]][i] for i in ids]
        keys: list[Any] = [parse_number(c, design.decimal) if first["numeric"] else c for c in cells]
        rank = {key: i for i, key in enumerate(sorted(set(keys)))}
        part = split_stratified(np.array([rank[key] for key in keys]), design.shares, seed)
    else:
        part = split_ordered(len(ids), design.shares)
        part = part if design.strategy == "ordered" else part[np.argsort(shuffled(len(ids), seed), kind="stable")]
    return [ids[part == i] for i in range(3)]
