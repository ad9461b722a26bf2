"""casework act: any command from the terminal. What is written becomes the command, and what cannot be used changes nothing."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import Actor, Message
from casework.actions import COMMANDS, Accept, Assign, Command, Promise, Review, SubmitReply
from casework.adapters.sql import SqlStore
from casework.cli.acts import action_meant, actor_named, command_from
from casework.cli.wording import action_meaning, action_named
from casework.desk import desk_for
from casework.errors import InputError, NotAllowed, UnknownUnit
from casework.rulebook import Rulebook
from casework.units import read_register
from tests.unit.commands import Casework, Said, calling, one_line
from tests.unit.town import CLERK, HANDLER, SUPERVISOR, TEXT, Office, town

MORE = """
[labels]
heating = "供热"

[classes]
kind = ["consult", "complaint", "heating"]

[roles.supervisor]
zh = "督查室"
en = "supervisor"
scope = "any"
may = ["issue", "clear", "note", "reopen", "instruct", "view"]

[roles.handler]
zh = "承办人"
en = "handler"
scope = "unit"
may = ["accept", "decline", "contact", "promise", "submit", "note", "answer"]
sees = ["sender.*"]
"""
GRANTS = """
[[person]]
id = "wang"
name = "王某"

[[person]]
id = "li"
name = "李某"

[[grant]]
person = "wang"
role = "clerk"

[[grant]]
person = "li"
role = "handler"
unit = "夹河"

[[grant]]
person = "li"
role = "handler"
unit = "公安局"

[[grant]]
person = "li"
role = "governor"
boards = ["省长信箱", "市长信箱"]
"""
PEOPLE = """
id = "town"

[[group]]
id = "all"
zh = "各单位"
en = "units"

[[unit]]
name = "夹河镇"
group = "all"
aliases = ["夹河"]

[[unit]]
name = "公安局"
group = "all"
"""
BOOK = town(MORE)
REPLY = "已安排维修人员更换路灯，七月三日前全部修复。"
casework = pytest.fixture(calling)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """A desk on the database that the command line opens, and one time for both."""
    made = Office(BOOK, store=SqlStore.at(tmp_path / "cases.sqlite"))
    monkeypatch.setattr("casework.desk.desk_for", partial(desk_for, now=made.now))
    yield made
    made.desk.store.close()  # type: ignore[attr-defined]


def received(office: Office, number: str = "A-1") -> str:
    return office.desk.receive(Message(subject="路灯不亮", body="村口路灯坏了", number=number)).id


def assigned(office: Office, number: str = "A-1") -> str:
    case = received(office, number)
    office.desk.act(case, Review(), by=CLERK)
    office.desk.act(case, Assign(lead="夹河镇"), by=CLERK)
    office.desk.act(case, Accept(), by=HANDLER)
    return case


# --- from the first act to the last -----------------------------------------------------------------------------------


def test_a_case_is_taken_through_its_life_from_the_terminal(casework: Casework, office: Office, tmp_path: Path) -> None:
    case = received(office)
    (tmp_path / "reply.txt").write_text(REPLY, "utf-8")
    steps = [
        ("review", "classes.kind=complaint", "--by", "wang:clerk"),
        ("交办", "lead=夹河镇", "assisting=公安局、住建局", "--by", "wang:clerk"),
        ("签收", "--by", "li:handler:夹河"),
        ("contact", "how=visit", "note=约好周五", "--by", "li:承办人:夹河镇"),
        ("答复", "text=@reply.txt", "outcome=已解决", "--by", "li：handler：夹河镇"),
        ("publish", "--by", "wang:clerk"),
        ("Close", "--by", "wang:clerk"),
    ]
    said = [casework("act", "A-1", *step) for step in steps]
    assert [(row.code, row.err) for row in said] == [(0, "")] * len(steps)
    assert all(row.out.startswith("A-1 · ") and row.out.count("\n") == 1 for row in said)
    kinds = [event.kind for event in office.desk.history(case)]
    assert kinds == ["received", "reviewed", "assigned", "accepted", "contacted", "submitted", "published", "closed"]
    done = office.desk.get(case)
    assert (done.classes["kind"], done.lead, done.outcome) == ("complaint", "夹河镇", "solved")
    assert done.units == ("夹河镇", "公安局", "住建局")
    assert office.desk.store.texts(case)[done.replies[0].text] == REPLY
    assert said[1].out.startswith(
        "A-1 · 办理中 · 交办 夹河镇，协办 公安局、住建局 · 办理期限 2020-07-08 还剩5个工作日；签收期限 夹河镇 "
    )
    assert said[2].out.startswith("A-1 · 办理中 · 签收 夹河镇 · 办理期限 2020-07-08 还剩5个工作日；签收期限 夹河镇 2020-07-02 按期")
    assert "联系群众 夹河镇 上门（约好周五）" in said[3].out
    assert said[6].out == "A-1 · 已办结 · 办结 已解决\n"


def test_what_was_done_is_said_in_english_too_with_the_orders_that_are_open(casework: Casework, office: Office) -> None:
    assigned(office)
    said = casework("act", "A-1", "issue", "form=supervision", "text=限期办理", "--by", "qian:supervisor", "--lang", "en")
    assert said.out.startswith("A-1 · Assigned · Issue order supervision 督〔2020〕1号 → 夹河镇, copy to leader · ")
    assert said.out.rstrip().endswith(" · open orders: 督〔2020〕1号")


def test_an_order_that_wants_no_answer_is_not_called_open(casework: Casework, office: Office) -> None:
    assigned(office)
    said = casework("act", "A-1", "issue", "form=reminder", "--by", "qian:supervisor")
    assert said.code == 0 and "催001" in said.out and "未销号" not in said.out


def test_a_clock_that_an_act_stops_says_so_once(casework: Casework, office: Office) -> None:
    case = assigned(office)
    office.desk.act(case, SubmitReply(text=REPLY), by=HANDLER)
    assert "办理期限 2020-07-08 按期" in casework("act", "A-1", "publish", "--by", "wang:clerk").out
    assert "办理期限" not in casework("act", "A-1", "close", "--by", "wang:clerk").out


# --- everything that a command can hold can be written ----------------------------------------------------------------


def kinds_of(annotation: Any) -> tuple[Any, bool]:
    inner = [part for part in get_args(annotation) if part is not NoneType]
    optional = NoneType in get_args(annotation)
    return (inner[0], True) if optional else (annotation, False)


SIGNS = st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="\\") | st.sampled_from(",，、=.@-")
WORDS = st.text(SIGNS, min_size=1, max_size=12)
SAID = st.text(SIGNS, min_size=1, max_size=12).filter(lambda text: not text.startswith("@"))
AXES = st.sampled_from(["kind", "outcome"])


def values(annotation: Any) -> st.SearchStrategy[Any]:
    kind, optional = kinds_of(annotation)
    if get_origin(kind) is Literal:
        found: st.SearchStrategy[Any] = st.sampled_from(get_args(kind))
    elif get_origin(kind) is tuple:
        found = st.lists(WORDS, min_size=1, max_size=4).map(tuple)
    elif get_origin(kind) is dict:
        found = st.dictionaries(AXES, WORDS, max_size=2)
    elif kind is Message:
        found = st.builds(Message, subject=SAID, body=SAID, channel=SAID, number=st.none() | SAID, sender=SAID)
    else:
        found = {bool: st.booleans(), int: st.integers(0, 10**12), date: st.dates(), str: WORDS}[kind]
    return st.none() | found if optional else found


def commands() -> st.SearchStrategy[Command]:
    def of(kind: type[Command]) -> st.SearchStrategy[Command]:
        return st.fixed_dictionaries({name: values(field.annotation) for name, field in kind.model_fields.items()}).map(
            kind.model_validate
        )

    return st.sampled_from(sorted(COMMANDS.values(), key=lambda kind: kind.action)).flatmap(of)


_SEPARATOR, _ESCAPED = re.compile("([,，、])"), r"\\\1"


def written(command: Command) -> list[str]:
    """A command as somebody would write it."""
    words = []
    for name, value in command:
        if isinstance(value, tuple):
            words += [f"{name}={_SEPARATOR.sub(_ESCAPED, part)}" for part in value]
        elif isinstance(value, Message):
            parts = {**value.model_dump(exclude_defaults=True), "sender": value.sender.ref}
            words += [f"{name}.{part}={text}" for part, text in parts.items() if text]
        elif isinstance(value, dict):
            words += [f"{name}.{axis}={part}" for axis, part in value.items()]
        elif isinstance(value, bool):
            words.append(f"{name}={'yes' if value else '否'}")
        elif isinstance(value, str) and (value.startswith("@") or value == "-"):
            words.append(f"{name}=@{value}" if value.startswith("@") else f"{name}= -")
        else:
            words.append(f"{name}={'' if value is None else value}")
    return words


@given(commands())
def test_a_command_that_is_written_down_is_read_as_itself(command: Command) -> None:
    assert command_from(command.action, written(command), BOOK, CASE) == command


CASE = Office(BOOK).receive()


def test_every_command_has_a_name_in_both_languages_by_which_it_is_found() -> None:
    for action in COMMANDS:
        for name in (action, action.upper(), action_named(action, "zh"), f" {action_named(action, 'en')} "):
            assert action_meant(name) == action


def test_every_command_says_in_both_languages_what_it_does() -> None:
    assert [action for action in COMMANDS if not action_meaning(action, "zh") or not action_meaning(action, "en")] == []


@pytest.mark.parametrize(
    ("word", "value"), [("yes", True), ("Y", True), ("true", True), ("是", True), ("no", False), ("否", False), ("FALSE", False)]
)
def test_yes_and_no_are_read_in_both_languages(word: str, value: bool) -> None:
    assert command_from("rate", [f"satisfied={word}"], BOOK, CASE).model_dump()["satisfied"] is value


@pytest.mark.parametrize("day", ["2020-07-20", "2020/7/20", "2020年7月20日"])
def test_a_day_is_read_as_people_write_it(day: str) -> None:
    assert command_from("promise", [f"until={day}", "reason=等配件"], BOOK, CASE) == Promise(
        until=date(2020, 7, 20), reason="等配件"
    )


@pytest.mark.parametrize(
    "words", [["assisting=公安局、住建局"], ["assisting=公安局,住建局"], ["assisting=公安局", "assisting=住建局，"]]
)
def test_several_are_divided_by_commas_or_repeated(words: list[str]) -> None:
    assert command_from("assign", ["lead=夹河镇", *words], BOOK, CASE) == Assign(lead="夹河镇", assisting=("公安局", "住建局"))


def test_a_backslash_keeps_a_comma_within_one_of_several() -> None:
    read = command_from("return", [r"reasons=答复慢\，态度差、格式\,内容", r"reasons=甲\、乙"], BOOK, CASE)
    assert read.model_dump()["reasons"] == ("答复慢，态度差", "格式,内容", "甲、乙")


def test_a_class_and_a_form_may_be_called_by_their_labels() -> None:
    assert command_from("review", ["classes.kind=供热"], BOOK, CASE) == Review(classes={"kind": "heating"})
    shipped = Rulebook.shipped("yunxi")
    assert command_from("issue", ["form=督办单"], shipped, CASE).model_dump()["form"] == "supervision"


# --- long texts -------------------------------------------------------------------------------------------------------


def read_text(word: str) -> str:
    return str(command_from("note", [f"text={word}"], BOOK, CASE).model_dump()["text"])


def test_a_text_comes_from_a_file_in_utf_8_or_gb_18030(tmp_path: Path) -> None:
    for name, content in (("a", "第一行\r\n第二行".encode("utf-8-sig")), ("b", "第一行\r\n第二行".encode("gb18030"))):
        (tmp_path / name).write_bytes(content)
        assert read_text(f"@{tmp_path / name}") == "第一行\n第二行"


def test_a_text_comes_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("长答复\n两行\n".encode())))
    assert read_text("-") == "长答复\n两行"


def test_two_at_signs_begin_a_text_with_one() -> None:
    assert read_text("@@all 请看") == "@all 请看"


def test_standard_input_is_read_for_one_field_only() -> None:
    with pytest.raises(InputError, match=r"^standard input can be read once, not for each of reason, explanation$"):
        command_from("reject", ["reason=-", "explanation=-"], BOOK, CASE)


def test_a_file_that_holds_no_text_or_too_much_is_refused(tmp_path: Path) -> None:
    (tmp_path / "picture").write_bytes(b"\xff\xfe\x00\xff" * 9)
    with pytest.raises(InputError, match=r"picture is neither UTF-8 nor GB 18030 text; save it as UTF-8$"):
        read_text(f"@{tmp_path / 'picture'}")
    (tmp_path / "book").write_bytes(b"x" * 500_001)
    with pytest.raises(InputError, match=r"book holds more than 500,000 bytes; a text has at most 100,000 characters$"):
        read_text(f"@{tmp_path / 'book'}")


# --- what cannot be used ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("asign",), "there is no action 'asign'; did you mean 'assign'?; without an action, what may be done now is listed"),
        (("assign", "lead"), "cannot read 'lead'; accepted: FIELD=VALUE, of assign: lead=TEXT, assisting=TEXT,…, note=TEXT"),
        (("assign", "laed=夹河镇"), "assign has no field 'laed'; did you mean 'lead'? (fields: lead, assisting, note)"),
        (("accept", "note=x"), "accept has no field 'note' (fields: unit)"),
        (("publish", "text=x"), "publish has no field 'text' (fields: nothing)"),
        (("assign", "lead=a", "lead=b"), "lead is given 2 times; give it once"),
        (("assign", "lead.x=a"), "cannot read 'lead.x=a'; accepted: lead=TEXT"),
        (("review", "classes=complaint"), "cannot read 'classes=complaint'; accepted: classes.kind=CLASS"),
        (("rate", "satisfied=perhaps"), "cannot read satisfied=perhaps; accepted: yes or no (是, 否)"),
        (("view", "views=many"), "cannot read views=many; accepted: a whole number such as 200"),
        (("view", "views=-1"), "cannot view: views: Input should be greater than or equal to 0"),
        (("promise", "until=soon"), "cannot read until 'soon'; accepted: 2026-09-29"),
        (("submit", "outcome=solved"), "cannot submit: it needs text=TEXT"),
        (("submit", "text="), "cannot submit: text: String should have at least 1 character"),
        (("return",), "cannot return: it needs reasons=敷衍塞责|答非所问,…"),
        (("return", "reasons=答非所问", "to=above"), "cannot return: to: Input should be 'handler' or 'previous'"),
        (("note", "text=@nowhere.txt"), "cannot read text from 'nowhere.txt': No such file or directory"),
        (
            ("review", "classes.kind=compaint"),
            "the rulebook declares no value 'compaint' for class 'kind'; did you mean 'complaint'?",
        ),
    ],
)
def test_what_cannot_be_used_is_one_line_and_changes_nothing(
    casework: Casework, office: Office, arguments: tuple[str, ...], expected: str
) -> None:
    case = received(office)
    before = office.everything()
    said = one_line(casework("act", "A-1", *arguments, "--by", "wang:clerk"))
    assert said.startswith(expected)
    assert office.everything() == before
    assert office.desk.get(case).version == 1


def test_a_refusal_says_why_and_what_would_work(casework: Casework, office: Office) -> None:
    assigned(office)
    before = office.everything()
    said = one_line(casework("act", "A-1", "assign", "lead=公安局", "--by", "li:handler:夹河镇"))
    assert said == (
        f"li (handler) may not assign case {office.desk.store.numbered('A-1')[0]}: role 'handler' has no right to it "
        "(roles that have: clerk); what would work: contact, decline, note, submit"
    )
    assert "督〔2020〕9号" in one_line(casework("act", "A-1", "clear", "order=督〔2020〕9号", "--by", "qian:supervisor"))
    assert office.everything() == before


def test_an_act_that_the_state_does_not_allow_names_those_that_it_does_once(casework: Casework, office: Office) -> None:
    case = received(office)
    said = one_line(casework("act", case, "close", "--by", "wang:clerk"))
    with pytest.raises(NotAllowed) as refused:
        office.desk.act(case, command_from("close", [], BOOK, CASE), by=CLERK)
    assert said == str(refused.value)
    assert "what would work" not in said and "review" in said


def test_what_an_act_wants_instead_is_said(casework: Casework, office: Office) -> None:
    case = assigned(office)
    office.desk.act(case, command_from("issue", ["form=supervision"], BOOK, CASE), by=SUPERVISOR)
    said = one_line(casework("act", "A-1", "clear", "order=督〔2020〕1号", "--by", "qian:supervisor"))
    assert said.endswith("order 督〔2020〕1号 has no answer yet; what would work: answer")
    assert "what would work: 督〔2020〕1号" in one_line(casework("act", "A-1", "clear", "order=9", "--by", "qian:supervisor"))


def test_a_case_that_there_is_not_is_one_line(casework: Casework, office: Office) -> None:
    received(office)
    assert one_line(casework("act", "A-9", "--by", "wang:clerk")) == "no case has the id or number 'A-9'"


def test_of_several_cases_with_one_number_the_act_is_done_on_none(casework: Casework, office: Office) -> None:
    first, second = received(office), received(office)
    before = office.everything()
    said = one_line(casework("act", "A-1", "review", "--by", "wang:clerk"))
    assert said == f"2 cases have the number 'A-1'; give the id of one: {first}, {second}"
    assert office.everything() == before
    listed = casework("act", "A-1", "--by", "wang:clerk", "--lang", "en").out
    assert listed.startswith(f"2 cases have the number A-1; this is the earliest. The others: {second}\nA-1 · Received · wang")
    assert casework("act", second, "review", "--by", "wang:clerk").code == 0
    assert [office.desk.get(case).state for case in (first, second)] == ["received", "reviewed"]


# --- once, and on the version that was seen ---------------------------------------------------------------------------


def test_a_key_makes_an_act_safe_to_repeat(casework: Casework, office: Office) -> None:
    case = assigned(office)
    once = ("act", "A-1", "note", "text=已电话告知", "--by", "wang:clerk", "--key", "k-1")
    first, again = casework(*once), casework(*once)
    assert "备注（已电话告知）" in first.out
    assert again.out == "A-1 · 办理中 · 密钥k-1已用于同一事项，没有重复记录\n"
    assert len([event for event in office.desk.history(case) if event.kind == "noted"]) == 1
    other = casework("act", "A-1", "note", "text=另一件事", "--by", "wang:clerk", "--key", "k-1")
    assert "the idempotency key 'k-1' was used for another command" in one_line(other)


def test_a_version_that_has_moved_on_is_refused(casework: Casework, office: Office) -> None:
    case = assigned(office)
    seen = office.desk.get(case).version
    assert casework("act", "A-1", "note", "text=一", "--by", "wang:clerk", "--expect", str(seen)).code == 0
    said = one_line(casework("act", "A-1", "note", "text=二", "--by", "wang:clerk", "--expect", str(seen)))
    assert f"expected version {seen}, it is at {seen + 1}" in said
    assert office.desk.get(case).version == seen + 1


# --- who acts ---------------------------------------------------------------------------------------------------------


def granting() -> Rulebook:
    register = read_register(PEOPLE + GRANTS)
    return Rulebook.parse(TEXT + MORE, name="town", register=register)


@pytest.mark.parametrize(
    ("text", "actor"),
    [
        ("wang:clerk", Actor(id="wang", role="clerk")),
        (" wang ： clerk ", Actor(id="wang", role="clerk")),
        ("li:handler:夹河", HANDLER),
        ("li:承办人:夹河镇", HANDLER),
        ("li:nobody:某科", Actor(id="li", role="nobody", unit="某科")),
        ("zhou:governor@省长信箱、市长信箱", Actor(id="zhou", role="governor", boards=("省长信箱", "市长信箱"))),
        ("zhou:clerk:问政办@省长信箱", Actor(id="zhou", role="clerk", unit="问政办", boards=("省长信箱",))),
        ("li@town.cn:clerk", Actor(id="li@town.cn", role="clerk")),
    ],
)
def test_who_acts_is_read_from_one_word(text: str, actor: Actor) -> None:
    assert actor_named(text, BOOK) == actor


@pytest.mark.parametrize("text", ["", ":clerk", "wang:", "wang::夹河镇", "wang:clerk@", "wang:clerk@，"])
def test_who_acts_must_be_readable(text: str) -> None:
    with pytest.raises(InputError, match=r"^cannot read --by .*; accepted: PERSON:ROLE\[:UNIT\]\[@BOARD,…\], for example"):
        actor_named(text, BOOK)


def test_without_a_register_that_grants_roles_a_person_says_theirs() -> None:
    with pytest.raises(
        InputError, match=r"^no register says what wang is; say it: --by wang:ROLE\[:UNIT\] \(roles: citizen, clerk,"
    ):
        actor_named("wang", BOOK)


def test_a_handler_of_a_unit_that_there_is_not_is_told_the_nearest() -> None:
    with pytest.raises(UnknownUnit, match="did you mean '夹河镇'"):
        actor_named("li:handler:夹河鎮", BOOK)


def test_a_register_that_grants_roles_says_what_a_person_is() -> None:
    book = granting()
    assert actor_named("wang", book) == CLERK
    assert actor_named("li:handler:公安局", book) == Actor(id="li", role="handler", unit="公安局")
    assert actor_named("li:governor", book) == Actor(id="li", role="governor", boards=("省长信箱", "市长信箱"))
    assert actor_named("li:governor@市长信箱", book) == Actor(id="li", role="governor", boards=("市长信箱",))
    assert actor_named("li:citizen", book) == Actor(id="li", role="citizen")
    assert actor_named("u-1:citizen", book) == Actor(id="u-1", role="citizen")
    for claim in ("li", "li:handler"):
        with pytest.raises(InputError, match="grants that fit; name the role and the unit"):
            actor_named(claim, book)
    with pytest.raises(InputError, match=r"the register has no person 'wan'; did you mean 'wang'\?"):
        actor_named("wan", book)


# --- what may be done now ---------------------------------------------------------------------------------------------


def listed(said: Said) -> list[str]:
    """The actions that a listing begins its lines with."""
    assert said.code == 0, said.err
    return [words[0] for line in said.out.splitlines()[1:] if (words := line.split()) and words[0] in COMMANDS]


def test_without_an_action_what_may_be_done_now_is_listed_with_its_fields(casework: Casework, office: Office) -> None:
    case = assigned(office)
    before = office.everything()
    said = casework("act", "A-1", "--by", "li:handler:夹河镇")
    assert listed(said) == list(office.desk.view(case, by=HANDLER).allowed)
    assert said.out.splitlines()[0] == "A-1 · 办理中 · li（承办人）现在可以："
    for words in (
        "答复      提交答复，待审核",
        "text=文字（必填）  outcome=已解决|已解释|不属实|需进一步落实  unit=文字",
        "reason=不属本单位职责|重复转办（必填）  explanation=文字",
    ):
        assert words in said.out
    assert office.everything() == before


def test_the_listing_speaks_english_and_names_what_the_case_knows(casework: Casework, office: Office) -> None:
    case = assigned(office)
    office.desk.act(case, command_from("issue", ["form=supervision"], BOOK, CASE), by=SUPERVISOR)
    said = casework("act", "A-1", "--by", "qian:supervisor", "--lang", "en")
    assert said.out.splitlines()[0] == "A-1 · Assigned · qian (supervisor) may now:"
    for words in (
        "An order is issued about the case",
        "form=supervision|reminder (required)  to=TEXT,…  text=TEXT",
        "order=督〔2020〕1号 (required)",
        "views=NUMBER (required)",
    ):
        assert words in said.out


def test_who_may_do_nothing_is_told_so(casework: Casework, office: Office) -> None:
    received(office)
    said = casework("act", "A-1", "--by", "zhang:reviewer")
    assert said.code == 0
    assert listed(said) == list(
        office.desk.view(office.desk.store.numbered("A-1")[0], by=Actor(id="zhang", role="reviewer")).allowed
    )
    office.desk.act(office.desk.store.numbered("A-1")[0], command_from("reject", ["reason=spam"], BOOK, CASE), by=CLERK)
    citizen = casework("act", "A-1", "--by", "zhang:nobody")
    assert "the rulebook has no role 'nobody'" in one_line(citizen)


def test_a_listing_is_no_wider_than_the_terminal(casework: Casework, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from casework.languages import display_width

    received(office)
    monkeypatch.setenv("COLUMNS", "100")
    for lang in ("zh", "en"):
        said = casework("act", "A-1", "--by", "wang:clerk", "--lang", lang)
        assert max(display_width(line.rstrip()) for line in said.out.splitlines()) <= 100
