"""Program records: rows, what they rest on, which one stands, and where they are kept (formats.md)."""
