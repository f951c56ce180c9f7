"""Notices: what is announced of a state and of a statement, each once per cause (R-3, R-9)."""
