"""What an AWS call needs, and whether the statements of a role allow it."""

import fnmatch
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tests.deployed.template import ACCOUNT, REGION, as_list

Needed = tuple[str, str, dict[str, list[str]]]
"""An IAM action, its resource, and the values that conditions of policies may ask for."""


def needed(service: str, operation: str, params: dict[str, Any]) -> list[Needed]:
    """What an API call needs, for the calls that the adapters make."""
    if service == "dynamodb":
        return list(_of_dynamodb(operation, params))
    if service == "sqs":
        action = {"SendMessageBatch": "SendMessage"}.get(operation, operation)
        return [(f"sqs:{action}", f"arn:aws:sqs:{REGION}:{ACCOUNT}:" + params["QueueUrl"].rsplit("/", 1)[-1], {})]
    if service == "events":
        bus = params["Entries"][0]["EventBusName"]
        return [(f"events:{operation}", f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{bus}", {})]
    if service == "sesv2":
        sender = params["FromEmailAddress"]
        identity = f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/{sender}"
        return [(f"ses:{operation}", identity, {"ses:FromAddress": [sender]})]
    if service == "secretsmanager":
        return [(f"secretsmanager:{operation}", params["SecretId"], {})]
    if service == "lambda":
        function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{params['FunctionName']}"
        return [({"Invoke": "lambda:InvokeFunction"}[operation], function, {})]
    if service == "kms":
        context = params.get("EncryptionContext", {})
        values = {f"kms:EncryptionContext:{name}": [value] for name, value in context.items()}
        return [(f"kms:{operation}", params["KeyId"], values)]
    action = {"HeadObject": "GetObject", "PutObject": "PutObject", "GetObject": "GetObject"}[operation]
    version = "Version" if params.get("VersionId") else ""
    return [(f"s3:{action}{version}", f"arn:aws:s3:::{params['Bucket']}/{params['Key']}", {})]


def _of_dynamodb(operation: str, params: dict[str, Any]) -> Iterator[Needed]:
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/"
    if operation in ("BatchGetItem", "BatchWriteItem"):
        for name, asked in params["RequestItems"].items():
            keys = asked["Keys"] if operation == "BatchGetItem" else [one["PutRequest"]["Item"] for one in asked]
            yield f"dynamodb:{operation}", table + name, _leading(key["pk"] for key in keys)
    elif operation == "TransactWriteItems":
        for one in params["TransactItems"]:
            for verb, item in one.items():
                action = {"ConditionCheck": "ConditionCheckItem"}.get(verb, f"{verb}Item")
                key = item["Item"] if verb == "Put" else item["Key"]
                yield f"dynamodb:{action}", table + item["TableName"], _leading([key["pk"]])
    elif operation == "Query":
        index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
        hashed = next(value for name, value in params["ExpressionAttributeValues"].items() if name in HASH_VALUES)
        yield "dynamodb:Query", table + params["TableName"] + index, _leading([hashed])
    else:
        key = params["Item"] if "Item" in params else params["Key"]
        yield f"dynamodb:{operation}", table + params["TableName"], _leading([key["pk"]])


HASH_VALUES = (":pk", ":value")
"""How the adapters call the value of a hash key in queries of a table and of an index."""


def _leading(keys: Iterable[dict[str, str]]) -> dict[str, list[str]]:
    return {"dynamodb:LeadingKeys": [key["S"] for key in keys]}


def allowed_by(
    statements: list[dict[str, Any]], action: str, resource: str, values: Mapping[str, Sequence[str]] | None = None
) -> str | None:
    """The Sid of the first statement that allows an action on a resource, given the values its conditions ask for."""
    for statement in statements:
        actions, resources = as_list(statement["Action"]), as_list(statement["Resource"])
        if action not in actions or not any(fnmatch.fnmatchcase(resource, pattern) for pattern in resources):
            continue
        tests = [(test, *item) for test, items in statement.get("Condition", {}).items() for item in items.items()]
        if all(_holds(test, (values or {}).get(key, ()), as_list(patterns)) for test, key, patterns in tests):
            return str(statement["Sid"])
    return None


def _holds(test: str, given: Sequence[str], patterns: Sequence[str]) -> bool:
    """Every value fits one of the patterns; no value at all never does, which IAM's `ForAllValues` would let pass."""
    if test == "Null":
        return (not given) is (patterns == ["true"])
    return bool(given) and all(any(fnmatch.fnmatchcase(value, one) for one in patterns) for value in given)
