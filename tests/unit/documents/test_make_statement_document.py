"""MakeStatementDocument: which statement, under which keys, with which name; again and again the same."""

from decimal import Decimal

import pytest

from partner_program.adapters.statement_documents.html import HtmlStatement
from partner_program.domain.accelerator.statement import StatementStatus
from partner_program.rulebook.answers import Region
from partner_program.use_cases.statement_document import MakeStatementDocument, StatementToShow
from partner_program.values.errors import NotFound
from partner_program.values.periods import Quarter
from tests.fakes.accounts import FakeAccounts
from tests.fakes.records import P1_DE, accepted, partner, rulebook, site
from tests.unit.documents.statements import statement

BOOK = rulebook()
Q2, Q3 = Quarter(2024, 2), Quarter(2024, 3)


class Files:
    def __init__(self) -> None:
        self.puts: list[tuple[str, bytes, str]] = []

    def put_result(self, key: str, body: bytes, content_type: str) -> None:
        self.puts.append((key, body, content_type))


class Seen:
    """A renderer that keeps what it is given."""

    suffix, content_type = ".txt", "text/plain"

    def __init__(self) -> None:
        self.shown: list[StatementToShow] = []

    def render(self, shown: StatementToShow) -> bytes:
        self.shown.append(shown)
        return b"document"


class Broken(Seen):
    suffix = ".broken"

    def render(self, shown: StatementToShow) -> bytes:
        raise RuntimeError("no such font")


def world() -> tuple[FakeAccounts, Files, Seen]:
    accounts = FakeAccounts()
    accounts.add(partner(), site(), accepted())
    accounts.put_statement(statement(payout="31250.00", quarter=2))
    accounts.put_statement(statement())
    return accounts, Files(), Seen()


@pytest.mark.rule("R-5.4d")
def test_every_form_of_the_final_statement_is_put_under_account_and_quarter() -> None:
    accounts, files, seen = world()
    keys = MakeStatementDocument(accounts, files, (HtmlStatement(), seen), BOOK)(P1_DE, Q3)
    assert keys == ("statements/P1-DE/2024Q3.html", "statements/P1-DE/2024Q3.txt")
    assert [(key, kind) for key, _, kind in files.puts] == [
        (keys[0], "text/html; charset=utf-8"),
        (keys[1], "text/plain"),
    ]


@pytest.mark.rule("R-5.4a", "R-9")
def test_what_is_shown_beside_the_statement_is_name_settled_quarters_and_contact() -> None:
    accounts, files, seen = world()
    MakeStatementDocument(accounts, files, (seen,), BOOK)(P1_DE, Q3)
    (shown,) = seen.shown
    assert (shown.statement, shown.partner_name) == (statement(), "Partner P1")
    assert shown.settled == ((Q2, Decimal("31250.00")),)
    rules = BOOK.at(statement().made_on)
    assert shown.region == rules.region(rules.country("DE").region)
    assert isinstance(shown.region, Region)


@pytest.mark.parametrize("quarter", [Quarter(2024, 1), Quarter(2024, 4), Quarter(2023, 3)])
def test_without_a_final_statement_nothing_is_written(quarter: Quarter) -> None:
    accounts, files, seen = world()
    accounts.put_statement(statement(year=quarter.year, quarter=quarter.number, status=StatementStatus.PRELIMINARY))
    with pytest.raises(NotFound):
        MakeStatementDocument(accounts, files, (seen,), BOOK)(P1_DE, quarter)
    assert files.puts == []


@pytest.mark.catalogue("F45")
def test_a_repeat_writes_the_same_bytes_also_after_the_partner_has_another_name() -> None:
    accounts, files, _ = world()
    make = MakeStatementDocument(accounts, files, (HtmlStatement(),), BOOK)
    make(P1_DE, Q3)
    accounts.add(partner().model_copy(update={"name": "Renamed"}), known_on="2024-10-31")
    make(P1_DE, Q3)
    assert files.puts[0] == files.puts[1]
    accounts.add(partner().model_copy(update={"name": "Renamed before"}), known_on="2024-10-30", stamp="1")
    assert b"Partner P1" in files.puts[1][1]


def test_an_unknown_partner_is_called_by_its_id() -> None:
    accounts, files, seen = FakeAccounts(), Files(), Seen()
    accounts.put_statement(statement())
    MakeStatementDocument(accounts, files, (seen,), BOOK)(P1_DE, Q3)
    assert seen.shown[0].partner_name == "P1"


@pytest.mark.rule("R-9")
def test_a_country_outside_of_the_program_has_no_contact() -> None:
    accounts, files, seen = FakeAccounts(), Files(), Seen()
    accounts.put_statement(statement(account_id="P1-AQ", country="AQ"))
    MakeStatementDocument(accounts, files, (seen,), BOOK)("P1-AQ", Q3)
    assert seen.shown[0].region is None


@pytest.mark.catalogue("F09")
def test_nothing_is_written_before_all_forms_are_rendered() -> None:
    accounts, files, seen = world()
    with pytest.raises(RuntimeError):
        MakeStatementDocument(accounts, files, (seen, Broken()), BOOK)(P1_DE, Q3)
    assert files.puts == []
