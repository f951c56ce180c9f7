"""Files as uploaded: read strictly, refused or counted, each line with its outcome and reason (formats.md)."""
