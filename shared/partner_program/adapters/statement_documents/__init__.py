"""A final statement as HTML and as PDF: one content, one ladder, two forms."""
