"""The owner's values of the rulebook, kept beside what they decide on."""

from partner_program.adapters.table import Table

RULEBOOK_KEY = ("SETTING", "RULEBOOK")


class RulebookSource:
    """The text of the owner's override file in the program table."""

    def __init__(self, program: Table) -> None:
        self._program = program

    def override(self) -> str | None:
        """The TOML text that the owner has set, or None: the edition as it stands."""
        item = self._program.get(*RULEBOOK_KEY)
        return str(item["body"]) if item else None

    def put_override(self, text: str) -> None:
        """Replace the owner's text. Only `use_cases.operate.set_rulebook` calls this: it has validated the text."""
        pk, sk = RULEBOOK_KEY
        self._program.put({"pk": pk, "sk": sk, "kind": "rulebook", "body": text})

    def remove_override(self) -> None:
        """Back to the edition as it stands."""
        self._program.delete(*RULEBOOK_KEY)
