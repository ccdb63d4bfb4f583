"""The palette: filters, search, suggestions, what is remembered."""

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest

from engine import registry
from studio.canvas import catalog
from studio.canvas.palette import FILTERS
from tests.studio.canvas.people import Person

K = Qt.Key


def shown(person: Person) -> list[str]:
    return [row.record.KERAS for row in person.page.palette_.rows()]


def open_all(person: Person) -> None:
    for group, _ in catalog.groups(str(person.page.palette_.filter.value())):
        person.page.palette_.remember(group, True)
    person.page.palette_._fill("")


def test_every_record_says_with_what_data_it_is_met() -> None:
    kinds = {key for key, _ in FILTERS if key}
    for record in registry.records("layer"):
        assert record.DATA, record
        assert set(record.DATA) <= kinds, record
    for kind in kinds:
        assert len(catalog.groups(kind)) > 3


def test_filters_show_what_fits_the_kind_of_data(person: Person) -> None:
    open_all(person)
    assert {"Dense", "Conv2D", "Embedding"} <= set(shown(person))
    person.click(person.find("Tabular"))
    assert "Conv2D" not in shown(person)
    assert {"Dense", "Embedding"} <= set(shown(person))
    person.click(person.find("Image"))
    open_all(person)
    assert "Conv2D" in shown(person)
    assert "Embedding" not in shown(person)
    person.click(person.find("Text"))
    assert "Conv2D" not in shown(person)
    person.click(person.find("All"))
    assert "Dense" in shown(person)


def test_search_stays_in_the_filter_and_says_so(person: Person) -> None:
    person.click(person.find("Tabular"))
    QTest.keyClicks(person.find("Search layers"), "conv2d")
    assert shown(person) == []
    person.click(person.find("All"))
    assert shown(person)[0] == "Conv2D"


@pytest.mark.parametrize(
    ("typed", "first"),
    [("drop", "Dropout"), ("fully connected", "Dense"), ("unroll", "Flatten"), ("slides filters", "Conv2D")],
)
def test_search_finds_by_name_alias_and_purpose(person: Person, typed: str, first: str) -> None:
    QTest.keyClicks(person.find("Search layers"), typed)
    assert first in shown(person)


def test_enter_in_the_search_inserts_after_the_selection(person: Person) -> None:
    person.click_card("dense_1")
    field = person.find("Search layers")
    QTest.keyClicks(field, "dropout")
    QTest.keyClick(field, K.Key_Return)
    person.settle()
    assert ("dense_1", "dropout_2") in person.wires()


def test_groups_and_filter_are_remembered(person: Person, tmp_path: object) -> None:
    settings = QSettings(f"{tmp_path}/s.ini", QSettings.Format.IniFormat)
    person.click(person.find("Tabular"))
    person.click(person.find("Core"))
    person.page.save_panels(settings)
    settings.sync()
    assert "Dense" not in shown(person)[3:]
    person.click(person.find("Core"))
    person.click(person.find("All"))
    person.page.restore_panels(QSettings(f"{tmp_path}/s.ini", QSettings.Format.IniFormat))
    assert person.page.palette_.filter.value() == "tabular"
    assert "Dense" not in shown(person)[3:]


def test_suggestions_follow_the_selection(person: Person) -> None:
    person.click_card("dense_1")
    assert shown(person)[:3] == ["Dropout", "BatchNormalization", "Dense"]
    person.click_card("dropout_1")
    assert shown(person)[:2] == ["Dense", "BatchNormalization"]
