"""Recipes: fitted on training rows only, applied to any table, restored from JSON."""

import copy
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.batches import parts
from engine.data.recipe import NAME, fit, from_json
from engine.data.settings import Column, DataSettings, Source
from engine.data.table import from_rows, read
from engine.errors import DataError
from resources import sample_path

ROWS = [
    {"n": n, "b": b, "c": c, "d": d, "y": y}
    for n, b, c, d, y in zip(
        ["1", "2", "", "5", "100"], ["yes", "no", "yes", "", "no"], ["u", "v", "u", "", "w"],
        ["2020-01-01", "2020-01-03", "", "2021-02-01", "2019-05-05"], ["1.0", "2.0", "3.5", "4.25", "5.5"], strict=True,
    )
]  # fmt: skip
TRAIN = np.array([0, 1, 2, 3])


def settings(**more):
    names = {"n": "number", "b": "boolean", "c": "category", "d": "date", "y": "number"}
    columns = {n: Column(n, type=t, role="target" if n == "y" else "input") for n, t in names.items()}
    changes = more.pop("columns", {})
    return DataSettings(columns=columns | changes, task="regression", **more)


def test_numbers_are_imputed_and_standardized_from_the_training_rows():
    x = fit(from_rows(ROWS), settings(), TRAIN).apply(from_rows(ROWS)).inputs["features"][:, 0]
    filled = np.array([1, 2, 2, 5.0])
    expected = (np.array([1, 2, 2, 5, 100.0]) - filled.mean()) / filled.std()
    assert np.allclose(x, expected, atol=1e-6)


@pytest.mark.parametrize(("impute", "fill"), [("median", 2.0), ("mean", 8 / 3), ("most_frequent", 1.0), ("zero", 0.0)])
def test_imputing(impute, fill):
    recipe = fit(from_rows(ROWS), settings(impute=impute), TRAIN)
    assert recipe.steps[0].fill == pytest.approx(fill)


def test_minmax_and_none():
    x = fit(from_rows(ROWS), settings(scale="minmax"), TRAIN).apply(from_rows(ROWS)).inputs["features"]
    assert x[:4, 0].tolist() == [0, 0.25, 0.25, 1]
    raw = fit(from_rows(ROWS), settings(scale="none"), TRAIN).apply(from_rows(ROWS)).inputs["features"]
    assert raw[:, 0].tolist() == [1, 2, 2, 5, 100]


def test_booleans_categories_and_dates():
    recipe = fit(from_rows(ROWS), settings(scale="none"), TRAIN)
    info = recipe.tensors[0]
    assert info.labels == ("n", "b", "c = u", "c = v", "d year", "d month", "d weekday", "d elapsed days")
    assert info.shape == (8,)
    x = recipe.apply(from_rows(ROWS)).inputs["features"]
    assert x.dtype == np.float32
    assert x[:, 1].tolist() == [1, 0, 1, 1, 0]
    assert x[:, 2:4].tolist() == [[1, 0], [0, 1], [1, 0], [1, 0], [0, 0]]
    assert x[[0, 3, 4], 4:].tolist() == [[2020, 1, 2, 0], [2021, 2, 0, 397], [2019, 5, 6, -241]]


def test_an_index_has_a_tensor_of_its_own():
    chosen = {"c": Column("c", type="category", role="input", encode="index", impute="zero")}
    recipe = fit(from_rows(ROWS), settings(columns=chosen), TRAIN)
    tensors = recipe.apply(from_rows(ROWS))
    assert [(t.name, t.dtype, t.shape, t.vocabulary_size) for t in recipe.tensors] == [
        ("features", "float32", (6,), None), ("c", "int32", (1,), 3),
    ]  # fmt: skip
    assert tensors.inputs["c"].tolist() == [[1], [2], [1], [0], [0]]
    assert tensors.unseen == {"c": 1}


def test_float_columns_may_go_to_tensors_of_their_own():
    chosen = {"n": Column("n", role="input", tensor="wide part")}
    recipe = fit(from_rows(ROWS), settings(columns=chosen), TRAIN)
    assert [t.name for t in recipe.tensors] == ["wide_part", "features"]


@given(st.lists(st.text(max_size=6), min_size=2, max_size=6, unique=True))
def test_tensor_names_are_identifiers_and_differ(names):
    names = [n for n in dict.fromkeys(n.strip() for n in names) if n and n != "t"]
    rows = [{n: f"v{(i + j) % 3}" for j, n in enumerate(names)} | {"t": i % 2} for i in range(12)]
    columns = {n: Column(n, type="category", role="input") for n in names} | {"t": Column("t", role="target")}
    if not names:
        return
    recipe = fit(from_rows(rows), DataSettings(columns=columns, encode="index"), np.arange(12))
    made = [t.name for t in recipe.tensors]
    assert len(set(made)) == len(names)
    assert all(NAME.match(n) for n in made)
    assert from_json(recipe.to_json()) == recipe


def test_targets_are_scaled_and_restored():
    recipe = fit(from_rows(ROWS), settings(), TRAIN)
    y = recipe.apply(from_rows(ROWS)).target["y"]
    assert (y.shape, y.dtype) == ((5, 1), np.float32)
    assert abs(y[:4].mean()) < 1e-6
    assert np.allclose(recipe.restore_target(y)[:, 0], [1, 2, 3.5, 4.25, 5.5])
    plain = fit(from_rows(ROWS), settings(scale_target=False), TRAIN).apply(from_rows(ROWS)).target["y"]
    assert plain[:, 0].tolist() == [1, 2, 3.5, 4.25, 5.5]


@pytest.mark.parametrize(
    ("cells", "classes", "encoded"),
    [
        (["b", "a", "b"] * 4, ("a", "b"), [[1], [0], [1]]),
        (["10", "9", "1.0"] * 4, ("1", "9", "10"), [2, 1, 0]),
        (["yes", "no", ""] * 4, ("no", "yes"), [[1], [0], [0]]),
    ],
)
def test_classes_are_sorted(cells, classes, encoded):
    table = from_rows([{"x": i * 1.5, "target": c} for i, c in enumerate(cells)])
    recipe = fit(table, DataSettings(), np.arange(12))
    tensors = recipe.apply(table, np.arange(3))
    assert recipe.classes == classes
    assert tensors.target["target"].tolist() == encoded
    assert tensors.without_target.tolist() == [c == "" for c in cells[:3]]


@pytest.mark.parametrize(
    ("cells", "task", "sentence"),
    [
        (["a", "b", "c"] * 4, "binary", "has two classes"),
        (["a"] * 12, "multiclass", "needs two classes"),
        (["a", "b", "c"] * 4, "regression", "needs numbers"),
    ],
)
def test_targets_that_do_not_suit_the_task(cells, task, sentence):
    table = from_rows([{"x": i * 1.5, "target": c} for i, c in enumerate(cells)])
    with pytest.raises(DataError, match=sentence):
        fit(table, DataSettings(task=task), np.arange(12))


def test_new_tables_may_have_another_order_and_no_target():
    table = from_rows(ROWS)
    recipe = fit(table, settings(), TRAIN)
    other = from_rows([{k: row[k] for k in ("extra", "d", "c", "b", "n") if k in row} for row in ROWS])
    tensors = recipe.apply(other)
    assert (tensors.inputs["features"] == recipe.apply(table).inputs["features"]).all()
    assert tensors.target is None
    assert tensors.without_target.all()


def test_missing_columns_get_a_sentence():
    recipe = fit(from_rows(ROWS), settings(), TRAIN)
    with pytest.raises(DataError, match=r"lacks 2 columns \('b', 'c'\)"):
        recipe.apply(from_rows([{"n": 1, "d": ""}]))


def test_cells_that_cannot_be_read_get_a_sentence_per_row():
    recipe = fit(from_rows(ROWS), settings(), TRAIN)
    new = from_rows([{"n": "x", "b": "maybe", "c": "z", "d": "soon"}, {"n": "3", "b": "no", "c": "u", "d": ""}])
    tensors = recipe.apply(new)
    assert list(tensors.problems) == [0]
    assert tensors.problems[0] == (
        "'n' must be a number; it is 'x'. 'b' must be true or false; it is 'maybe'. 'd' must be a date; it is 'soon'."
    )
    assert np.isfinite(tensors.inputs["features"]).all()


@pytest.mark.parametrize(
    "cells", [["5"] * 9, [""] * 9, ["1e308", "-1e308", "9e307"] * 3, ["1e-300", "2e-300", "3e-300"] * 3]
)
@pytest.mark.parametrize("scale", ["standardize", "minmax", "none"])
def test_odd_columns_stay_finite(cells, scale):
    table = from_rows([{"x": c, "target": i % 2} for i, c in enumerate(cells)])
    columns = {"x": Column("x", type="number", role="input", scale=scale)}
    x = fit(table, DataSettings(columns=columns), np.arange(9)).apply(table).inputs["features"]
    assert np.isfinite(x).all()


@given(st.lists(st.one_of(st.floats(-1e6, 1e6).map(repr), st.just(""), st.just("NA")), min_size=4, max_size=30))
def test_standardized_training_rows_have_mean_0_and_deviation_1(cells):
    table = from_rows([{"x": c, "target": i % 2} for i, c in enumerate(cells)])
    columns = {"x": Column("x", type="number", role="input")}
    recipe = fit(table, DataSettings(columns=columns), np.arange(len(cells)))
    x = recipe.apply(table).inputs["features"].astype(np.float64)
    spread = np.nanstd([float(c) if c not in ("", "NA") else np.nan for c in cells] + [recipe.steps[0].fill])
    assert abs(x.mean()) < 1e-3
    assert abs(x.std() - 1) < 1e-3 or math.isclose(recipe.steps[0].scale, 1.0) or spread < 1e-3


def test_the_recipe_travels_as_json():
    table = read(Source(str(sample_path("penguins"))))
    chosen = DataSettings(columns={"species": Column("species", role="target"), "sex": Column("sex", encode="index")})
    recipe = fit(table, chosen, parts(table, chosen).train)
    again = from_json(recipe.to_json())
    assert again == recipe
    rows = np.array([5, 3, 300])
    assert all((again.apply(table, rows).inputs[k] == v).all() for k, v in recipe.apply(table, rows).inputs.items())


def change(path, value):
    def damage(plain):
        place = plain
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return damage


@pytest.mark.parametrize(
    "damage",
    [
        change(["steps"], []), change(["steps"], "x"), change(["steps", 0, "scale"], 0.0),
        change(["steps", 0, "scale"], float("inf")), change(["steps", 0, "fill"], "1"),
        change(["steps", 0, "tensor"], "a b"), change(["steps", 0, "kind"], "code"),
        change(["steps", 0, "extra"], 1), change(["steps", 2, "values"], ["a", "a"]),
        change(["steps", 2, "fill"], 99), change(["steps", 3, "fill"], 1e9), change(["targets", 0, "scale"], -1.0),
        change(["version"], 2), change(["delimiter"], ""), change(["steps", 1, "column"], "n"),
        change(["decimal"], ";"),
    ],
)  # fmt: skip
def test_damaged_recipes_get_a_sentence(damage):
    plain = copy.deepcopy(fit(from_rows(ROWS), settings(), TRAIN).to_json())
    damage(plain)
    with pytest.raises(DataError, match="The recipe is damaged"):
        from_json(plain)


@pytest.mark.parametrize("value", [None, [], "x", {"steps": object()}, 5])
def test_what_is_no_recipe_gets_a_sentence(value):
    with pytest.raises(DataError, match="The recipe is damaged"):
        from_json(value)


def test_no_inputs():
    table = from_rows([{"target": i % 2} for i in range(12)])
    with pytest.raises(DataError, match="no input column"):
        fit(table, DataSettings(), np.arange(12))
