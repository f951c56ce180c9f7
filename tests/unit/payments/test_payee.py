"""R-5.4c: paid to the headquarters, or to the site that was named in writing before the payment was initiated."""

from collections.abc import Iterable
from datetime import date

import pytest

from partner_program.domain.facts import Site
from partner_program.domain.payments.bank import BankRevision, BankStatus, payer_site
from partner_program.domain.payments.payee import (
    BlockCode,
    Blocked,
    Payee,
    PayeeNaming,
    PayeeSite,
    payee_of,
    payee_site,
    payer_bank,
)
from tests.fakes.bank_details import CARL, day, naming, place, revision

DAY = day("2024-05-15")
BEFORE, AFTER = day("2024-05-14"), day("2024-05-16")
SITES = (place("HQ", headquarters=True), place("S2"), place("S3"))
BANKS = (revision("HQ"), revision("S2"), revision("S3"))

pytestmark = pytest.mark.rule("R-5.4c")


def payee(
    on: date = DAY,
    *,
    sites: Iterable[Site] = SITES,
    namings: Iterable[PayeeNaming] = (),
    banks: Iterable[BankRevision] = BANKS,
    refused: str | None = None,
) -> Payee | Blocked:
    by_site: dict[str, list[BankRevision]] = {}
    for one in banks:
        by_site.setdefault(one.site_id, []).append(one)
    return payee_of("P1-DE", sites, namings, by_site, refused, on)


def paid(found: Payee | Blocked) -> tuple[str, str, str]:
    assert isinstance(found, Payee), found
    return found.site_id, found.because, found.bank.name


def waits(found: Payee | Blocked | PayeeSite | BankRevision) -> BlockCode:
    assert isinstance(found, Blocked), found
    return found.code


# -- the headquarters


def test_without_a_letter_the_headquarters_are_paid() -> None:
    assert paid(payee()) == ("HQ", "headquarters", "HQ#1")


@pytest.mark.parametrize(("on", "expected"), [(BEFORE, None), (DAY, "HQ"), (AFTER, "HQ")])
def test_the_headquarters_are_paid_from_the_day_on_which_they_open(on: date, expected: str | None) -> None:
    found = payee(on, sites=[place("HQ", headquarters=True, opened="2024-05-15")])
    assert waits(found) is BlockCode.NO_HEADQUARTERS if expected is None else paid(found)[0] == expected


@pytest.mark.parametrize(("on", "expected"), [(BEFORE, "HQ"), (DAY, None), (AFTER, None)])
def test_the_headquarters_are_paid_up_to_the_day_before_they_close(on: date, expected: str | None) -> None:
    found = payee(on, sites=[place("HQ", headquarters=True, closed="2024-05-15"), place("S2")])
    assert waits(found) is BlockCode.NO_HEADQUARTERS if expected is None else paid(found)[0] == expected


@pytest.mark.parametrize(("on", "expected"), [(BEFORE, "HQ"), (DAY, "S2"), (AFTER, "S2")])
def test_headquarters_that_move_between_the_quarters_end_and_the_payment_are_those_of_the_day_of_payment(
    on: date, expected: str
) -> None:
    moved = [
        place("HQ", headquarters=True, closed="2024-05-15"),
        place("S2", headquarters=True, opened="2024-05-15"),
    ]
    assert paid(payee(on, sites=moved))[0] == expected


def test_with_two_open_headquarters_the_payout_waits_and_names_both() -> None:
    found = payee(sites=[place("HQ", headquarters=True), place("H2", headquarters=True)])
    assert found == Blocked(
        BlockCode.SEVERAL_HEADQUARTERS,
        "P1-DE has several headquarters that are open on 2024-05-15 (H2, HQ): upload sites.csv with one of them, "
        "or record the site that the partner names in writing",
    )


@pytest.mark.parametrize("account", ["P1-AT", "P2-DE", "P1-DE-DE"])
def test_headquarters_of_another_account_are_not_this_ones(account: str) -> None:
    found = payee(sites=[place("HQ", headquarters=True, account=account), place("S2")])
    assert found == Blocked(
        BlockCode.NO_HEADQUARTERS,
        "P1-DE has no headquarters that is open on 2024-05-15: upload sites.csv with one, "
        "or record the site that the partner names in writing",
    )


# -- the letter


@pytest.mark.parametrize(("on", "expected"), [(BEFORE, "HQ"), (DAY, "S2"), (AFTER, "S2")])
def test_a_letter_counts_from_the_day_on_which_it_was_received(on: date, expected: str) -> None:
    found = payee(on, namings=[naming("S2", "2024-05-15", document="letter 7")])
    assert paid(found)[:2] == (expected, "headquarters" if expected == "HQ" else "letter 7")


@pytest.mark.parametrize(
    ("namings", "expected"),
    [
        ([naming("S2", "2024-05-01"), naming("S3", "2024-05-02", 2)], "S3"),
        ([naming("S2", "2024-05-02"), naming("S3", "2024-05-01", 2)], "S2"),
        ([naming("S2", "2024-05-01"), naming("S3", "2024-05-01", 2)], "S3"),
        ([naming("S2", "2024-05-01", 9), naming("S3", "2024-05-01", 10)], "S3"),
        ([naming("S2", "2024-05-01"), naming("S3", "2024-05-16", 2)], "S2"),
        ([naming("S2", "2024-05-01"), naming("HQ", "2024-05-02", 2)], "HQ"),
    ],
    ids=[
        "the later letter",
        "the later letter though recorded first",
        "of one day the one recorded last",
        "the number counts as one",
        "a letter still to come",
        "back to the headquarters",
    ],
)
def test_the_letter_received_last_counts_and_of_one_day_the_one_recorded_last(
    namings: list[PayeeNaming], expected: str
) -> None:
    assert paid(payee(namings=namings))[0] == expected
    assert paid(payee(namings=namings[::-1]))[0] == expected


def test_who_has_recorded_the_letter_is_known_where_it_decides() -> None:
    named, by_default = payee(namings=[naming("S2", "2024-05-01")]), payee()
    assert isinstance(named, Payee)
    assert isinstance(by_default, Payee)
    assert (named.named_by, by_default.named_by) == (CARL, None)


def test_a_letter_of_another_account_says_nothing_of_this_one() -> None:
    assert paid(payee(namings=[naming("S2", "2024-05-01", account="P1-AT")]))[0] == "HQ"


@pytest.mark.parametrize("account", ["P1-AT", "P2-DE"])
def test_a_letter_that_names_a_site_of_another_account_stops_the_payout_and_does_not_send_it_to_the_headquarters(
    account: str,
) -> None:
    found = payee(sites=[*SITES, place("X1", account=account)], namings=[naming("X1", "2024-05-01")])
    assert found == Blocked(
        BlockCode.PAYEE_NOT_A_SITE,
        "L-1, received on 2024-05-01, names X1, which is no site of P1-DE: "
        "record a letter that names a site of the account, or upload sites.csv",
    )


@pytest.mark.parametrize(("on", "expected"), [(BEFORE, "S2"), (DAY, None), (AFTER, None)])
def test_a_named_site_is_paid_up_to_the_day_before_it_closes_and_then_the_payout_waits(
    on: date, expected: str | None
) -> None:
    sites = [place("HQ", headquarters=True), place("S2", closed="2024-05-15")]
    found = payee(on, sites=sites, namings=[naming("S2", "2024-05-01")])
    assert waits(found) is BlockCode.PAYEE_CLOSED if expected is None else paid(found)[0] == expected


@pytest.mark.parametrize(("on", "expected"), [(BEFORE, None), (DAY, "S2"), (AFTER, "S2")])
def test_a_named_site_is_paid_from_the_day_on_which_it_opens(on: date, expected: str | None) -> None:
    sites = [place("HQ", headquarters=True), place("S2", opened="2024-05-15")]
    found = payee(on, sites=sites, namings=[naming("S2", "2024-05-01")])
    assert waits(found) is BlockCode.PAYEE_CLOSED if expected is None else paid(found)[0] == expected


@pytest.mark.parametrize(
    ("opened", "closed", "said"),
    [
        ("2020-01-01", "2024-05-15", "is closed since 2024-05-15"),
        ("2024-05-16", None, "opens only on 2024-05-16"),
        ("2024-05-16", "2024-06-01", "opens only on 2024-05-16"),
    ],
)
def test_why_a_named_site_is_not_paid_is_said_with_its_day(opened: str, closed: str | None, said: str) -> None:
    sites = [place("HQ", headquarters=True), place("S2", opened=opened, closed=closed)]
    found = payee(sites=sites, namings=[naming("S2", "2024-05-01")])
    assert isinstance(found, Blocked)
    assert found.text == (
        f"L-1, received on 2024-05-01, names S2, which {said}: "
        "ask the partner for a letter that names an open site, or upload sites.csv"
    )


def test_no_site_with_a_name_kept_for_the_vendors_own_accounts_is_ever_paid() -> None:
    own = payer_site("EUR")
    named = payee(sites=[*SITES, place(own)], namings=[naming(own, "2024-05-01")], banks=[revision(own)])
    by_default = payee(sites=[place(own, headquarters=True)], banks=[revision(own)])
    assert (waits(named), waits(by_default)) == (BlockCode.PAYEE_NOT_A_SITE, BlockCode.PAYEE_NOT_A_SITE)


def test_a_letter_ends_the_wait_for_one_of_two_headquarters() -> None:
    two = [place("HQ", headquarters=True), place("H2", headquarters=True)]
    found = payee(sites=two, namings=[naming("H2", "2024-05-01")], banks=[revision("H2")])
    assert paid(found) == ("H2", "L-1", "H2#1")


def test_the_site_alone_is_told_before_its_bank_details_are_read() -> None:
    assert payee_site("P1-DE", SITES, [], DAY) == PayeeSite("HQ", "headquarters")


# -- bank details


def test_without_bank_details_the_payout_waits() -> None:
    assert payee(banks=[revision("S2")]) == Blocked(
        BlockCode.NO_BANK_DETAILS, "HQ has no bank details: propose them and have them confirmed"
    )


def test_bank_details_of_the_partner_that_a_site_belonged_to_before_are_not_paid_to() -> None:
    before, now = (revision("HQ").model_copy(update={"partner_id": partner_id}) for partner_id in ("P2", "P1"))
    assert waits(payee(banks=[before])) is BlockCode.NO_BANK_DETAILS
    assert paid(payee(banks=[now])) == ("HQ", "headquarters", "HQ#1")
    newer = before.model_copy(update={"number": 2})
    assert paid(payee(banks=[now, newer])) == ("HQ", "headquarters", "HQ#1")


def test_rejected_bank_details_are_none() -> None:
    assert waits(payee(banks=[revision("HQ", status=BankStatus.REJECTED)])) is BlockCode.NO_BANK_DETAILS


def test_bank_details_that_nobody_has_confirmed_are_not_paid_to() -> None:
    assert payee(banks=[revision("HQ", usable=None)]) == Blocked(
        BlockCode.BANK_DETAILS_UNCONFIRMED,
        "the bank details HQ#1, ending in 3000, wait for a second person since 2024-01-01: somebody of finance who has "
        "not proposed them confirms or rejects them",
    )


@pytest.mark.parametrize(("on", "expected"), [(BEFORE, None), (DAY, "HQ#1"), (AFTER, "HQ#1")])
def test_confirmed_bank_details_are_paid_to_from_the_end_of_their_cooling_time_on(
    on: date, expected: str | None
) -> None:
    found = payee(on, banks=[revision("HQ", usable="2024-05-15")])
    if expected is not None:
        assert paid(found)[2] == expected
        return
    assert found == Blocked(
        BlockCode.BANK_DETAILS_COOLING,
        "the bank details HQ#1, ending in 3000, are not paid to before 2024-05-15: nothing to do but wait",
    )


@pytest.mark.catalogue("B73")
@pytest.mark.parametrize(
    ("newer", "code"),
    [
        (revision("HQ", 2, usable=None), BlockCode.BANK_DETAILS_UNCONFIRMED),
        (revision("HQ", 2, usable="2024-05-16"), BlockCode.BANK_DETAILS_COOLING),
    ],
    ids=["proposed", "cooling"],
)
def test_a_change_shortly_before_the_payment_stops_it_and_the_older_details_do_not_stand_in(
    newer: BankRevision, code: BlockCode
) -> None:
    assert waits(payee(banks=[revision("HQ"), newer])) is code
    assert waits(payee(banks=[newer, revision("HQ")])) is code


def test_when_a_change_is_rejected_the_details_of_before_are_paid_to_again() -> None:
    rejected = revision("HQ", 2, status=BankStatus.REJECTED)
    assert paid(payee(banks=[revision("HQ"), rejected]))[2] == "HQ#1"


def test_the_newest_usable_details_are_paid_to_also_past_number_nine() -> None:
    assert paid(payee(banks=[revision("HQ", 9), revision("HQ", 10)]))[2] == "HQ#10"


def test_details_that_say_confirmed_without_a_first_day_are_not_paid_to() -> None:
    broken = revision("HQ").model_copy(update={"usable_from": None})
    assert waits(payee(banks=[broken])) is BlockCode.BANK_DETAILS_COOLING


def test_the_bank_details_are_those_of_the_site_that_is_paid() -> None:
    found = payee(namings=[naming("S2", "2024-05-01")], banks=[revision("HQ"), revision("S2", 3)])
    assert paid(found)[2] == "S2#3"
    assert waits(payee(namings=[naming("S2", "2024-05-01")], banks=[revision("HQ")])) is BlockCode.NO_BANK_DETAILS


def test_what_the_bank_has_refused_is_not_tried_again_with_the_same_details() -> None:
    assert payee(refused="HQ#1") == Blocked(
        BlockCode.REFUSED_BY_BANK,
        "the bank has refused the bank details HQ#1, ending in 3000: propose and confirm new ones, or retry the payout "
        "if the mistake was the bank's",
    )
    assert paid(payee(refused="HQ#1", banks=[revision("HQ"), revision("HQ", 2)]))[2] == "HQ#2"
    assert paid(payee(refused="HQ#1", namings=[naming("S2", "2024-05-01")]))[2] == "S2#1"


# -- the account that is paid from


def test_a_currency_is_paid_from_the_vendors_own_account_by_the_same_rules() -> None:
    own = payer_site("EUR")
    usable = revision(own, usable="2024-05-15")
    assert payer_bank("EUR", [usable], DAY) == usable
    assert payer_bank("EUR", [usable], BEFORE) == Blocked(
        BlockCode.NO_PAYER_ACCOUNT,
        "there is no account to pay EUR from: the bank details payer.EUR#1, ending in 3000, are not paid to before "
        "2024-05-15: nothing to do but wait",
    )
    assert waits(payer_bank("EUR", [usable, revision(own, 2, usable=None)], DAY)) is BlockCode.NO_PAYER_ACCOUNT
    assert waits(payer_bank("EUR", [], DAY)) is BlockCode.NO_PAYER_ACCOUNT
