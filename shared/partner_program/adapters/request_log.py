"""`RequestLog` on RequestsTable: `IDEMPOTENCY#<subject>`/`<place of the key>`, written twice at most."""

from partner_program.adapters.table import Item, Table
from partner_program.use_cases.idempotency import Answer, Begun, KeyedRequest

BEGUN, ANSWERED = 1, 2
"""Versions of a request's item."""
_STILL_OURS = "#version = :begun AND #digest = :digest"
_NAMES = {"#version": "version", "#digest": "digest"}


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
            condition=f"attribute_not_exists(pk) OR ({_STILL_OURS})",  # a twin that was refused has freed the key
            values=_ours(begun),
            names=_NAMES,
        )
        if refused is None:
            return answer
        standing = self.find(begun.request) if refused.existing is None else _begun(refused.existing)
        if standing is None or standing.answer is None or standing.request.digest != begun.request.digest:
            return answer  # nothing to keep it in: the key was freed, and is that of another request by now
        return standing.answer

    def forget(self, begun: Begun) -> None:
        """One conditional delete."""
        self._table.delete(*_key(begun.request), condition=_STILL_OURS, values=_ours(begun), names=_NAMES)


def _key(request: KeyedRequest) -> tuple[str, str]:
    return f"IDEMPOTENCY#{request.subject}", request.place


def _ours(begun: Begun) -> Item:
    return {":begun": BEGUN, ":digest": begun.request.digest}


def _item(begun: Begun, version: int) -> Item:
    pk, sk = _key(begun.request)
    digest, body = begun.request.digest, begun.model_dump_json()
    return {"pk": pk, "sk": sk, "kind": "request", "version": version, "digest": digest, "body": body}


def _begun(item: Item) -> Begun:
    return Begun.model_validate_json(str(item["body"]))
