"""Every role on every field through every door: what a role does not see of a sender, it reads nowhere."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache, partial
from pathlib import Path

import msgspec
import pytest

from casework import Actor, Desk, MemoryStore, Message, Rulebook, Sender
from casework import events as ev
from casework.actions import AddNote, Approve, AskCitizen, Assign, Attach, Disclose, Erase, Merge, ReturnReply, Review
from casework.adapters.notify.log import LogNotifier
from casework.adapters.sql import SqlStore
from casework.desk import desk_for
from casework.errors import InputError, NotPermitted
from casework.events import PAYLOADS
from casework.privacy import Role, Sight
from casework.redaction import masked
from casework.reports.bulletin import make_bulletin
from casework.reports.render import html, markdown, plain
from casework.rulebook import shipped_names
from casework.testing import FrozenTime
from casework.timeline import _ADDRESSED
from tests.unit.commands import Casework, calling, one_line
from tests.unit.secretive import MESSAGE, SECRETS, SENDER, TELLTALE, as_role, said, shipped, told_everything
from tests.unit.town import REGISTER, local

START = datetime(2020, 7, 1, 1, tzinfo=UTC)
GLASS = """
[rulebook]
id = "glass"
version = 1
base = "standard"
late_by = "handle"

[labels]
waiting = "等待受理"
handling = "正在办理"
answered = "已经答复"
over = "已经结束"

[intake.status]
waiting = ["received"]
handling = ["reviewed", "assigned", "consultation", "awaiting_citizen", "replied", "returned"]
answered = ["published"]
over = ["closed", "rejected", "transferred", "withdrawn", "merged"]

[classes]
kind = ["complaint", "help"]

[roles.deputy]
scope = "unit"
may = ["note"]

[roles.writer]
scope = "own"
may = []

[roles.governor]
scope = "board"
may = ["note"]
sees = ["sender.name"]

[roles.leader]
scope = "any"
may = ["instruct", "approve", "refuse", "note"]

[[approval]]
on = "assign"
by = ["leader"]

[[clock]]
id = "handle"
zh = "办理期限"
starts_on = ["receive", "reopen"]
stops_on = "publish"
pauses_on = "awaiting_citizen"
limit = [{ is = "5 working days" }]
extend = { approve = "clerk", times = 3 }
promise = { cap = "20 calendar days" }

[reply]
return_reasons = ["答非所问"]

[[order]]
id = "supervision"
cc = ["leader"]
[order.document]
series = "督{year}-{n:03}"
template = "{{ number }} {{ to | join('、') }}：{{ message_number }}《{{ subject }}》{{ text }}"
[order.answer]
wanted = true
cleared_by = "supervisor"

[[rung]]
id = "returned-once"
on = "returned"
at = 1
do = ["issue:supervision"]
mode = "propose"

[[notify]]
on = "publish"
to = ["sender", "handler", "leader"]
zh = "来件已答复"
en = "answered"
"""
SUBSETS = {
    "sees-nothing": (),
    "sees-name": ("sender.name",),
    "sees-phone": ("sender.phone",),
    "sees-email": ("sender.email",),
    "sees-id": ("sender.id_number",),
    "sees-address": ("sender.address",),
    "sees-ref": ("sender.ref",),
    "sees-contact": ("sender.name", "sender.phone", "sender.address"),
    "sees-all-but-id": ("sender.ref", "sender.name", "sender.phone", "sender.email", "sender.address"),
    "sees-all": ("sender.*",),
}
casework = pytest.fixture(calling)


@lru_cache(maxsize=1)
def glass() -> Rulebook:
    """A rulebook under which every kind of text is written, with a role for each choice of fields."""
    roles = "".join(
        f'\n[roles.{name}]\nscope = "any"\nmay = []\nsees = {msgspec.json.encode(sees).decode()}\n'
        for name, sees in SUBSETS.items()
    )
    return Rulebook.parse(GLASS + roles, name="glass", register=REGISTER)


def book_of(name: str) -> Rulebook:
    return glass() if name == "glass" else shipped(name)


BOOKS = ("glass", *shipped_names())
EVERY_ROLE = [(book, role) for book in BOOKS for role in book_of(book).roles]


@cache
def handled(book: str) -> tuple[Desk, str, frozenset[str]]:
    """A desk with one case, of which everything was said that its rulebook lets be said."""
    desk = Desk(book_of(book), store=MemoryStore(), now=FrozenTime(START))
    return desk, *told_everything(desk)


def secrets_in(said: str) -> set[str]:
    """Return the sender's fields whose value stands in a text."""
    return {field for field, value in SECRETS.items() if value in said}


def granted(role: Role) -> set[str]:
    return {field for field in SECRETS if role.shows(f"sender.{field}")}


def board_of(desk: Desk, case: str) -> tuple[str, ...]:
    board = desk.get(case).board
    return (board,) if board else ()


def onlooker(desk: Desk, case: str, role: str) -> Actor:
    """Somebody in a role who has the case in their scope."""
    row = desk.get(case)
    return as_role(desk.rulebook, role, row.led_by or row.first_lead, boards=board_of(desk, case))


# --- the case says everything -----------------------------------------------------------------------------------------

UNWRITTEN = {
    ev.Overruled: "what was overruled, routing tests say",
    ev.Rejected: "the case would be over",
    ev.Transferred: "the case would be over",
    ev.Withdrawn: "the case would be over",
    ev.Declined: "the unit would be gone",
    ev.ContributionReturned: "as the explanation of a returned reply",
    ev.SteppedBack: "as the explanation of a returned reply",
    ev.Reopened: "as the explanation of a returned reply",
    ev.KeptApart: "needs a duplicate: see below",
    ev.RulebookMoved: "is of the rulebook",
    ev.ApprovalRefused: "its opinion is like that of an approval",
    ev.RungDismissed: "its proposal was taken up",
}


def test_every_kind_of_text_is_planted() -> None:
    """A payload that gets a text is found here, so that somebody has to say who reads it."""
    desk, case, _ = handled("glass")
    history, texts = desk.history(case), desk.store.texts(case)
    planted = {
        (type(event.data), field)
        for event in history
        for field, ref in event.data.refs
        if secrets_in(texts[ref]) >= {"name", "phone"}
    }
    wanted = {
        (kind, name)
        for kind in PAYLOADS.values()
        for name, annotation in kind.__annotations__.items()
        if annotation in ("Ref", "Ref | None") and name != "code" and kind not in UNWRITTEN
    }
    assert wanted - planted == set()


@pytest.mark.parametrize("book", BOOKS)
def test_every_shipped_rulebook_lets_enough_be_said(book: str) -> None:
    desk, case, done = handled(book)
    assert len(done) >= 12, done
    assert sum(secrets_in(text) >= {"name", "phone"} for text in desk.store.texts(case).values()) >= 12


@pytest.mark.parametrize("book", BOOKS)
def test_events_hold_no_personal_data(book: str) -> None:
    """The portal's reference of the sender stands where they acted themselves, and nowhere else."""
    desk, case, _ = handled(book)
    for row in desk.store.events(case):
        assert secrets_in(row.text) <= {"ref"}, row.text
    for event in desk.history(case):
        assert "ref" not in secrets_in(repr(msgspec.structs.replace(event, actor="")))
        assert event.actor != SENDER.ref or desk.rulebook.roles[event.role].scope == "own"


# --- the desk's doors -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("book", "role"), EVERY_ROLE)
def test_a_role_reads_of_the_sender_what_it_is_granted_and_nothing_else(book: str, role: str) -> None:
    desk, case, _ = handled(book)
    by, allowed = onlooker(desk, case, role), granted(desk.rulebook.roles[role])
    view = desk.view(case, by=by).model_dump_json()
    lines = "\n".join(line.model_dump_json() for line in desk.timeline(case, by=by))
    assert secrets_in(view) == allowed
    assert secrets_in(lines) <= allowed
    assert secrets_in(lines) == allowed - ({"ref"} if by.role == "citizen" else set()) or desk.rulebook.roles[role].scope == "own"


@pytest.mark.parametrize("role", glass().roles)
@pytest.mark.parametrize("field", SECRETS)
def test_every_text_of_a_case_is_masked_for_a_role_without_the_field(role: str, field: str) -> None:
    desk, case, _ = handled("glass")
    sight, shown = desk.sight(case, role), glass().roles[role].shows(f"sender.{field}")
    holding = {ref: text for ref, text in desk.store.texts(case).items() if SECRETS[field] in text}
    assert holding
    for ref, text in sight.texts(holding).items():
        assert (SECRETS[field] in text) is shown, (ref, text)


@pytest.mark.parametrize("book", BOOKS)
def test_what_anybody_may_read_names_nobody(book: str) -> None:
    desk, case, _ = handled(book)
    row = desk.get(case)
    assert secrets_in(desk.query(desk.code(case)).model_dump_json()) == set()
    if any(reply.status == "published" for reply in row.replies):
        seen = desk.published(case)
        assert secrets_in(seen.model_dump_json()) == set()
        assert seen.subject.startswith("路灯不亮——欧***") and "再次答复" in seen.replies[-1].text
    else:
        with pytest.raises(NotPermitted):
            desk.published(case)


@pytest.mark.parametrize("book", BOOKS)
def test_notices_and_bulletins_name_nobody(book: str) -> None:
    desk, _, _ = handled(book)
    notices = desk.store.outbox.pending(START + timedelta(days=900), limit=1000)
    assert notices or book == "standard"
    for row in notices:
        assert secrets_in(msgspec.json.encode(row.notification).decode()) == set()
    if desk.rulebook.outline.rulebook.late_by and any(row.form == "bulletin" for row in desk.rulebook.outline.schedule):
        made = make_bulletin(
            desk.store, desk.rulebook, desk.rulebook.register, period="2020-07", as_of=datetime(2020, 8, 10).date()
        )
        for lang in ("zh", "en"):
            for render in (plain, markdown, html):
                assert secrets_in(render(made, lang=lang)) == set()


def test_a_channel_that_writes_notices_down_names_nobody(tmp_path: Path) -> None:
    desk = Desk(glass(), store=MemoryStore(), now=FrozenTime(START))
    told_everything(desk)
    with (tmp_path / "notices.jsonl").open("w+", encoding="utf-8") as stream:
        delivered = desk.deliver(LogNotifier(stream))
        stream.seek(0)
        written = stream.read()
    assert delivered.sent and delivered.sent == len(written.splitlines())
    assert secrets_in(written) == set()


# --- the terminal and what it writes ----------------------------------------------------------------------------------


@pytest.fixture
def from_terminal(casework: Casework, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Casework]]:
    """Return what puts a handled case of a rulebook into the database that the command line opens."""
    stores = []

    def ready(book: str) -> Casework:
        now = FrozenTime(START)
        store = SqlStore.at(tmp_path / "cases.sqlite")
        stores.append(store)
        told_everything(Desk(book_of(book), store=store, now=now))
        now.to(START + timedelta(hours=1))
        monkeypatch.setattr("casework.desk.desk_for", partial(desk_for, now=now))
        monkeypatch.setattr("casework.desk.utc_now", now)
        return casework

    yield ready
    for store in stores:
        store.close()


def through_the_terminal(casework: Casework, *seen_as: str, inside: bool = True) -> Iterator[tuple[str, str]]:
    """Yield what each command prints, with its name; what stands *inside* offices only where it is shown at all."""
    yield "show", casework("show", "A-1", *seen_as).out
    if inside:
        numbers = [line.split()[0] for line in casework("orders", *seen_as).out.splitlines()[1:-1]]
        for number in numbers[:2]:
            yield f"orders {number}", casework("orders", number, *seen_as).out


def written(casework: Casework, tmp_path: Path, *seen_as: str) -> Iterator[tuple[str, str]]:
    """Yield the ledgers as they are printed and written, with their names."""
    for command in ("orders", "ledger"):
        yield command, casework(command, *seen_as).out
        for kind in ("csv", "xlsx", "md"):
            file = tmp_path / f"{command}.{kind}"
            made = casework(command, "--into", str(file), *seen_as)
            assert made.code == 0, made.err
            yield file.name, unpacked(file)


def unpacked(file: Path) -> str:
    if file.suffix != ".xlsx":
        return file.read_text("utf-8-sig")
    with zipfile.ZipFile(file) as archive:
        return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


@pytest.mark.parametrize("book", BOOKS)
def test_no_door_of_the_terminal_shows_a_role_more_than_it_sees(book: str, from_terminal: Callable[[str], Casework]) -> None:
    casework = from_terminal(book)
    for name, role in book_of(book).roles.items():
        for door, text in through_the_terminal(casework, "--as", name, inside=role.scope != "own"):
            assert text and secrets_in(text.replace("\n", "")) <= granted(role), (name, door)
            assert secrets_in(text.replace("\n", "")) == granted(role) or door != "show", name


@pytest.mark.parametrize("book", BOOKS)
def test_without_as_nothing_of_the_sender_is_shown(book: str, from_terminal: Callable[[str], Casework], tmp_path: Path) -> None:
    casework = from_terminal(book)
    for door, text in (*through_the_terminal(casework), *written(casework, tmp_path)):
        assert text and secrets_in(text.replace("\n", "")) == set(), door


def test_a_ledger_names_nobody_whoever_asks_for_it(from_terminal: Callable[[str], Casework], tmp_path: Path) -> None:
    casework = from_terminal("glass")
    for who in ("clerk", "sees-all", "wang:clerk", "sees-nothing"):
        for door, text in written(casework, tmp_path, "--as", who):
            assert "A-1" in text and secrets_in(text) == set(), (who, door)


def test_unmasked_shows_the_trusted_operator_everything(from_terminal: Callable[[str], Casework]) -> None:
    for door, text in through_the_terminal(from_terminal("glass"), "--unmasked"):
        assert secrets_in(text.replace("\n", "")) >= set(SECRETS), door
        assert TELLTALE in text.replace("\n", "")


def test_what_is_printed_of_an_act_is_what_its_actor_sees(from_terminal: Callable[[str], Casework]) -> None:
    casework, text = from_terminal("glass"), f"text={SENDER.name}，电话{SENDER.phone}"
    for who, seen in (("zhou:reviewer", set()), ("wang:clerk", {"name", "phone"})):
        done = casework("act", "A-1", "note", text, "--by", who)
        assert done.code == 0, done.err
        assert secrets_in(done.out) == seen


def test_the_terminal_answers_a_query_code_and_names_nobody(from_terminal: Callable[[str], Casework], tmp_path: Path) -> None:
    casework = from_terminal("glass")
    with SqlStore.at(tmp_path / "cases.sqlite") as store:
        [case] = store.numbered("A-1")
        code = desk_for(store).code(case)
    said = casework("query", code)
    assert said.code == 0, said.err
    assert "已经答复" in said.out and "再次答复" in said.out
    assert secrets_in(said.out) == set()
    assert "no message has the query code 'nothing'" in one_line(casework("query", "nothing"))
    assert "answered" in casework("query", code.upper().replace("-", " "), "--lang", "en").out


# --- the sender, and others who wrote about the same ------------------------------------------------------------------

INSIDE = (
    "备注",
    "审核意见",
    "交办意见",
    "会商意见",
    "会商纪要",
    "督办意见",
    "情况说明",
    "批示",
    "退回说明",
    "协办意见",
    "同意公开",
    "联系记录",
)
"""How texts begin that offices write to each other, or for themselves."""
ADDRESSED = ("请补充", "再次答复", "评价", "好评", "补充")


def test_the_sender_reads_what_is_addressed_to_them_and_nothing_from_inside_an_office(
    from_terminal: Callable[[str], Casework],
) -> None:
    desk, case, _ = handled("glass")
    view, lines = desk.view(case, by=CITIZEN), desk.timeline(case, by=CITIZEN)
    told = view.model_dump_json() + "".join(line.model_dump_json() for line in lines)
    printed = from_terminal("glass")("show", "A-1", "--as", "citizen").out
    for text in (told, printed):
        assert [word for word in INSIDE if f"{word}：" in text] == []
        assert "staff-" not in text and "督2020" not in text
    for word in ADDRESSED:
        assert f"{word}：" in told and f"{word}：" in printed, word
    assert "答复 2 · 夹河镇 · 已公开" in printed and "答复 1" not in printed, (
        "the draft that went back is no business of the sender's"
    )
    assert {line.actor for line in lines} == {None}
    assert [line.role_zh for line in lines if line.action == "publish"] == ["问政办"]
    assert len(view.replies) == 1 and "再次答复" in view.replies[0]


CITIZEN = Actor(id=SENDER.ref, role="citizen")
CLERK = Actor(id="wang", role="clerk")
REVIEWER = Actor(id="zhou", role="reviewer")


def test_every_act_has_been_judged_whether_the_sender_reads_of_it() -> None:
    """An act that is new is not shown to senders until somebody says so; what is shown names only texts that there are."""
    for kind, fields in _ADDRESSED.items():
        assert kind in PAYLOADS.values()
        assert set(fields) <= {name for name, annotation in kind.__annotations__.items() if "Ref" in annotation}


@pytest.mark.parametrize("book", BOOKS)
def test_every_line_of_a_history_has_a_name_in_both_languages(book: str) -> None:
    now = FrozenTime(START)
    desk = Desk(book_of(book), store=MemoryStore(), now=now)
    case, _ = told_everything(desk)
    now.to(START + timedelta(days=40))
    desk.sweep()
    for line in desk.timeline(case, by=onlooker(desk, case, "clerk")):
        assert line.zh != line.action and line.en != line.action, line.action
        assert line.zh and not line.zh.isascii() and line.en.isascii(), line


def test_the_history_names_who_acted_and_of_the_sender_only_that_it_was_the_sender() -> None:
    desk, case, _ = handled("glass")
    office, stranger = desk.timeline(case, by=CLERK), desk.timeline(case, by=REVIEWER)
    assert [line.seq for line in office] == [line.seq for line in stranger] == [event.seq for event in desk.history(case)]
    assert {line.actor for line in (*office, *stranger) if line.role == "citizen"} == {"sender"}
    assert {"staff-clerk", "staff-handler"} <= {line.actor for line in stranger}
    [noted] = [line for line in stranger if line.action == "note"]
    assert (noted.zh, noted.en, noted.at) == ("备注", "Note", START)
    assert [(text.name, text.text[:3]) for text in noted.texts] == [("note", "备注：")]


def test_nobody_reads_a_query_code_in_a_case() -> None:
    desk, case, _ = handled("glass")
    code = desk.code(case)
    assert code
    for role in glass().roles:
        by = onlooker(desk, case, role)
        assert code not in desk.view(case, by=by).model_dump_json()
        assert all(code not in line.model_dump_json() for line in desk.timeline(case, by=by))
        assert code not in repr(desk.sight(case, role).texts(desk.store.texts(case)))


OTHER = Sender(ref="u-8888ZZ", name="慕容雪晴", phone="13611112222", address="城关镇北大街19号")


def merged() -> tuple[Desk, str, str]:
    """Two cases about one lamp, the second merged into the first, whose reply names both senders."""
    now = FrozenTime(START)
    desk = Desk(glass(), store=MemoryStore(), now=now)
    first = desk.receive(Message(subject="路灯不亮", body="我是慕容雪晴", sender=OTHER, number="A-1")).id
    now.to(START + timedelta(hours=1))
    second = desk.receive(MESSAGE.model_copy(update={"number": "A-2"})).id
    for case in (first, second):
        desk.act(case, Review(), by=CLERK)
    desk.act(second, Merge(other=first), by=CLERK)
    desk.act(first, AddNote(text=said("备注")), by=CLERK)
    return desk, first, second


def ask(desk: Desk, case: str, question: str) -> None:
    desk.act(case, Assign(lead="夹河镇"), by=CLERK)
    desk.act(case, Approve(), by=Actor(id="zhang", role="leader"))
    desk.act(case, AskCitizen(question=question), by=CLERK)


def test_a_merged_case_is_told_of_its_survivor_and_nothing_of_the_other_sender() -> None:
    desk, first, second = merged()
    ask(desk, first, f"请{OTHER.name}补充")
    mine, theirs = desk.query(desk.code(second)), desk.query(desk.code(first))
    assert (mine.merged, theirs.merged) == (True, False)
    assert mine.status == theirs.status == "handling"
    assert (mine.number, theirs.number) == ("A-2", "A-1")
    assert theirs.question == "请慕***补充" and mine.question == ""
    for seen in (mine, theirs):
        assert not any(value in seen.model_dump_json() for value in OTHER.model_dump().values() if value)
    own = desk.view(second, by=CITIZEN).model_dump_json() + repr(desk.timeline(second, by=CITIZEN))
    assert OTHER.name not in own and SENDER.name in own


def test_the_one_sender_never_reads_of_the_other_and_the_office_reads_of_both() -> None:
    desk, first, _ = merged()
    other = Actor(id=OTHER.ref, role="citizen")
    assert secrets_in(desk.view(first, by=other).model_dump_json() + repr(desk.timeline(first, by=other))) == set()
    assert secrets_in(desk.sight(first, "citizen").text(TELLTALE)) == set()
    assert secrets_in(repr(desk.timeline(first, by=CLERK))) == set(SECRETS)
    assert secrets_in(repr(desk.timeline(first, by=REVIEWER))) == set()


def test_a_message_of_somebody_else_that_was_put_with_a_case_its_sender_does_not_read() -> None:
    desk = Desk(glass(), store=MemoryStore(), now=FrozenTime(START))
    case = desk.receive(MESSAGE).id
    desk.act(case, Attach(message=Message(subject="同一盏灯", body=f"我是{OTHER.name}", sender=OTHER)), by=CLERK)
    desk.act(case, Attach(message=Message(subject="又是这盏灯", sender=SENDER)), by=CLERK)

    def attached(by: Actor) -> list[str]:
        return [text.text for line in desk.timeline(case, by=by) if line.action == "attach" for text in line.texts]

    assert attached(CLERK) == ["同一盏灯\n我是慕容雪晴", "又是这盏灯"]
    assert attached(REVIEWER) == ["同一盏灯\n我是慕***", "又是这盏灯"]
    assert attached(CITIZEN) == ["又是这盏灯"]


# --- what may be asked for at all -------------------------------------------------------------------------------------


def test_only_an_open_and_answered_case_is_published() -> None:
    desk = Desk(glass(), store=MemoryStore(), now=FrozenTime(START))
    case, _ = told_everything(desk)
    assert len(desk.published(case).replies) == 1
    assert desk.query(desk.code(case)).due is None, "what is answered is due no more"
    desk.act(case, Disclose(public=False), by=CLERK)
    with pytest.raises(NotPermitted, match="it is not open to the public"):
        desk.published(case)
    assert len(desk.query(desk.code(case)).replies) == 1
    desk.act(case, Disclose(public=True), by=CLERK)
    desk.act(case, ReturnReply(reasons=("答非所问",)), by=REVIEWER)
    with pytest.raises(NotPermitted, match="no reply of it is published"):
        desk.published(case)
    assert "再次答复" not in repr(desk.timeline(case, by=CITIZEN))
    assert desk.query(desk.code(case)).replies == ()


def test_a_query_tells_the_day_of_receipt_the_due_day_and_what_is_asked() -> None:
    now = FrozenTime(local("2020-07-01 23:30"))
    desk = Desk(glass(), store=MemoryStore(), now=now)
    case = desk.receive(Message(subject="路灯不亮", number="A-1")).id
    seen = desk.query(desk.code(case))
    assert (seen.status, seen.status_zh, seen.status_en) == ("waiting", "等待受理", "waiting")
    assert (str(seen.received), str(seen.due), seen.question) == ("2020-07-01", "2020-07-08", "")
    desk.act(case, Review(), by=CLERK)
    ask(desk, case, "哪一盏路灯？")
    seen = desk.query(desk.code(case))
    assert (seen.status, seen.due, seen.question) == ("handling", None, "哪一盏路灯？")


def test_without_a_table_of_statuses_a_query_tells_the_state() -> None:
    desk = Desk(Rulebook.shipped("letterbox"), store=MemoryStore(), now=FrozenTime(START))
    case = desk.receive(Message(subject="路灯不亮")).id
    seen = desk.query(desk.code(case))
    assert (seen.status, seen.status_zh, seen.status_en) == ("received", "已接收", "Received")


def test_a_code_that_was_never_given_finds_nothing() -> None:
    desk, _, _ = handled("glass")
    with pytest.raises(InputError, match="no message has the query code 'abcd-efgh-jkmn'"):
        desk.query("abcd-efgh-jkmn")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("show", "A-1", "--as", "clark"), "no role and no person is called 'clark'; did you mean 'clerk'?"),
        (("show", "A-1", "--as", "clerk", "--unmasked"), "give one of them"),
        (("show", "A-1", "--as", "li:deputy:住建局"), "the case is not with 住建局"),
        (("show", "A-1", "--as", "u-1:citizen"), "the case was sent by somebody else"),
        (("ledger", "--as", "citizen"), "name the person: --as PERSON:citizen"),
        (("orders", "--as", "citizen"), "orders are between offices"),
        (("orders", "督2020-001", "--as", "u-7Q4X9K:citizen"), "orders are between offices"),
        (("orders", "督2020-001", "--as", "li:deputy:住建局"), "there is no order '督2020-001'"),
        (("show", "A-1", "--as", "li:"), "cannot read --as 'li:'"),
    ],
)
def test_what_cannot_be_shown_is_one_line_that_says_why(
    arguments: tuple[str, ...], why: str, from_terminal: Callable[[str], Casework]
) -> None:
    assert why in one_line(from_terminal("glass")(*arguments))


def test_a_ledger_for_a_person_lists_the_cases_in_their_scope(from_terminal: Callable[[str], Casework]) -> None:
    casework = from_terminal("glass")
    for who, listed in (
        ("审核人", True),
        ("zhou:reviewer", True),
        ("li:deputy:夹河镇", True),
        ("li:deputy:住建局", False),
        (f"{SENDER.ref}:citizen", True),
        ("u-1:citizen", False),
    ):
        assert ("A-1" in casework("ledger", "--as", who).out) is listed, who
    assert "督2020-001" in casework("orders", "--as", "li:deputy:夹河镇").out
    assert "督2020-001" not in casework("orders", "--as", "li:deputy:住建局").out


def test_the_terminal_is_told_whose_eyes_by_a_label_as_well(from_terminal: Callable[[str], Casework]) -> None:
    casework = from_terminal("glass")
    assert casework("show", "A-1", "--as", "审核人").out == casework("show", "A-1", "--as", "reviewer").out
    assert casework("show", "A-1", "--as", "zhou:reviewer").out == casework("show", "A-1", "--as", "reviewer").out


def test_what_was_erased_stays_masked() -> None:
    """Once nobody knows the sender, nobody could mask the name in a note: it must be gone with the sender."""
    desk = Desk(glass(), store=MemoryStore(), now=FrozenTime(START))
    case, _ = told_everything(desk)
    desk.act(case, Erase(what="sender", ground="本人申请"), by=Actor(id="shi", role="steward"))
    for role in glass().roles:
        if glass().roles[role].scope != "own":
            by = onlooker(desk, case, role)
            assert secrets_in(desk.view(case, by=by).model_dump_json() + repr(desk.timeline(case, by=by))) <= {"ref"}, role
    assert secrets_in("".join(text for ref, text in desk.store.texts(case).items())) == set()


def test_the_sight_of_an_erased_request_or_message_is_no_error() -> None:
    sight = Sight(None, SENDER)
    assert sight.kept("request", f"not JSON {SENDER.name}") == "not JSON 欧***"
    assert secrets_in(sight.kept("sender", SENDER.model_dump_json())) == set()
    own = Sight(glass().roles["citizen"], SENDER, [OTHER])
    assert own.kept("sender", SENDER.model_dump_json()) == SENDER.model_dump_json()
    assert OTHER.name not in own.kept("sender", OTHER.model_dump_json()) and OTHER.name not in own.text(OTHER.name)
    assert sight.person("wang") == "wang" and sight.person(SENDER.ref) == masked(SENDER.ref)
