"""`RequestStore` on RequestsTable: a request lies with its account, and its id says where.

| pk | sk | what |
|---|---|---|
| `ACCOUNT#<account>` | `BENEFIT#<made at>#<request>` | a request, in the index `queue`, too |
| `ACCOUNT#<account>` | `NFR_GRANTS` | the licences granted to the account so far |
| `BENEFIT#<request>` | `AT` | where the request lies |
"""

import time
from typing import Any

from partner_program.adapters.table import ConditionalPut, Item, Table, from_wire, retry_pauses_s
from partner_program.domain.benefit_requests import BenefitKind, BenefitRequest, Grants, RequestState
from partner_program.use_cases.benefit_requests import RequestPage
from partner_program.values.errors import VersionConflict

QUEUE = "queue"
_GRANTS = "NFR_GRANTS"
_PREFIX = "BENEFIT#"


class DynamoRequestStore:
    """A request is found with two reads, and written in one transaction with what belongs to it."""

    def __init__(self, requests: Table) -> None:
        self._table = requests

    def find(self, request_id: str) -> BenefitRequest | None:
        """Two reads, also for none: how long it takes does not tell who may not see it whether there is one (B59)."""
        named = f"{_PREFIX}{request_id}"
        at = self._table.get(named, "AT") or {"account": named, "at": "NONE"}
        item = self._table.get(str(at["account"]), str(at["at"]))
        return _request(item) if item else None

    def add(self, request: BenefitRequest) -> BenefitRequest:
        """A transaction; where it was refused, the one that stands."""
        item = _item(request)
        at: Item = {
            "pk": f"{_PREFIX}{request.request_id}", "sk": "AT", "kind": "benefit_request_at",
            "account": item["pk"], "at": item["sk"],
        }  # fmt: skip
        new = "attribute_not_exists(pk)"
        for pause in retry_pauses_s("another transaction kept working on the request"):
            if self._table.put_together([ConditionalPut(item, new), ConditionalPut(at, new)]):
                break
            standing = self.find(request.request_id)
            if standing is not None:
                return standing
            time.sleep(pause)
        return request

    def save(self, request: BenefitRequest, grants: Grants | None = None) -> None:
        """A transaction on the versions before. One that was written and not answered is found to stand (F28)."""
        puts = [_next(_item(request), request.version)]
        if grants is not None:
            puts.append(_next(_grants_item(grants), grants.version))
        for pause in retry_pauses_s("another transaction kept working on the request"):
            if self._table.put_together(puts) or (standing := self.find(request.request_id)) == request:
                return
            if standing is None or standing.version >= request.version or self._moved_on(grants):
                raise VersionConflict("somebody else has decided on the request, or on another one of the account")
            time.sleep(pause)

    def _moved_on(self, grants: Grants | None) -> bool:
        return grants is not None and self.grants(grants.account_id).version >= grants.version

    def grants(self, account_id: str) -> Grants:
        """One read."""
        item = self._table.get(_account(account_id), _GRANTS)
        return Grants.model_validate_json(str(item["body"])) if item else Grants(account_id=account_id)

    def of_account(self, account_id: str, after: str | None, limit: int) -> RequestPage:
        """One query, of the account's own partition."""
        page = self._table.page(_account(account_id), prefix=_PREFIX, after=after, limit=limit, backwards=True)
        return RequestPage([_request(item) for item in page.items], page.after)

    def queue(self, kind: BenefitKind, state: RequestState, after: str | None, limit: int) -> RequestPage:
        """One query of the index. It goes on behind `queued_at` of the last one, which no two requests share."""
        condition, values = "#hash = :value", {":value": {"S": f"{kind}#{state}"}}
        names = {"#hash": QUEUE}
        if after is not None:
            condition += " AND #sort > :after"
            names["#sort"], values[":after"] = "queued_at", {"S": after}
        answer = self._table.client.query(
            TableName=self._table.name,
            IndexName=QUEUE,
            KeyConditionExpression=condition,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
            Limit=limit,
        )
        requests = [_request(from_wire(raw)) for raw in answer["Items"]]
        goes_on: Any = answer.get("LastEvaluatedKey")
        return RequestPage(requests, requests[-1].queued_at if goes_on and requests else None)


def _account(account_id: str) -> str:
    return f"ACCOUNT#{account_id}"


def _item(request: BenefitRequest) -> Item:
    return {
        "pk": _account(request.account_id),
        "sk": f"{_PREFIX}{request.made.at:%Y-%m-%dT%H:%M:%S.%fZ}#{request.request_id}",
        "kind": "benefit_request",
        "version": request.version,
        QUEUE: f"{request.kind}#{request.state}",
        "queued_at": request.queued_at,
        "body": request.model_dump_json(),
    }


def _grants_item(grants: Grants) -> Item:
    return {
        "pk": _account(grants.account_id),
        "sk": _GRANTS,
        "kind": "nfr_grants",
        "version": grants.version,
        "body": grants.model_dump_json(),
    }


def _next(item: Item, version: int) -> ConditionalPut:
    """On condition of the version before; the first one on that of there being none."""
    if version == 1:
        return ConditionalPut(item, "attribute_not_exists(pk)")
    return ConditionalPut(item, "#version = :before", {":before": version - 1}, {"#version": "version"})


def _request(item: Item) -> BenefitRequest:
    return BenefitRequest.model_validate_json(str(item["body"]))
