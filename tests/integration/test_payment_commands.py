"""`payments`, `payout`, `payee`: what operators do with money on a deployed stack."""

import re

import pytest

from partner_program.adapters.payment_book import DynamoPaymentBook
from partner_program.domain.payments.batch import BatchStatus
from partner_program.domain.payments.payout import PayoutState
from tests.deployed.world import World
from tests.fakes.records import P1_DE, site
from tests.integration.money_stack import (
    ANNA,
    BRUNO,
    IBAN,
    Q2,
    VENDORS_IBAN,
    enter_bank_details,
    put_site,
    reach,
    run,
    with_payout,
)

BATCH = "20240815-EUR-01"


@pytest.fixture
def stack(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A sandbox with one payout to pay and bank details that can be paid to."""
    reach(world, monkeypatch)
    with_payout(world)
    enter_bank_details(world)
    return world


def state(world: World) -> PayoutState:
    payout = DynamoPaymentBook(world.payments).payout(P1_DE, Q2)
    assert payout is not None
    return payout.state


def batch_status(world: World) -> BatchStatus:
    batch = DynamoPaymentBook(world.payments).batch(BATCH)
    assert batch is not None
    return batch.status


@pytest.mark.rule("R-5.4")
def test_a_payout_is_prepared_by_one_approved_by_another_and_released(stack: World) -> None:
    code, said = run("payments", "prepare", *ANNA)
    assert code == 0
    assert f"{BATCH}: prepared, 1 payment, 8,250.00 EUR" in said
    assert "P1-DE 2024Q2  8,250.00 EUR  to Alpha, S1 (headquarters), account ending in 3000 (S1#1)" in said
    code, said = run("payments", "approve", BATCH, *BRUNO, typed="y\n")
    assert code == 0
    assert said.index("8,250.00 EUR") < said.index("Approve these payments as Bruno Keil?") < said.index("is approved")
    code, said = run("payments", "release", BATCH, *BRUNO)
    assert code == 0
    assert f"released on 2024-08-15 by Bruno Keil: payments/{BATCH}/pain.001.xml" in said
    assert f"payments/{BATCH}/pain.001.xml" in stack.results()
    assert state(stack) is PayoutState.IN_PAYMENT
    assert "released" in run("payments", "show", BATCH)[1]


def test_without_a_yes_nothing_is_approved(stack: World) -> None:
    run("payments", "prepare", *ANNA)
    assert run("payments", "approve", BATCH, *BRUNO, typed="n\n")[0] != 0
    assert run("payments", "approve", BATCH, *BRUNO, typed="")[0] != 0
    assert batch_status(stack) is BatchStatus.PREPARED


@pytest.mark.catalogue("B74")
def test_who_prepared_cannot_approve_however_the_name_is_written(stack: World) -> None:
    run("payments", "prepare", *ANNA)
    code, said = run("payments", "approve", BATCH, "--by", "ANNA  vogt", typed="y\n")
    assert (code, batch_status(stack)) == (2, BatchStatus.PREPARED)
    assert "somebody else must decide on it" in said


def test_an_approval_can_name_the_digest_that_was_seen_and_another_one_is_refused(stack: World) -> None:
    said = run("payments", "prepare", *ANNA)[1]
    digest = re.findall("digest ([0-9a-f]{64})", said)[0]
    assert run("payments", "approve", BATCH, "--digest", "0" * 64, *BRUNO)[0] == 2
    assert run("payments", "approve", BATCH, "--digest", digest, *BRUNO)[0] == 0
    assert batch_status(stack) is BatchStatus.APPROVED


@pytest.mark.parametrize("role", ["channel", "partner", "auditor"])
@pytest.mark.parametrize(
    "act",
    [("payments", "prepare"), ("payout", "cancel", P1_DE, "2024Q2", "--reason", "why")],
    ids=lambda act: act[1],
)
def test_a_role_that_does_not_include_the_act_is_refused(stack: World, act: tuple[str, ...], role: str) -> None:
    code, said = run(*act, *ANNA, "--role", role)
    assert (code, state(stack)) == (2, PayoutState.OPEN)
    assert f"Anna Vogt as {role} may not" in said


def test_nobody_acts_as_the_engine_or_without_a_name(stack: World) -> None:
    for who, why in (
        ((*ANNA, "--role", "system"), "the engine acts by itself"),
        ((), "needs --by"),
        (("--by", " "), "all of them to be seen"),
        (("--by", "partner program"), "may not prepare"),
    ):
        code, said = run("payments", "prepare", *who)
        assert (code, state(stack)) == (2, PayoutState.OPEN)
        assert why in said


def test_what_is_not_approved_is_not_released(stack: World) -> None:
    run("payments", "prepare", *ANNA)
    code, said = run("payments", "release", BATCH, *BRUNO)
    assert code == 2
    assert "only an approved batch can be released" in said
    assert run("payments", "release", "20240815-EUR-02", *BRUNO)[0] == 2


def test_a_batch_that_is_withdrawn_lets_its_payouts_go(stack: World) -> None:
    run("payments", "prepare", *ANNA)
    code, said = run("payments", "withdraw", BATCH, "--reason", "one is missing", *ANNA)
    assert code == 0
    assert "void since 2024-08-15 by Anna Vogt: one is missing" in said
    assert state(stack) is PayoutState.OPEN


@pytest.mark.rule("R-5.5")
def test_a_payout_is_held_lifted_and_cancelled_with_person_and_reason(stack: World) -> None:
    code, said = run("payout", "hold", P1_DE, "2024Q2", "--reason", "returns", *ANNA, "--role", "channel")
    assert (code, state(stack)) == (0, PayoutState.ON_HOLD)
    assert "2024-08-15  on hold (Anna Vogt): returns" in said
    assert "Nothing was prepared." in run("payments", "prepare", *ANNA)[1]
    assert run("payout", "lift", P1_DE, "2024Q2", "--reason", "netted", *ANNA)[0] == 0
    assert state(stack) is PayoutState.OPEN
    assert run("payout", "retry", P1_DE, "2024Q2", "--reason", "again", *ANNA)[0] == 2
    assert run("payout", "cancel", P1_DE, "2024Q2", "--reason", "settled otherwise", *ANNA)[0] == 0
    assert state(stack) is PayoutState.CANCELLED
    said = run("payout", "show", P1_DE)[1]
    assert [said.find(what) for what in ("returns", "netted", "settled otherwise")] == sorted(
        said.find(what) for what in ("returns", "netted", "settled otherwise")
    )


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("payout", "hold", P1_DE, "2024-2", "--reason", "x", *ANNA), "a quarter is written 2024Q3"),
        (("payout", "hold", "P1#DE", "2024Q2", "--reason", "x", *ANNA), "an account id is"),
        (("payout", "hold", P1_DE, "2024Q3", "--reason", "x", *ANNA), "has no payout"),
        (("payout", "hold", P1_DE, "2024Q2", "--reason", " ", *ANNA), "needs a reason"),
        (("payout", "show", "P9-DE"), "P9-DE has no payout"),
        (("payments", "show", "20240815-USD-01"), "there is no batch 20240815-USD-01"),
        (("payee", "name", P1_DE, "S1", "--document", "L", "--received-on", "2024-08-16", *ANNA), "after 2024-08-15"),
        (("payee", "name", P1_DE, "S9", "--document", "L", "--received-on", "2024-08-15", *ANNA), "no site of P1-DE"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(stack: World, arguments: tuple[str, ...], why: str) -> None:
    code, said = run(*arguments)
    assert (code, state(stack)) == (2, PayoutState.OPEN)
    assert why in said


@pytest.mark.rule("R-5.4c")
def test_a_site_that_a_letter_names_is_paid_once_its_bank_details_are_there(stack: World) -> None:
    put_site(stack, site("S2").model_copy(update={"headquarters": False}))
    letter = ("--document", "letter 7", "--received-on", "2024-08-13")
    code, said = run("payee", "name", P1_DE, "S2", *letter, *ANNA)
    assert (code, said) == (
        0, "P1-DE is paid at S2: letter 7, received on 2024-08-13; recorded by Anna Vogt\n",
    )  # fmt: skip
    said = run("payments", "waiting")[1]
    assert "P1-DE 2024Q2  8,250.00 EUR waits (no_bank_details): S2 has no bank details" in said


def test_what_is_under_way_is_told(stack: World) -> None:
    assert run("payments", "waiting") == (0, "Nothing that is due waits for a repair.\n")
    run("payments", "prepare", *ANNA)
    said = run("payments", "waiting")[1]
    assert f"{BATCH}: prepared" in said
    assert "waits for 1 approval" in said


@pytest.mark.catalogue("F41")
@pytest.mark.catalogue("F44")
def test_what_the_bank_has_not_answered_what_came_back_and_what_is_held_is_told_with_its_days(stack: World) -> None:
    run("payments", "prepare", *ANNA)
    run("payments", "approve", BATCH, *BRUNO, typed="y\n")
    run("payments", "release", BATCH, *BRUNO)
    stack.today("2024-08-20")
    said = run("payments", "waiting")[1]
    assert "P1-DE 2024Q2  8,250.00 EUR in payment since 2024-08-15, 5 days: the bank has not answered" in said
    batch = DynamoPaymentBook(stack.payments).batch(BATCH)
    assert batch is not None
    head = "batch_id,end_to_end_id,status,booked_on,reason_code,amount,currency\n"
    for status, day, code in (("paid", "2024-08-16", ""), ("returned", "2024-08-19", "AC04")):
        row = f"{BATCH},{batch.items[0].end_to_end_id},{status},{day},{code},8250.00,EUR\n"
        stack.upload_and_deliver(f"bank-status/{status}.csv", head + row)
    assert state(stack) is PayoutState.RETURNED
    assert (
        "returned since 2024-08-19, 1 day (the bank: returned, AC04): a person decides" in run("payments", "waiting")[1]
    )
    run("payout", "hold", P1_DE, "2024Q2", "--reason", "wrong account", *ANNA)
    stack.today("2024-08-21")
    said = run("payments", "waiting")[1]
    assert "on hold since 2024-08-20, 1 day (wrong account): payable again after payout lift" in said


@pytest.mark.catalogue("B52")
def test_no_command_shows_more_of_an_account_than_its_last_four(stack: World) -> None:
    said = [run("payments", "prepare", *ANNA), run("payments", "approve", BATCH, *BRUNO, typed="y\n")]
    said += [run("payments", "release", BATCH, *BRUNO), run("bank-details", "show", "S1"), run("audit", "log")]
    for code, text in said:
        assert code == 0
        assert not {IBAN, VENDORS_IBAN, IBAN[4:], VENDORS_IBAN[4:]} & set(re.split(r"\W+", text))
        assert IBAN[2:-4] not in text
