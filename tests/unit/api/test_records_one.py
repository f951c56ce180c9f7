"""One record by a person is what one row of a file is: read, taken, held and told alike; safe to send twice."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from partner_program.domain.facts import RECORD_TYPES
from partner_program.domain.files.outcomes import Outcome
from partner_program.domain.records.columns import columns_of_record, key_columns
from partner_program.domain.records.history import row_stamp
from partner_program.domain.records.places import canonical_place, place_named
from partner_program.domain.records.rows import columns_of
from partner_program.use_cases.queries.records import Records
from partner_program.use_cases.record_one import (
    RecordOne,
    RecordTaken,
    RowRejected,
    Seen,
    Sent,
    read_record,
    request_stamp,
)
from partner_program.values.errors import NotFound, StaleVersion
from tests.fakes.facts import Interrupted
from tests.fakes.records_world import SOUND, TODAY, RecordsWorld, account_facts, outcomes, reasons, row
from tests.fakes.reports import Killed, KilledAfter

NOON = datetime(2024, 5, 5, 12, tzinfo=UTC)
Cells = Mapping[str, str]


def one(world: RecordsWorld, **ports: Any) -> RecordOne:
    return RecordOne(**({"facts": world.facts, "messages": world.messages, "rulebook": world.rulebook} | ports))


def sent(name: str = "r1", seconds: int = 0, by: str = "cora", on: date = TODAY) -> Sent:
    return Sent(name, by, NOON + timedelta(seconds=seconds), on)


def put(world: RecordsWorld, kind: str, cells: Cells, by: Sent | None = None, seen: Seen | None = None) -> RecordTaken:
    by = by or sent()
    return one(world)(read_record(kind, cells, by.on), by, seen)


def view(world: RecordsWorld, kind: str, **key: str) -> Any:
    return Records(world.facts, world.clock)(kind, key or {name: SOUND[kind][name] for name in key_columns(kind)})


def filled() -> RecordsWorld:
    world = RecordsWorld()
    world.take_all()
    return world


def left(cells: Cells) -> dict[str, str]:
    return {name: text for name, text in cells.items() if text}


# -- the same as a row of a file


def test_records_sent_one_by_one_are_the_records_of_the_files() -> None:
    by_file, by_person = filled(), RecordsWorld()
    for number, (kind, cells) in enumerate(SOUND.items()):
        answer = put(by_person, kind, cells, sent(f"r{number}", number))
        assert (answer.outcome, answer.created, answer.reason) == (Outcome.POSTED, True, None)
        assert answer.record == left(cells)
    assert by_person.facts.standing() == by_file.facts.standing()
    assert account_facts(by_person)["P1-DE"].certifications == account_facts(by_file)["P1-DE"].certifications


@pytest.mark.parametrize("kind", SOUND)
def test_what_may_be_left_out_of_a_file_may_be_left_out_here(kind: str) -> None:
    world = filled()
    optional = columns_of(kind).optional if kind != "case_decisions" else ("until",)
    given = row(kind, verdict="waive") if kind == "case_decisions" else SOUND[kind]
    answer = put(world, kind, {name: text for name, text in given.items() if name not in optional})
    assert (answer.reason and answer.reason.code) in (None, "UNCHANGED")


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("partners", {"enrolled_on": "02.01.2023", "contact_email": "nobody"}),
        ("partners", {"name": ""}),
        ("partners", {"name": "x" * 301}),
        ("partners", {"name": "x" * 4097}),
        ("partners", {"name": "a\u202eb", "partner_id": "P 1"}),
        ("sites", {"site_id": "S1\n"}),
        ("sites", {"headquarters": "yes"}),
        ("sites", {"closed_on": "2023-01-02"}),
        ("certifications", {"kind": "MCXX", "certified_on": "2024-05-06"}),
        ("opening_revenue", {"sales_revenue": "1e5"}),
        ("case_decisions", {"verdict": "extend", "until": ""}),
    ],
)
@pytest.mark.catalogue("B66")
def test_a_malformed_record_has_the_reason_that_a_file_would_tell_and_leaves_nothing(
    kind: str, change: dict[str, str]
) -> None:
    world, uploaded = filled(), filled()
    before = world.facts.standing(), dict(world.facts.histories)
    told = reasons(uploaded.take(kind, row(kind, **change)))
    with pytest.raises(RowRejected) as refused:
        put(world, kind, row(kind, **change))
    assert {refused.value.mistakes[0].code.value: 1} == told
    assert {mistake.column for mistake in refused.value.mistakes} <= set(SOUND[kind])
    assert (world.facts.standing(), world.facts.histories) == before


def test_half_of_a_character_is_a_mistake_and_no_crash() -> None:
    with pytest.raises(RowRejected) as refused:
        put(RecordsWorld(), "distributors", {"distributor_id": "D1", "name": "\ud800"})
    assert [(one.code, one.column) for one in refused.value.mistakes] == [("CONTROL_CHARACTER", "name")]


def test_a_record_that_says_what_stands_is_a_duplicate() -> None:
    world = filled()
    answer = put(world, "partners", SOUND["partners"])
    assert answer.reason
    assert (answer.outcome, answer.created, answer.reason.code) == (Outcome.DUPLICATE, False, "UNCHANGED")


@pytest.mark.parametrize(
    ("kind", "code", "waits_for"),
    [
        ("sites", "UNKNOWN_PARTNER", "PARTNER#P1"),
        ("people", "UNKNOWN_SITE", "SITE#S1"),
        ("certifications", "UNKNOWN_PERSON", "PERSON#A"),
        ("trainings", "UNKNOWN_ACCOUNT", "ACCOUNT#P1-DE"),
    ],
)
def test_a_record_that_comes_too_early_is_held_and_says_for_what_it_waits(kind: str, code: str, waits_for: str) -> None:
    answer = put(RecordsWorld(), kind, SOUND[kind])
    assert answer.reason
    assert (answer.outcome, answer.reason.code, answer.waits_for) == (Outcome.HELD, code, waits_for)
    assert (answer.record, answer.tag, answer.created) == (None, None, False)
    assert answer.reason.what_to_do


@pytest.mark.rule("R-4.1.2")
def test_a_record_of_a_country_without_the_program_is_held_and_waits_for_nothing() -> None:
    world = filled()
    answer = put(world, "sites", row("sites", site_id="S9", country="AQ"))
    assert answer.reason
    assert (answer.outcome, answer.reason.code, answer.waits_for) == (Outcome.HELD, "COUNTRY_NOT_IN_PROGRAM", None)


def test_a_held_record_is_taken_when_a_file_brings_what_it_waits_for_and_still_names_its_sender() -> None:
    world = RecordsWorld()
    put(world, "sites", SOUND["sites"], sent(by="cora"))
    assert world.take("partners", SOUND["partners"]).receipt.mended == 1
    assert [(entry.by, entry.stands) for entry in view(world, "sites").history] == [("cora", True)]


def test_a_record_takes_the_held_rows_of_files_along() -> None:
    world = RecordsWorld()
    assert outcomes(world.take("sites", SOUND["sites"], row("sites", site_id="S2"))) == {"held": 2}
    assert put(world, "partners", SOUND["partners"]).mended == 2
    assert view(world, "sites").record["name"] == "Berlin"


def test_a_record_has_the_reports_that_waited_for_it_processed_again() -> None:
    world = RecordsWorld()
    world.facts.wait_for("PRODUCT#SW-1", "D1", "R1")
    assert put(world, "products", SOUND["products"]).reports_asked_for == 1
    assert world.messages.asked == [("D1", "R1")]
    assert world.facts.waiting_reports == {}


def test_a_certification_that_presupposes_one_that_is_missing_waits_for_the_person() -> None:
    world = filled()
    mcie = row("certifications", certification_id="C2", kind="MCIE")
    answer = put(world, "certifications", mcie)
    assert answer.reason
    assert (answer.reason.code, answer.waits_for) == ("MCIE_WITHOUT_MCIT", "PERSON#A")
    mended = put(world, "certifications", row("certifications", certification_id="C3", kind="MCIT"), sent("r2", 1))
    assert mended.mended == 1


# -- twice, late, interrupted


@pytest.mark.parametrize("calls", range(1, 16))
@pytest.mark.catalogue("F47")
def test_a_request_that_was_killed_anywhere_ends_alike_when_it_runs_again(calls: int) -> None:
    def ready() -> RecordsWorld:
        world = filled()
        world.facts.wait_for("SITE#S1", "D1", "R1")
        world.take("people", row("people", person_id="B", site_id="S2"))
        return world

    moved = row("sites", name="Hamburg", country="FR")
    whole, killed = ready(), ready()
    answer = put(whole, "sites", moved)
    plan = KilledAfter(calls)
    with suppress(Killed):
        one(killed, facts=plan.wrap(killed.facts), messages=plan.wrap(killed.messages))(
            read_record("sites", moved, TODAY), sent()
        )
    assert plan.calls == calls, "the request has that many steps"
    again = put(killed, "sites", moved)
    assert (again.outcome, again.record, again.tag) == (answer.outcome, answer.record, answer.tag)
    assert killed.facts.standing() == whole.facts.standing()
    assert ("D1", "R1") in killed.messages.asked


@pytest.mark.parametrize("calls", range(1, 16))
@pytest.mark.parametrize("seen", [None, Seen(None)])
@pytest.mark.catalogue("B67", "F47")
def test_what_was_killed_anywhere_and_is_sent_as_another_request_takes_effect_as_a_whole(
    calls: int, seen: Seen | None
) -> None:
    def ready() -> RecordsWorld:
        world = filled()
        world.facts.wait_for("SITE#S2", "D1", "R1")
        world.take("people", row("people", person_id="B", site_id="S2"))
        return world

    new = row("sites", site_id="S2", country="FR")
    whole, killed = ready(), ready()
    put(whole, "sites", new, seen=seen)
    plan = KilledAfter(calls)
    with suppress(Killed):
        one(killed, facts=plan.wrap(killed.facts), messages=plan.wrap(killed.messages))(
            read_record("sites", new, TODAY), sent(), seen
        )
    assert plan.calls == calls, "the request has that many steps"
    again = put(killed, "sites", new, sent("r2", 1), seen)
    assert again.record == left(new)
    assert killed.messages.asked[-1:] == [("D1", "R1")]
    assert killed.facts.waiting_reports == {}
    assert account_facts(killed).keys() == account_facts(whole).keys()
    assert killed.facts.standing() == whole.facts.standing()


@pytest.mark.parametrize("calls", range(1, 12))
@pytest.mark.parametrize("new", [True, False])
@pytest.mark.catalogue("B67")
def test_a_request_that_comes_twice_at_once_is_answered_alike_wherever_the_other_comes_in_between(
    calls: int, new: bool
) -> None:
    world = filled()
    seen = Seen(None if new else view(world, "sites").tag)
    cells = row("sites", site_id="S2" if new else "S1", name="Hamburg")
    answers: list[RecordTaken] = []

    def send(**ports: Any) -> None:
        answers.append(one(world, **ports)(read_record("sites", cells, TODAY), sent(), seen))

    facts = Interrupted(world.facts, calls, send)
    send(facts=facts)
    assert facts.came_to_it, "the request has that many steps"
    assert [(answer.outcome, answer.record, answer.tag) for answer in answers] == [
        (Outcome.POSTED, left(cells), answers[0].tag)
    ] * 2


def test_the_same_request_once_more_changes_nothing_whatever_was_recorded_since() -> None:
    world = filled()
    put(world, "partners", row("partners", name="A"), sent("r1"))
    put(world, "partners", row("partners", name="B"), sent("r2", 1))
    again = put(world, "partners", row("partners", name="A"), sent("r1"))
    assert again.record
    assert (again.record["name"], again.outcome) == ("B", Outcome.DUPLICATE)
    assert again.reason
    assert again.reason.code == "OLDER_THAN_RECORDED"
    assert len(world.facts.history(place_named("partners", ("P1",)))) == 3


def test_the_same_request_on_the_next_day_is_known_since_the_first() -> None:
    world = filled()
    put(world, "partners", row("partners", name="A"), sent("r1"))
    put(world, "partners", row("partners", name="A"), sent("r1", on=TODAY + timedelta(days=1)))
    assert view(world, "partners").history[0].known_on == TODAY


@pytest.mark.catalogue("B67", "F47")
@pytest.mark.parametrize("calls", range(1, 16))
def test_a_request_that_broke_off_is_known_since_the_day_on_which_its_row_was_written(calls: int) -> None:
    """Whatever was told on the days between did not know it. Rows of others that it mends are of the day they are."""
    later = TODAY + timedelta(days=10)
    world = filled()
    world.take("certifications", row("certifications", person_id="B"))
    person = row("people", person_id="B")
    place = canonical_place(read_record("people", person, TODAY))
    plan = KilledAfter(calls)
    with suppress(Killed):
        one(world, facts=plan.wrap(world.facts), messages=plan.wrap(world.messages))(
            read_record("people", person, TODAY), sent()
        )
    there = {fact.stamp: fact.known_on for rows in world.facts.histories.values() for fact in rows.values()}
    again = sent()._replace(today=later)
    put(world, "people", person, again)
    [kept] = world.facts.history(place)
    expected = there.get(kept.stamp, later.isoformat())
    assert kept.known_on == world.facts.get([place])[place].known_on == expected
    for rows in world.facts.histories.values():
        for fact in rows.values():
            assert fact.known_on == there.get(fact.stamp, later.isoformat())


@pytest.mark.parametrize(
    ("upload_at", "stands"), [("2024-05-05T11:59:59Z", "person"), ("2024-05-05T12:00:01Z", "file")]
)
@pytest.mark.catalogue("F03")
def test_of_a_file_and_a_request_the_later_one_stands_whichever_comes_first(upload_at: str, stands: str) -> None:
    for file_first in (True, False):
        world = filled()
        ref = replace(
            world.upload("partners", row("partners", name="file")), stamp=f"{upload_at}#{'0055AED6DCD90281E5':0<32}"
        )
        if file_first:
            world.ingest()(ref)
        put(world, "partners", row("partners", name="person"))
        if not file_first:
            world.ingest()(ref)
        assert view(world, "partners").record["name"] == stands


def test_requests_of_one_second_are_ordered_by_its_fraction_and_never_equal() -> None:
    early, late = Sent("b", "cora", NOON, TODAY), Sent("a", "cora", NOON + timedelta(microseconds=1), TODAY)
    assert request_stamp(early) < request_stamp(late)
    assert request_stamp(early) != request_stamp(early._replace(name="c"))
    assert row_stamp(f"2024-05-05T12:00:01Z#{'0' * 32}", 2) > request_stamp(late)


# -- the version that was seen


@pytest.mark.catalogue("B70")
def test_who_has_seen_the_record_corrects_it_and_who_saw_an_older_one_does_not() -> None:
    world = filled()
    tag = view(world, "partners").tag
    put(world, "partners", row("partners", name="A"), sent("r1"), Seen(tag))
    before = world.facts.standing(), {place: dict(rows) for place, rows in world.facts.histories.items()}
    with pytest.raises(StaleVersion):
        put(world, "partners", row("partners", name="B"), sent("r2", 1), Seen(tag))
    assert (world.facts.standing(), world.facts.histories) == before
    assert view(world, "partners").record["name"] == "A"


@pytest.mark.catalogue("B70")
def test_a_new_record_is_refused_where_there_is_one_and_a_correction_where_there_is_none() -> None:
    world = filled()
    with pytest.raises(StaleVersion):
        put(world, "partners", row("partners", name="A"), sent(), Seen(None))
    with pytest.raises(StaleVersion):
        put(world, "partners", row("partners", partner_id="P2"), sent(), Seen("0" * 32))
    assert put(world, "partners", row("partners", partner_id="P2"), sent(), Seen(None)).created


@pytest.mark.parametrize("calls", range(1, 12))
@pytest.mark.catalogue("B70")
def test_of_two_who_have_seen_the_same_one_corrects_whenever_the_other_comes_in_between(calls: int) -> None:
    world = filled()
    seen = Seen(view(world, "sites").tag)
    refused = []

    def correct(name: str, by: Sent, **ports: Any) -> None:
        try:
            one(world, **ports)(read_record("sites", row("sites", name=name), TODAY), by, seen)
        except StaleVersion:
            refused.append(name)

    facts = Interrupted(world.facts, calls, lambda: correct("rival", sent("r2")))
    correct("first", sent("r1"), facts=facts)
    assert facts.came_to_it, "the request has that many steps"
    names = [columns_of_record(fact.record)["name"] for fact in world.facts.history(place_named("sites", ("S1",)))]
    assert sorted([*names, *refused]) == ["Berlin", "first", "rival"]
    assert view(world, "sites").record["name"] in names[1:]
    assert len(names) == 2


def test_who_has_seen_a_record_corrects_it_though_their_clock_is_behind() -> None:
    world = filled()
    put(world, "partners", row("partners", name="A"), sent("r1", seconds=5))
    tag = view(world, "partners").tag
    answer = put(world, "partners", row("partners", name="B"), sent("r2", seconds=0), Seen(tag))
    assert (answer.outcome, view(world, "partners").record["name"]) == (Outcome.POSTED, "B")
    again = put(world, "partners", row("partners", name="B"), sent("r2", seconds=0), Seen(tag))
    assert (again.outcome, again.tag) == (Outcome.POSTED, answer.tag)


def test_a_correction_on_condition_that_is_sent_again_is_answered_alike_though_the_version_has_gone() -> None:
    world = filled()
    tag = view(world, "partners").tag
    first = put(world, "partners", row("partners", name="A"), sent(), Seen(tag))
    assert put(world, "partners", row("partners", name="A"), sent(), Seen(tag)) == first


def test_a_record_that_says_what_was_seen_changes_nothing_and_outranks_an_older_row_that_comes_later() -> None:
    world = filled()
    tag = view(world, "partners").tag
    answer = put(world, "partners", SOUND["partners"], sent(), Seen(tag))
    assert (answer.outcome, answer.tag) == (Outcome.DUPLICATE, tag)
    world.take("partners", row("partners", name="older"))
    assert view(world, "partners").record["name"] == "Partner one"


@pytest.mark.rule("R-2.2b")
def test_a_site_that_changes_hands_on_condition_is_copied_to_both_partners() -> None:
    world = filled()
    put(world, "partners", row("partners", partner_id="P2"), sent("r1"))
    tag = view(world, "sites").tag
    put(world, "sites", row("sites", partner_id="P2"), sent("r2", 1), Seen(tag))
    assert [site.site_id for site in account_facts(world)["P2-DE"].sites] == ["S1"]
    assert account_facts(world)["P1-DE"].sites == ()


def test_a_held_record_on_condition_waits_like_any_other() -> None:
    world = filled()
    tag = view(world, "sites").tag
    answer = put(world, "sites", row("sites", partner_id="P9"), sent(), Seen(tag))
    assert (answer.outcome, answer.waits_for, answer.tag) == (Outcome.HELD, "PARTNER#P9", tag)


# -- what is read


@pytest.mark.parametrize("kind", SOUND)
def test_a_record_is_found_by_its_key_and_shown_by_the_columns_it_came_in(kind: str) -> None:
    found = view(filled(), kind)
    assert found.record == left(SOUND[kind])
    assert [(entry.by, entry.stands, entry.at, entry.known_on) for entry in found.history] == [
        (None, True, "2024-01-01T00:00:00Z", TODAY)
    ]


@pytest.mark.parametrize("kind", RECORD_TYPES)
def test_a_key_names_the_place_in_which_the_record_is_kept(kind: str) -> None:
    world = filled()
    [fact] = [fact for place, fact in world.facts.facts.items() if place == canonical_place(fact.record)
              and fact.record.kind == kind]  # fmt: skip
    assert place_named(kind, fact.record.key) == canonical_place(fact.record)
    assert dict(columns_of_record(fact.record)) == left(SOUND[kind])


def test_the_history_tells_who_sent_which_row_and_which_one_stands() -> None:
    world = filled()
    put(world, "partners", row("partners", name="A"), sent("r1", by="cora"))
    put(world, "partners", row("partners", name="B"), sent("r2", 60, by="carl"))
    assert [(one.by, one.record["name"], one.stands, one.at) for one in view(world, "partners").history] == [
        ("carl", "B", True, "2024-05-05T12:01:00Z"),
        ("cora", "A", False, "2024-05-05T12:00:00Z"),
        (None, "Partner one", False, "2024-01-01T00:00:00Z"),
    ]


def test_a_history_shows_the_latest_hundred_rows_and_counts_them_all() -> None:
    world = filled()
    for number in range(100):
        put(world, "partners", row("partners", name=f"N{number}"), sent(f"r{number}", number))
    found = view(world, "partners")
    assert (len(found.history), found.rows_in_all, found.history[0].record["name"]) == (100, 101, "N99")


def test_a_record_that_is_none_is_not_found_and_a_key_that_is_none_is_named() -> None:
    world = filled()
    with pytest.raises(NotFound):
        view(world, "partners", partner_id="P9")
    with pytest.raises(RowRejected) as refused:
        view(world, "business_plans", partner_id="P1", country="XX", year="24")
    assert {(one.column, one.code.value) for one in refused.value.mistakes} == {
        ("country", "INVALID_COUNTRY"), ("year", "INVALID_NUMBER"),
    }  # fmt: skip


def test_a_column_beside_the_key_is_refused_instead_of_left_out() -> None:
    site = SOUND["sites"]
    with pytest.raises(RowRejected) as refused:
        view(filled(), "sites", site_id=site["site_id"], partner_id="P9")
    [mistake] = refused.value.mistakes
    assert (mistake.column, mistake.message) == ("partner_id", "the key of sites is site_id")
