"""Requirements, findings, cases, promotions and demotions: the tier of an account (R-3, R-4.1)."""
