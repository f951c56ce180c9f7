"""Accruals for finance: what is earned and not yet paid, per account and month, as it moves (R-5)."""
