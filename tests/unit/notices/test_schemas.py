"""Schemas, examples and models of notices say the same."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import validator_for

from local.notice_documents import SCHEMAS, as_text, schemas
from partner_program.domain.notices.model import NOTICE_TYPES, SOURCE, NoticeKind, read_notice
from tests.deployed.template import REPOSITORY

EXAMPLES = REPOSITORY / "events" / "notices"


def example(kind: NoticeKind) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EXAMPLES / f"{kind}.json").read_text(encoding="utf-8"))
    return found


def schema(kind: NoticeKind) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SCHEMAS / f"{kind}.v1.json").read_text(encoding="utf-8"))
    return found


def test_the_schemas_are_what_the_models_say_and_there_are_no_others() -> None:
    """`python -m local.notice_documents` writes them again; what may change is in docs/notices.md."""
    written = {path.name: path.read_text(encoding="utf-8") for path in SCHEMAS.glob("*.json")}
    assert written == {name: as_text(made) for name, made in schemas().items()}


def test_every_kind_has_one_model_one_schema_and_one_example() -> None:
    assert set(NOTICE_TYPES) == set(NoticeKind)
    assert {path.stem for path in EXAMPLES.glob("*.json")} == {kind.value for kind in NoticeKind}


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_example_is_an_event_as_a_consumer_gets_it_and_fits_its_schema(kind: NoticeKind) -> None:
    event = example(kind)
    assert (event["source"], event["detail-type"], event["detail"]["kind"]) == (SOURCE, kind, kind)
    wanted = schema(kind)
    validator_for(wanted).check_schema(wanted)
    Draft202012Validator(wanted, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(event["detail"])


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_example_is_read_and_written_back_unchanged(kind: NoticeKind) -> None:
    detail = example(kind)["detail"]
    assert json.loads(read_notice(json.dumps(detail)).model_dump_json()) == detail


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_schema_refuses_a_notice_without_its_cause_and_one_of_another_version(kind: NoticeKind) -> None:
    validator = Draft202012Validator(schema(kind))
    detail = example(kind)["detail"]
    for broken in ({**detail, "schema_version": 2}, {name: detail[name] for name in detail if name != "id"}):
        with pytest.raises(ValidationError):
            validator.validate(broken)


@pytest.mark.catalogue("F54")
@pytest.mark.parametrize("kind", NoticeKind)
def test_a_later_field_of_the_same_version_is_passed_over_and_a_later_version_is_refused(kind: NoticeKind) -> None:
    detail = example(kind)["detail"]
    later = {**detail, "new": 1, "detail": {**detail["detail"], "new": 1}}
    assert json.loads(read_notice(json.dumps(later)).model_dump_json()) == detail
    Draft202012Validator(schema(kind)).validate(later)
    with pytest.raises(ValueError, match="schema_version"):
        read_notice(json.dumps({**detail, "schema_version": 2}))


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_is_in_the_consumers_document(kind: NoticeKind) -> None:
    assert f"`{kind}`" in (REPOSITORY / "docs" / "notices.md").read_text(encoding="utf-8")
