"""POS reports: from a line to Sales Revenue (R-2.2a, R-2.3, R-8)."""
