"""A person signs in (Cognito, pre token generation, V2_0) → a partner's people have their partner in the access token.

Whose somebody is comes from the user pool alone: the group, and an attribute that only administrators can write. What
the client sends along (`clientMetadata`) is not looked at. Without a claim the API answers 403: fail closed.
"""

from typing import Any

from aws_lambda_powertools.logging import Logger

from partner_program.values.ids import is_id

logger = Logger()

PARTNERS = "partner"
ATTRIBUTE, CLAIM = "custom:partner_id", "partner_id"


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """The event with the claim to add, or as it came. Raises `KeyError` for no event of the trigger: no token then."""
    request = event["request"]
    if PARTNERS in request["groupConfiguration"]["groupsToOverride"]:
        partner_id = request["userAttributes"].get(ATTRIBUTE, "")
        if is_id(partner_id):
            added = {"claimsToAddOrOverride": {CLAIM: partner_id}}
            event["response"] = {"claimsAndScopeOverrideDetails": {"accessTokenGeneration": added}}
        else:
            logger.warning("a partner's person without a partner", user=event["userName"])
    return event
