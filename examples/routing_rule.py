"""An integrator's routing rule in Python, beside a rulebook's own; run it with ``python examples/routing_rule.py``."""

from datetime import UTC, datetime

from casework import Actor, Desk, MemoryStore, Message, Route, Rulebook
from casework.actions import Assign, Review

RULEBOOK = """
[rulebook]
id = "our-town"
version = 1
base = "standard"
late_by = "handle"

[classes]
track = ["special", "timely"]

[[route]]
id = "schools"
when = "'入学' in text or '学区' in text"
set = { unit = "教育局", track = "timely" }
reason = "school enrolment"

[[route]]
id = "heating"
call = "heating"

[[clock]]
id = "handle"
starts_on = "receive"
stops_on = "publish"
limit = [{ is = "5 working days" }]
"""


def heating(message: Message) -> Route | None:
    """In the heating season, cold flats go to the housing bureau at once; None is "no opinion"."""
    if "供热" in message.text and message.received_at and message.received_at.month in (11, 12, 1, 2, 3):
        return Route(unit="住建局", track="special", reason="heating season")
    return None


desk = Desk(
    Rulebook.parse(RULEBOOK, name="our-town"),
    store=MemoryStore(),
    routing={"heating": heating},
    now=lambda: datetime(2026, 11, 21, 2, 0, tzinfo=UTC),
)
clerk = Actor(id="wang", role="clerk")

case = desk.receive(Message(subject="小区供热不暖", body="三楼以上不到16度"))
for proposal in case.proposals:
    print(f"{proposal.rule} proposes {proposal.unit} {proposal.classes}: {proposal.reason}")
case = desk.act(case.id, Review(classes=case.proposals[0].classes), by=clerk)
case = desk.act(case.id, Assign(lead="住建局"), by=clerk)
print([event.kind for event in desk.history(case.id)])
