"""The fields of one row speak as the data do."""

import datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.data.parse import parse_date
from engine.data.steps import BooleanStep, DateStep
from engine.data.table import from_rows
from studio.pages.predict.form import Choice, Date, answers

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


@pytest.mark.parametrize(("order", "text"), [("ymd", "2022-02-17"), ("dmy", "17.02.2022"), ("mdy", "02/17/2022")])
def test_a_date_is_written_as_its_column_writes_it(order: str, text: str, themed: QApplication) -> None:
    day = float(datetime.date(2022, 2, 17).toordinal())
    field = Date(DateStep("date", "joined", "features", order, day, 0.0, (0.0,) * 4, (1.0,) * 4))
    assert field.value() == text
    assert parse_date(field.value(), order) == day
    field.line.selectAll()
    QTest.keyClicks(field.line, "tomorrow")
    QTest.keyClick(field.line, Qt.Key.Key_Return)
    assert text in field.line.error
    assert field.value() == text
    field.line.clear()
    QTest.keyClick(field.line, Qt.Key.Key_Return)
    assert (field.value(), field.line.error) == ("", "")
