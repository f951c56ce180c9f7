"""Who may do what with money: the whole table, cell by cell, and that no other name or role gets around it."""

import pytest
from pydantic import ValidationError

from partner_program.domain.payments.people import (
    ENGINE,
    MAY,
    Action,
    Actor,
    NotAllowed,
    Role,
    SelfApproval,
    check_four_eyes,
    check_may,
)

TABLE = """
action                 partner channel finance auditor system
name_payee             no      yes     yes     no      no
propose_bank_details   yes     yes     yes     no      no
confirm_bank_details   no      no      yes     no      no
reject_bank_details    no      no      yes     no      no
hold                   no      yes     yes     no      yes
lift_hold              no      yes     yes     no      no
cancel                 no      no      yes     no      no
retry                  no      no      yes     no      no
prepare                no      no      yes     no      no
approve                no      no      yes     no      no
withdraw               no      no      yes     no      yes
release                no      no      yes     no      yes
book_bank_status       no      no      yes     no      yes
restate                no      yes     yes     no      no
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [(row[0], role, may) for row in ROWS[1:] for role, may in zip(ROWS[0][1:], row[1:], strict=True)]


def somebody(role: Role, name: str = "anna") -> Actor:
    return ENGINE if role is Role.SYSTEM else Actor(person=name, role=role)


def test_the_table_has_every_action_and_every_role_once() -> None:
    assert [row[0] for row in ROWS[1:]] == list(Action)
    assert ROWS[0][1:] == list(Role)
    assert len(CELLS) == len(Action) * len(Role) == 70
    assert set(MAY) == set(Action)


@pytest.mark.parametrize(("action", "role", "may"), CELLS, ids=[f"{action} {role}" for action, role, _ in CELLS])
def test_a_role_may_do_exactly_what_the_table_says(action: str, role: str, may: str) -> None:
    actor = somebody(Role(role))
    if may == "yes":
        check_may(actor, Action(action))
        return
    with pytest.raises(NotAllowed) as refused:
        check_may(actor, Action(action))
    assert str(refused.value) == f"{actor.person} as {role} may not {action.replace('_', ' ')}"


def test_an_auditor_changes_nothing() -> None:
    assert [action for action in Action if Role.AUDITOR in MAY[action]] == []


def test_what_is_not_in_the_table_nobody_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(MAY, Action.APPROVE)
    with pytest.raises(NotAllowed):
        check_may(somebody(Role.FINANCE), Action.APPROVE)


# -- the engine


@pytest.mark.parametrize("name", ["partner program", "Partner  Program", "PARTNER PROGRAM", "ｐartner program"])
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_nobody_acts_under_the_engines_name(name: str, role: Role) -> None:
    for action in Action:
        with pytest.raises(NotAllowed):
            check_may(Actor(person=name, role=role), action)


@pytest.mark.parametrize("action", list(Action))
def test_nobody_but_the_engine_acts_in_its_role(action: Action) -> None:
    with pytest.raises(NotAllowed):
        check_may(Actor(person="mallory", role=Role.SYSTEM), action)


# -- four eyes

SAME = [
    ("anna", "anna"),
    ("anna", "ANNA"),
    ("Anna Lee", "anna  lee"),
    ("Anna Lee", "anna\u00a0lee"),
    ("Anna Lee", "anna\u2003lee"),
    ("anna", "\uff41nna"),
    ("Zoë", "Zoe\u0308"),
    ("Strauß", "STRAUSS"),
    ("ǰan", "J\u030cAN"),
    ("Ὀδυσσεύς", "ὈΔΥΣΣΕΎΣ"),
    ("ﬁona", "FIONA"),
    ("anna@example.com", "Anna@Example.COM"),
    ("Ⅳ", "iv"),
]
OTHERS = [
    ("anna", "anne"),
    ("anna lee", "annalee"),
    ("Zoë", "Zoe"),
    ("anna", "anna2"),
    ("anna.lee", "anna lee"),
]


@pytest.mark.catalogue("B74")
@pytest.mark.parametrize(("one", "other"), SAME)
@pytest.mark.parametrize("second_role", list(Role))
def test_nobody_decides_on_their_own_work_in_whatever_role_and_however_the_name_is_written(
    one: str, other: str, second_role: Role
) -> None:
    for maker, checker in ((one, other), (other, one)):
        with pytest.raises(SelfApproval) as refused:
            check_four_eyes(
                Actor(person=maker, role=Role.FINANCE), Actor(person=checker, role=second_role), "the batch B-1"
            )
        assert str(refused.value) == f"{checker} has made the batch B-1: somebody else must decide on it"


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_two_people_of_different_names_are_two(one: str, other: str) -> None:
    check_four_eyes(Actor(person=one, role=Role.FINANCE), Actor(person=other, role=Role.FINANCE), "it")


# -- names

UNSEEN = {
    "zero width space": "\u200b",
    "zero width joiner": "\u200d",
    "word joiner": "\u2060",
    "soft hyphen": "\u00ad",
    "right to left override": "\u202e",
    "combining grapheme joiner": "\u034f",
    "variation selector": "\ufe0f",
    "variation selector of the supplement": "\U000e0100",
    "Hangul filler": "\u3164",
    "half width Hangul filler": "\uffa0",
    "tag": "\U000e0041",
    "blank Braille cell": "\u2800",
    "NUL": "\0",
    "line feed": "\n",
    "escape": "\x1b",
    "delete": "\x7f",
    "private use": "\ue000",
    "not assigned": "\u0378",
    "byte order mark": "\ufeff",
}


@pytest.mark.catalogue("B74", "B69")
@pytest.mark.parametrize("unseen", UNSEEN.values(), ids=UNSEEN.keys())
@pytest.mark.parametrize("where", ["{}anna", "an{}na", "anna{}"], ids=["before", "within", "after"])
def test_a_character_that_nobody_sees_makes_no_second_person(where: str, unseen: str) -> None:
    with pytest.raises(ValidationError):
        Actor(person=where.format(unseen), role=Role.FINANCE)


@pytest.mark.parametrize("name", ["", " ", "\u00a0", " anna", "anna ", "anna\u00a0", "\u3000anna", "\tanna"])
def test_a_name_is_not_empty_and_has_no_space_around_it(name: str) -> None:
    with pytest.raises(ValidationError):
        Actor(person=name, role=Role.FINANCE)


@pytest.mark.parametrize("length", [1, 2, 3, 127, 128])
def test_a_name_has_up_to_128_characters(length: int) -> None:
    assert len(Actor(person="é" * length, role=Role.FINANCE).person) == length


def test_a_name_of_129_characters_is_refused() -> None:
    with pytest.raises(ValidationError):
        Actor(person="é" * 129, role=Role.FINANCE)


@pytest.mark.parametrize("name", ["anna lee", "李 雷", "O’Neill-Søndergård", "anna@example.com", "a:b/c+d=e"])
def test_names_of_people_and_user_ids_are_taken_as_they_are(name: str) -> None:
    assert Actor(person=name, role=Role.CHANNEL).person == name


@pytest.mark.parametrize("role", ["admin", "Finance", "", "finance,auditor", "*"])
def test_there_are_no_other_roles(role: str) -> None:
    with pytest.raises(ValidationError):
        Actor.model_validate({"person": "anna", "role": role})
