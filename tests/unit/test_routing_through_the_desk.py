"""Where a case goes: rules and functions propose, a person assigns, and the case says whether a rule was followed or overruled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from casework import Actor, Case, Desk, MemoryStore, Message, Rulebook, Sender, SqlStore
from casework.actions import Accept, Approve, Assign, Conclude, Consult, Decline, Reclassify, Review
from casework.desk import desk_for
from casework.errors import ConditionUnmet, RulebookInvalid
from casework.events import Assigned, Event, Overruled, Routed
from casework.opinions import Proposal
from casework.ports import CaseStore
from casework.routing import Route, RoutingFunction
from casework.testing import FrozenTime
from casework.units import read_register
from tests.unit.approving import Ear, refused
from tests.unit.town import CLERK, FIVE_DAYS, HANDLER, LEADER, Office, local, sound

COUNTY = read_register("""
id = "county"

[[group]]
id = "all"
zh = "各单位"
en = "units"

[[unit]]
name = "夹河镇"
group = "all"
aliases = ["夹河"]
places = ["夹河镇", "安家村"]

[[unit]]
name = "上津镇"
group = "all"
places = ["上津镇"]

[[unit]]
name = "住建局"
group = "all"
aliases = ["建设局"]

[[unit]]
name = "公安局"
group = "all"
""")
HEAD = '[rulebook]\nid = "county"\nversion = 1\nbase = "standard"\nlate_by = "handle"\n[classes]\ntrack = ["fast", "slow"]\n'
NOTICE = '\n[[notify]]\non = "assign"\nto = ["handler"]\nzh = "请签收"\n'


class County(Office):
    """An office of a county whose register knows places, with an integrator's functions."""

    def __init__(self, rules: str, *, routing: Mapping[str, RoutingFunction] | None = None, store: CaseStore | None = None) -> None:
        self.now = FrozenTime(local("2020-07-01 09:00"))
        book = Rulebook.parse(HEAD + FIVE_DAYS + rules + NOTICE, name="county", register=COUNTY)
        ids = iter(f"c{n}" for n in range(1, 100))
        self.desk = Desk(book, store=store or MemoryStore(), now=self.now, new_id=lambda: next(ids), routing=routing)

    def take(self, subject: str = "路灯不亮", **more: Any) -> Case:
        """Take a message in."""
        return self.desk.receive(Message.model_validate({"subject": subject, "sender": Sender(ref="u-1"), **more}))


def rule(id: str, *, reason: str = "", when: str = "", source: str = "", call: str = "", **proposed: str) -> str:
    """Return a routing rule as a rulebook has it."""
    keys = {"reason": reason, "when": when, "source": source, "call": call}
    lines = [f'{key} = "{value}"' for key, value in keys.items() if value]
    if proposed:
        lines.append("set = { " + ", ".join(f'{axis} = "{value}"' for axis, value in proposed.items()) + " }")
    return "\n".join([f'\n[[route]]\nid = "{id}"', *lines, ""])


LAMPS = rule("lamps", when="'路灯' in text", unit="住建局", kind="help", reason="路灯归住建局", source="市政设施管理办法")
LOCAL = rule("local", unit="@place")


def told(case: Case) -> list[tuple[str, str | None, dict[str, str], str]]:
    """Return what the rules proposed: rule, unit, classes, reason."""
    return [(row.rule, row.unit, row.classes, row.reason) for row in case.proposals]


def decided(office: Office) -> list[Event]:
    """Return the events by which people decided on what was proposed."""
    return [event for event in office.desk.history("c1") if isinstance(event.data, Assigned | Overruled)]


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CaseStore]:
    if request.param == "memory":
        yield MemoryStore()
        return
    with closing(SqlStore(f"sqlite:///{tmp_path / 'cases.sqlite'}")) as made:
        yield made


# --- rules propose ----------------------------------------------------------------------------------------------------


def test_every_rule_that_holds_proposes_with_its_reason_and_decides_nothing(store: CaseStore) -> None:
    office = County(LAMPS + rule("all", unit="建设局", track="slow") + LOCAL, store=store)
    case = office.take(place="夹河镇安家村二组")
    assert told(case) == [
        ("lamps", "住建局", {"kind": "help"}, "路灯归住建局"),
        ("all", "住建局", {"track": "slow"}, ""),
        ("local", "夹河镇", {}, "the unit answers for the message's place"),
    ]
    assert (case.state, case.lead, case.classes, case.assignments) == ("received", None, {}, ())
    event = office.last()
    assert isinstance(event.data, Routed)
    assert (event.actor, event.role, event.action) == ("casework", "system", "receive")
    assert Ear(office)() == [], "nobody is told of what is only proposed"
    sound(office)


@pytest.mark.parametrize(
    "when, more, holds",
    [
        ("channel == 'hotline'", {"channel": "hotline"}, True),
        ("channel == 'hotline'", {}, False),
        ("board == '县长信箱'", {"board": "县长信箱"}, True),
        ("board == '县长信箱'", {}, False),
        ("sender == 'u-1'", {}, True),
        ("sender == 'u-1'", {"sender": Sender(ref="u-2")}, False),
        ("'安家村' in place", {"place": "夹河镇安家村"}, True),
        ("'安家村' in place", {}, False),
        ("date >= '2020-07-01' and weekday == 3 and hour == 9", {}, True),
        ("month in [11, 12, 1, 2, 3]", {}, False),
        ("not public", {"public": False}, True),
        ("'灯' in subject and '桥头' in body", {"body": "桥头那盏"}, True),
        ("'灯' in subject and '桥头' in body", {"body": "村口那盏"}, False),
    ],
)
def test_a_rule_holds_or_not_by_what_is_known_of_the_message(when: str, more: dict[str, Any], holds: bool) -> None:
    case = County(rule("r", when=when, unit="住建局")).take(**more)
    assert told(case) == ([("r", "住建局", {}, when)] if holds else []), "without a reason of its own it gives its condition"


def heating(message: Message) -> Route | None:
    """Send cold flats to the housing bureau."""
    if "供热" not in message.text:
        return None
    assert message.received_at is not None and message.received_at.month == 7 and message.sender.ref == "u-1"
    return Route(unit="建设局", track="fast", reason="供热投诉直转")


def test_a_function_of_the_host_proposes_too_or_has_no_opinion() -> None:
    office = County(rule("heating", call="heating"), routing={"heating": heating})
    assert told(office.take("供热不暖")) == [("heating", "住建局", {"track": "fast"}, "供热投诉直转")]
    assert told(office.take()) == []
    with pytest.raises(RulebookInvalid, match=r"no function 'heating' is registered; .* @ route\.heating\.call"):
        County(rule("heating", call="heating"))


def broken(message: Message) -> Route:
    """Fail, with what is personal in the error."""
    raise LookupError(message.sender.ref)


def test_a_function_that_is_wrong_costs_no_message_and_proposes_nothing_that_could_be_followed() -> None:
    functions: dict[str, RoutingFunction] = {
        "broken": broken,
        "elsewhere": lambda _: Route(unit="水利局", reason="管水"),
        "unheard": lambda _: Route(unit="公安局", colour="red"),
    }
    office = County("".join(rule(name, call=name) for name in functions), routing=functions)
    proposals = {row.rule: row for row in office.take().proposals}
    assert [(row.unit, row.classes) for row in proposals.values()] == [(None, {})] * 3
    assert proposals["broken"].reason == "the rule failed: LookupError"
    assert proposals["elsewhere"].reason.startswith("not usable: the register has no unit '水利局'")
    assert proposals["unheard"].reason.startswith("not usable: the rulebook declares no class 'colour'")
    office.do(Review())
    error = refused(office, Assign(), by=CLERK, kind=ConditionUnmet)
    assert error.reasons == ("no lead unit is named, and no routing rule proposes one; name the lead",)


# --- a person follows them --------------------------------------------------------------------------------------------


def test_without_a_name_the_case_goes_where_the_first_rule_with_a_unit_sends_it(store: CaseStore) -> None:
    office = County(rule("sort", track="fast") + LOCAL + LAMPS, store=store)
    office.take(place="安家村")
    office.do(Review())
    hear = Ear(office)
    case = office.do(Assign(assisting=("公安局",), note="照建议办"))
    assert (case.lead, case.units) == ("夹河镇", ("夹河镇", "公安局"))
    (event,) = decided(office)
    assert isinstance(event.data, Assigned)
    assert (event.actor, event.data.lead, event.data.rule, event.data.instead_of) == ("wang", "夹河镇", "local", None)
    assert hear() == [("handler", "夹河镇", "请签收"), ("handler", "公安局", "请签收")]
    sound(office)


def test_naming_the_unit_that_a_rule_proposed_follows_the_rule_too() -> None:
    office = County(LAMPS)
    office.take()
    office.do(Review(classes={"kind": "help"}), Assign(lead="建设局"))
    (event,) = decided(office)
    assert isinstance(event.data, Assigned)
    assert (event.data.lead, event.data.rule) == ("住建局", "lamps")


@pytest.mark.parametrize("rules, place", [("", "安家村"), (LOCAL, None), (LOCAL, "十堰市"), (rule("sort", track="fast"), None)])
def test_where_no_unit_is_proposed_one_must_be_named(rules: str, place: str | None) -> None:
    office = County(rules)
    office.take(place=place)
    office.do(Review())
    error = refused(office, Assign(), by=CLERK, kind=ConditionUnmet)
    assert error.reasons == ("no lead unit is named, and no routing rule proposes one; name the lead",)
    case = office.do(Assign(lead="公安局"))
    (event,) = decided(office)
    assert isinstance(event.data, Assigned)
    assert (case.lead, event.data.rule) == ("公安局", None)


def test_without_a_name_only_the_first_assignment_follows_a_rule() -> None:
    office = County(LAMPS + '\n[assignment]\ndecline_reasons = ["不属本单位职责"]\n')
    office.take()
    office.do(Review(), Assign())
    error = refused(office, Assign(), by=CLERK, kind=ConditionUnmet)
    assert "住建局" in error.reasons[0] and "no routing rule proposes" not in error.reasons[0]
    office.do(Decline(reason="不属本单位职责"), by=Actor(id="sun", role="handler", unit="住建局"))
    refused(office, Assign(), by=CLERK, kind=ConditionUnmet)
    office.do(Assign(lead="夹河镇"))
    assert [event.kind for event in decided(office)] == ["assigned", "assigned"], "a rule that was followed is not overruled later"


def test_a_team_that_the_proposed_unit_would_be_in_twice_is_refused() -> None:
    office = County(LAMPS)
    office.take()
    office.do(Review())
    error = refused(office, Assign(assisting=("建设局",)), by=CLERK, kind=ConditionUnmet)
    assert error.reasons == ("a unit is named twice; the lead unit does not assist itself",)


# --- a person overrules them ------------------------------------------------------------------------------------------


def test_a_person_sends_it_elsewhere_and_the_case_says_so_and_why() -> None:
    office = County(LAMPS + LOCAL)
    office.take(place="上津镇")
    office.do(Review(classes={"kind": "help"}))
    hear = Ear(office)
    office.do(Assign(lead="夹河", note="村里自建的路灯"))
    assigned, overruled = decided(office)
    assert isinstance(assigned.data, Assigned) and isinstance(overruled.data, Overruled)
    assert (assigned.data.lead, assigned.data.rule) == ("夹河镇", None)
    data = overruled.data
    assert (data.rule, data.proposed, data.chosen) == ("lamps", "住建局", "夹河镇"), "the first rule is the one that counts"
    assert office.desk.store.texts("c1")[data.reason or ""] == "村里自建的路灯"
    assert (overruled.actor, overruled.action, overruled.state) == ("wang", "assign", "assigned")
    assert hear() == [("handler", "夹河镇", "请签收")], "the unit that was only proposed hears nothing"
    office.do(Assign(lead="公安局"))
    assert len(decided(office)) == 3
    sound(office)


@pytest.mark.parametrize("note", ["", "实为投诉"])
def test_a_class_that_screening_chose_otherwise_is_overruled_axis_by_axis(note: str) -> None:
    office = County(LAMPS + rule("more", kind="consult", track="fast"))
    office.take()
    case = office.do(Review(classes={"kind": "complaint", "track": "fast"}, note=note))
    assert case.classes == {"kind": "complaint", "track": "fast"}
    (event,) = decided(office)
    assert isinstance(event.data, Overruled)
    assert (event.data.rule, event.data.proposed, event.data.chosen) == ("lamps", "kind=help", "kind=complaint")
    assert (event.action, office.desk.store.texts("c1").get(event.data.reason or "", "")) == ("review", note)
    sound(office)


def test_a_class_that_screening_leaves_open_or_sets_as_proposed_overrules_nothing() -> None:
    for review in (Review(), Review(classes={"kind": "help"}), Review(classes={"track": "slow"})):
        office = County(LAMPS)
        office.take()
        office.do(review)
        assert decided(office) == []
        office.do(Reclassify(axis="kind", value="complaint"))
        assert decided(office) == [], "a class that changes later is no decision on what a rule proposed"


def test_a_consultation_that_names_another_lead_than_was_proposed_overrules_the_rule() -> None:
    for lead, kinds in (("夹河镇", ["overruled"]), ("住建局", [])):
        office = County(LAMPS)
        office.take()
        office.do(Review(), Consult(units=("夹河镇", "住建局")))
        case = office.do(Conclude(minutes="路灯由村里管", lead=lead))
        assert (case.state, case.lead) == ("assigned", lead)
        assert [event.kind for event in decided(office)] == kinds
        sound(office)
    office = County(LAMPS)
    office.take()
    office.do(Review(), Assign())
    office.do(Consult(units=("夹河镇",)), Conclude(minutes="改由夹河镇办", lead="夹河镇"))
    assert [event.kind for event in decided(office)] == ["assigned"], "it was followed first"


def test_an_assignment_that_waits_for_approval_follows_the_rule_or_overrules_it_when_it_is_done() -> None:
    for command, kinds in ((Assign(), ["assigned"]), (Assign(lead="夹河镇", note="自建"), ["assigned", "overruled"])):
        office = County(LAMPS + '\n[[approval]]\non = "assign"\nby = ["leader"]\n')
        office.take()
        office.do(Review(), command)
        assert decided(office) == []
        office.do(Approve(), by=LEADER)
        assert [(event.kind, event.actor) for event in decided(office)] == [(kind, "wang") for kind in kinds]
        sound(office)


# --- what screening finds ---------------------------------------------------------------------------------------------

HELPED = rule("helped", when="kind == 'help'", unit="公安局", reason="求助归公安")


def test_what_screening_finds_lets_further_rules_propose() -> None:
    office = County(HELPED + rule("all", unit="住建局"))
    case = office.take()
    assert told(case) == [("all", "住建局", {}, "")]
    case = office.do(Review(classes={"kind": "help"}))
    assert told(case) == [("helped", "公安局", {}, "求助归公安"), ("all", "住建局", {}, "")]
    event = office.last()
    assert isinstance(event.data, Routed)
    assert (event.actor, event.role) == ("casework", "system"), "rules propose, not the clerk"
    assert office.do(Assign()).lead == "公安局"
    sound(office)

    office = County(HELPED + rule("all", unit="住建局"))
    office.take()
    office.do(Review(classes={"kind": "complaint"}))
    assert [event.kind for event in office.desk.history("c1")] == ["received", "routed", "reviewed"], "nothing new was proposed"


def test_a_rule_that_cannot_be_asked_again_keeps_what_it_proposed() -> None:
    office = County(rule("heating", call="heating") + HELPED, routing={"heating": heating})
    office.take("供热不暖")
    later = desk_for(office.desk.store, now=office.now)
    case = later.act("c1", Review(classes={"kind": "help"}), by=CLERK)
    assert [(row.rule, row.unit) for row in case.proposals] == [("heating", "住建局"), ("helped", "公安局")]
    assert later.act("c1", Assign(), by=CLERK).lead == "住建局"


# --- told -------------------------------------------------------------------------------------------------------------


def test_the_account_says_in_chinese_and_english_what_was_proposed_followed_and_overruled() -> None:
    office = County(rule("local", unit="@place", reason="属地管理", source="隶属关系和属地原则") + LAMPS)
    office.take(place="夹河镇安家村二组")
    office.do(Review(classes={"kind": "complaint"}, note="是投诉"), at="2020-07-01 10:00")
    office.do(Assign(), at="2020-07-01 10:05")
    why = office.desk.why("c1")
    assert why.text("zh").splitlines() == [
        "件c1的去向及缘由（Asia/Shanghai）",
        "2020-07-01 09:00  系统：收到来件（渠道：portal；所在地：夹河镇安家村二组）",
        "2020-07-01 09:00  系统：规则“local”建议主办单位夹河镇；理由：属地管理；依据：“隶属关系和属地原则”",
        "2020-07-01 09:00  系统：规则“lamps”建议主办单位住建局、类别为求助；理由：路灯归住建局；依据：“市政设施管理办法”",
        "2020-07-01 10:00  问政办：登记受理，定类：类别为投诉；备注：是投诉",
        "2020-07-01 10:00  问政办：未采纳规则“lamps”的建议（kind=help），选定kind=complaint；理由：是投诉",
        "2020-07-01 10:05  问政办：交办主办单位夹河镇；采纳规则“local”的建议",
    ]
    assert why.text("en").splitlines() == [
        "case c1: where it went and why (Asia/Shanghai)",
        "2020-07-01 09:00  the desk: received (channel: portal; place: 夹河镇安家村二组)",
        "2020-07-01 09:00  the desk: rule 'local' proposes lead unit 夹河镇; reason: 属地管理; source: “隶属关系和属地原则”",
        "2020-07-01 09:00  the desk: rule 'lamps' proposes lead unit 住建局, kind help; reason: 路灯归住建局; "
        "source: “市政设施管理办法”",
        "2020-07-01 10:00  office clerk: registered it as kind complaint; note: 是投诉",
        "2020-07-01 10:00  office clerk: overruled rule 'lamps', which proposed kind=help: chosen was kind=complaint; "
        "reason: 是投诉",
        "2020-07-01 10:05  office clerk: assigned it to lead unit 夹河镇; following rule 'local'",
    ]


def test_the_account_says_why_nobody_was_proposed_and_that_no_reason_was_given() -> None:
    office = County(rule("local", unit="@place", reason="属地管理") + LAMPS)
    office.take(place="夹河镇与上津镇交界")
    office.do(Review(), Assign(lead="公安局"))
    chinese, english = office.desk.why("c1").text("zh"), office.desk.why("c1").text("en")
    assert "规则“local”未能提出建议；理由：属地管理；名录中没有唯一负责来件所在地的单位" in chinese
    assert (
        "rule 'local' proposes nothing; reason: 属地管理; no unit of the register alone answers for the message's place" in english
    )
    assert "未采纳规则“lamps”的建议（住建局），选定公安局；未说明理由" in chinese
    assert "overruled rule 'lamps', which proposed 住建局: chosen was 公安局; no reason given" in english


def test_the_account_of_an_approved_assignment_names_whoever_asked_for_it() -> None:
    office = County(LAMPS + '\n[[approval]]\non = "assign"\nby = ["leader"]\n')
    office.take()
    office.do(Review(), Assign(lead="夹河镇", note="村里自建"))
    office.do(Approve(), by=LEADER, at="2020-07-02 09:00")
    assert office.desk.why("c1").text("zh").splitlines()[-2:] == [
        "2020-07-02 09:00  问政办：交办主办单位夹河镇",
        "2020-07-02 09:00  问政办：未采纳规则“lamps”的建议（住建局），选定夹河镇；理由：村里自建",
    ]


def test_what_is_imported_is_proposed_for_and_overruled_as_it_was_and_nobody_is_told() -> None:
    office = County(LAMPS)
    with office.desk.importing() as past:
        past.receive(Message(subject="路灯不亮", received_at=local("2020-06-01 09:00")))
        past.act("c1", Review(), by=CLERK, at=local("2020-06-01 10:00"))
        past.act("c1", Assign(lead="夹河镇"), by=CLERK, at=local("2020-06-01 11:00"))
        case = past.act("c1", Accept(), by=HANDLER, at=local("2020-06-01 12:00"))
    assert case.proposals == (Proposal(rule="lamps", unit="住建局", classes={"kind": "help"}, reason="路灯归住建局"),)
    assert [event.kind for event in decided(office)] == ["assigned", "overruled"]
    assert {event.occurred_at.month for event in office.desk.history("c1")} == {6}
    assert Ear(office)() == []
    sound(office)
