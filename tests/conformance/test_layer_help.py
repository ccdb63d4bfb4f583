"""Each layer has a page, made from its record; the pages that are shipped are up to date."""

from importlib.resources import files
from pathlib import Path

import pytest

from engine import registry
from engine.layers.help import page, pages, write

SHIPPED = files("resources") / "help" / "layers"


def test_shipped_pages_are_those_of_the_records() -> None:
    shipped = {entry.name: entry.read_text("utf-8") for entry in SHIPPED.iterdir() if entry.name.endswith(".md")}
    assert shipped == pages(), "run: python -m engine.layers.help resources/help/layers"


@pytest.mark.parametrize("record", registry.records("layer"), ids=lambda r: r.KERAS)
def test_page_says_what_a_person_needs(record: type) -> None:
    text = page(record)
    assert record.PURPOSE.endswith(".")
    assert "Shapes:" in text
    assert "Keras:" in text
    assert all(f"`{info.name}`" in text for info in record.fields())


def test_writing_removes_pages_of_layers_that_are_gone(tmp_path: Path) -> None:
    (tmp_path / "gone.md").write_text("old")
    write(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == set(pages())
