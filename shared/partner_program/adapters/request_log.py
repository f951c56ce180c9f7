"""`RequestLog` on RequestsTable: `IDEMPOTENCY#<subject>`/`<name of the request>`, written twice at most."""

from partner_program.adapters.table import Item, Table
from partner_program.use_cases.idempotency import Answer, Begun, KeyedRequest

BEGUN, ANSWERED = 1, 2
"""Versions of a request's item."""


class DynamoRequestLog:
    """An answer must fit into an item of 400 KB: what acts answer has a few."""

    def __init__(self, requests: Table) -> None:
        self._table = requests

    def find(self, request: KeyedRequest) -> Begun | None:
        """One read."""
        item = self._table.get(*_key(request))
        return _begun(item) if item else None

    def begin(self, begun: Begun) -> Begun:
        """One conditional put."""
        standing = self._table.put_new(_item(begun, BEGUN))
        return begun if standing is None else _begun(standing)

    def keep(self, begun: Begun, answer: Answer) -> Answer:
        """One conditional put. A put whose answer was lost is repeated by the SDK and then finds itself (F28)."""
        answered = begun.model_copy(update={"answer": answer})
        refused = self._table.put(
            _item(answered, ANSWERED),
            condition="attribute_not_exists(pk) OR #version = :before",  # a twin that was refused has freed the key
            values={":before": BEGUN},
            names={"#version": "version"},
        )
        if refused is None:
            return answer
        standing = self.find(begun.request) if refused.existing is None else _begun(refused.existing)
        return answer if standing is None or standing.answer is None else standing.answer

    def forget(self, begun: Begun) -> None:
        """One conditional delete."""
        pk, sk = _key(begun.request)
        self._table.delete(
            pk, sk, condition="#version = :begun", values={":begun": BEGUN}, names={"#version": "version"}
        )


def _key(request: KeyedRequest) -> tuple[str, str]:
    return f"IDEMPOTENCY#{request.subject}", request.name


def _item(begun: Begun, version: int) -> Item:
    pk, sk = _key(begun.request)
    return {"pk": pk, "sk": sk, "kind": "request", "version": version, "body": begun.model_dump_json()}


def _begun(item: Item) -> Begun:
    return Begun.model_validate_json(str(item["body"]))
