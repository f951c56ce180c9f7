"""Notices, mails and history on DynamoDB (moto) as in memory; SES and EventBridge are asked for the right thing."""

from collections.abc import Iterator
from typing import Any, Protocol

import boto3
import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from botocore.stub import ANY, Stubber

from partner_program.adapters.mailer import SesMailer
from partner_program.adapters.notice_bus import EventBridgeNotices
from partner_program.adapters.notice_store import DynamoNoticeStore
from partner_program.adapters.table import Table
from partner_program.domain.facts import Partner
from partner_program.domain.notices.derive import notices
from partner_program.handler_support import TIME_RESERVE_MS
from partner_program.use_cases.notice_ports import (
    Contacts,
    Mail,
    MailLog,
    MailRecord,
    MailRefused,
    MailStatus,
    NoAnswer,
    NoticeStore,
    StoredNotice,
)
from partner_program.values.errors import VersionConflict
from tests.fakes.notices import ACCOUNT_ID, PARTNER, MemoryNotices, full_state
from tests.fakes.program_table import program_table, record_item

NOTICES = notices(full_state())
FIRST = NOTICES[0]
MAIL = Mail(
    to="office@partner.example",
    reply_to="support@vendor.example",
    subject="Größe",
    text="text",
    html="<p>html</p>",
    account_id=ACCOUNT_ID,
    reference=FIRST.id,
)


class Store(NoticeStore, MailLog, Contacts, Protocol):
    """All of them."""


@pytest.fixture
def table() -> Iterator[Table]:
    with program_table() as made:
        made.put(record_item(PARTNER, PARTNER.partner_id))
        yield made


@pytest.fixture(params=["in memory", "on DynamoDB"])
def store(request: pytest.FixtureRequest, table: Table) -> Store:
    return MemoryNotices() if request.param == "in memory" else DynamoNoticeStore(table)


def test_the_first_notice_of_a_cause_stands_and_is_published_once_marked(store: Store) -> None:
    other = FIRST.model_copy(update={"rule": "R-0"})
    assert store.notice(ACCOUNT_ID, FIRST.id) is None
    assert store.put_notice(FIRST) == StoredNotice(FIRST, published=False)
    assert store.put_notice(other) == StoredNotice(FIRST, published=False)
    for _ in range(2):
        store.mark_published(FIRST)
        assert store.put_notice(other) == store.notice(ACCOUNT_ID, FIRST.id) == StoredNotice(FIRST, published=True)


@pytest.mark.parametrize("notice", NOTICES, ids=lambda notice: notice.kind)
def test_every_kind_is_read_as_it_was_put(store: Store, notice: Any) -> None:
    store.put_notice(notice)
    stored = store.notice(ACCOUNT_ID, notice.id)
    assert stored is not None
    assert stored.notice == notice


@pytest.mark.catalogue("F58")
def test_a_mail_has_one_writer_for_each_version(store: Store) -> None:
    none = store.mail(ACCOUNT_ID, FIRST.id)
    assert none == MailRecord(ACCOUNT_ID, FIRST.id)
    claim = MailRecord(ACCOUNT_ID, FIRST.id, 1, MailStatus.CLAIMED, leased_until=120)
    store.put_mail(claim)
    with pytest.raises(VersionConflict):
        store.put_mail(claim)
    sent = MailRecord(ACCOUNT_ID, FIRST.id, 2, MailStatus.SENT, message_id="m-1")
    store.put_mail(sent)
    for late in (claim, MailRecord(ACCOUNT_ID, FIRST.id, 2), MailRecord(ACCOUNT_ID, FIRST.id, 4)):
        with pytest.raises(VersionConflict):
            store.put_mail(late)
    assert store.mail(ACCOUNT_ID, FIRST.id) == sent


def test_the_contact_is_the_partners_own_record(store: Store) -> None:
    assert store.partner("P0001") == PARTNER
    assert store.partner("P0002") is None


def test_a_version_of_a_state_is_kept_beside_the_others_and_once(table: Table) -> None:
    store, state = DynamoNoticeStore(table), full_state()
    for version in (2, 1, 2, 10):
        store.keep_state(state, version)
    items = list(table.query(f"HISTORY#ACCOUNT#{ACCOUNT_ID}", prefix="STATE#"))
    assert [item["sk"] for item in items] == ["STATE#0000000001", "STATE#0000000002", "STATE#0000000010"]
    assert [(item["version"], item["assessed_on"]) for item in items][-1] == (10, "2024-06-15")
    assert items[0]["body"] == state.model_dump_json()


def test_ses_is_given_both_forms_the_reply_address_and_the_reference() -> None:
    client = boto3.client("sesv2", region_name="eu-central-1")
    utf8 = {"Charset": "UTF-8"}
    expected = {
        "FromEmailAddress": "notices@vendor.example",
        "Destination": {"ToAddresses": ["office@partner.example"]},
        "ReplyToAddresses": ["support@vendor.example"],
        "Content": {
            "Simple": {
                "Subject": {"Data": "Größe", **utf8},
                "Body": {"Text": {"Data": "text", **utf8}, "Html": {"Data": "<p>html</p>", **utf8}},
                "Headers": [{"Name": "X-Partner-Program-Notice", "Value": f"{ACCOUNT_ID}/{FIRST.id}"}],
            }
        },
    }
    with Stubber(client) as stub:
        stub.add_response("send_email", {"MessageId": "m-1"}, expected)
        assert SesMailer(client, "notices@vendor.example").send(MAIL) == "m-1"
        stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("MessageRejected", MailRefused),
        ("BadRequestException", MailRefused),
        ("MailFromDomainNotVerifiedException", MailRefused),
        ("SendingPausedException", ClientError),
        ("LimitExceededException", ClientError),
    ],
)
def test_a_refused_mail_is_told_from_one_that_can_go_later(code: str, error: type[Exception]) -> None:
    client = boto3.client("sesv2", region_name="eu-central-1")
    with Stubber(client) as stub:
        stub.add_client_error("send_email", code)
        with pytest.raises(error):
            SesMailer(client, "notices@vendor.example").send(MAIL)


@pytest.mark.catalogue("F23")
@pytest.mark.parametrize("times", range(5))
def test_a_mail_that_came_too_fast_is_offered_again_after_growing_pauses(times: int) -> None:
    client = boto3.client("sesv2", region_name="eu-central-1")
    pauses: list[float] = []
    with Stubber(client) as stub:
        for _ in range(times):
            stub.add_client_error("send_email", "TooManyRequestsException")
        stub.add_response("send_email", {"MessageId": "m-1"})
        mailer = SesMailer(client, "notices@vendor.example", pauses.append)
        if times <= 3:
            assert mailer.send(MAIL) == "m-1"
        else:
            with pytest.raises(ClientError):
                mailer.send(MAIL)
    assert pauses == [1, 2, 4][:times]


@pytest.mark.catalogue("F28")
@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (ReadTimeoutError(endpoint_url="https://ses"), NoAnswer),
        (ConnectionClosedError(endpoint_url="https://ses"), NoAnswer),
        (ConnectTimeoutError(endpoint_url="https://ses"), ConnectTimeoutError),
        (EndpointConnectionError(endpoint_url="https://ses"), EndpointConnectionError),
    ],
)
def test_an_answer_that_was_lost_is_told_from_a_service_that_was_never_reached(
    error: Exception, raised: type[Exception]
) -> None:
    class Away:
        def send_email(self, **_: Any) -> Any:
            raise error

    client: Any = Away()
    with pytest.raises(raised):
        SesMailer(client, "notices@vendor.example").send(MAIL)


def test_what_the_bus_did_not_take_is_told_and_why_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    client = boto3.client("events", region_name="eu-central-1")
    taken = [{"EventId": "1"}, {"ErrorCode": "InternalFailure", "ErrorMessage": "later"}, {"EventId": "3"}]
    with Stubber(client) as stub:
        stub.add_response("put_events", {"FailedEntryCount": 1, "Entries": taken}, {"Entries": ANY})
        assert EventBridgeNotices(client, "bus").publish(NOTICES[:3]) == [NOTICES[0], NOTICES[2]]
    (line,) = caplog.records
    assert (line.getMessage(), vars(line)["notice_id"]) == ("not taken by the bus", NOTICES[1].id)
    assert vars(line)["code"] == "InternalFailure"


def test_an_event_has_the_kind_as_its_type_and_the_notice_as_its_detail() -> None:
    client = boto3.client("events", region_name="eu-central-1")
    entry = {
        "EventBusName": "bus",
        "Source": "partner-program",
        "DetailType": "case_opened",
        "Detail": FIRST.model_dump_json(),
    }
    with Stubber(client) as stub:
        stub.add_response("put_events", {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}, {"Entries": [entry]})
        assert EventBridgeNotices(client, "bus").publish([FIRST]) == [FIRST]


def test_the_client_of_ses_never_repeats_a_request_by_itself() -> None:
    from partner_program.bootstrap import runtime

    runtime.forget_clients()
    ses: Any = runtime.ses()
    events: Any = runtime.events()
    assert ses.meta.config.retries["total_max_attempts"] == 1
    assert 1000 * (ses.meta.config.connect_timeout + ses.meta.config.read_timeout) < TIME_RESERVE_MS
    assert events.meta.config.retries["total_max_attempts"] > 1
    runtime.forget_clients()


def test_a_partner_is_read_where_the_records_side_writes_it(table: Table) -> None:
    assert table.get("PARTNER#P0001", f"FACT#{Partner.kind}#P0001") is not None
