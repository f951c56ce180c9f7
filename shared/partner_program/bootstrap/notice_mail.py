"""Composition of `functions/notice_mail`."""

import os
from dataclasses import dataclass
from functools import cache

from partner_program.adapters.clock import utc_now
from partner_program.adapters.mail_texts import MailTemplates
from partner_program.adapters.mailer import SesMailer
from partner_program.adapters.messages import SqsInbox
from partner_program.adapters.notice_store import DynamoNoticeStore
from partner_program.bootstrap.runtime import current_rulebook, program_table, ses, sqs
from partner_program.bootstrap.settings import NoticeMailSettings
from partner_program.use_cases.mail_notice import MailNotice

NOBODY = "none"


@dataclass(frozen=True, slots=True)
class NoticeMail:
    """What one invocation works with."""

    inbox: SqsInbox
    mail: MailNotice


@cache
def templates() -> MailTemplates:
    """Compiled once for the life of the environment; they depend on nothing in it."""
    return MailTemplates()


def notice_mail() -> NoticeMail:
    """Raises `ConfigurationError`."""
    settings = NoticeMailSettings.read(os.environ)
    program = program_table(settings)
    store = DynamoNoticeStore(program)
    manager = settings.channel_manager_email
    mail = MailNotice(
        notices=store,
        log=store,
        contacts=store,
        texts=templates(),
        mailer=SesMailer(ses(), settings.notice_sender),
        rulebook=current_rulebook(settings, program),
        now=lambda: int(utc_now().timestamp()),
        channel_manager=None if manager == NOBODY else manager,
    )
    return NoticeMail(SqsInbox(sqs(), settings.queue_url, settings.dead_letter_queue_url), mail)
