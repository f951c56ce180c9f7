"""Reading a folder to play: tolerant where the engine will judge, strict where only the player reads."""

import gzip
from datetime import date
from pathlib import Path

import pytest

from local.folder import PlayRefused, read_folder
from local.plan import make_plan

HEADER = "report_id,invoice_date\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "records").mkdir()
    (tmp_path / "pos" / "D1").mkdir(parents=True)
    (tmp_path / "records" / "partners.csv").write_text("partner_id,enrolled_on\nP1,2022-07-01\n")
    return tmp_path


def test_plain_and_gzip_reports_are_read_alike(place: Path) -> None:
    body = (HEADER + "R,2022-07-02\nR,2022-07-02\nR,2022-07-30\n").encode()
    (place / "pos" / "D1" / "A.csv").write_bytes(b"\xef\xbb\xbf" + body)
    (place / "pos" / "D1" / "B.csv.gz").write_bytes(gzip.compress(body))
    plain, packed = read_folder(place).reports
    assert plain.invoice_dates == packed.invoice_dates == {date(2022, 7, 2): 2, date(2022, 7, 30): 1}
    assert (packed.report_id, packed.key) == ("B", "pos/D1/B.csv.gz")


@pytest.mark.parametrize(
    "broken",
    [
        "report_id,invoice_date\nR,2022-07-02\n".encode("utf-16"),
        b"",
        b"PK\x03\x04",
        b"report_id\nR\n",
        b"report_id,invoice_date\nR\n",
        b"report_id,invoice_date\nR,02.07.2022\n",
    ],
)
def test_a_report_that_cannot_be_read_has_no_dates_and_is_still_played(place: Path, broken: bytes) -> None:
    (place / "pos" / "D1" / "A.csv").write_bytes(broken)
    [report] = read_folder(place).reports
    assert report.invoice_dates == {}


def test_of_a_report_that_breaks_in_the_middle_the_dates_before_count(place: Path) -> None:
    (place / "pos" / "D1" / "A.csv").write_text(HEADER + 'R,2022-07-02\n"R,2022-07-03\n')
    (place / "pos" / "D1" / "B.csv.gz").write_bytes(gzip.compress(b"x" * 1000)[:-9])
    first, second = read_folder(place).reports
    assert first.invoice_dates == {date(2022, 7, 2): 1}
    assert second.invoice_dates == {}


def test_what_is_no_report_is_named_to_the_reader(place: Path) -> None:
    (place / "pos" / "D1" / "A.xlsx").write_text("no report")
    (place / "pos" / "stray.csv").write_text(HEADER)
    read = read_folder(place)
    assert read.reports == ()
    assert read.ignored == ("pos/D1/A.xlsx", "pos/stray.csv")
    assert len(make_plan(read).never) == 2


def test_records_keep_their_rows_and_an_unreadable_file_its_bytes(place: Path) -> None:
    (place / "records" / "sites.csv").write_bytes(b'site_id,name\nS1,"a, b"\n\nS2,c\n')
    (place / "records" / "people.csv").write_bytes(b"\xff\xfe\x00")
    partners, people, sites = read_folder(place).records
    assert partners.kind == "partners"
    assert sites.rows == (("S1", "a, b"), ("S2", "c"))
    assert (people.rows, people.content) == (None, b"\xff\xfe\x00")


def test_received_csv_is_read_and_may_name_a_report_twice(place: Path) -> None:
    (place / "received.csv").write_text("distributor_id,report_id,received_on\nD1,A,2022-08-01\nD1,A,2022-09-01\n")
    assert read_folder(place).received == {("D1", "A"): (date(2022, 8, 1), date(2022, 9, 1))}


@pytest.mark.parametrize(
    "text",
    [
        "distributor_id,report_id,received_on\nD1,A,01.08.2022\n",
        "distributor_id,report_id,received_on\nD1,A\n",
        "distributor_id,report_id\nD1,A\n",
        'distributor_id,report_id,received_on\n"D1,A,2022-08-01\n',
    ],
)
def test_a_mistake_in_received_csv_is_refused_by_name(place: Path, text: str) -> None:
    (place / "received.csv").write_text(text)
    with pytest.raises(PlayRefused, match=r"received\.csv"):
        read_folder(place)


def test_an_empty_or_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlayRefused, match="holds neither"):
        read_folder(tmp_path)
    with pytest.raises(PlayRefused, match="no folder"):
        read_folder(tmp_path / "absent")
