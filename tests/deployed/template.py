"""`template.yaml` read as data: its resources with every reference resolved, and the policies of its functions."""

import fnmatch
import json
import re
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

REPOSITORY = Path(__file__).resolve().parents[2]
ACCOUNT = "123456789012"
REGION = "eu-central-1"

_SUBSTITUTE = re.compile(r"\$\{([A-Za-z0-9:.]+)\}")


class Template:
    """The deployed template, as if CloudFormation had made everything of it under predictable names."""

    def __init__(self, parsed: dict[str, Any], **parameters: str) -> None:
        self._parsed = parsed
        self._parameters = {name: str(spec["Default"]) for name, spec in parsed["Parameters"].items()} | parameters
        self.resources: dict[str, dict[str, Any]] = parsed["Resources"]
        self._statements: dict[str, list[dict[str, Any]]] = {}

    def of_type(self, resource_type: str) -> dict[str, dict[str, Any]]:
        """Logical id → resolved properties."""
        return {
            name: self.resolve(resource["Properties"])
            for name, resource in self.resources.items()
            if resource["Type"] == resource_type
        }

    @cached_property
    def functions(self) -> dict[str, dict[str, Any]]:
        """Folder → resolved properties, those of Globals included."""
        shared = self.resolve(self._parsed["Globals"]["Function"])
        found = {}
        for properties in self.of_type("AWS::Serverless::Function").values():
            variables = shared["Environment"]["Variables"] | properties["Environment"]["Variables"]
            merged = {**shared, **properties, "Environment": {"Variables": variables}}
            found[properties["CodeUri"].strip("/").split("/")[-1]] = merged
        return found

    def function_id(self, folder: str) -> str:
        """Logical id without its suffix: `SalesUpload`."""
        return folder.title().replace("_", "")

    def environment(self, folder: str) -> dict[str, str]:
        """The variables that a function is given."""
        variables: dict[str, str] = self.functions[folder]["Environment"]["Variables"]
        return variables

    def statements(self, folder: str) -> list[dict[str, Any]]:
        """The statements of a function's role, resolved."""
        if folder not in self._statements:
            role = self.resolve(self.resources[f"{self.function_id(folder)}Role"]["Properties"])
            documents = [policy["PolicyDocument"] for policy in role["Policies"]]
            self._statements[folder] = [statement for document in documents for statement in document["Statement"]]
        return self._statements[folder]

    def name(self, logical_id: str) -> str:
        """What `Ref` gives."""
        resource_type = self.resources[logical_id]["Type"]
        physical = "partner-program-" + re.sub(r"(?<!^)([A-Z])", r"-\1", logical_id).lower()
        if resource_type == "AWS::SQS::Queue":
            return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{physical}"
        if resource_type == "AWS::SNS::Topic":
            return self.arn(logical_id)
        return physical

    def arn(self, logical_id: str) -> str:
        """What `GetAtt Arn` gives."""
        resource_type = self.resources[logical_id]["Type"]
        physical = self.name(logical_id).rsplit("/", 1)[-1] if resource_type != "AWS::SNS::Topic" else logical_id
        shapes = {
            "AWS::S3::Bucket": f"arn:aws:s3:::{physical}",
            "AWS::DynamoDB::Table": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{physical}",
            "AWS::SQS::Queue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{physical}",
            "AWS::Serverless::Function": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{physical}",
            "AWS::Logs::LogGroup": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{physical}:*",
            "AWS::Events::EventBus": f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{physical}",
            "AWS::Events::Rule": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{physical}",
            "AWS::IAM::Role": f"arn:aws:iam::{ACCOUNT}:role/{physical}",
            "AWS::SNS::Topic": f"arn:aws:sns:{REGION}:{ACCOUNT}:{physical}",
        }
        return shapes[resource_type]

    def resolve(self, value: Any) -> Any:
        """Every intrinsic function that the template uses; anything else is a `KeyError`."""
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (function, argument), = value.items()  # fmt: skip
            if function == "Ref":
                return self._ref(argument)
            if function == "Fn::GetAtt":
                return self._attribute(*(argument.split(".", 1) if isinstance(argument, str) else argument))
            if function == "Fn::Sub":
                return _SUBSTITUTE.sub(lambda found: self._substituted(found[1]), argument)
            if function == "Fn::If":
                condition, yes, no = argument
                return self.resolve(yes if self._condition(condition) else no)
        return {key: self.resolve(item) for key, item in value.items()}

    def _ref(self, name: str) -> str:
        known = {
            "AWS::AccountId": ACCOUNT,
            "AWS::Region": REGION,
            "AWS::Partition": "aws",
            "AWS::StackName": "partner-program",
        } | self._parameters
        return known[name] if name in known else self.name(name)

    def _substituted(self, name: str) -> str:
        return self._attribute(*name.split(".", 1)) if "." in name else self._ref(name)

    def _attribute(self, logical_id: str, attribute: str) -> str:
        if attribute == "Arn":
            return self.arn(logical_id)
        if attribute == "StreamArn":
            return self.arn(logical_id) + "/stream/2024-01-01T00:00:00.000"
        if attribute == "QueueName":
            return self.name(logical_id).rsplit("/", 1)[-1]
        raise KeyError(f"{logical_id}.{attribute}")

    def _condition(self, name: str) -> bool:
        return self._truth(self._parsed["Conditions"][name])

    def _truth(self, condition: dict[str, Any]) -> bool:
        (function, argument), = condition.items()  # fmt: skip
        if function == "Fn::Not":
            return not self._truth(argument[0])
        left, right = self.resolve(argument)
        return bool(left == right)


@cache
def _parsed() -> dict[str, Any]:
    found: dict[str, Any] = yaml_parse((REPOSITORY / "template.yaml").read_text(encoding="utf-8"))
    return found


def load_template(**parameters: str) -> Template:
    """The template of this repository, with parameters other than the defaults."""
    return Template(json.loads(json.dumps(_parsed())), **parameters)


def as_list(value: Any) -> list[Any]:
    """IAM takes one or several."""
    return value if isinstance(value, list) else [value]


def allowed_by(
    statements: list[dict[str, Any]], action: str, resource: str, values: Mapping[str, str] | None = None
) -> str | None:
    """The Sid of the first statement that allows an action on a resource, given the values its conditions ask for."""
    for statement in statements:
        actions, resources = as_list(statement["Action"]), as_list(statement["Resource"])
        if action not in actions or not any(fnmatch.fnmatchcase(resource, pattern) for pattern in resources):
            continue
        wanted = [item for tests in statement.get("Condition", {}).values() for item in tests.items()]
        given = values or {}
        if all(any(fnmatch.fnmatchcase(given[key], one) for one in as_list(patterns)) for key, patterns in wanted):
            return str(statement["Sid"])
    return None
