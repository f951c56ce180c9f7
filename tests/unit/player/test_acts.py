"""`acts.csv`: what the owner does on a day of the play, read strictly, since only the player reads it."""

from datetime import date
from pathlib import Path

import pytest

from local.acts import Act, ActKind, read_acts
from local.folder import PlayRefused, ProgramFolder, RecordsFile
from local.plan import make_plan
from partner_program.domain.payments.people import Actor, Role
from partner_program.values.periods import Quarter

HEADER = "on,act,account_id,year,seed,by,reason\n"
RESTATE = "2024-03-04,restate,P1-DE,2023,,ann@vendor.example,late report\n"
DRAW = "2024-02-01,draw_brand_reviews,,2024,blue moon,ann@vendor.example,\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "acts.csv"


def test_without_the_file_nothing_is_done(path: Path) -> None:
    assert read_acts(path) == ()


def test_each_row_is_an_act_in_the_order_of_the_file(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + (HEADER + RESTATE + DRAW).encode())
    by = "ann@vendor.example"
    assert read_acts(path) == (
        Act(2, date(2024, 3, 4), ActKind.RESTATE, 2023, by, "late report", "P1-DE"),
        Act(3, date(2024, 2, 1), ActKind.DRAW, 2024, by, seed="blue moon"),
    )


def test_columns_may_stand_in_any_order_and_others_beside_them(path: Path) -> None:
    path.write_text("note,act,on,by,year,account_id,reason,seed\nx,restate,2024-03-04,ann,2023,P1-DE,late,\n")
    [act] = read_acts(path)
    assert (act.on, act.year, act.account_id) == (date(2024, 3, 4), 2023, "P1-DE")


@pytest.mark.parametrize(
    ("row", "mistake"),
    [
        ("04.03.2024,restate,P1-DE,2023,,ann,late", r"row 2: on: '04\.03\.2024' is no date"),
        ("2023-02-29,restate,P1-DE,2023,,ann,late", "row 2: on: "),
        ("2024-03-04,undo,P1-DE,2023,,ann,late", "row 2: act: 'undo' is none of restate, draw_brand_reviews"),
        ("2024-03-04,,P1-DE,2023,,ann,late", "row 2: act: "),
        ("2024-03-04,restate,P1,2023,,ann,late", "row 2: account_id: 'P1' is no account"),
        ("2024-03-04,restate,,2023,,ann,late", "row 2: account_id: restate needs it"),
        ("2024-03-04,restate,P1-DE,23,,ann,late", "row 2: year: '23' is no year"),
        ("2024-03-04,restate,P1-DE,٢٠٢٣,,ann,late", "row 2: year: "),
        ("2024-03-04,restate,P1-DE,2023,7,ann,late", "row 2: seed: restate has none"),
        ("2024-03-04,restate,P1-DE,2023,,,late", "row 2: by: restate needs it"),
        ("2024-03-04,restate,P1-DE,2023,,ann,", "row 2: reason: restate needs it"),
        ("2024-03-04,restate,P1-DE,2023,,ann,late,more", "row 2: more cells than columns"),
        ("2024-03-04,restate", "row 2: "),
        ("2024-02-01,draw_brand_reviews,,2024,,ann,", "row 2: seed: draw_brand_reviews needs it"),
        ("2024-02-01,draw_brand_reviews,,2024,7,,", "row 2: by: draw_brand_reviews needs it"),
        ("2024-02-01,draw_brand_reviews,P1-DE,2024,7,ann,", "row 2: account_id: draw_brand_reviews has none"),
        ("2024-02-01,draw_brand_reviews,,2023,7,ann,", "row 2: the brand reviews of 2023 are drawn on a day of 2023"),
    ],
)
def test_a_malformed_act_is_refused_by_row_and_column(path: Path, row: str, mistake: str) -> None:
    path.write_text(f"{HEADER}{row}\n", encoding="utf-8")
    with pytest.raises(PlayRefused, match=rf"acts\.csv {mistake}"):
        read_acts(path)


MONEY = "on,act,account_id,year,seed,by,reason,second,quarter,site_id,scheme,number,holder,document,received_on,role\n"
IBAN = "DE89370400440532013000"
DETAILS = f"2024-03-04,bank_details,,,,ann,form,bob,,S1,iban,{IBAN},Alpha,,,\n"


def test_acts_on_money_have_columns_of_their_own(path: Path) -> None:
    rows = (
        DETAILS,
        "2024-03-04,name_payee,P1-DE,,,ann,,,,S2,,,,letter 7,2024-03-01,channel\n",
        "2024-03-04,hold,P1-DE,2023,,ann,returns,,4,,,,,,,\n",
        "2024-03-05,prepare_payments,,,,ann,,,,,,,,,,\n",
        "2024-03-05,bank_rejects,P1-DE,2023,,,AC04,,4,,,,,,,\n",
    )
    path.write_text(MONEY + "".join(rows))
    details, naming, hold, prepare, rejects = read_acts(path)
    assert (details.cell("site_id"), details.cell("number"), details.second.person) == ("S1", IBAN, "bob")
    assert (naming.cell("document"), naming.actor.role) == ("letter 7", Role.CHANNEL)
    assert (hold.kind, hold.period, hold.actor) == (
        ActKind.HOLD,
        Quarter(2023, 4),
        Actor(person="ann", role=Role.FINANCE),
    )
    assert (prepare.year, prepare.cell("currency")) == (0, "")
    assert (rejects.reason, rejects.by) == ("AC04", "")


@pytest.mark.parametrize(
    ("row", "mistake"),
    [
        (DETAILS.replace(",bob,", ",,"), "second: bank_details needs it"),
        (DETAILS.replace(IBAN, ""), "number: bank_details needs it"),
        (DETAILS.replace("iban", "swift"), "scheme: 'swift' is neither iban nor other"),
        (DETAILS.replace("S1", "S 1"), "site_id: 'S 1' is no site"),
        ("2024-03-04,hold,P1-DE,2023,,ann,returns,,5,,,,,,,", "quarter: '5' is no quarter"),
        ("2024-03-04,hold,P1-DE,2023,,ann,returns,,,,,,,,,", "quarter: hold needs it"),
        ("2024-03-04,hold,P1-DE,,,ann,returns,,4,,,,,,,", "year: hold needs it"),
        ("2024-03-04,hold,P1-DE,2023,,ann,,,4,,,,,,,", "reason: hold needs it"),
        ("2024-03-04,cancel,P1-DE,2023,,ann,x,,4,S1,,,,,,", "site_id: cancel has none"),
        ("2024-03-04,cancel,P1-DE,2023,,ann,x,,4,,,,,,,king", "role: 'king' is none of partner, channel"),
        ("2024-03-04,approve_payments,,,,,,,,,,,,,,", "by: approve_payments needs it"),
        ("2024-03-04,approve_payments,,,,ann\x07,,,,,,,,,,", "by: 'ann\\\\x07' is no name"),
        ("2024-03-04,withdraw_payments,,,,ann,,,,,,,,,,", "reason: withdraw_payments needs it"),
        ("2024-03-04,prepare_payments,,,,ann,x,,,,,,,,,", "reason: prepare_payments has none"),
        ("2024-03-04,name_payee,P1-DE,,,ann,,,,S2,,,,letter,1.3.2024,", "received_on: '1.3.2024' is no date"),
        ("2024-03-04,bank_rejects,P1-DE,2023,,ann,AC04,,4,,,,,,,", "by: bank_rejects has none"),
    ],
)
def test_a_malformed_act_on_money_is_refused_by_row_and_column(path: Path, row: str, mistake: str) -> None:
    path.write_text(f"{MONEY}{row.rstrip()}\n", encoding="utf-8")
    with pytest.raises(PlayRefused, match=rf"acts\.csv row 2: {mistake}") as refused:
        read_acts(path)
    assert IBAN not in str(refused.value)


@pytest.mark.catalogue("B71")
def test_the_number_of_an_account_is_in_no_repr_of_an_act(path: Path) -> None:
    path.write_text(MONEY + DETAILS)
    assert IBAN not in repr(read_acts(path))


@pytest.mark.parametrize("column", HEADER.strip().split(","))
def test_a_missing_column_is_refused_by_name(path: Path, column: str) -> None:
    path.write_text(",".join(name for name in HEADER.strip().split(",") if name != column) + "\n")
    with pytest.raises(PlayRefused, match=f"column {column} is missing"):
        read_acts(path)


@pytest.mark.parametrize("content", [b"", b"\xff\xfeo", (HEADER + '"2024').encode()])
def test_a_file_that_is_no_csv_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(PlayRefused, match=r"acts\.csv"):
        read_acts(path)


def act(row: int, on: date) -> Act:
    return Act(row, on, ActKind.DRAW, on.year, "ann", seed="7")


def folder() -> ProgramFolder:
    placement = RecordsFile("placements", b"", ("partner_id", "placed_on"), (("P1", "2022-07-01"),))
    return ProgramFolder((placement,), (), {}, ())


def test_acts_of_a_day_are_done_on_it_in_the_order_of_the_file() -> None:
    first, second, other = act(3, date(2022, 8, 2)), act(2, date(2022, 8, 2)), act(4, date(2022, 8, 3))
    plan = make_plan(folder(), date(2022, 8, 3), (first, other, second))
    assert {day: of.acts for day, of in plan.days.items() if of.acts} == {
        date(2022, 8, 2): (first, second),
        date(2022, 8, 3): (other,),
    }


def test_an_act_after_the_last_day_is_never_done_and_named() -> None:
    plan = make_plan(folder(), date(2022, 8, 2), (act(2, date(2022, 8, 3)),))
    assert plan.never == ("acts.csv row 2: draw_brand_reviews on 2022-08-03, after 2022-08-02",)


def test_an_act_before_the_first_day_is_refused() -> None:
    assert make_plan(folder(), date(2022, 7, 2), (act(2, date(2022, 7, 1)),)).days[date(2022, 7, 1)].acts
    with pytest.raises(PlayRefused, match=r"row 2: on: 2022-06-30 is before the first day"):
        make_plan(folder(), date(2022, 7, 2), (act(2, date(2022, 6, 30)),))
