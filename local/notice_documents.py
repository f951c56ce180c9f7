"""`python -m local.notice_documents`: write the schemas of notices, `events/schemas/<kind>.v<version>.json`, again.

They are made from the models, so that they cannot say anything else; tests/unit/notices compares.
"""

import json
from pathlib import Path
from typing import Any

from partner_program.domain.notices.model import NOTICE_TYPES

REPOSITORY = Path(__file__).resolve().parent.parent
SCHEMAS = REPOSITORY / "events" / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """File name → JSON Schema of a notice of this kind, the `detail` of its event."""
    found = {}
    for kind, model in NOTICE_TYPES.items():
        version = model.model_fields["schema_version"].default
        found[f"{kind}.v{version}.json"] = {"$schema": DIALECT, **model.model_json_schema(mode="serialization")}
    return found


def as_text(schema: dict[str, Any]) -> str:
    """As it is written to its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write them all."""
    SCHEMAS.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        (SCHEMAS / name).write_text(as_text(schema), encoding="utf-8")


if __name__ == "__main__":
    main()
