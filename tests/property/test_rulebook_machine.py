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

TIME = """
[rulebook]
id = "time"
version = 1
base = "standard"
late_by = "handle"

[classes]
track = ["special", "timely"]

[hours]
open = "09:00-12:00, 13:30-17:30"
weekdays = { fri = "09:00-12:00" }

[roles.leader]
may = ["note", "extend", "refuse_extension"]

[[clock]]
id = "handle"
starts_on = ["receive"]
stops_on = "publish"
pauses_on = ["awaiting_citizen", "returned"]
limit = [{ when = "track == 'special'", is = "2 working days" }, { is = "5 working days" }]
count = { day_zero = "next-working-day", cutoff = "17:00", on_pause = "exact" }
on = { return = "continue", reclassify = "recompute", transfer = "restart-on-accept", reopen = "resume" }
extend = { ask_before = "1 working day", approve = "leader", from = "due", cap = "20 working days", times = 2 }
promise = { cap = "15 calendar days" }

[[clock]]
id = "whole"
starts_on = ["receive"]
stops_on = "close"
pauses_on = ["awaiting_citizen"]
limit = [{ is = "15 calendar days" }]
count = { roll = "next", ends = "close" }
on = { return = "resume", reclassify = "restart", transfer = "restart", reopen = "restart" }
extend = { from = "due-unrolled", times = 3 }
promise = { reason = false, times = 2 }

[[clock]]
id = "accept"
per = "assignment"
starts_on = "assign"
stops_on = ["accept", "decline"]
limit = [{ is = "4 working hours" }]
on = { return = "restart", reopen = "restart" }
extend = { from = "today" }

[[clock]]
id = "answer"
per = "order"
starts_on = "issue"
stops_on = ["answer", "clear"]
limit = [{ is = "1 working day" }]
extend = { from = "receipt" }
on_calendar_change = "later-only"

[[clock]]
id = "kept"
starts_on = "review"
stops_on = "close"
limit = [{ is = "1 month" }]
count = { ends = "same-time", roll = "next" }
on = { reopen = "continue" }
on_calendar_change = "keep"

[[order]]
id = "supervision"
document = { series = "督{year}-{n:03}" }

[[rung]]
id = "warn"
on = "due:handle"
at = "-2 working days"
do = ["notify:handler"]

[[rung]]
id = "late"
on = "late:handle"
at = "1 working day"
do = ["issue:supervision"]
repeat = { every = "1 working day", max = 3 }

[[rung]]
id = "soon"
on = "due:accept"
at = "-2 working hours"
do = ["notify:handler"]

[[rung]]
id = "unfinished"
on = "late:whole"
do = ["notify:leader"]
"""

TestYunxi = rulebook_machine(Rulebook.shipped("yunxi")).TestCase
TestYunxi.settings = LONG
TestLetterbox = rulebook_machine(Rulebook.shipped("letterbox")).TestCase
TestLetterbox.settings = LONG
TestGates = rulebook_machine(Rulebook.parse(GATES, name="gates")).TestCase
TestGates.settings = LONG
TestTime = rulebook_machine(Rulebook.parse(TIME, name="time")).TestCase
TestTime.settings = LONG
