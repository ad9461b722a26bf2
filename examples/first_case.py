"""A message from its arrival to its published reply, in memory; run it with ``python examples/first_case.py``."""

from datetime import UTC, datetime, timedelta

from casework import Actor, Desk, MemoryStore, Message, Rulebook
from casework.actions import Accept, Assign, Close, Publish, Review, SubmitReply

now = datetime(2026, 9, 29, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai, two days before the National Day holiday

desk = Desk(Rulebook.shipped("yunxi"), store=MemoryStore(), now=lambda: now)
clerk = Actor(id="wang", role="clerk")
handler = Actor(id="li", role="handler", unit="住建局")

case = desk.receive(Message(subject="小区供热不暖", body="三楼以上不到16度", channel="portal", sender="u-42"))
case = desk.act(case.id, Review(classes={"kind": "complaint"}), by=clerk)
case = desk.act(case.id, Assign(lead="住建局"), by=clerk)
print(case.state, "– due", case.clock("handle").due)  # the fifth working day after receipt
print(desk.explain(case.id, "handle"))  # every day counted or skipped, and why

now += timedelta(days=1)
case = desk.act(case.id, Accept(), by=handler)
reply = "已组织供热企业上门排查,三楼以上管道积气已排除,室温恢复到20度。住建局 2026年9月30日"
case = desk.act(case.id, SubmitReply(text=reply, outcome="solved"), by=handler)
case = desk.act(case.id, Publish(), by=clerk)
case = desk.act(case.id, Close(), by=clerk)

for event in desk.history(case.id):
    print(event.seq, event.occurred_at.isoformat(), event.kind, event.state)
