"""Every shipped rulebook, tried by the machine: any command, any order, any day."""

from __future__ import annotations

from hypothesis import settings

from casework import Rulebook
from casework.testing import rulebook_machine
from casework.units import read_register

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

[[schedule]]
id = "daily"
every = "day"
at = "08:30"
form = "list"
series = { pattern = "〔{year}〕{n}" }
to = ["supervisor"]

[[schedule]]
id = "weekly"
every = "week"
form = "digest"
series = {}
to = ["leader", "supervisor"]

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

EVERYTHING = """
[rulebook]
id = "everything"
version = 1
base = "standard"
late_by = "handle"

[[schedule]]
id = "weekly"
every = "week"
per = "unit"
form = "list"
series = { pattern = "{scope}〔{year}〕{n}" }
to = ["handler", "supervisor"]

[[schedule]]
id = "monthly"
every = "month"
as_of = 3
at = "09:00"
per = "group"
title = "通报"
series = {}

[classes]
difficulty = ["easy", "hard"]

[channels.portal]

[channels.wechat]
public = false
reply = "portal"

[intake]
checks = [{ id = "short", body = [0, 150] }, { id = "contact", contact = true, level = "advise" }]

[intake.duplicate]
same = ["subject"]
within = "10 working days"

[hours]
open = "09:00-12:00, 13:30-17:30"

[roles.head]
scope = "unit"
may = ["approve", "refuse", "return", "answer", "note"]

[roles.leader]
may = ["instruct", "approve", "refuse", "answer", "note", "take_up", "dismiss", "issue"]

[[route]]
id = "hard"
when = "month > 6"
set = { difficulty = "hard" }

[assignment]
decline_reasons = ["不归我管"]
decline = { limit = "24 hours", max = 3 }
responsible = "first-asked"
contributions = "required"

[consultation]
convener = "leader"
opinions = "required"
clock = "handle"

[reply]
return_reasons = ["敷衍塞责"]

[revisit]
required = "outcome == 'needs-work'"
faults = ["unit", "sender", "nobody"]

[reopen]
within = "30 calendar days"
times = 2
reasons = ["not solved", "new facts"]

[ask]
times = 2

[[approval]]
on = "assign"
by = ["leader"]
when = "difficulty == 'hard'"

[[approval]]
on = "reject"
by = ["leader"]
instructs = true

[[approval]]
on = "attach"
by = ["leader"]
when = "repeated > 0"

[[approval]]
on = "consult"
by = ["reviewer", "leader"]
instructs = true

[[approval]]
on = "extend"
by = ["leader"]

[[approval]]
on = "publish"
by = ["head", "reviewer"]
returns = ["handler", "previous"]
resubmit_at = "same"

[[approval]]
on = "publish"
by = ["leader"]
when = "returned > 0"
returns = ["previous"]

[[approval]]
on = "close"
by = ["reviewer"]
when = "dissatisfied > 0"

[[approval]]
on = "issue"
by = ["leader"]
when = "orders > 2"

[[approval]]
on = "take_up"
by = ["leader"]

[[clock]]
id = "handle"
starts_on = ["receive", "reopen"]
stops_on = "publish"
pauses_on = ["awaiting_citizen", "consultation"]
limit = [{ when = "difficulty == 'hard'", is = "10 working days" }, { is = "3 working days" }]
on = { reclassify = "recompute", transfer = "restart", return = "resume" }
extend = { times = 2 }
promise = {}

[[clock]]
id = "part"
per = "assignment"
starts_on = "assign"
stops_on = ["accept", "decline"]
limit = [{ is = "4 working hours" }]

[[clock]]
id = "wait"
starts_on = "ask"
stops_on = "supplement"
limit = [{ is = "6 calendar days" }]

[[order]]
id = "supervision"
zh = "督办单"
by = ["supervisor", "leader"]
cc = ["leader", "head"]
[order.document]
series = "督〔{year}〕{n}号"
template = "{{ number }} {{ to | join('、') }} {{ answer_by }} {{ counts.returned }} {{ text }}"
[order.answer]
what = "情况说明"
limit = [
    { when = "difficulty == 'hard'", is = "2 working days" },
    { when = "orders > 1", is = "8 working hours" },
    { is = "24 hours" },
]
cleared_by = "supervisor"

[[order]]
id = "handover"
zh = "交办函"
to = ["units"]
document = { series = "办{n:03}" }
answer = { limit = [{ is = "1 working day" }], cleared_by = "clerk" }

[[order]]
id = "reminder"
zh = "催办"
document = { series = "办{n}" }
answer = { wanted = false }

[[order]]
id = "report"
zh = "专报"
to = ["leader", "head"]
document = { series = "报{n}" }
answer = { limit = [{ is = "2 calendar days" }], cleared_by = "clerk" }

[[order]]
id = "yellow-card"
zh = "黄牌"
to = ["parent"]
cc = ["supervisor"]
document = { series = "黄〔{year}〕{n}" }
answer = { wanted = false, cleared_by = "supervisor" }

[[order]]
id = "ask-unit"
zh = "回访单"
revisit = "unit"
document = { series = "访{n}" }
answer = { limit = [{ is = "3 calendar days" }], cleared_by = "clerk" }

[[order]]
id = "call"
zh = "电话回访"
to = ["clerk"]
revisit = "citizen"
document = { series = "访{n}" }

[[rung]]
id = "soon"
on = "due:handle"
at = "-1 working day"
do = ["notify:handler", "notify:head"]

[[rung]]
id = "late"
on = "late:handle"
do = ["issue:supervision", "set:difficulty=hard"]
repeat = { every = "1 working day", max = 3 }

[[rung]]
id = "very-late"
on = "late:handle"
at = "5 working days"
mode = "propose"
do = ["issue:report", "consult", "notify:leader"]

[[rung]]
id = "unaccepted"
on = "late:part"
do = ["issue:reminder", "issue:report"]

[[rung]]
id = "given-up"
on = "late:wait"
do = ["withdraw"]

[[rung]]
id = "unanswered"
on = "unanswered:supervision"
at = "1 working day"
do = ["issue:yellow-card", "notify:supervisor"]
repeat = { every = "1 working day", max = 2 }

[[rung]]
id = "early"
on = "due:answer-report"
at = "-5 calendar days"
do = ["issue:reminder"]

[[rung]]
id = "unread"
on = "unanswered:handover"
mode = "propose"
do = ["issue:reminder", "issue:supervision"]

[[rung]]
id = "after-publishing"
on = "done:publish"
when = "outcome == 'needs-work'"
do = ["issue:ask-unit"]

[[rung]]
id = "after-order"
on = "done:issue"
when = "form == 'supervision' and orders > 2"
do = ["set:difficulty=hard", "notify:leader"]

[[rung]]
id = "passed-on"
on = "declined"
at = 2
do = ["consult", "issue:handover"]

[[rung]]
id = "sloppy"
on = "returned"
at = 2
do = ["issue:supervision", "notify:supervisor"]
repeat = { every = 2, max = 3 }

[[rung]]
id = "unhappy"
on = "dissatisfied"
do = ["reopen", "return", "issue:call"]
repeat = { every = 1, max = 3 }

[[rung]]
id = "hot"
on = "views"
at = 50
do = ["issue:handover", "issue:report"]
repeat = { every = 100, max = 4 }

[[rung]]
id = "instructed"
on = "instructed"
mode = "propose"
do = ["issue:supervision", "reopen"]
repeat = { every = 1, max = 5 }

[[rung]]
id = "often"
on = "repeated"
repeat = { every = 1, max = 3 }
do = ["notify:manager", "issue:supervision"]

[[rung]]
id = "merged"
on = "done:merge"
do = ["notify:clerk"]

[roles.manager]
scope = "board"
may = ["review", "reject", "merge", "keep_apart", "attach", "disclose"]
sees = ["sender.name"]
"""
REGISTER = """
id = "county"

[[group]]
id = "units"
zh = "单位"
en = "units"

[[unit]]
name = "住建局"
group = "units"

[[unit]]
name = "路灯所"
group = "units"
parent = "住建局"

[[unit]]
name = "夹河镇"
group = "units"
places = ["夹河镇"]

[[board]]
name = "书记信箱"
unit = "住建局"

[[board]]
name = "县长信箱"

[[board]]
name = "省长留言"
outside = true
"""

MERGING = """
[rulebook]
id = "merging"
version = 1
base = "standard"

[intake.duplicate]
same = ["subject"]
within = "40 calendar days"
do = "merge"

[[clock]]
id = "handle"
starts_on = ["receive", "reopen"]
stops_on = "publish"
limit = [{ is = "3 working days" }]

[[order]]
id = "reminder"
document = { series = "催{n}" }
answer = { wanted = false }

[[rung]]
id = "again"
on = "repeated"
repeat = { every = 1, max = 9 }
do = ["issue:reminder"]
"""

TestYunxi = rulebook_machine(Rulebook.shipped("yunxi")).TestCase
TestYunxi.settings = LONG
TestLetterbox = rulebook_machine(Rulebook.shipped("letterbox")).TestCase
TestLetterbox.settings = LONG
TestGates = rulebook_machine(Rulebook.parse(GATES, name="gates")).TestCase
TestGates.settings = LONG
TestTime = rulebook_machine(Rulebook.parse(TIME, name="time")).TestCase
TestTime.settings = LONG
TestJingxian = rulebook_machine(Rulebook.shipped("jingxian")).TestCase
TestJingxian.settings = LONG
TestShenmu = rulebook_machine(Rulebook.shipped("shenmu")).TestCase
TestShenmu.settings = LONG
TestChenzhou = rulebook_machine(Rulebook.shipped("chenzhou")).TestCase
TestChenzhou.settings = LONG
TestBaiyin = rulebook_machine(Rulebook.shipped("baiyin")).TestCase
TestBaiyin.settings = LONG
TestEverything = rulebook_machine(Rulebook.parse(EVERYTHING, name="everything", register=read_register(REGISTER))).TestCase
TestEverything.settings = LONG
TestMerging = rulebook_machine(Rulebook.parse(MERGING, name="merging")).TestCase
TestMerging.settings = LONG
