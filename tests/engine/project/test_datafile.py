"""The data file is found again by content, beside the project or where it was, and asked for when it has moved."""

from pathlib import Path

import pytest

from engine.data.settings import Source
from engine.errors import DataError
from engine.project import datafile
from engine.project.datafile import MovedDataError


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "iris.csv"
    path.parent.mkdir()
    path.write_text("a,b\n1,2\n")
    return path


def test_it_is_where_it_was(csv: Path, tmp_path: Path) -> None:
    assert datafile.find(datafile.refer(csv, Source()), tmp_path) == csv


def test_it_is_found_beside_the_project_by_content(csv: Path, tmp_path: Path) -> None:
    source = datafile.refer(csv, Source())
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    assert datafile.find(source, moved) == csv
    csv.rename(moved / "iris.csv")
    assert datafile.find(source, moved) == moved / "iris.csv"


def test_paths_of_windows_are_found_by_name(csv: Path) -> None:
    size, sha256 = datafile.fingerprint(csv)
    assert datafile.find(Source("C:\\Users\\me\\iris.csv", size, sha256), csv.parent) == csv


def test_moved_away_it_is_asked_for(csv: Path, tmp_path: Path) -> None:
    source = datafile.refer(csv, Source())
    csv.unlink()
    with pytest.raises(MovedDataError, match=r"iris\.csv is not where the project saw it") as caught:
        datafile.find(source, tmp_path)
    assert caught.value.found is None


def test_other_content_is_not_taken_silently(csv: Path, tmp_path: Path) -> None:
    source = datafile.refer(csv, Source())
    csv.write_text("a,b\n1,3\n")
    with pytest.raises(MovedDataError, match="has changed") as caught:
        datafile.find(source, tmp_path)
    assert caught.value.found == csv


def test_a_project_without_data_and_an_unreadable_file_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no data yet"):
        datafile.find(Source(), tmp_path)
    with pytest.raises(DataError, match="cannot be read"):
        datafile.refer(tmp_path / "none.csv", Source())
    with pytest.raises(DataError, match="cannot be read"):
        datafile.refer(Path("a\x00b"), Source())
