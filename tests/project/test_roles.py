"""Each role allows what its function calls and nothing more: all is done once, and grants are held against calls."""

import fnmatch
import json
from collections.abc import Sequence
from typing import Any

import pytest

from partner_program.adapters.rulebook_source import RulebookSource
from partner_program.adapters.transaction import CONFLICT, put_across
from partner_program.domain.payments.audit import AuditDraft
from partner_program.domain.payments.batch import Batch, BatchStatus
from partner_program.domain.payments.payout import act_id
from partner_program.domain.payments.people import Action
from partner_program.use_cases.operate import set_rulebook
from tests.deployed.asking import ask_everything
from tests.deployed.desk import Desk
from tests.deployed.paying import ELIGIBLE
from tests.deployed.program import PREMIER, RECORDS, pos_line, pos_report, report_key
from tests.deployed.template import REPOSITORY, as_list
from tests.deployed.world import QUEUES, World, deployed, trigger

FOLDERS = sorted(path.parent.name for path in (REPOSITORY / "functions").glob("*/app.py"))

USED_BY_LAMBDA_ITSELF = {
    "logs:CreateLogStream", "logs:PutLogEvents",
    "xray:PutTraceSegments", "xray:PutTelemetryRecords",
    "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes",
    "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams",
}  # fmt: skip
"""Granted for what Lambda does in the function's name: polling its source, writing its log and traces."""

USED_WITHOUT_A_CALL_OF_OURS = {
    ("sales_upload", "TellMissingFromForbidden"), ("records_upload", "TellMissingFromForbidden"),
    ("account_assessment", "SetAsideWhatKeepsFailing"), ("quarter_end", "SetAsideWhatKeepsFailing"),
    ("certification_expiry", "SetAsideWhatKeepsFailing"), ("notifications", "SetAsideWhatKeepsFailing"),
    ("payment_run", "SetAsideWhatKeepsFailing"), ("accruals", "SetAsideWhatKeepsFailing"),
    ("bank_status", "TellMissingFromForbidden"), ("query_api", "TellMissingFromForbidden"),
}  # fmt: skip
"""S3 answers "forbidden" for "missing" without s3:ListBucket; failed batches and events are sent on by Lambda."""


def run_everything(world: World) -> None:
    """Everything that the functions can be asked to do, once."""
    backwards = dict(reversed(ELIGIBLE.items()))
    world.take_in(backwards)
    world.take_in(
        {
            "people": "person_id,site_id,from_date,until_date\nE-1,S-0001,2020-01-01,\n",
            "certifications": "certification_id,person_id,kind,certified_on\nC-1,E-1,MCDE,2024-02-01\n",
            "placements": "partner_id,country,tier,placed_on,reason\nP0001,DE,premier,2024-01-02,start\n",
        }
    )
    world.take_in(PREMIER, "premier")
    promote_another(world)
    world.upload_and_deliver("hello.txt", "x")
    world.send("records", "not json")
    held = [pos_line("2024-02", number, sku=sku) for number, sku in ((2, "NEW-1"), (3, "NEW-2"))]
    world.upload_and_deliver(report_key("2024-02"), pos_report(pos_line("2024-02", 1), *held))
    world.upload_and_deliver("records/products/new.csv", "sku,name,category,family\nNEW-1,New,software,other\n")
    for bad in ("bad_not_json", "no_version"):
        world.call("sales_upload", trigger("sales_upload", bad))
    for day in ("2024-03-31", "2024-04-30", "2025-01-30"):
        world.today(day)
        world.call("certification_expiry", {"scheduled_time": f"{day}T02:15:00Z"})
        world.settle()
        world.call("quarter_end", {"scheduled_time": f"{day}T21:45:00Z"})
        world.settle()
        # after the first day, so that the second finds another rulebook than the one before
        set_rulebook(RulebookSource(world.program), "guide-2022", '"compliance.days" = 61\n')
    pay_everything(world)
    world.call("rebate_statement", trigger("rebate_statement", "bad_task"))
    world.call("account_review", trigger("account_review", "bad_task"))
    world.call("notice_mail", trigger("notice_mail", "bad_notice"))
    world.call("bank_status", trigger("bank_status", "bad_not_json"))
    world.call("statement_document", trigger("statement_document", "bad_quarter"))


def promote_another(world: World) -> None:
    """A second partner has all but last year's revenue for Premier, which is recorded then."""
    names = {"P0001": "P0003", "S-0001": "S-0003", "H1": "J1", "H2": "J2", "100.00": "9000000.00"}
    kinds = ("partners", "sites", "terms_acceptances", "people", "certifications", "trainings", "opening_revenue")
    rows = {kind: (RECORDS | PREMIER)[kind] for kind in kinds}
    for name, another in names.items():
        rows = {kind: text.replace(name, another) for kind, text in rows.items()}
    revenue = rows.pop("opening_revenue")
    world.take_in(rows, "another")
    world.take_in({"opening_revenue": revenue}, "another")


def pay_everything(world: World) -> None:
    """A batch released, broken off and released again; the bank's answers; a month's accruals."""
    desk = Desk(world)
    desk.enter_all_bank_details()
    world.today("2025-02-17")
    world.call("accruals", {"scheduled_time": "2025-02-17T03:30:00Z"})
    batch = desk.approve(desk.prepare())
    assert batch.items
    for _ in range(2):
        with world.monkeypatch.context() as patch:
            lose_an_answer(patch)
            world.call("payment_run", {"scheduled_time": "2025-02-17T05:15:00Z"})
    release_again(desk, batch)
    item = batch.items[0]
    columns = "batch_id,end_to_end_id,status,booked_on,reason_code,amount,currency"
    row = f"{batch.batch_id},{item.end_to_end_id},rejected,2025-02-17,AC04,{item.amount},EUR"
    with world.monkeypatch.context() as patch:
        lose_an_answer(patch)
        world.upload_and_deliver("bank-status/a.csv", f"{columns}\n{row}\n")
    # an answer for an attempt that is over: the ledger is asked what was booked of it
    world.upload_and_deliver("bank-status/again.csv", f"{columns}\n{row}\n")
    assert world.result("bank-status/again/receipt.json")["outcomes"]["repeated"] == 1
    world.upload_and_deliver("bank-status/a/b.csv", "x")
    world.today("2025-03-10")
    assert world.call("accruals", {"scheduled_time": "2025-03-10T03:30:00Z"})["months"]
    world.take_in({"partners": ELIGIBLE["partners"].replace("Alpha", "Omega")}, "renamed")
    world.call("statement_document", trigger("statement_document", "statement_ready"))


def release_again(desk: Desk, batch: Batch) -> None:
    """As if the run had broken off between the files and the batch's own last step."""
    released = desk.batch(batch.batch_id)
    changes = {"status": BatchStatus.RELEASING, "released_on": None, "version": released.version + 1}
    assert released.released_by is not None
    assert released.file_digest is not None
    by, version = released.released_by, released.version + 1
    broken_off = AuditDraft(
        act_id=act_id(Action.RELEASE, batch.batch_id, version, by.person), action=Action.RELEASE, by=by, on=desk.today,
        subject=batch.batch_id,
        details={"step": "initiated", "digest": released.digest, "file": released.file_digest},
    )  # fmt: skip
    desk.book.commit(broken_off, [released.model_copy(update=changes)])
    desk.world.call("payment_run", {"release": batch.batch_id, "by": {"person": "Bruno Keil", "role": "finance"}})


def lose_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first transaction comes through, but who made it hears that others were in its way."""
    lost: list[Any] = []

    def losing(puts: Any) -> Any:
        reasons = put_across(puts)
        if lost:
            return reasons
        lost.append(puts)
        return (CONFLICT,) * len(puts)

    monkeypatch.setattr("partner_program.adapters.payment_book.put_across", losing)


def fail_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One failure of each kind of queue, so that the message's return is seen too."""
    from partner_program.use_cases.ingest_bank_status import IngestBankStatus
    from partner_program.use_cases.ingest_records import IngestRecords
    from partner_program.use_cases.ingest_report import IngestReport
    from partner_program.use_cases.mail_notice import MailNotice
    from partner_program.use_cases.make_statement import MakeStatement
    from partner_program.use_cases.review_accounts import ReviewAccounts
    from partner_program.use_cases.statement_document import MakeStatementDocument

    of_queues = (
        IngestRecords, IngestReport, MailNotice, MakeStatement, ReviewAccounts, IngestBankStatus, MakeStatementDocument,
    )  # fmt: skip

    def away(*_: Any, **__: Any) -> None:
        raise RuntimeError("away")

    with monkeypatch.context() as patch:
        for use_case in of_queues:
            patch.setattr(use_case, "__call__", away)
        world.send("sales", world.upload(report_key("late"), pos_report(pos_line("late", 9))))
        world.send("records", world.upload("records/partners/late.csv", RECORDS["partners"]))
        world.send("statement", json.loads(trigger("rebate_statement", "task")["Records"][0]["body"]))
        world.send("review", json.loads(trigger("account_review", "task")["Records"][0]["body"]))
        world.send("mail", json.loads(trigger("notice_mail", "notice")["Records"][0]["body"]))
        world.send("bank_status", json.loads(trigger("bank_status", "status_file")["Records"][0]["body"]))
        ready = trigger("statement_document", "statement_ready")
        world.send("statement_document", json.loads(ready["Records"][0]["body"]))
        for queue in QUEUES:
            assert world.run_queue(queue)


def resume_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report that hands on to itself."""
    from partner_program.use_cases.ingest_report import IngestReport
    from tests.deployed.world import Context

    defaults = IngestReport.__init__.__kwdefaults__ or {}
    with monkeypatch.context() as patch:
        patch.setattr(IngestReport.__init__, "__kwdefaults__", defaults | {"window_rows": 1})
        lines = [pos_line("long", number) for number in (20, 21)]
        world.send("sales", world.upload(report_key("long"), pos_report(*lines)))
        while world.run_queue("sales", Context(remaining_ms=60_000)):
            pass


def test_every_role_allows_what_its_function_calls_and_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """The calls are held to the roles as they are made; here, each granted action was seen in use."""
    with deployed(monkeypatch) as world:
        world.today("2024-03-15")
        run_everything(world)
        ask_everything(world)
        resume_once(world, monkeypatch)
        fail_once(world, monkeypatch)
        granted = {
            (folder, statement["Sid"], action)
            for folder in FOLDERS
            for statement in world.template.statements(folder)
            for action in as_list(statement["Action"])
            if action not in USED_BY_LAMBDA_ITSELF and (folder, statement["Sid"]) not in USED_WITHOUT_A_CALL_OF_OURS
        }
        used = {(folder, sid, action) for folder, calls in world.used.items() for sid, action in calls}
        assert granted - used == set()
        assert unused_keys(world) - LISTS_MAY_LOSE == set()


LISTS_MAY_LOSE = {
    ("notifications", "KeepLists", "dynamodb:DeleteItem", "PARTNER#*"),
    ("notifications", "KeepLists", "dynamodb:DeleteItem", "PROMOTIONS#*"),
}
"""What a state no longer says is taken from any list; of these it takes a state that was itself put back."""
WRITES = {"dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"}


def unused_keys(world: World) -> set[tuple[str, str, str, str]]:
    """Leading keys that a statement allows and no call was made on: by no action that reads, or by one that writes."""
    return {
        (folder, statement["Sid"], " ".join(actions), pattern)
        for folder in FOLDERS
        for statement in world.template.statements(folder)
        for actions in apart(as_list(statement["Action"]))
        for tests in statement.get("Condition", {}).values()
        for pattern in as_list(tests.get("dynamodb:LeadingKeys", []))
        if not fnmatch.filter(keys_of(world, folder, statement["Sid"], actions), pattern)
    }


def apart(actions: Sequence[str]) -> list[list[str]]:
    """Each action that writes by itself: a statement must not allow to delete what it is there to put."""
    reading = [one for one in actions if one not in WRITES]
    return [*([one] for one in actions if one in WRITES), *([reading] if reading else [])]


def keys_of(world: World, folder: str, sid: str, actions: Sequence[str]) -> set[str]:
    """The leading keys that a function has used some actions of a statement on."""
    return {key for action in actions for key in world.keys_used.get((folder, sid, action), ())}
