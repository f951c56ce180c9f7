"""`bank-details`, `audit`, `accruals`, and who a command takes its caller for."""

import json
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from partner_program.adapters.bank_store import DynamoBankStore
from partner_program.adapters.payment_book import DynamoPaymentBook
from partner_program.domain.payments.bank import BankRevision
from tests.deployed.world import World
from tests.fakes.records import P1_DE
from tests.integration.money_stack import ANNA, BRUNO, IBAN, WHY, enter_bank_details, reach, run, with_payout

PROPOSE = ("bank-details", "propose", "S1", "--holder", "Alpha GmbH", *WHY)


@pytest.fixture
def stack(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A sandbox with one payout to pay and no bank details yet."""
    reach(world, monkeypatch)
    with_payout(world)
    return world


def revisions(world: World) -> list[BankRevision]:
    return list(DynamoBankStore(world.bank_details).revisions("S1"))


@pytest.mark.rule("R-5.4c")
@pytest.mark.catalogue("B52")
def test_the_number_is_read_from_standard_input_and_never_shown(stack: World) -> None:
    code, said = run(*PROPOSE, *ANNA, typed=f"{IBAN}\n")
    assert code == 0
    assert said.splitlines() == [
        "S1#1: proposed, iban ending in 3000, COBADEFFXXX, DE",
        "  holder Alpha GmbH",
        "  proposed by Anna Vogt on 2024-08-15: form of 12 July",
    ]
    [proposed] = revisions(stack)
    assert IBAN not in json.dumps(proposed.model_dump(mode="json"))
    assert run("bank-details", "show", "S1")[1] == said


def test_the_number_is_no_argument_and_no_option(stack: World) -> None:
    for more in (("--number", IBAN), ("--iban", IBAN), (IBAN,)):
        assert run(*PROPOSE, *more, *ANNA, typed="\n")[0] == 2
    assert revisions(stack) == []


@pytest.mark.parametrize("typed", ["", "\n", "   \n", f"{IBAN[:-1]}1\n", "GB82 WEST 1234\n"])
def test_a_number_that_is_none_is_refused_without_being_repeated(stack: World, typed: str) -> None:
    code, said = run(*PROPOSE, *ANNA, typed=typed)
    assert (code, revisions(stack)) == (2, [])
    assert typed.strip() == "" or typed.strip() not in said


@pytest.mark.catalogue("B52")
def test_a_number_in_the_place_of_a_site_is_refused_without_being_repeated(stack: World) -> None:
    for command in (("show", IBAN), ("confirm", IBAN, "1", *BRUNO)):
        code, said = run("bank-details", *command)
        assert code == 2
        assert IBAN not in said


def test_somebody_else_confirms_and_the_cooling_time_begins(stack: World) -> None:
    run(*PROPOSE, *ANNA, typed=f"{IBAN}\n")
    code, said = run("bank-details", "confirm", "S1", "1", *ANNA, typed="y\n")
    assert code == 2
    assert "somebody else must decide on it" in said
    code, said = run("bank-details", "confirm", "S1", "1", *BRUNO, typed="y\n")
    assert code == 0
    question = said.index("Confirm these bank details as Bruno Keil?")
    assert said.index("S1#1: proposed, iban ending in 3000") < question < said.index("S1#1: confirmed")
    assert "confirmed by Bruno Keil on 2024-08-15" in said
    assert "paid to from 2024-08-20 on" in said


@pytest.mark.parametrize("typed", ["n\n", "\n", ""])
def test_without_a_yes_no_bank_details_are_confirmed(stack: World, typed: str) -> None:
    run(*PROPOSE, *ANNA, typed=f"{IBAN}\n")
    assert run("bank-details", "confirm", "S1", "1", *BRUNO, typed=typed)[0] != 0
    assert [one.status for one in revisions(stack)] == ["proposed"]


def test_bank_details_that_there_are_not_are_not_asked_about(stack: World) -> None:
    code, said = run("bank-details", "confirm", "S1", "1", *BRUNO, typed="y\n")
    assert code == 2
    assert "Confirm" not in said


def test_a_proposal_is_rejected_with_a_reason_and_the_next_has_another_number(stack: World) -> None:
    run(*PROPOSE, *ANNA, typed=f"{IBAN}\n")
    assert run("bank-details", "reject", "S1", "1", "--reason", "no signature", *BRUNO)[0] == 0
    assert run(*PROPOSE, *ANNA, typed=f"{IBAN}\n")[0] == 0
    assert [(one.number, one.status) for one in revisions(stack)] == [(1, "rejected"), (2, "proposed")]


@pytest.mark.parametrize(
    ("arn", "person"),
    [
        ("arn:aws:iam::111122223333:user/finance/anna", "anna"),
        ("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Pay_0a1/anna@vendor.example", "anna@vendor.example"),
        ("arn:aws-us-gov:sts::111122223333:assumed-role/AWSReservedSSO_Pay_0a1/anna", "anna"),
        ("arn:aws:iam::111122223333:user/anna", "anna"),
    ],
)
def test_outside_a_sandbox_the_person_is_who_aws_says(
    stack: World, monkeypatch: pytest.MonkeyPatch, arn: str, person: str
) -> None:
    reach(stack, monkeypatch, "production", arn)
    assert run("payout", "hold", P1_DE, "2024Q2", "--reason", "returns")[0] == 0
    [entry] = DynamoPaymentBook(stack.payments).audit_log()
    assert (entry.act.by.person, entry.act.by.role) == (person, "finance")


@pytest.mark.catalogue("B74")
def test_one_person_with_two_permission_sets_is_one_person(stack: World, monkeypatch: pytest.MonkeyPatch) -> None:
    reach(stack, monkeypatch, "production", "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Maker_0a1/anna")
    assert run(*PROPOSE, typed=f"{IBAN}\n")[0] == 0
    reach(stack, monkeypatch, "production", "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Checker_0b2/anna")
    assert run("bank-details", "confirm", "S1", "1", typed="y\n")[0] == 2
    reach(stack, monkeypatch, "production", "arn:aws:iam::111122223333:user/anna")
    assert run("bank-details", "confirm", "S1", "1", typed="y\n")[0] == 2
    reach(stack, monkeypatch, "production", "arn:aws:iam::111122223333:user/bruno")
    assert run("bank-details", "confirm", "S1", "1", typed="y\n")[0] == 0


@pytest.mark.catalogue("B74")
@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::111122223333:root",
        "arn:aws:sts::111122223333:federated-user/anna",
        "arn:aws:sts::111122223333:assumed-role/Pay/boris",
        "arn:aws:sts::111122223333:assumed-role/NotAWSReservedSSO_Pay_0a1/boris",
        "arn:aws:sts::111122223333:assumed-role/Pay/AWSReservedSSO_Pay_0a1",
    ],
)
def test_who_is_no_user_of_a_fixed_name_cannot_act(stack: World, monkeypatch: pytest.MonkeyPatch, arn: str) -> None:
    reach(stack, monkeypatch, "production", arn)
    code, said = run("payout", "hold", P1_DE, "2024Q2", "--reason", "returns")
    assert code == 2
    assert "sign in with IAM Identity Center, or as an IAM user of your own" in said
    assert list(DynamoPaymentBook(stack.payments).audit_log()) == []


@pytest.mark.catalogue("B74")
def test_outside_a_sandbox_nobody_says_who_they_are(stack: World, monkeypatch: pytest.MonkeyPatch) -> None:
    reach(stack, monkeypatch, "production", "arn:aws:iam::111122223333:user/anna")
    code, said = run("payout", "hold", P1_DE, "2024Q2", "--reason", "returns", *BRUNO)
    assert code == 2
    assert "leave --by out" in said
    assert list(DynamoPaymentBook(stack.payments).audit_log()) == []


@pytest.mark.parametrize("name", ["Anna\u200bVogt", "\u2800", " Anna", "a" * 129, ""])
def test_a_name_that_cannot_be_read_is_refused_in_a_sentence(stack: World, name: str) -> None:
    code, said = run("payout", "hold", P1_DE, "2024Q2", "--reason", "returns", "--by", name)
    assert code == 2
    assert "all of them to be seen" in said
    assert list(DynamoPaymentBook(stack.payments).audit_log()) == []


def test_what_aws_refuses_is_told_in_a_sentence(stack: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no right to the key"}}, "Encrypt")

    monkeypatch.setattr(stack.kms, "encrypt", denied)
    code, said = run(*PROPOSE, *ANNA, typed=f"{IBAN}\n")
    assert (code, revisions(stack)) == (1, [])
    assert said.startswith("failed: ")
    assert "no right to the key" in said


@pytest.mark.catalogue("B52")
def test_an_account_number_in_a_reason_is_never_shown(stack: World) -> None:
    code, said = run("payout", "hold", P1_DE, "2024Q2", "--reason", f"instead to {IBAN}", *ANNA)
    assert code == 0
    told = said + run("payout", "show", P1_DE)[1] + run("audit", "log")[1] + run("payments", "waiting")[1]
    assert IBAN not in told
    assert told.count("instead to ***") == 4


def test_the_log_tells_every_act_in_order_and_its_chain_is_verified(stack: World) -> None:
    enter_bank_details(stack)
    run("payout", "hold", P1_DE, "2024Q2", "--reason", "returns", *ANNA)
    code, said = run("audit", "log")
    assert code == 0
    entries = [line.strip() for line in said.splitlines() if line[:5].strip().isdigit()]
    assert [line.split("  ")[2:4] for line in entries] == [
        ["propose bank details", "S1"],
        ["confirm bank details", "S1"],
        ["propose bank details", "payer.EUR"],
        ["confirm bank details", "payer.EUR"],
        ["hold", "P1-DE 2024Q2"],
    ]
    assert run("audit", "log", "--after", "4")[1].splitlines()[0].strip().startswith("5")


def test_the_log_is_held_against_what_was_noted_of_it_elsewhere(stack: World, tmp_path: Path) -> None:
    run("payout", "hold", P1_DE, "2024Q2", "--reason", "returns", *ANNA)
    [entry] = DynamoPaymentBook(stack.payments).audit_log()
    note = {"on": "2024-08-15", "number": 1, "digest": entry.digest}
    (tmp_path / "2024-08-15.json").write_text(json.dumps(note))
    said = run("audit", "verify", "--anchors", str(tmp_path))[1]
    assert f"The log ends with entry 1, {entry.digest}." in said
    assert "audit log:" not in said
    (tmp_path / "2024-08-15.json").write_text(json.dumps(note | {"digest": "0" * 64}))
    code, said = run("audit", "verify", "--anchors", str(tmp_path))
    assert code == 1
    assert "audit log:" in said
    (tmp_path / "2024-08-15.json").write_text("{}")
    assert run("audit", "verify", "--anchors", str(tmp_path))[0] == 2


def test_a_changed_entry_of_the_log_is_found_and_told_by_the_exit_code(stack: World) -> None:
    run("payout", "hold", P1_DE, "2024Q2", "--reason", "returns", *ANNA)
    [item] = stack.payments.query("AUDIT")
    stack.payments.put(item | {"body": str(item["body"]).replace("returns", "nothing")})
    code, said = run("audit", "verify")
    assert code == 1
    assert "entry 1 was changed: its hash does not fit what it says" in said


def test_a_month_that_was_not_booked_says_so(stack: World) -> None:
    code, said = run("accruals", "show", "2024-07")
    assert (code, said) == (0, "Accruals of 2024-07 (not all accounts are booked yet)\n")
    assert run("accruals", "show", "2024-7")[0] == 2
    assert run("accruals", "show", "2024-07", "--account", "P1#DE")[0] == 2
