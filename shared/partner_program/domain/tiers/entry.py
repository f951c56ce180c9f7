"""What lacks to take part in the program at all, item by item (R-4.1.1)."""

from collections.abc import Iterator
from datetime import date, timedelta

from partner_program.domain.model import Document
from partner_program.domain.tiers.account import ChangeReason
from partner_program.domain.tiers.situation import Situation, any_open
from partner_program.domain.tiers.spans import run_around
from partner_program.domain.tiers.terms import accepted_on, accepted_spans


class MissingEntry(Document):
    """What is to be done to take part; what is False or None is there already.

    `enrolment`: the vendor enrols the partner. `placement`: the vendor places the account anew; of one that is placed
    from a day to come, `placed_from` is that day, and nothing else is missing. `not_before`: the first day on which an
    enrolment or placement counts, where the participation was ended. `accept_terms` is the version to accept;
    `open_site`: a site in the account's country.
    """

    enrolment: bool = False
    placement: bool = False
    placed_from: date | None = None
    not_before: date | None = None
    accept_terms: str | None = None
    open_site: bool = False


def missing_terms(at: Situation) -> MissingEntry:
    """What the requirement of the Terms lacks for an account on a day: enrolment, acceptance, an open site.

    A new version that may still be accepted later is not missing where the one before was accepted.
    """
    partner = at.facts.partner
    accepted, _ = run_around(accepted_spans(at), at.on)
    return MissingEntry(
        enrolment=partner is None or partner.enrolled_on > at.on,
        accept_terms=None if accepted else at.rules.terms_version,
        open_site=not any(site.is_open_on(at.on) for site in at.facts.sites),
    )


def end_of_terms(at: Situation) -> Iterator[date]:
    """The first day, in each case, on which what is there of acceptance and open sites is there no more."""
    for spans in (accepted_spans(at), any_open(at.facts.sites)):
        there, run = run_around(spans, at.on)
        if there and run.end:
            yield run.end


def missing_entry(at: Situation) -> MissingEntry | None:
    """Of an account that is not in the program; None where it is.

    A placement wins over an enrolment, and whoever's participation was ended is enrolled or placed anew.
    """
    if at.tier is not None:
        return None
    ended_on = at.changes[-1].changed_on if at.changes and at.changes[-1].reason is ChangeReason.ENDED else None
    not_before = ended_on + timedelta(days=1) if ended_on else None
    placement, partner = at.facts.placement, at.facts.partner
    if placement is not None:
        if placement.placed_on > at.on:
            return MissingEntry(placed_from=placement.placed_on)
        return MissingEntry(placement=True, not_before=not_before)
    version = at.rules.terms_version  # whoever comes in accepts the one that stands, whatever was accepted before
    accepted = accepted_on(at.facts, version, at.on) is not None
    lacking = missing_terms(at).model_copy(update={"accept_terms": None if accepted else version})
    if partner is None or ended_on is None or partner.enrolled_on > ended_on:
        return lacking
    return lacking.model_copy(update={"enrolment": True, "not_before": not_before})
