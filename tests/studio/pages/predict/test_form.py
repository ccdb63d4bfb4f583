"""The fields of one row speak as the data do."""

from PySide6.QtWidgets import QApplication

from engine.data.steps import BooleanStep
from engine.data.table import from_rows
from studio.pages.predict.form import Choice, answers

SMOKER = BooleanStep("boolean", "smoker", "features", 0.0)


def test_a_yes_stays_a_yes(themed: QApplication) -> None:
    table = from_rows([{"smoker": word} for word in ("no", "yes", "no", None)])
    field = Choice(SMOKER, table)
    assert [field.select.itemText(i) for i in range(field.select.count())] == ["yes", "no", "missing"]
    assert field.value() == "no"
    field.set_value("yes")
    assert field.value() == "yes"
    field.set_value("TRUE")
    assert field.value() == "yes"
    field.set_value("")
    assert field.value() == ""


def test_without_its_table_a_boolean_takes_all_its_words(themed: QApplication) -> None:
    assert answers(SMOKER, None) == ("true", "false")
    field = Choice(SMOKER)
    field.set_value("yes")
    assert field.value() == "true"
