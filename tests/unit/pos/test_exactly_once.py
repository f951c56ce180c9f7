"""Every line counts once, whatever is killed, repeated, doubled or overtaken."""

import random
from collections.abc import Callable
from decimal import Decimal
from threading import Event, Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partner_program.domain.files.outcomes import Outcome
from partner_program.values.money import total
from tests.fakes.pos_world import CATEGORIES, World, line, outcomes, site, standing
from tests.fakes.reports import Killed, KilledAfter

LINES = [
    line(invoice_number=f"INV-{n % 3}", line_number=n + 1, sku=f"{CATEGORIES[n % 5]}-1", product_category="",
         partner_site_id=("S-DE", "S-DE2", "S-NEW")[n % 3], final_amount=f"{n + 1}.01",
         country="UK" if n == 4 else "DE", invoice_date=f"2024-0{n % 2 + 3}-10")
    for n in range(9)
] + [line(invoice_number="INV-0", line_number=1, sku="software-1", product_category="", final_amount="1.01",
          invoice_date="2024-03-10")]  # fmt: skip
WINDOW_ROWS = 4
PATIENCE = 60
"""Seconds for a thread to come as far as it will: a busy machine needs them, nobody else."""


def facts_of(world: World) -> tuple[object, ...]:
    """Everything that must be the same however the run went: claims, contributions, references, receipt, rejects."""
    receipt = world.receipt()
    for changing in ("run", "object_version"):
        del receipt[changing]
    return (
        world.sales.invoices, world.sales.contributions, world.sales.references, receipt,
        world.objects.results["pos/D1/R1/rejected.csv"], world.lookups.waiting,
    )  # fmt: skip


@pytest.fixture
def undisturbed() -> World:
    world = World(window_rows=WINDOW_ROWS)
    assert world.play(LINES).status == "posted"
    return world


def killed_run(call: int, *, before: bool) -> tuple[World, bool]:
    """A first run killed at a call of any port, then the redelivery of the same event; whether it was killed at all."""
    world = World(window_rows=WINDOW_ROWS)
    ref = world.upload(LINES)
    plan = KilledAfter(call, before=before)
    ports = {name: plan.wrap(getattr(world, name)) for name in ("sales", "lookups", "objects", "messages")}
    try:
        world.ingest(**ports)(ref, lambda: 900_000)
    except Killed:
        assert world.ingest()(ref, lambda: 900_000).status in {"posted", "unchanged"}
        return world, True
    return world, False


@pytest.mark.catalogue("F09")
@pytest.mark.catalogue("F10")
@pytest.mark.parametrize("before", [True, False], ids=["before the call", "after it"])
def test_a_run_killed_at_any_call_and_repeated_ends_in_the_same_state(undisturbed: World, before: bool) -> None:
    expected = facts_of(undisturbed)
    call, killed = 0, True
    while killed:
        call += 1
        world, killed = killed_run(call, before=before)
        assert facts_of(world) == expected, f"killed at call {call}"
    assert call > 25


@pytest.mark.catalogue("F10")
def test_a_report_is_not_posted_before_its_receipt_exists() -> None:
    seen: list[tuple[str, bool]] = []
    world = World(window_rows=WINDOW_ROWS)
    save_state = world.sales.save_state

    def watched(state: Any, expected_attempt: int) -> None:
        seen.append((state.status, "pos/D1/R1/receipt.json" in world.objects.results))
        save_state(state, expected_attempt)

    world.sales.save_state = watched  # type: ignore[method-assign]  # a spy
    world.play(LINES)
    assert seen == [("processing", False), ("posted", True)]


@pytest.mark.catalogue("F12")
def test_a_run_short_of_time_hands_on_and_the_next_goes_on_at_the_window(undisturbed: World) -> None:
    world = World(window_rows=WINDOW_ROWS)
    ref = world.upload(LINES)
    status = world.ingest()(ref, lambda: 0).status
    rounds = 1
    while status == "continued":
        assert world.messages.resumed == [("D1", "R1")] * rounds
        assert not any(key.endswith("receipt.json") for key in world.objects.results)
        status = world.ingest().resume("D1", "R1", lambda: 0).status
        rounds += 1
    assert (status, rounds) == ("posted", 3)
    assert facts_of(world) == facts_of(undisturbed)


@pytest.mark.catalogue("F12")
def test_a_finished_report_that_is_told_to_go_on_does_nothing() -> None:
    world = World()
    world.play(LINES)
    assert world.ingest().resume("D1", "R1", lambda: 900_000).status == "unchanged"


class Gate:
    """Stops a worker at its n-th store call until it is let go."""

    def __init__(self, port: Any, call: int) -> None:
        self.port, self.call, self.calls = port, call, 0
        self.reached, self.go = Event(), Event()
        self.begun, self.method = False, ""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        wrapped: Callable[..., Any] = getattr(self.port, name)

        def call(*arguments: Any) -> Any:
            self.calls += 1
            if self.calls == self.call:
                self.method = name
                self.reached.set()
                assert self.go.wait(PATIENCE)
            answer = wrapped(*arguments)
            self.begun = self.begun or name == "save_state"
            return answer

        return call


def overtaken_at(call: int) -> tuple[World, bool]:
    """A worker stops before its n-th store call; another takes the report and finishes; then the first wakes up."""
    world = World(window_rows=WINDOW_ROWS)
    ref = world.upload(LINES)
    gate = Gate(world.sales, call)
    answers: list[str] = []
    zombie = Thread(target=lambda: answers.append(world.ingest(sales=gate)(ref, lambda: 900_000).status))
    zombie.start()
    while zombie.is_alive() and not gate.reached.wait(0.005):
        pass
    if not gate.reached.is_set():
        return world, False
    world.ingest()(ref, lambda: 900_000)
    begun = gate.begun
    if begun and gate.method != "save_state":  # its very last call comes when its own receipt is out
        world.objects.put_result = forbidden  # type: ignore[method-assign]  # the zombie must not write
    gate.go.set()
    zombie.join(PATIENCE)
    assert answers == ["superseded"] if begun else answers
    return world, True


def forbidden(key: str, body: Any, content_type: str) -> None:
    """What an overtaken worker may still write: the part of a window that has its own attempt in its name."""
    assert key.startswith("runs/"), f"an overtaken worker wrote {key}"


@pytest.mark.catalogue("F02")
@pytest.mark.catalogue("F11")
@pytest.mark.catalogue("F15")
def test_a_worker_overtaken_at_any_store_call_changes_nothing_when_it_wakes(undisturbed: World) -> None:
    expected = facts_of(undisturbed)
    call, stopped = 0, True
    while stopped:
        call += 1
        world, stopped = overtaken_at(call)
        assert facts_of(world) == expected, f"overtaken at call {call}"
    assert call > 15


@pytest.mark.catalogue("F11")
def test_an_overtaken_worker_writes_no_window_and_no_receipt() -> None:
    world = World(window_rows=WINDOW_ROWS)
    older = world.upload(LINES)
    gate = Gate(world.sales, 6)
    answers: list[str] = []
    zombie = Thread(target=lambda: answers.append(world.ingest(sales=gate)(older, lambda: 900_000).status))
    zombie.start()
    assert gate.reached.wait(PATIENCE)
    world.play([line(invoice_number="INV-9")])
    before = dict(world.objects.results)
    gate.go.set()
    zombie.join(PATIENCE)
    assert answers == ["superseded"]
    assert world.objects.results == before


def test_a_worker_overtaken_between_look_and_write_gives_the_other_its_receipt_back() -> None:
    world = World()
    older = world.upload(LINES)
    put = world.objects.put_result
    newer_receipt: list[bytes] = []

    def overtaking(key: str, body: Any, content_type: str) -> None:
        if key == "pos/D1/R1/rejected.csv" and not newer_receipt:
            newer_receipt.append(b"")
            world.play([line(invoice_number="INV-9", country="UK")])
            newer_receipt[0] = world.objects.results["pos/D1/R1/receipt.json"]
        put(key, body, content_type)

    world.objects.put_result = overtaking  # type: ignore[method-assign]  # a newer upload comes in at the worst moment
    assert world.ingest()(older, lambda: 900_000).status == "superseded"
    assert world.objects.results["pos/D1/R1/receipt.json"] == newer_receipt[0]
    assert [row["invoice_number"] for row in world.rejected()] == ["INV-9"]


def test_a_record_that_comes_between_two_windows_of_an_interrupted_run_is_counted_once() -> None:
    world = World(window_rows=WINDOW_ROWS)
    ref = world.upload(LINES)
    world.ingest()(ref, lambda: 0)
    world.lookups.all_sites["S-NEW"] = site("S-NEW", "P1", "DE")
    world.ingest()(ref, lambda: 900_000)
    world.again()
    assert (world.receipt()["outcomes"]["posted"]["lines"], world.receipt()["outcomes"]["held"]["lines"]) == (8, 0)
    assert sum(contribution.lines for contribution in world.sales.contributions.values()) == 8


# -- any split, repetition and order of reports

SALES = st.lists(
    st.builds(
        lambda invoice, number, amount, category, site_id, month: line(
            invoice_number=f"INV-{invoice}", line_number=number, sku=f"{category}-1", product_category="",
            quantity=1 if amount > 0 else -1, final_amount=f"{Decimal(amount) / 100:.2f}", partner_site_id=site_id,
            invoice_date=f"2024-{month:02d}-10",
        ),
        st.integers(1, 3), st.sampled_from([1, 2, 3, 200, 201, 500]), st.integers(-50_000, 50_000).filter(bool),
        st.sampled_from(CATEGORIES), st.sampled_from(["S-DE", "S-DE2"]), st.integers(2, 4),
    ),
    max_size=14, unique_by=lambda sale: (sale["invoice_number"], sale["line_number"]),
)  # fmt: skip


def parts_by_account(world: World) -> dict[tuple[str, str], tuple[int, Decimal]]:
    found: dict[tuple[str, str], tuple[int, Decimal]] = {}
    for contribution in world.sales.contributions.values():
        lines, credit = found.get((contribution.account_id, contribution.month), (0, Decimal(0)))
        key = (contribution.account_id, contribution.month)
        found[key] = (lines + contribution.lines, credit + contribution.credit)
    return found


@pytest.mark.rule("R-2.2a")
@given(SALES, st.data())
@settings(max_examples=60)
def test_any_split_repetition_and_order_of_reports_gives_the_same_revenue(
    sales: list[dict[str, str]], data: st.DataObject
) -> None:
    whole = World()
    whole.play(sales)
    split = World(window_rows=data.draw(st.integers(1, 5)))
    reports = data.draw(st.lists(st.lists(st.sampled_from(sales)) if sales else st.just([]), max_size=4))
    reports.append(sales)
    order = data.draw(st.permutations(range(len(reports))))
    for number in [*order, *order[:2]]:
        unique = {(sale["invoice_number"], sale["line_number"]): sale for sale in reports[number]}
        lines = [sale | {"report_id": f"R{number}"} for sale in unique.values()]
        split.play(lines, f"pos/D1/R{number}.csv")
    assert parts_by_account(split) == parts_by_account(whole)
    for account, month in parts_by_account(split):
        drilled = list(split.sales.lines_of(account, month))
        assert len({(d.invoice_number, d.line_number) for d in drilled}) == len(drilled)
        assert total(d.claim.credit for d in drilled) == split.revenue()[account, month]


ANY_LINES = st.lists(
    st.builds(
        lambda changes: line(**changes),
        st.fixed_dictionaries(
            {},
            optional={
                "invoice_number": st.sampled_from(["INV-1", "INV-2", "", "a b"]),
                "line_number": st.sampled_from(["1", "01", "2", "x", "999999999"]),
                "final_amount": st.sampled_from(["100.00", "100.0", "1e5", "", "-3.00", "0.001", "9" * 14]),
                "quantity": st.sampled_from(["1", "-1", "0", "x"]),
                "currency": st.sampled_from(["EUR", "JPY", "eur", "KWD"]),
                "partner_site_id": st.sampled_from(["S-DE", "S-JP", "S-NEW", "\0"]),
                "sku": st.sampled_from(["care-1", "none"]),
                "country": st.sampled_from(["DE", "JP", "UK"]),
            },
        ),
    ),
    max_size=12,
)


@given(ANY_LINES, st.integers(1, 4))
def test_lines_and_money_of_every_file_are_conserved(lines: list[dict[str, str]], window_rows: int) -> None:
    world = World(window_rows=window_rows)
    receipt = standing(world.play(lines))
    by_outcome = receipt.outcomes.values()
    assert receipt.lines == len(lines) == sum(amounts.lines for amounts in by_outcome)
    uncounted = sum(amounts.lines for outcome, amounts in receipt.outcomes.items() if outcome is not Outcome.POSTED)
    assert uncounted == len(world.rejected()) == sum(reason.lines for reason in receipt.reasons.values())
    for currency, amount in receipt.money.items():
        assert amount == sum(amounts.money.get(currency, Decimal(0)) for amounts in by_outcome)
    posted = receipt.outcomes[Outcome.POSTED]
    assert posted.lines == sum(contribution.lines for contribution in world.sales.contributions.values())
    assert sum(receipt.credit.values()) == sum(world.revenue().values())


@given(st.integers(0, 2**32))
@settings(max_examples=25)
@pytest.mark.catalogue("F20")
def test_kills_and_repeats_at_random_still_count_once(seed: int) -> None:
    chance = random.Random(seed)
    world = World(window_rows=chance.randint(1, 5))
    refs = [world.upload(LINES), world.upload(LINES), world.upload([*LINES[3:], line(invoice_number="INV-7")])]
    for _ in range(8):
        ref = chance.choice(refs)
        plan = KilledAfter(chance.randint(1, 40), before=chance.random() < 0.5)
        ports = {name: plan.wrap(getattr(world, name)) for name in ("sales", "lookups", "objects")}
        try:
            world.ingest(**ports)(ref, lambda: chance.choice([0, 900_000]))
        except Killed:
            continue
    for ref in refs:
        while world.ingest()(ref, lambda: 900_000).status == "continued":
            pass
    counted = {
        (invoice, number)
        for account, month in parts_by_account(world)
        for _, invoice, number, _ in world.sales.lines_of(account, month)
    }
    claimed = {(key[1], number) for key, claims in world.sales.invoices.items() for number in claims}
    assert counted == claimed
    assert sum(lines for lines, _ in parts_by_account(world).values()) == len(claimed)
    assert outcomes(world.again())["posted"] >= 1
