"""The mails of the embedded stack as files: what SES would have sent, one `.eml` each."""

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from http.client import HTTPConnection
from json import loads
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from local.stack import EmbeddedStack

MESSAGES_PATH = "/_ministack/ses/messages"
_REFERENCE = re.compile(r"^Reference: (\S+) (.+)$", re.MULTILINE)
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def save_mails(stack: EmbeddedStack, folder: Path) -> int:
    """Write every mail that the stack has taken to `<account>_<notice>.eml`; how many there are.

    Names and contents are the same for the same mails. A notice that was mailed twice shows: its second mail gets a
    name that ends in `-2`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: set[str] = set()
    mails = sorted(_sent(stack.endpoint), key=lambda mail: (_name(mail), mail["Timestamp"]))
    for mail in mails:
        name, copies = _name(mail), 1
        while name in written:
            copies += 1
            name = f"{_name(mail)}-{copies}"
        written.add(name)
        (folder / f"{name}.eml").write_bytes(_message(mail, name).as_bytes(policy=SMTP))
    return len(mails)


def _sent(endpoint: str) -> list[dict[str, Any]]:
    """What the emulator says that SES was given, of all accounts."""
    address = urlsplit(endpoint)
    connection = HTTPConnection(address.hostname or "", address.port)
    try:
        connection.request("GET", MESSAGES_PATH)
        messages: dict[str, list[dict[str, Any]]] = loads(connection.getresponse().read())["messages"]
    finally:
        connection.close()
    return [mail for of_account in messages.values() for mail in of_account]


def _name(mail: dict[str, Any]) -> str:
    found = _REFERENCE.search(mail["BodyText"])
    name = f"{found[1]}_{found[2]}" if found else f"mail_{mail['Subject']}"
    return _UNSAFE.sub("_", name.strip())


def _message(mail: dict[str, Any], name: str) -> EmailMessage:
    """As a mail program opens it. The emulator keeps no Reply-To and no further headers."""
    message = EmailMessage()
    message["From"] = _address(mail["Source"])
    message["To"] = [_address(text) for text in mail["To"]]
    if mail["CC"]:
        message["Cc"] = [_address(text) for text in mail["CC"]]
    message["Subject"] = mail["Subject"]
    message.set_content(mail["BodyText"])
    message.add_alternative(mail["BodyHtml"], subtype="html")
    message.set_boundary(f"=={name}"[:60])  # else a random one: the same play makes the same files
    return message


def _address(text: str) -> Address:
    return Address(addr_spec=text)
