"""`history`, `restate` and `restatements-due` against a stack that CloudFormation knows."""

from decimal import Decimal

import pytest
from typer.testing import CliRunner

from local.cli import app
from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.clock import SandboxClock, SystemClock
from partner_program.adapters.notice_store import DynamoNoticeStore
from partner_program.rulebook import load_rulebook
from partner_program.use_cases.assess_account import AssessAccount
from tests.deployed.world import World
from tests.fakes.accounts import FixedClock
from tests.fakes.program_table import contribution_item, record_item
from tests.fakes.records import P1_DE, accepted, baseline, day, partner, placed, sales, site
from tests.integration.test_operate_commands import Stacks

BOOK = load_rulebook("guide-2022")
APPLY = ("--apply", "--expect", "30000.005", "--by", "M. Controller", "--reason", "late report")


@pytest.fixture
def stack(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """P1-DE, enrolled, its year 2023 frozen at 30 000 and a half-cent late; it is 2 May 2024."""
    clients = {"cloudformation": Stacks(world), "dynamodb": world.dynamodb, "sqs": world.sqs,
               "kms": world.kms}  # fmt: skip
    monkeypatch.setattr("local.operate.boto3.client", lambda service: clients[service])
    for record in (partner(), site(), accepted()):
        world.program.put(record_item(record, "P1") | {"known_on": "2023-01-02"})
    world.program.put(contribution_item(sales("2023-05", "30000", known="2023-06-05")))
    assess(world, "2023-06-05")
    store = DynamoAccountStore(world.program)
    store.put_baseline(baseline(2023, "30000", "2024-01-30"))
    world.program.put(contribution_item(sales("2023-12", "0.005", known="2024-03-05", report="LATE")))
    SandboxClock(world.program, SystemClock(BOOK.time_zone)).move_to(day("2024-05-02"))
    return world


def assess(world: World, on: str) -> None:
    store = DynamoAccountStore(world.program)
    state = AssessAccount(store, BOOK, FixedClock(on))(P1_DE)
    assert state is not None
    DynamoNoticeStore(world.program).keep_state(state, store.load(P1_DE, 2023)[1].version)


def run(*arguments: str) -> tuple[int, str]:
    answer = CliRunner().invoke(app, list(arguments))
    return answer.exit_code, answer.output


def baselines(world: World) -> list[tuple[int, Decimal, str]]:
    found = DynamoAccountStore(world.program).load(P1_DE, 2023)[0].baselines
    return [(item.revision, item.sales_revenue, item.restated_by) for item in found]


@pytest.mark.rule("R-5.4d")
def test_restate_shows_first_and_applies_exactly_what_was_shown(stack: World) -> None:
    code, shown = run("restate", P1_DE, "2023")
    assert code == 0
    assert "counts as   30000.00 EUR (frozen on 2024-01-30)" in shown
    assert "comes to    30000.005 EUR (POS reports)" in shown
    assert "difference  0.005 EUR" in shown
    assert "--apply --expect 30000.005" in shown
    assert baselines(stack) == [(0, Decimal(30000), "")]
    code, said = run("restate", P1_DE, "2023", *APPLY)
    assert (code, said) == (
        0, "P1-DE: 2023 counts as 30000.005 EUR since 2024-05-02, revision 1 by M. Controller.\n",
    )  # fmt: skip
    assert baselines(stack) == [(0, Decimal(30000), ""), (1, Decimal("30000.005"), "M. Controller")]
    assert "There is nothing to restate." in run("restate", P1_DE, "2023")[1]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [((P1_DE, "2023", *APPLY[:2], "30000.004", *APPLY[3:]), "comes to 30000.005 EUR, not to 30000.004"),
     ((P1_DE, "2023", *APPLY[:2], "3e4", *APPLY[3:]), "'3e4' is no amount"),
     ((P1_DE, "2023", *APPLY[:5]), "--apply needs"),
     ((P1_DE, "2023", "--by", "M. Controller"), "go with --apply"),
     ((P1_DE, "2024"), "the books of 2024 close on 2025-01-30"),
     (("P9-DE", "2023"), "P9-DE has no frozen revenue of 2023"),
     (("P1#DE", "2023"), "an account id is")],
)  # fmt: skip
def test_what_cannot_be_restated_is_refused_with_the_reason(stack: World, arguments: tuple[str, ...], why: str) -> None:
    code, said = run("restate", *arguments)
    assert (code, baselines(stack)) == (2, [(0, Decimal(30000), "")])
    assert why in said


def test_restatements_due_lists_the_accounts_that_differ(stack: World) -> None:
    code, said = run("restatements-due", "2023")
    assert (code, said.splitlines()) == (
        0,
        ["P1-DE: 2023 counts as 30000.00 EUR, comes to 30000.005 EUR (+0.005)",
         "1 account; look with `partner-program restate`."],
    )  # fmt: skip
    run("restate", P1_DE, "2023", *APPLY)
    assert run("restatements-due", "2023") == (0, "Nothing is due.\n")
    assert run("restatements-due", "2024")[0] == 2


def test_history_tells_every_change(stack: World) -> None:
    run("restate", P1_DE, "2023", *APPLY)
    stack.program.put(record_item(placed("advanced"), "P1") | {"known_on": "2023-07-01"})
    assess(stack, "2023-07-01")
    code, said = run("history", P1_DE)
    assert code == 0
    lines = said.splitlines()
    assert [line for line in lines if not line.startswith(" ") and " case " not in line] == [
        "History of P1-DE",
        "2023-01-02  enrolled as authorized  [known since 2023-06-05]",
        "2023-01-02  placed as advanced  [known since 2023-07-01]",
        "2023-07-01  demoted from advanced to authorized",
        "2023-07-01  stands no more: enrolled as authorized (2023-01-02)",
        "2024-01-30  Sales Revenue 2023 frozen: 30000.00 EUR",
        "2024-05-02  Sales Revenue 2023 restated from 30000.00 EUR to 30000.005 EUR",
    ]
    assert "2023-07-01  MCDE case closed on 2023-07-01: demoted" in lines
    assert "            R-4.2.1 Tier discount on program products: 30 % -> 20 %" in lines
    assert "            R-4.1.5a MCDE: 1 person required, 0 people found: NOT met, missing: 1 person" in lines
    assert "            late report (M. Controller)" in lines


def test_a_past_state_is_told_as_of_one_day_and_as_known_on_another(stack: World) -> None:
    stack.program.put(record_item(placed("advanced"), "P1") | {"known_on": "2023-07-01"})
    assess(stack, "2023-07-01")
    code, said = run("history", P1_DE, "--as-of", "2023-06-10", "--known-on", "2023-06-30")
    assert code == 0
    assert said.splitlines()[0] == "P1-DE as of 2023-06-10, as known on 2023-06-30"
    assert "tier: authorized since 2023-01-02" in said
    assert "Sales Revenue: 30000.00 EUR in 2023, 0.00 EUR in 2022" in said
    assert "as known on 2024-05-02\n" in run("history", P1_DE, "--as-of", "2023-06-10")[1]
    assert "as of 2023-06-30, as known on 2023-06-30" in run("history", P1_DE, "--known-on", "2023-06-30")[1]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [(("--as-of", "2023-07-01", "--known-on", "2023-06-30"), "ask as known on 2023-07-01 or later"),
     (("--known-on", "2024-05-03"), "still to come: today is 2024-05-02"),
     (("--as-of", "1.7.2023"), "a date is written YYYY-MM-DD"),
     (("--known-on", "2023-01-01"), "first assessed on 2023-06-05")],
)  # fmt: skip
def test_a_question_that_has_no_answer_is_refused(stack: World, arguments: tuple[str, ...], why: str) -> None:
    code, said = run("history", P1_DE, *arguments)
    assert code == 2
    assert why in said


def test_an_account_that_is_none_is_named(stack: World) -> None:
    assert run("history", "P9-DE")[0] == 2
    assert "P9-DE is no account" in run("history", "P9-DE")[1]
