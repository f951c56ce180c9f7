"""One true answer to each query of the API, for its description: as the played sample gives it, lists cut to one item.

`python -m local.openapi_examples` takes them anew, beside a stack that `partner-program serve events/sample_program`
has left up, with the environment that it prints. tests/end_to_end compares them with what the sample answers;
tests/project holds them against the schemas.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import urllib3

from local.people import People
from local.stack import STACK_NAME, emulated_api_url

KEPT = Path(__file__).with_name("openapi_examples.json")


@dataclass(frozen=True)
class Question:
    """What is asked, and who of the sample's people asks; nobody asks the public route."""

    operation: str
    """Its `operationId`."""
    person: str | None
    path: str
    body: dict[str, Any] | None = None


_OF_ANNA = "/v1/accounts/P1001-DE"
QUESTIONS = (
    Question("list_locator_partners", None, "/v1/locator?country=DE&tier=premier"),
    Question("list_accounts", "anna", "/v1/accounts"),
    Question("get_account", "anna", _OF_ANNA),
    Question("get_account_gap", "carla", "/v1/accounts/P1004-US/gap"),
    Question("get_account_expiries", "anna", f"{_OF_ANNA}/expiries"),
    Question("get_account_cases", "carla", "/v1/accounts/P1018-GB/cases"),
    Question("list_account_sites", "anna", f"{_OF_ANNA}/sites"),
    Question("list_account_people", "anna", f"{_OF_ANNA}/people"),
    Question("list_account_history", "anna", f"{_OF_ANNA}/history"),
    Question("get_account_benefits", "anna", f"{_OF_ANNA}/benefits"),
    Question("list_account_benefit_requests", "anna", f"{_OF_ANNA}/benefit-requests"),
    Question("list_account_notices", "anna", f"{_OF_ANNA}/notices"),
    Question("get_account_revenue", "anna", f"{_OF_ANNA}/revenue?year=2024&by=product_class"),
    Question("list_revenue_lines", "anna", f"{_OF_ANNA}/revenue/lines?month=2024-03"),
    Question("list_uncounted_lines", "anna", f"{_OF_ANNA}/revenue/uncounted?year=2023"),
    Question("list_account_statements", "anna", f"{_OF_ANNA}/statements"),
    Question("get_account_statement", "anna", f"{_OF_ANNA}/statements/2024Q4"),
    Question("list_statement_lines", "anna", f"{_OF_ANNA}/statements/2024Q4/lines"),
    Question("list_account_payouts", "anna", f"{_OF_ANNA}/payouts"),
    Question("get_account_payout", "carla", "/v1/accounts/P1009-US/payouts/2024Q4"),
    Question("list_bank_details", "anna", "/v1/sites/HAM1/bank-details"),
    Question("list_cases", "carla", "/v1/cases"),
    Question("list_promotions", "carla", "/v1/promotions?month=2023-10"),
    Question("list_reports", "carla", "/v1/reports"),
    Question("get_report", "carla", "/v1/reports/AMDIS/AMDIS-2023Q2"),
    Question("list_report_lines", "carla", "/v1/reports/AMDIS/AMDIS-2023Q2/lines?outcome=held"),
    Question("list_held_lines", "carla", "/v1/held-lines"),
    Question("get_scorecard", "carla", "/v1/distributors/EURODIS/scorecard?from=2024-01&to=2024-12"),
    Question("get_accruals", "fiona", "/v1/accruals/2024-12"),
    Question("get_account_accruals", "fiona", f"{_OF_ANNA}/accruals?from=2024-12&to=2024-12"),
    Question("get_restatement", "fiona", f"{_OF_ANNA}/restatements/2024"),
    Question("list_batches", "fiona", "/v1/payments/batches?status=approved"),
    Question("get_batch", "fiona", "/v1/payments/batches/20250214-EUR-01"),
    Question("list_payments_waiting", "fiona", "/v1/payments/waiting"),
    Question("list_audit_entries", "arthur", "/v1/audit"),
    Question("get_record", "carla", "/v1/records/partners?partner_id=P1001"),
    Question(
        "ask_what_if", "anna", f"{_OF_ANNA}/what-if",
        {"on": "2025-03-31",
         "changes": [{"kind": "sales", "amount": "650000", "currency": "EUR", "month": "2025-03"}]},
    ),
    Question(
        "quote_prices", "anna", f"{_OF_ANNA}/quotes",
        {"lines": [
            {"sku": "WALL-SW", "quantity": 2, "list_unit_price": "1000.00", "project_discount_pct": "10.00"}
        ]},
    ),
    Question(
        "order_incidents", "carla", "/v1/support/order",
        {"incidents": [
            {"incident_id": "I1", "account_id": "P1001-DE", "severity": "high", "opened_at": "2025-02-14T09:30:00Z"}
        ]},
    ),
)  # fmt: skip


def shortened(answer: Any) -> Any:
    """Of each list the first item. Cursors are of one person's one day: null."""
    if isinstance(answer, dict):
        return {name: None if name == "next_cursor" else shortened(value) for name, value in answer.items()}
    return [shortened(one) for one in answer[:1]] if isinstance(answer, list) else answer


def answered(question: Question, api: str, token: Callable[[str], str]) -> Any:
    """The answer, shortened. Raises `ValueError` where it is a refusal."""
    headers = {"Authorization": f"Bearer {token(question.person)}"} if question.person else {}
    method = "GET" if question.body is None else "POST"
    reply = urllib3.request(method, api + question.path, headers=headers, json=question.body, timeout=60)
    if reply.status != 200:
        raise ValueError(f"{question.operation}: {reply.status} {reply.data.decode()}")
    return shortened(reply.json())


def kept() -> dict[str, Any]:
    """The answers by `operationId`."""
    found: dict[str, Any] = json.loads(KEPT.read_text(encoding="utf-8"))
    return found


def main() -> None:
    """Ask the served sample, and keep what it answers."""
    [stack] = boto3.client("cloudformation").describe_stacks(StackName=STACK_NAME)["Stacks"]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
    cognito = boto3.client("cognito-idp")
    people = People(cognito, outputs["UserPool"], outputs["UserPoolClient"])
    api = emulated_api_url(cognito.meta.endpoint_url, outputs)
    answers = {one.operation: answered(one, api, people.token) for one in QUESTIONS}
    KEPT.write_text(json.dumps(answers, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
