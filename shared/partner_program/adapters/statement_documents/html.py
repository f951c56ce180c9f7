"""A statement as one HTML file: no script, nothing loaded from anywhere, every value escaped."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from partner_program.adapters.statement_documents.content import content_of
from partner_program.use_cases.statement_document import StatementToShow

TEMPLATES = Path(__file__).with_name("templates")


class HtmlStatement:
    """A `StatementRenderer`. The template is compiled when first needed."""

    suffix = ".html"
    content_type = "text/html; charset=utf-8"

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(self, shown: StatementToShow) -> bytes:
        """UTF-8, lines end with LF."""
        template = self._environment.get_template("statement.html")
        return template.render(content=content_of(shown)).encode()
