"""An act and its entry of the audit log are written together or not at all, whatever is killed, lost or overtaken."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from partner_program.adapters.payment_book import DynamoPaymentBook, LogBroken
from partner_program.adapters.table import Item, Unavailable
from partner_program.domain.payments.audit import AuditEntry, breaks, entered
from partner_program.domain.payments.payout import Payout, PayoutState, event
from partner_program.use_cases.payment_ports import Write
from partner_program.values.errors import VersionConflict
from partner_program.values.periods import Quarter
from tests.fakes.payment_documents import DAY, FINANCE, batch, draft, movement, naming, payout, revision
from tests.fakes.payment_tables import PaymentTables, payment_tables
from tests.fakes.records import P1_DE, baseline
from tests.fakes.reports import Killed, KilledAfter

Q1 = Quarter(2024, 1)
WRITES: list[Write] = [
    payout(), batch(), revision(), naming(), movement(),
    baseline(2023, "90000", "2024-01-30").model_copy(update={"revision": 1, "restated_on": DAY}),
]  # fmt: skip


@pytest.fixture
def tables() -> Iterator[PaymentTables]:
    with payment_tables() as made:
        yield made


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nobody waits; how long it would have been."""
    found: list[float] = []
    monkeypatch.setattr("partner_program.adapters.payment_book.time.sleep", found.append)
    return found


def book_on(tables: PaymentTables, client: Any = None) -> DynamoPaymentBook:
    seen = tables if client is None else tables.through(client)
    return DynamoPaymentBook(seen.payments, banks=seen.banks, program=seen.program)


def moved(of: Payout, to: PayoutState) -> Payout:
    return of.moved(to, event(DAY, to, FINANCE))


def everything(tables: PaymentTables) -> list[Item]:
    """All items of all tables but for the moment of an entry and what hangs on it."""
    found = [item for table in tables for item in table.having("pk")]
    return sorted(found, key=lambda item: (str(item["pk"]), str(item["sk"])))


def check_log(book: DynamoPaymentBook, *act_ids: str) -> list[AuditEntry]:
    log = list(book.audit_log())
    assert [entry.act.act_id for entry in log] == list(act_ids)
    assert list(breaks(log)) == []
    assert sorted(book.marks()) == sorted((entry.act.act_id, entry.number) for entry in log)
    return log


class Client:
    """A DynamoDB client whose transactions a test takes part in: `on_transaction` gets the real call."""

    def __init__(self, client: Any, on_transaction: Callable[[Callable[[], Any]], Any]) -> None:
        self._client = client
        self._on_transaction = on_transaction
        self.transactions = 0

    def transact_write_items(self, **request: Any) -> Any:
        self.transactions += 1
        return self._on_transaction(lambda: self._client.transact_write_items(**request))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


def cancelled(*codes: str) -> ClientError:
    reasons: Any = [{"Code": code} for code in codes]
    response: Any = {"Error": {"Code": "TransactionCanceledException", "Message": ""}, "CancellationReasons": reasons}
    return ClientError(response, "TransactWriteItems")


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "TransactWriteItems")


# -- killed, or its answer lost


@pytest.mark.catalogue("F45")
@pytest.mark.parametrize("before", [True, False], ids=["before the call", "after it"])
def test_an_act_killed_at_any_call_and_repeated_is_entered_once(before: bool) -> None:
    call, killed = 0, True
    while killed:
        call += 1
        with payment_tables() as tables:
            book_on(tables).commit(draft("a1"), [])
            plan = KilledAfter(call, before=before)
            try:
                book_on(tables, plan.wrap(tables.payments.client)).commit(draft("a2"), WRITES)
                killed = False
            except Killed:
                places = everything(tables)
                assert len(places) in (2, 2 + 2 + len(WRITES)), f"killed at call {call}: a part of an act"
            entry = book_on(tables).commit(draft("a2"), WRITES)
            assert entry == check_log(book_on(tables), "a1", "a2")[1]
            assert len(everything(tables)) == 2 + 2 + len(WRITES)
    assert call > 2


@pytest.mark.catalogue("F28")
def test_an_act_whose_answer_was_lost_is_repeated_and_finds_itself(tables: PaymentTables) -> None:
    def lost(send: Callable[[], Any]) -> None:
        send()
        raise ReadTimeoutError(endpoint_url="dynamodb")

    client = Client(tables.payments.client, lost)
    with pytest.raises(ReadTimeoutError):
        book_on(tables, client).commit(draft("a1"), WRITES)
    assert book_on(tables).commit(draft("a1"), WRITES) == check_log(book_on(tables), "a1")[0]


@pytest.mark.catalogue("F28")
@pytest.mark.catalogue("F30")
def test_an_act_sent_twice_for_one_call_is_entered_once_by_its_own_conditions(tables: PaymentTables) -> None:
    def twice(send: Callable[[], Any]) -> Any:
        send()
        return send()  # without a token of its own: as one that is older than ten minutes

    entry = book_on(tables, Client(tables.payments.client, twice)).commit(draft("a1"), WRITES)
    assert [entry] == check_log(book_on(tables), "a1")


@pytest.mark.catalogue("F28")
def test_a_step_sent_twice_for_one_call_was_written(tables: PaymentTables) -> None:
    class Twice:
        def put_item(self, **request: Any) -> Any:
            tables.payments.client.put_item(**request)
            return tables.payments.client.put_item(**request)

    book = book_on(tables, Twice())
    for step in (payout(), moved(payout(), PayoutState.ON_HOLD)):
        assert book.put_payout(step) is True
        assert book_on(tables).payout(P1_DE, Q1) == step


# -- two at a time


@pytest.mark.catalogue("F31")
@pytest.mark.parametrize("rivals", [1, 2, 5])
def test_acts_that_race_for_the_next_number_all_come_in_without_a_gap(
    tables: PaymentTables, pauses: list[float], rivals: int
) -> None:
    left = [f"r{number}" for number in range(rivals)]

    def overtaken(send: Callable[[], Any]) -> Any:
        if left:
            book_on(tables).commit(draft(left.pop(0)), [payout(f"P{len(left)}-FR")])
        return send()

    client = Client(tables.payments.client, overtaken)
    entry = book_on(tables, client).commit(draft("a1"), WRITES)
    assert entry.number == rivals + 1
    check_log(book_on(tables), *[f"r{number}" for number in range(rivals)], "a1")
    assert client.transactions == rivals + 1
    assert [0 <= pause <= 0.05 * 2**number for number, pause in enumerate(pauses)] == [True] * rivals
    assert book_on(tables).payout(P1_DE, Q1) == payout()


@pytest.mark.catalogue("F32")
@pytest.mark.catalogue("F58")
def test_of_two_acts_on_one_payout_one_wins_and_the_other_is_not_repeated(
    tables: PaymentTables, pauses: list[float]
) -> None:
    book_on(tables).put_payout(payout())
    held, gone = (moved(payout(), to) for to in (PayoutState.ON_HOLD, PayoutState.CANCELLED))

    def overtaken(send: Callable[[], Any]) -> Any:
        book_on(tables).commit(draft("hold"), [held])
        return send()

    client = Client(tables.payments.client, overtaken)
    with pytest.raises(VersionConflict):
        book_on(tables, client).commit(draft("cancel"), [gone])
    assert (client.transactions, pauses) == (1, [])
    assert book_on(tables).payout(P1_DE, Q1) == held
    check_log(book_on(tables), "hold")


@pytest.mark.catalogue("F58")
def test_an_act_loses_against_a_step_of_the_engine_that_came_first(tables: PaymentTables) -> None:
    book_on(tables).put_payout(payout())
    collected = moved(payout(), PayoutState.IN_BATCH)

    def overtaken(send: Callable[[], Any]) -> Any:
        assert book_on(tables).put_payout(collected)
        return send()

    with pytest.raises(VersionConflict):
        book_on(tables, Client(tables.payments.client, overtaken)).commit(
            draft("hold"), [moved(payout(), PayoutState.ON_HOLD)]
        )
    assert book_on(tables).payout(P1_DE, Q1) == collected
    check_log(book_on(tables))


@pytest.mark.catalogue("F45")
def test_the_same_act_twice_at_a_time_is_one_act(tables: PaymentTables, pauses: list[float]) -> None:
    def overtaken(send: Callable[[], Any]) -> Any:
        book_on(tables).commit(draft("a1"), WRITES)
        return send()

    client = Client(tables.payments.client, overtaken)
    assert [book_on(tables, client).commit(draft("a1"), WRITES)] == check_log(book_on(tables), "a1")
    assert (client.transactions, pauses) == (1, [])


@pytest.mark.catalogue("F31")
def test_an_act_in_the_way_of_its_own_twin_answers_with_the_twins_entry(
    tables: PaymentTables, pauses: list[float]
) -> None:
    def overtaken(send: Callable[[], Any]) -> Any:
        book_on(tables).commit(draft("a1"), [payout()])
        raise cancelled("TransactionConflict", "TransactionConflict", "TransactionConflict")

    client = Client(tables.payments.client, overtaken)
    assert [book_on(tables, client).commit(draft("a1"), [payout()])] == check_log(book_on(tables), "a1")
    assert (client.transactions, pauses) == (1, [])


# -- what DynamoDB answers


@pytest.mark.catalogue("F31")
@pytest.mark.parametrize(
    "error",
    [
        cancelled("TransactionConflict", "None", "None"),
        cancelled("None", "None", "TransactionConflict"),
        cancelled("None", "ConditionalCheckFailed", "None"),
        cancelled("None", "ConditionalCheckFailed", "TransactionConflict"),
        cancelled("ThrottlingError", "None", "ProvisionedThroughputExceeded"),
        refused("TransactionInProgressException"),
    ],
    ids=lambda error: str(error.response.get("CancellationReasons", "in progress")),
)
def test_what_passes_is_waited_for_with_jitter_but_not_for_ever(
    tables: PaymentTables, pauses: list[float], error: ClientError
) -> None:
    answers: list[ClientError] = [error] * 9

    def busy(send: Callable[[], Any]) -> Any:
        if answers:
            raise answers.pop()
        return send()

    client = Client(tables.payments.client, busy)
    assert book_on(tables, client).commit(draft("a1"), [payout()]).number == 1
    assert (client.transactions, len(pauses)) == (10, 9)
    answers += [error] * 10
    with pytest.raises(Unavailable, match="a2"):
        book_on(tables, client).commit(draft("a2"), [naming()])
    assert client.transactions == 20
    check_log(book_on(tables), "a1")


@pytest.mark.catalogue("F32")
@pytest.mark.parametrize(
    "codes",
    [
        ("ConditionalCheckFailed", "None", "None"),
        ("ConditionalCheckFailed", "ConditionalCheckFailed", "None"),
        ("ConditionalCheckFailed", "TransactionConflict", "TransactionConflict"),
        ("ConditionalCheckFailed", "ConditionalCheckFailed", "ThrottlingError"),
    ],
)
def test_a_condition_of_the_act_itself_that_failed_is_never_repeated(
    tables: PaymentTables, pauses: list[float], codes: tuple[str, ...]
) -> None:
    def failing(send: Callable[[], Any]) -> Any:
        raise cancelled(*codes)

    client = Client(tables.payments.client, failing)
    with pytest.raises(VersionConflict):
        book_on(tables, client).commit(draft("a1"), [payout()])
    assert (client.transactions, pauses) == (1, [])


@pytest.mark.parametrize(
    "error",
    [
        refused("AccessDeniedException"),
        refused("ThrottlingException"),
        cancelled("ValidationError", "None", "None"),
        cancelled("ConditionalCheckFailed", "ItemCollectionSizeLimitExceeded", "None"),
        cancelled(),
    ],
    ids=["denied", "throttled beyond botocore's patience", "invalid", "too large", "no reasons"],
)
def test_what_does_not_pass_flies_at_once(tables: PaymentTables, pauses: list[float], error: ClientError) -> None:
    def failing(send: Callable[[], Any]) -> Any:
        raise error

    client = Client(tables.payments.client, failing)
    with pytest.raises(ClientError) as raised:
        book_on(tables, client).commit(draft("a1"), [payout()])
    assert raised.value is error
    assert (client.transactions, pauses) == (1, [])


@pytest.mark.catalogue("F35")
def test_an_act_of_more_bytes_than_a_transaction_takes_is_refused_before_it_is_sent(tables: PaymentTables) -> None:
    large = [batch(f"B{number}").model_copy(update={"void_reason": "x" * 350_000}) for number in range(12)]
    with pytest.raises(ValueError, match="too much"):
        book_on(tables).commit(draft("a1"), large)
    assert book_on(tables).commit(draft("a1"), large[:11]).number == 1


def test_bank_details_and_baselines_are_not_written_without_their_tables(tables: PaymentTables) -> None:
    book = DynamoPaymentBook(tables.payments)
    for write in (revision(), WRITES[-1]):
        with pytest.raises(ValueError, match="no table"):
            book.commit(draft("a1"), [payout(), write])
    assert everything(tables) == []


# -- what lies in the tables


def test_what_an_act_wrote_names_its_entry_and_what_the_engine_wrote_names_none(tables: PaymentTables) -> None:
    book = book_on(tables)
    book.commit(draft("a1"), WRITES)
    book.commit(draft("a2"), [moved(payout(), PayoutState.ON_HOLD)])
    lifted = event(DAY, PayoutState.OPEN, FINANCE)
    assert book.put_payout(moved(payout(), PayoutState.ON_HOLD).moved(PayoutState.OPEN, lifted))
    assert {str(item["pk"]): item["audit"] for table in tables for item in table.having("audit")} == {
        "ACT#a1": 1, "ACT#a2": 2, "LEDGER#P1-DE": 1, "PAYEE#P1-DE": 1, "BATCH#B1": 1, "SITE#S1": 1,
        "ACCOUNT#P1-DE": 1,
    }  # fmt: skip
    assert sorted(book.marks()) == [("a1", 1), ("a2", 2)]


def test_a_log_of_more_than_one_page_is_read_to_its_end_and_goes_on_there(tables: PaymentTables) -> None:
    book = book_on(tables)
    names = [f"a{number}" for number in range(1, 9)]
    for number, name in enumerate(names, start=1):
        # all that a page of a read holds is 1 MB
        assert book.commit(draft(name, reason="x" * 300_000), [batch(f"B{number}")]).number == number
    check_log(book, *names)


PREFIXES = ("PAYOUT#", "BATCH#", "PAYEE#", "LEDGER#", "ACT#", "SITE#", "ACCOUNT#", "payout#", "batch#")


def test_every_item_lies_under_a_key_that_rights_can_be_given_for(tables: PaymentTables) -> None:
    book_on(tables).commit(draft("a1"), WRITES)
    for item in everything(tables):
        assert str(item["pk"]).startswith(PREFIXES) or item["pk"] == "AUDIT"


# -- a log that somebody has worked on


def entries_changed(tables: PaymentTables, change: Callable[[list[Item]], None]) -> list[str]:
    """What is wrong with a log of four acts after a change that went past the book."""
    book = book_on(tables)
    for number in range(1, 5):
        book.commit(draft(f"a{number}", amount=f"{number}00.00 EUR"), [naming(number)])
    change(list(tables.payments.query("AUDIT")))
    return list(breaks(book.audit_log()))


def test_an_entry_that_was_changed_is_noticed(tables: PaymentTables) -> None:
    def change(log: list[Item]) -> None:
        tables.payments.put(log[1] | {"body": str(log[1]["body"]).replace("200.00", "900.00")})

    assert entries_changed(tables, change) == ["entry 2 was changed: its hash does not fit what it says"]


def test_an_entry_that_was_made_up_anew_is_noticed(tables: PaymentTables) -> None:
    def change(log: list[Item]) -> None:
        before, second = (AuditEntry.model_validate_json(str(item["body"])) for item in log[:2])
        made_up = entered(draft("a2", amount="900.00 EUR"), before, second.at)
        tables.payments.put(log[1] | {"body": made_up.model_dump_json()})

    found = entries_changed(tables, change)
    assert found == ["entry 3 does not follow the one before it: its previous hash is another"]


def test_an_entry_that_was_taken_out_is_noticed(tables: PaymentTables) -> None:
    def change(log: list[Item]) -> None:
        tables.payments.delete("AUDIT", str(log[1]["sk"]))

    assert entries_changed(tables, change)[0] == "entry 2 is missing: 3 comes next"


def test_a_log_that_was_cut_off_lacks_what_the_marks_of_its_acts_name(tables: PaymentTables) -> None:
    def change(log: list[Item]) -> None:
        for item in log[2:]:
            tables.payments.delete("AUDIT", str(item["sk"]))

    assert entries_changed(tables, change) == []
    book = book_on(tables)
    assert sorted(book.marks()) == [("a1", 1), ("a2", 2), ("a3", 3), ("a4", 4)]
    with pytest.raises(LogBroken, match="a4 was entered as number 4"):
        book.commit(draft("a4"), [])
