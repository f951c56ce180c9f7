"""The base of every document that the engine keeps or shows."""

from pydantic import BaseModel, ConfigDict


class Document(BaseModel):
    """Immutable, closed to unknown fields, exact: decimals travel as strings in JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
