"""The leak check of the Data page: rows in two parts, copies of the target, test rows that training has seen."""

import dataclasses

import numpy as np

from engine.project import lifecycle
from engine.project.prepare import Prepared
from resources import sample_path
from studio.pages.data.leaks import leaks, mix_spread
from studio.pages.data.source_panel import done


def prepared(sample: str = "penguins", target: str = "species") -> Prepared:
    project = lifecycle.new_project(sample_path(sample), target)
    return lifecycle.prepare(project, lifecycle.open_table(project))


def test_a_sound_table_passes_all() -> None:
    found = leaks(prepared())
    assert [leak.fine for leak in found] == [True, True, True]
    assert found[0].sentence == "No row is in two parts"


def test_rows_in_two_parts_are_found() -> None:
    data = prepared()
    parts = dataclasses.replace(data.parts, test=np.append(data.parts.test, data.parts.train[:2]))
    found = leaks(dataclasses.replace(data, parts=parts))
    assert (found[0].fine, found[0].sentence) == (False, "2 rows are in two parts")


def test_a_copy_of_the_target_is_found() -> None:
    data = prepared()
    reports = [
        dataclasses.replace(r, flags=frozenset({"copies_target"})) if r.name == "island" else r for r in data.reports
    ]
    found = leaks(dataclasses.replace(data, reports=tuple(reports)))
    assert (found[1].fine, found[1].sentence) == (False, "island copies the target")


def test_test_rows_that_training_has_seen_are_counted() -> None:
    data = prepared()
    tensors = {**data.tensors, "test": data.recipe.apply(data.table, data.parts.train[:3])}
    found = leaks(dataclasses.replace(data, tensors=tensors))
    assert (found[2].fine, found[2].sentence) == (False, "3 test rows equal training rows")


def test_how_far_the_class_mix_differs_between_parts() -> None:
    data = prepared()
    assert mix_spread(data) < 0.02
    tensors = {**data.tensors, "test": data.recipe.apply(data.table, np.arange(20))}
    assert mix_spread(dataclasses.replace(data, tensors=tensors)) > 0.5
    assert mix_spread(prepared("diabetes", "progression")) == 0.0


def test_the_recipe_says_what_it_does_here() -> None:
    assert done(prepared()) == {"impute": "19 gaps · 5 columns", "scale": "5 columns", "encode": "2 columns · 5 values"}
    assert done(prepared("iris"))["impute"] == "no gaps"
