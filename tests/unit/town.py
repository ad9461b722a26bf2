"""A small town's rulebook for tests of the core: shipped rulebooks grow, and what a test counts should not grow with them."""

from __future__ import annotations

from datetime import UTC, datetime

from casework import Actor, Rulebook
from casework.units import read_register

REGISTER = read_register(
    """
id = "town"

[[group]]
id = "townships"
zh = "乡镇"
en = "townships"
zero_list = true

[[group]]
id = "departments"
zh = "县直部门"
en = "departments"

[[unit]]
name = "夹河镇"
group = "townships"
aliases = ["夹河"]

[[unit]]
name = "公安局"
group = "departments"

[[unit]]
name = "住建局"
group = "departments"
"""
)

TEXT = """
[rulebook]
id = "town"
version = 1
base = "standard"
late_by = "handle"

[roles.governor]
scope = "board"
may = ["note", "review"]
sees = ["sender.name"]

[assignment]
decline_reasons = ["不属本单位职责", "重复转办"]

[[clock]]
id = "handle"
zh = "办理期限"
starts_on = ["receive", "reopen"]
stops_on = "publish"
pauses_on = "awaiting_citizen"
limit = [{ is = "5 working days" }]

[[clock]]
id = "accept"
zh = "签收期限"
per = "assignment"
starts_on = "assign"
stops_on = ["accept", "decline"]
limit = [{ is = "1 working day" }]

[reply]
return_reasons = ["敷衍塞责", "答非所问"]
checks = [
    { id = "length", min_chars = 10 },
    { id = "vague", forbid = ["尽快"], level = "advise" },
]

[[order]]
id = "supervision"
cc = ["leader"]
[order.document]
series = "督〔{year}〕{n}号"
template = "{{ number }} {{ to | join('、') }}: {{ message_number }}《{{ subject }}》{{ due }} {{ text }}"
[order.answer]
wanted = true
cleared_by = "supervisor"

[[order]]
id = "reminder"
document = { series = "催{n:03}" }
answer = { wanted = false, cleared_by = "" }

[[rung]]
id = "due-tomorrow"
on = "due:handle"
at = "-1 working day"
do = ["notify:handler"]

[[rung]]
id = "late-daily"
on = "late:handle"
do = ["issue:supervision", "notify:supervisor"]
repeat = { every = "1 working day", max = 5 }

[[notify]]
on = "assign"
to = ["handler"]
zh = "请签收"
en = "please accept"

[[notify]]
on = "publish"
to = ["sender"]
zh = "您的来件已答复"
en = "answered"
"""

GATES = """
[roles.office]
scope = "any"
may = ["approve", "return"]

[roles.leader]
may = ["approve", "return", "note"]

[[approval]]
on = "publish"
by = ["reviewer", "office", "leader"]
resubmit_at = "{resubmit_at}"
"""

CLERK = Actor(id="wang", role="clerk")
HANDLER = Actor(id="li", role="handler", unit="夹河镇")
POLICE = Actor(id="zhao", role="handler", unit="公安局")
SUPERVISOR = Actor(id="qian", role="supervisor")
LEADER = Actor(id="zhang", role="leader")
CITIZEN = Actor(id="u-1", role="citizen")
WEDNESDAY = datetime(2020, 7, 1, 1, 0, tzinfo=UTC)
"""Nine in the morning of an ordinary Wednesday in China."""


def town(more: str = "") -> Rulebook:
    """Return the town's rulebook, with more of it."""
    return Rulebook.parse(TEXT + more, name="town", register=REGISTER)


def with_gates(*, resubmit_at: str = "first") -> Rulebook:
    """Return the town's rulebook with three gates before a reply is published."""
    return town(GATES.format(resubmit_at=resubmit_at))
