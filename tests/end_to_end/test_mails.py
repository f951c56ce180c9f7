"""Notices on the embedded stack: from a saved state through stream, bus and queue to mails in a folder."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from local.mails import save_mails
from local.stack import EmbeddedStack
from partner_program.adapters.account_store import DynamoAccountStore
from partner_program.adapters.table import Table
from tests.fakes.notices import ACCOUNT_ID, PARTNER, a_statement, full_state, mailed_for, told_by, versions
from tests.fakes.program_table import record_item

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    """On which the versions of an account's state were saved one by one, and a statement put."""
    with EmbeddedStack(tmp_path_factory.mktemp("stack"), {"ChannelManagerEmail": "manager@vendor.example"}) as made:
        table = Table(made.dynamodb, made.outputs["ProgramTable"])
        accounts = DynamoAccountStore(table)
        table.put(record_item(PARTNER, PARTNER.partner_id))
        for number, state in enumerate([*versions()[::6], full_state()]):
            accounts.save_state(state, number)
        accounts.put_statement(a_statement())
        made.wait_until_quiet()
        yield made


def read(path: Path) -> EmailMessage:
    return message_from_bytes(path.read_bytes(), policy=policy.default)


@pytest.mark.rule("R-9")
def test_every_notice_lands_as_one_mail_in_the_folder(stack: EmbeddedStack, tmp_path: Path) -> None:
    told = told_by([*versions()[::6], full_state()]) | {"2024-04-30#statement_ready#2024Q1"}
    expected = mailed_for(told, manager=True)
    assert save_mails(stack, tmp_path) == len(expected)
    assert {path.name for path in tmp_path.iterdir()} == {
        f"{ACCOUNT_ID}_{name.replace('#', '_')}.eml" for name in expected
    }
    assert stack.dead_letters() == {}


def test_a_mail_has_addresses_both_forms_and_the_regions_support(stack: EmbeddedStack, tmp_path: Path) -> None:
    save_mails(stack, tmp_path)
    mail = read(tmp_path / f"{ACCOUNT_ID}_2024-03-02_decision_due_business_plan-2024-2024-01-01.eml")
    assert (mail["From"], mail["To"]) == ("notices@partner-program.example", "office@partner.example")
    assert mail["Subject"] == "P0001-DE: decision due on Business Plan 2024"
    text, html = (mail.get_body((form,)) for form in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert "Dear Alpha <Bild & Ton>,\r\n" in text.get_content()
    assert "Dear Alpha &lt;Bild &amp; Ton&gt;," in html.get_content()
    assert "emeasalessupport@milestonesys.com" in text.get_content()


def test_the_same_mails_make_the_same_files(stack: EmbeddedStack, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        save_mails(stack, tmp_path / folder)
    first, second = ({path.name: path.read_bytes() for path in (tmp_path / folder).iterdir()} for folder in ("a", "b"))
    assert first == second


def test_every_version_of_the_state_is_in_the_history(stack: EmbeddedStack) -> None:
    table = Table(stack.dynamodb, stack.outputs["ProgramTable"])
    items = table.query(f"HISTORY#ACCOUNT#{ACCOUNT_ID}", prefix="STATE#")
    assert [item["version"] for item in items] == list(range(1, len(versions()[::6]) + 2))
