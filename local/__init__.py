"""The one-machine runner: the real template on an embedded stack. Never shipped."""
