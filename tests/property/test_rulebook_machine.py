"""Every shipped rulebook, tried by the machine: any command, any order, any day."""

from __future__ import annotations

from hypothesis import settings

from casework import Rulebook
from casework.testing import rulebook_machine

LONG = settings(max_examples=25, stateful_step_count=30)

GATES = """
[rulebook]
id = "gates"
version = 1
base = "standard"
late_by = "handle"

[roles.office]
scope = "any"
may = ["approve", "return"]

[roles.leader]
may = ["approve", "return", "note"]

[[approval]]
on = "publish"
by = ["reviewer", "office", "leader"]
resubmit_at = "same"

[reply]
return_reasons = ["敷衍塞责"]

[[clock]]
id = "handle"
starts_on = ["receive", "reopen"]
stops_on = "publish"
pauses_on = ["awaiting_citizen", "returned"]
limit = [{ when = "units > 1", is = "3 calendar days" }, { is = "20 hours" }]

[[clock]]
id = "accept"
per = "assignment"
starts_on = "assign"
stops_on = ["accept", "decline"]
limit = [{ is = "4 hours" }]

[[clock]]
id = "answer"
per = "order"
starts_on = "issue"
stops_on = ["answer", "clear"]
limit = [{ is = "1 working day" }]

[[order]]
id = "supervision"
document = { series = "督〔{year}〕{n}号", template = "{{ number }} {{ to | join('、') }} {{ subject }} {{ due }}" }
answer = { wanted = true, cleared_by = "supervisor" }

[[order]]
id = "reminder"
document = { series = "催{n:03}" }
answer = { wanted = false }

[[rung]]
id = "warn"
on = "due:handle"
at = "-2 hours"
when = "declined < 1"
do = ["notify:handler", "issue:reminder"]

[[rung]]
id = "late"
on = "late:handle"
do = ["issue:supervision"]
repeat = { every = "24 hours", max = 3 }

[[rung]]
id = "unaccepted"
on = "late:accept"
do = ["issue:reminder"]

[[rung]]
id = "unanswered"
on = "late:answer"
do = ["issue:supervision", "notify:leader"]
mode = "propose"

[[notify]]
on = "receive"
to = ["clerk", "sender"]
zh = "来件"

[[notify]]
on = "publish"
to = ["sender"]
when = "public"
zh = "已答复"
"""

TestYunxi = rulebook_machine(Rulebook.shipped("yunxi")).TestCase
TestYunxi.settings = LONG
TestLetterbox = rulebook_machine(Rulebook.shipped("letterbox")).TestCase
TestLetterbox.settings = LONG
TestGates = rulebook_machine(Rulebook.parse(GATES, name="gates")).TestCase
TestGates.settings = LONG
