"""Who may do what with money, and that nobody decides on their own work."""

import unicodedata
from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from partner_program.domain.model import Document
from partner_program.values.errors import ProgramError


class Role(StrEnum):
    """What a person is to the program; `SYSTEM` is the engine itself, on a schedule."""

    PARTNER = "partner"
    CHANNEL = "channel"
    FINANCE = "finance"
    AUDITOR = "auditor"
    SYSTEM = "system"


class Action(StrEnum):
    """An act on money. Every one of them is an entry of the audit log."""

    NAME_PAYEE = "name_payee"
    PROPOSE_BANK_DETAILS = "propose_bank_details"
    CONFIRM_BANK_DETAILS = "confirm_bank_details"
    REJECT_BANK_DETAILS = "reject_bank_details"
    HOLD = "hold"
    LIFT_HOLD = "lift_hold"
    CANCEL = "cancel"
    RETRY = "retry"
    PREPARE = "prepare"
    APPROVE = "approve"
    WITHDRAW = "withdraw"
    RELEASE = "release"
    BOOK_BANK_STATUS = "book_bank_status"
    RESTATE = "restate"


_VENDOR = frozenset({Role.CHANNEL, Role.FINANCE})
_FINANCE = frozenset({Role.FINANCE})
_FINANCE_OR_ENGINE = frozenset({Role.FINANCE, Role.SYSTEM})

MAY: dict[Action, frozenset[Role]] = {
    Action.NAME_PAYEE: _VENDOR,
    Action.PROPOSE_BANK_DETAILS: _VENDOR | {Role.PARTNER},
    Action.CONFIRM_BANK_DETAILS: _FINANCE,
    Action.REJECT_BANK_DETAILS: _FINANCE,
    Action.HOLD: _VENDOR | {Role.SYSTEM},
    Action.LIFT_HOLD: _VENDOR,
    Action.CANCEL: _FINANCE,
    Action.RETRY: _FINANCE,
    Action.PREPARE: _FINANCE,
    Action.APPROVE: _FINANCE,
    Action.WITHDRAW: _FINANCE_OR_ENGINE,
    Action.RELEASE: _FINANCE_OR_ENGINE,
    Action.BOOK_BANK_STATUS: _FINANCE_OR_ENGINE,
    Action.RESTATE: _VENDOR,
}
"""The whole table; what is not in it nobody may."""


class NotAllowed(ProgramError):
    """The person's role does not include the act."""


class SelfApproval(ProgramError):
    """A person decides on what they have made themselves; somebody else must (four eyes)."""


_UNSEEN = r"\p{C}\p{Default_Ignorable_Code_Point}\x{2800}"  # the last: a Braille cell without a dot
Name = Annotated[  # the length apart: counted repetitions of such classes would take 20 MB
    str, StringConstraints(max_length=128, pattern=rf"\A[^{_UNSEEN}\s]([^{_UNSEEN}]*[^{_UNSEEN}\s])?\z")
]
"""A person's name or user id: up to 128 characters, all of them to be seen, no space around it."""


class Actor(Document):
    """A person in a role."""

    person: Name
    role: Role

    def is_same_person(self, other: "Actor") -> bool:
        """Whatever the role, and however the name is written: width, case and spacing tell nobody apart."""
        return _bare(self.person) == _bare(other.person)


ENGINE = Actor(person="partner program", role=Role.SYSTEM)
"""The engine acting on a schedule."""


def check_may(actor: Actor, action: Action) -> None:
    """Raises `NotAllowed`. The engine's name and its role belong together, and to nobody else."""
    is_engine, has_its_role = actor.is_same_person(ENGINE), actor.role is Role.SYSTEM
    if actor.role not in MAY.get(action, frozenset()) or is_engine is not has_its_role:
        raise NotAllowed(f"{actor.person} as {actor.role} may not {action.replace('_', ' ')}")


def check_four_eyes(maker: Actor, checker: Actor, what: str) -> None:
    """Raises `SelfApproval` where both are one person, in whatever roles."""
    if maker.is_same_person(checker):
        raise SelfApproval(f"{checker.person} has made {what}: somebody else must decide on it")


def _bare(person: str) -> str:
    # Twice: folding the case can take a composed letter apart again.
    folded = unicodedata.normalize("NFKC", person).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())
