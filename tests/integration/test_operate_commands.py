"""The operators' commands against a stack that CloudFormation knows."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from local.cli import app
from partner_program.adapters.report_listing import DynamoReportListing
from partner_program.adapters.rulebook_source import RulebookSource
from partner_program.adapters.table import Table
from tests.deployed.program import PREMIER, RECORDS, pos_line, pos_report, report_key
from tests.deployed.world import World

OWNERS = '"people_required.MCDE.premier" = 7\n'


class Stacks:
    """CloudFormation, as far as it is asked."""

    def __init__(self, world: World, stage: str = "sandbox") -> None:
        names = (
            "ProgramTable", "PaymentsTable", "BankDetailsTable", "ListingsTable", "PaymentRunFunction", "ResultsBucket",
        )  # fmt: skip
        outputs = {name: world.template.name(name) for name in names}
        outputs |= {"SalesQueueUrl": world.queue_url("sales"), "BankDetailsKey": world.template.arn("BankDetailsKey")}
        self._stack = {
            "Outputs": [{"OutputKey": name, "OutputValue": value} for name, value in outputs.items()],
            "Parameters": [
                {"ParameterKey": name, "ParameterValue": value}
                for name, value in {"ProgramEdition": "guide-2022", "Stage": stage}.items()
            ],
        }

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803  # the API's own name
        if StackName != "partner-program":
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "does not exist"}}, "DescribeStacks")
        return {"Stacks": [self._stack]}


@pytest.fixture
def stack(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world under the name that samconfig.toml gives a sandbox."""
    clients = {"cloudformation": Stacks(world), "dynamodb": world.dynamodb, "sqs": world.sqs}
    make: Any = boto3.client

    def client(service: str, **of_the_world: str) -> Any:
        return make(service, **of_the_world) if of_the_world else clients[service]

    monkeypatch.setattr("local.operate.boto3.client", client)
    return world


def run(*arguments: str) -> tuple[int, str]:
    answer = CliRunner().invoke(app, list(arguments))
    return answer.exit_code, " ".join(answer.output.split())


def test_reprocess_queues_the_report_again(stack: World) -> None:
    assert run("reprocess", "D-NORD", "2024-02")[0] == 0
    (message,) = stack.messages_on("sales")
    assert json.loads(message["Body"]) == {"reprocess": {"distributor_id": "D-NORD", "report_id": "2024-02"}}


def test_reprocess_refuses_what_is_no_id(stack: World) -> None:
    code, output = run("reprocess", "D-NORD", "2024/02")
    assert (code, stack.messages_on("sales")) == (2, [])
    assert "report_id '2024/02' is no id" in output


def test_a_valid_owners_file_is_set_and_cleared_again(stack: World, tmp_path: Path) -> None:
    file = tmp_path / "values.toml"
    file.write_text(OWNERS)
    assert run("rulebook", "set", str(file))[0] == 0
    assert RulebookSource(stack.program).override() == OWNERS
    code, output = run("rulebook", "clear")
    assert (code, RulebookSource(stack.program).override()) == (0, None)
    assert "guide-2022 decides" in output


def test_a_mistaken_owners_file_is_refused_and_the_one_before_stays(stack: World, tmp_path: Path) -> None:
    RulebookSource(stack.program).put_override(OWNERS)
    file = tmp_path / "values.toml"
    file.write_text('"no.such.value" = 1\n')
    code, output = run("rulebook", "set", str(file))
    assert (code, RulebookSource(stack.program).override()) == (2, OWNERS)
    assert "no.such.value" in output


def test_a_stack_that_does_not_exist_is_named(stack: World) -> None:
    code, output = run("rulebook", "clear", "--stack", "nowhere")
    assert code == 1
    assert "stack nowhere cannot be read" in output


def test_the_lists_are_made_anew_from_the_states(stack: World) -> None:
    stack.take_in(RECORDS | PREMIER)
    lists = Table(stack.dynamodb, stack.template.name("ListingsTable"))
    before = {(item["pk"], item["sk"]): item["body"] for item in lists.having("body")}
    for pk, sk in before:
        lists.delete(str(pk), str(sk))
    lists.put({"pk": "TIER#advanced", "sk": "DE#P0001-DE", "body": before["PARTNER#P0001", "P0001-DE"]})
    assert run("rebuild-lists") == (0, f"1 account: {len(before)} entries put, 1 taken away 0 reports listed")
    assert {(item["pk"], item["sk"]): item["body"] for item in lists.having("body")} == before
    assert run("rebuild-lists") == (0, "1 account: 0 entries put, 0 taken away 0 reports listed")


def test_reports_from_before_the_lists_are_listed_as_they_stand(stack: World) -> None:
    """Otherwise, as soon as one of them is processed again, a scorecard calls the months of all others missing."""
    stack.take_in(RECORDS)
    for month in ("2024-02", "2024-03"):
        stack.upload_and_deliver(report_key(month), pos_report(pos_line(month, 1), pos_line(month, 2, sku="UNKNOWN")))
    lists = Table(stack.dynamodb, stack.template.name("ListingsTable"))

    def listed() -> dict[tuple[str, str], str]:
        found = {(str(item["pk"]), str(item["sk"])): str(item["body"]) for item in lists.having("body")}
        return {place: body for place, body in found.items() if place[0].startswith(("REPORT", "HELD"))}

    before = listed()
    for pk, sk in before:
        lists.delete(pk, sk)
    for _ in range(2):
        code, output = run("rebuild-lists")
        assert (code, output.endswith("taken away 2 reports listed")) == (0, True)
        assert listed() == before


def test_reports_of_which_uploads_were_refused_are_listed_from_what_is_kept_of_them(stack: World) -> None:
    """One refused whole is in the list and on the scorecard; one that was mended stands where its first upload did."""
    stack.take_in(RECORDS)
    stack.today("2024-05-10")
    for month in ("2024-02", "2024-03"):
        stack.upload_and_deliver(report_key(month), pos_report(pos_line(month, 1, distributor_id="D-SUD")))
    stack.today("2024-05-20")
    stack.upload_and_deliver(report_key("2024-03"), pos_report(pos_line("2024-03", 1)))
    lists = Table(stack.dynamodb, stack.template.name("ListingsTable"))
    reports = DynamoReportListing(lists)

    def listed() -> dict[str, tuple[str, str, int]]:
        found = reports.reports("D-NORD", None, 10).entries
        return {one.report_id: (str(one.received_on), one.status, sum(one.refused_uploads.values())) for one in found}

    before = listed()
    assert before == {"2024-02": ("2024-05-10", "refused", 1), "2024-03": ("2024-05-10", "posted", 1)}
    for item in list(lists.having("body")):
        lists.delete(str(item["pk"]), str(item["sk"]))
    for _ in range(2):
        code, output = run("rebuild-lists")
        assert (code, output.endswith("taken away 2 reports listed")) == (0, True)
        assert listed() == before
