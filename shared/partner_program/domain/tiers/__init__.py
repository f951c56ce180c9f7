"""Requirements, findings, promotions: the tier of an account (R-3, R-4.1)."""
