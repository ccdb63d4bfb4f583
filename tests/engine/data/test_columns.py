"""Types, roles, flags, the task and what is wrong with data."""

import pytest

from engine.data.columns import candidates, guess_target, infer, target_names, task
from engine.data.problems import problems
from engine.data.settings import Column, DataSettings, Source
from engine.data.table import from_rows, read, read_bytes
from resources import sample_path, samples


def table_of(**columns):
    return from_rows([dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)])


def settings_of(**roles):
    return DataSettings(columns={name: Column(name, role=role) for name, role in roles.items()})


def report_of(cells, **settings):
    table = table_of(other=[f"{i % 7}.5" for i in range(len(cells))], a=cells)
    return infer(table, DataSettings(**settings))[1]


@pytest.mark.parametrize(
    ("cells", "kind", "role"),
    [
        ([f"{i * 1.5}" for i in range(30)], "number", "input"),
        (["1,234", "2,345", "12"] * 5, "number", "input"),
        (["1"] * 28 + ["x"], "category", "input"),
        ([f"{i}.25" for i in range(99)] + ["oops"], "number", "input"),
        (["yes", "no", "Yes"] * 5, "boolean", "input"),
        (["True", "False"] * 5, "boolean", "input"),
        (["0", "1"] * 10, "number", "input"),
        (["2020-01-31", "2021-12-01 10:30"] * 5, "date", "input"),
        (["31.12.2020", "01.02.2021"] * 5, "date", "input"),
        (["12/31/2020", "01/02/2021"] * 5, "date", "input"),
        (["red", "green"] * 5, "category", "input"),
        (["00123", "00456"] * 5, "category", "input"),
        ([f"user {i}" for i in range(30)], "identifier", "ignore"),
        ([f"{i:05}" for i in range(30)], "identifier", "ignore"),
        ([f"some long words about thing {i % 25} " * 3 for i in range(30)], "text", "ignore"),
        (["5"] * 20, "number", "ignore"),
        (["same"] * 20, "category", "ignore"),
        ([""] * 20, "category", "ignore"),
        (["inf", "1", "2", "3"] * 10, "category", "input"),
    ],
)
def test_types_are_inferred_over_the_whole_column(cells, kind, role):
    report = report_of(cells)
    assert (report.type, report.role) == (kind, role)
    assert report.why.endswith(".")


def test_figures():
    report = report_of(["1", "2", "", "4", "NA", "1e400", *map(str, range(100, 140))])
    assert (report.missing, report.invalid, report.unique) == (2, 1, 43)
    assert (report.minimum, report.maximum, report.median) == (1, 139, 118)
    assert sum(report.histogram) == 43
    assert report.integers


def test_huge_numbers_do_not_overflow():
    report = report_of(["1e308", "-1e308", "1e307"] * 5)
    assert (report.type, report.minimum, sum(report.histogram)) == ("number", -1e308, 15)


@pytest.mark.parametrize(("name", "first"), [("id", 1), ("", 0), ("Unnamed: 0", 0), ("row", 1), ("customer_id", 1)])
def test_row_numbers_are_identifiers(name, first):
    rows = "".join(f"{i + first},{i % 5}.5,{i % 3}.5\n" for i in range(20))
    report = infer(read_bytes(f"{name},x,z\n{rows}".encode()))[0]
    assert (report.type, report.role) == ("identifier", "ignore")


def test_the_only_input_is_no_row_number():
    table = read_bytes(("x,y\n" + "".join(f"{i},{i * i}\n" for i in range(20))).encode())
    assert [(r.type, r.role) for r in infer(table)] == [("number", "input"), ("number", "target")]


def test_copies_of_the_target_are_flagged_and_ignored():
    labels = ["a", "b", "c"] * 10
    table = table_of(
        x=[str(i * 1.5) for i in range(30)], code=[{"a": 1, "b": 2, "c": 3}[v] for v in labels], target=labels
    )
    report = infer(table)[1]
    assert (report.role, "copies_target" in report.flags) == ("ignore", True)
    numbers = [f"{i * 0.37:.3f}" for i in range(40)]
    scaled = [f"{float(v) * 10 + 1:.3f}" for v in numbers]
    table = table_of(x=[f"{(i * 7) % 11}.5" for i in range(40)], copy=scaled, y=numbers)
    assert [r.role for r in infer(table)] == ["input", "ignore", "target"]


def test_a_number_with_all_values_different_is_no_copy():
    table = table_of(x=[f"{(i * 37) % 101}.5" for i in range(50)], y=[f"{(i * i) % 97 + i / 100}" for i in range(50)])
    assert [r.role for r in infer(table)] == ["input", "target"]


def test_overrides_win():
    columns = {"a": Column("a", type="category", role="input"), "other": Column("other", role="ignore")}
    report = report_of([str(i % 3) for i in range(12)], columns=columns)
    assert (report.type, report.role) == ("category", "input")
    named = report_of([f"user {i}" for i in range(30)], columns={"a": Column("a", role="input")})
    assert (named.type, named.role) == ("category", "input")


@pytest.mark.parametrize(
    ("names", "guess"),
    [
        (["a", "Target"], "Target"),
        (["y", "x"], "y"),
        (["label", "class"], None),
        (["a", "b"], None),
        (["CLASS"], "CLASS"),
    ],
)
def test_the_target_is_guessed_by_name(names, guess):
    assert guess_target(names) == guess


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["a", "b"] * 10, "binary"),
        (["0", "1"] * 10, "binary"),
        (["yes", "no"] * 10, "binary"),
        (["a", "b", "c"] * 10, "multiclass"),
        ([str(i % 10) for i in range(100)], "multiclass"),
        ([str(i % 10 + 0.5) for i in range(100)], "regression"),
        ([str(i % 50) for i in range(500)], "regression"),
        ([str(i) for i in range(1, 30)], "regression"),
        ([f"label {i}" for i in range(30)], "multiclass"),
    ],
)
def test_the_task_is_inferred(cells, expected):
    table = table_of(x=[str(i % 7 + 0.5) for i in range(len(cells))], target=cells)
    reports = infer(table)
    assert task(reports) == expected
    assert task(reports, DataSettings(task="regression")) == "regression"


@pytest.mark.parametrize("sample", samples(), ids=lambda s: s.name)
def test_samples(sample):
    table = read(Source(str(sample_path(sample.name))))
    settings = settings_of(**{sample.target: "target"})
    reports = infer(table, settings)
    assert (table.rows, table.rejects) == (sample.rows, ())
    assert task(reports, settings) == sample.task
    assert target_names(reports) == (sample.target,)
    assert not [p for p in problems(table, reports, settings, task(reports, settings)) if p.severity == "error"]
    assert not [r for r in reports if r.type in ("identifier", "text", "date")]


def test_penguins_have_categories_and_missing_values():
    reports = {r.name: r for r in infer(read(Source(str(sample_path("penguins")))), settings_of(species="target"))}
    assert (reports["island"].type, reports["sex"].type, reports["sex"].missing) == ("category", "category", 11)
    assert reports["body_mass_g"].missing == 2


def find(table, settings):
    reports = infer(table, settings)
    return {p.short: p for p in problems(table, reports, settings, task(reports, settings))}


def test_problems_have_sentences_and_fixes():
    table = read_bytes(("x,c,c,y\n" + "".join(f"{i}.5,k,{i % 3},{i % 4}\n" for i in range(60)) + "1,2\n").encode())
    found = find(table, settings_of(c="input", y="ignore"))
    assert {"no target", "constant", "1 rejected", "name made"} <= set(found)
    assert found["no target"].repair.action == "set_target"
    assert found["constant"].repair.arguments == ("c", "ignore")
    assert "line 62" in found["1 rejected"].message


@pytest.mark.parametrize(
    ("cells", "more", "short"),
    [
        (["a", "b", "c"] * 20, {"task": "regression"}, "labels, no numbers"),
        (["a", "b", "c"] * 20, {"task": "binary"}, "more than two classes"),
        (["a"] * 60, {}, "one value only"),
        (["a", "b"] * 30 + ["c"], {}, "rare classes"),
        (["a", "b"] * 30 + [""], {}, "1 without target"),
    ],
)
def test_targets_that_do_not_fit(cells, more, short):
    table = table_of(x=[str(i % 7 + 0.5) for i in range(len(cells))], target=cells)
    assert short in find(table, DataSettings(**more))


def test_candidates_name_likely_targets_first():
    table = table_of(a=[f"{i}.5" for i in range(30)], b=["u", "v"] * 15, c=["w"] * 30)
    assert candidates(infer(table)) == ("b", "a")
