"""Notices, their mails, and the history of states in the program table.

`NOTICES#<account>`/`<notice id>` is put if absent and afterwards only marked as published; `MAILS#<account>`/`<notice
id>` is the mail's own item (`…#vendor`: of the vendor's mail), so that publisher and mailer never write the same one.
"""

from partner_program.adapters.table import Item, Table
from partner_program.domain.facts import Partner
from partner_program.domain.notices.model import AnyNotice, read_notice
from partner_program.domain.tiers.account import AccountState
from partner_program.use_cases.notice_ports import MailRecord, MailStatus, StoredNotice
from partner_program.use_cases.queries.standing_notices import NoticeBatch
from partner_program.values.errors import VersionConflict

VERSION_DIGITS = 10
_WAITING, _PUBLISHED = 0, 1


class DynamoNoticeStore:
    """The ports `NoticeStore`, `NoticeReads`, `StateHistory`, `MailLog` and `Contacts` on the program table."""

    def __init__(self, program: Table) -> None:
        self._table = program

    # -- notices

    def put_notice(self, notice: AnyNotice) -> StoredNotice:
        """One conditional put."""
        existing = self._table.put_new(_item(notice, _WAITING))
        return StoredNotice(notice, published=False) if existing is None else _stored(existing)

    def mark_published(self, notice: AnyNotice) -> None:
        """Puts the same notice with its mark."""
        self._table.put(_item(notice, _PUBLISHED))

    def notice(self, account_id: str, notice_id: str) -> StoredNotice | None:
        """One read. Raises pydantic's `ValidationError` for one of a later schema version."""
        item = self._table.get(f"NOTICES#{account_id}", notice_id)
        return _stored(item) if item else None

    def notices_of(self, account_id: str, after: str | None, limit: int) -> NoticeBatch:
        """One page of one query: ids begin with their day, and the newest come first. Raises as `notice` does."""
        found = self._table.page(f"NOTICES#{account_id}", after=after, limit=limit, backwards=True)
        return NoticeBatch([_stored(item).notice for item in found.items], found.after)

    # -- history

    def keep_state(self, state: AccountState, version: int) -> None:
        """Version `n` of a state is the same whenever it is put."""
        self._table.put(
            {
                "pk": f"HISTORY#ACCOUNT#{state.account_id}",
                "sk": f"STATE#{version:0{VERSION_DIGITS}d}",
                "kind": "state",
                "version": version,
                "assessed_on": state.assessed_on.isoformat(),
                "body": state.model_dump_json(),
            }
        )

    # -- mails

    def mail(self, account_id: str, reference: str) -> MailRecord:
        """One read."""
        item = self._table.get(f"MAILS#{account_id}", reference)
        if item is None:
            return MailRecord(account_id, reference)
        return MailRecord(
            account_id,
            reference,
            version=int(item["version"]),
            status=MailStatus(str(item["status"])),
            leased_until=int(item["leased_until"]),
            message_id=str(item["message_id"]),
            unanswered=int(item.get("unanswered", 0)),
        )

    def put_mail(self, record: MailRecord) -> None:
        """Raises `VersionConflict` when the version before it is not the one that stands."""
        item: Item = {
            "pk": f"MAILS#{record.account_id}",
            "sk": record.reference,
            "kind": "mail",
            "version": record.version,
            "status": record.status.value,
            "leased_until": record.leased_until,
            "message_id": record.message_id,
            "unanswered": record.unanswered,
        }
        if record.version == 1:
            refused = self._table.put(item, condition="attribute_not_exists(pk)")
        else:
            refused = self._table.put(
                item,
                condition="#version = :before",
                values={":before": record.version - 1},
                names={"#version": "version"},
            )
        if refused is not None:
            raise VersionConflict("somebody else has the mail of this notice")

    # -- contacts

    def partner(self, partner_id: str) -> Partner | None:
        """One read of the partner's own record."""
        item = self._table.get(f"PARTNER#{partner_id}", f"FACT#{Partner.kind}#{partner_id}")
        return Partner.model_validate_json(str(item["body"])) if item else None


def _item(notice: AnyNotice, published: int) -> Item:
    return {
        "pk": f"NOTICES#{notice.account_id}",
        "sk": notice.id,
        "kind": "notice",
        "published": published,
        "body": notice.model_dump_json(),
    }


def _stored(item: Item) -> StoredNotice:
    return StoredNotice(read_notice(str(item["body"])), published=item["published"] == _PUBLISHED)
