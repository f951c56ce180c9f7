"""An account's facts as the records they were made of."""

from partner_program.domain.facts import AccountFacts, Record


def records_of(facts: AccountFacts) -> tuple[Record, ...]:
    """All records of an account, without its Sales Revenue."""
    single = (facts.partner, facts.placement)
    return (
        *(record for record in single if record is not None),
        *facts.sites,
        *facts.terms_acceptances,
        *facts.employments,
        *facts.certifications,
        *facts.trainings,
        *facts.business_plans,
        *facts.business_reviews,
        *facts.brand_reviews,
        *facts.case_decisions,
        *facts.opening_revenue,
    )


def key_of(record: Record) -> tuple[str, ...]:
    """Its kind and natural key."""
    return (record.kind, *record.key)
