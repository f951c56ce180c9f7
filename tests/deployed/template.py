"""`template.yaml` read as data: its resources with every reference resolved, and the policies of its functions."""

import json
import re
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

REPOSITORY = Path(__file__).resolve().parents[2]
ACCOUNT = "123456789012"
REGION = "eu-central-1"

NO_VALUE = "AWS::NoValue"
NAMED_BY_ARN = ("AWS::SNS::Topic", "AWS::SecretsManager::Secret")
"""`Ref` gives their ARN."""

_SUBSTITUTE = re.compile(r"\$\{([A-Za-z0-9:.]+)\}")


class Template:
    """The deployed template, as if CloudFormation had made everything of it under predictable names."""

    def __init__(self, parsed: dict[str, Any], **parameters: str) -> None:
        self._parsed = parsed
        self._parameters = {name: str(spec["Default"]) for name, spec in parsed["Parameters"].items()} | parameters
        self.resources: dict[str, dict[str, Any]] = parsed["Resources"]
        self._statements: dict[str, list[dict[str, Any]]] = {}
        self.made: dict[str, str] = {}
        """Logical id → the name that AWS made up for it, where it makes names up."""

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
        """The statements of a function's role, and those by which the policy of a key names the role; resolved."""
        if folder not in self._statements:
            name = f"{self.function_id(folder)}Role"
            role = self.resolve(self.resources[name]["Properties"])
            documents = [policy["PolicyDocument"] for policy in role["Policies"]]
            of_role = [statement for document in documents for statement in document["Statement"]]
            self._statements[folder] = of_role + self.key_statements(self.arn(name))
        return self._statements[folder]

    def key_statements(self, principal: str) -> list[dict[str, Any]]:
        """What the policies of keys say of a principal, each with its key for a resource."""
        return [
            statement | {"Resource": self.arn(key)}
            for key, properties in self.of_type("AWS::KMS::Key").items()
            for statement in properties["KeyPolicy"]["Statement"]
            if principal in as_list(statement["Principal"]["AWS"])
        ]

    def name(self, logical_id: str) -> str:
        """What `Ref` gives."""
        if logical_id in self.made:
            return self.made[logical_id]
        resource_type = self.resources[logical_id]["Type"]
        physical = "partner-program-" + re.sub(r"(?<!^)([A-Z])", r"-\1", logical_id).lower()
        if resource_type == "AWS::SQS::Queue":
            return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{physical}"
        if resource_type in NAMED_BY_ARN:
            return self.arn(logical_id)
        return physical

    def arn(self, logical_id: str) -> str:
        """What `GetAtt Arn` gives."""
        if logical_id in self.made and self.made[logical_id].startswith("arn:"):
            return self.made[logical_id]
        resource_type = self.resources[logical_id]["Type"]
        physical = self.name(logical_id).rsplit("/", 1)[-1] if resource_type not in NAMED_BY_ARN else logical_id
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
            "AWS::KMS::Key": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{physical}",
            "AWS::Cognito::UserPool": f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{physical}",
            "AWS::SecretsManager::Secret": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{physical}",
        }
        return shapes[resource_type]

    def resolve(self, value: Any) -> Any:
        """Every intrinsic function that the template uses; anything else is a `KeyError`."""
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item != NO_VALUE]
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
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackName": "partner-program",
            "AWS::NoValue": NO_VALUE,
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
