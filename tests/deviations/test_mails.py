"""No mail carries case content: what a reporter wrote never leaves the house."""

from django.core import mail

from deviations import services
from deviations.enums import ReporterKind
from hms.actions import services as plans
from hms.actions.enums import Opinion
from hms.assignments import services as assignments
from hms.notifications.tasks import deliver
from hms.tenancy.scope import tenant
from tests.deviations.helpers import add_action, report

SECRET = "Skarpsild"


def test_no_mail_of_a_whole_case_says_what_was_reported(cast):
    with tenant(cast.fjellvik):
        named = services.report(
            organisation=cast.fjellvik,
            unit=cast.solbakken,
            description=f"{SECRET} i kjøkkenet skar seg på handa.",
            severity=3,
            reporter_kind=ReporterKind.NAMED,
            reporter_name="Per Vikar",
            reporter_email="per@vikar.example",
        ).deviation
        case = report(cast, f"{SECRET} skar seg. Blod overalt.")
        action = add_action(cast, case, title="Kjøp nye kniver")
        plan = action.plan
        plans.send_to_safety_rep(plan, to=cast.kari, by=cast.amir)
        statement = plans.give_statement(plan, opinion=Opinion.DISAGREE, comment=f"{SECRET} nei", by=cast.kari)
        plans.reply_to_statement(statement, reply=f"{SECRET} jo", by=cast.amir)
        plans.decide(plan, organisation=cast.fjellvik, by=cast.amir)
        services.comment(case, by=cast.amir, text=f"{SECRET} hei", visibility="reporter")
        services.answer(named, by=cast.amir, text=f"{SECRET} takk")
        action.assignment.refresh_from_db()
        assignments.complete(action.assignment, by=cast.tor_erik, comment=f"{SECRET} ferdig")
        services.close(named, by=cast.amir, answer=f"{SECRET} ordnet")
        case.refresh_from_db()
        services.close(case, by=cast.amir, answer=f"{SECRET} ordnet")
        services.reopen(case, by=cast.ingrid, reason=f"{SECRET} igjen")
    deliver(cast.fjellvik.pk)
    assert len(mail.outbox) > 12
    for message in mail.outbox:
        parts = [message.subject, message.body, *(content for content, _type in message.alternatives)]
        assert SECRET not in "".join(parts), message.subject
    assert any("Kjøp nye kniver" in message.subject for message in mail.outbox)
    assert {"per@vikar.example"} < {address for message in mail.outbox for address in message.to}
