"""Help pages of layers, made from their records. `python -m engine.layers.help FOLDER` writes them."""

import inspect
import sys
from pathlib import Path
from typing import Any

from engine import registry
from engine.layers.spec import LayerSpec
from engine.specs import FieldInfo, Spec, snake

COLUMNS = ("setting", "default", "meaning")


def page(record: type[LayerSpec]) -> str:
    """Return the page of a layer as Markdown: purpose, formula, what it does, settings, other names."""
    parts = [f"# {record.KERAS}", record.PURPOSE, f"    {record.FORMULA}", _prose(inspect.getdoc(record) or "")]
    if record.fields():
        rows = [COLUMNS, ("---",) * 3, *map(_row, record.fields())]
        parts.append("\n".join("| " + " | ".join(cells) + " |" for cells in rows))
    least, most = record.INPUTS
    parts.append(f"Inputs: {least if least == most else f'{least} or more' if most is None else f'{least} to {most}'}.")
    if record.ALIASES:
        parts.append(f"Also found as: {', '.join(record.ALIASES)}.")
    return "\n\n".join(parts) + "\n"


def _prose(text: str) -> str:
    """Return a docstring with each paragraph on one line."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def _row(info: FieldInfo) -> tuple[str, str, str]:
    return f"`{info.name}`", "required" if info.required else f"`{shown(info.default)}`", info.doc + bounds(info)


def shown(value: Any) -> str:
    """Return a default as people write it."""
    return snake(value.KERAS) if isinstance(value, Spec) else str(value)


def bounds(info: FieldInfo) -> str:
    """Return what a value must satisfy, as a sentence: " One of: valid, same."."""
    if info.choices:
        return f" One of: {', '.join(info.choices)}."
    if info.kind == "rate":
        return " Between 0 and 1."
    low = "" if info.minimum is None else f"{'More than' if info.open_minimum else 'At least'} {info.minimum:g}"
    high = "" if info.maximum is None else f"{'less than' if info.open_maximum else 'at most'} {info.maximum:g}"
    said = ", ".join(part for part in (low, high) if part)
    return f" {said[0].upper()}{said[1:]}." if said else ""


def pages() -> dict[str, str]:
    """Return file name -> page for all layers."""
    return {f"{snake(record.KERAS)}.md": page(record) for record in registry.records("layer")}


def write(folder: Path) -> None:
    """Write all pages; pages of layers that are gone are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    made = pages()
    for old in folder.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "resources/help/layers"))
