"""The way in: checks of a message as it comes, channels and boards, the citizen's query code and few statuses."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import Desk, MemoryStore, Message, Rulebook, Sender
from casework.actions import Accept, Assign, Review
from casework.errors import MessageRefused, RegisterInvalid, RulebookInvalid, UnknownBoard, UnknownChannel
from casework.intake import DuplicateRule, Intake
from casework.messages import Attachment
from casework.units import read_register
from tests.unit.town import FIVE_DAYS, Office, small, sound, town

CHECKS = """
[intake]
checks = [
    { id = "title", subject = [4, 25], message = "标题限4至25字" },
    { id = "length", body = [0, 20] },
    { id = "contact", contact = true },
    { id = "who", given = ["sender.name", "place"], channels = ["portal"] },
    { id = "kinds", types = ["docx", ".JPG"] },
    { id = "size", max_bytes = 1000 },
    { id = "files", max_files = 2 },
    { id = "shouting", forbid = ["！！！"], level = "advise" },
]
"""
FINE = Message(
    subject="路灯不亮已三天",
    body="请派人来看",
    channel="hotline",
    place="夹河镇",
    sender=Sender(ref="u-1", name="王小明", phone="13800000000"),
    attachments=(Attachment(name="灯.jpg", size=1000), Attachment(name="说明.DOCX", size=1)),
)


def checked(message: Message, text: str = CHECKS) -> list[tuple[str, str]]:
    return [(row.check, row.message) for row in small(FIVE_DAYS + text).outline.intake.findings(message)]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"subject": "灯坏 了"}, [("title", "标题限4至25字")]),
        ({"subject": "灯" * 26}, [("title", "标题限4至25字")]),
        ({"body": "字" * 21}, [("length", "the message has a body of 21 characters, may have 20")]),
        ({"body": "字 " * 20}, []),
        ({"sender": Sender(name="王")}, [("contact", "the message gives neither a telephone number nor an e-mail address")]),
        ({"sender": Sender(email="a@b.cn")}, []),
        ({"channel": "portal", "sender": Sender(phone="1"), "place": None}, [("who", "the message lacks: sender.name, place")]),
        (
            {"attachments": (Attachment(name="a.exe"), Attachment(name="README"))},
            [("kinds", "the message has attachments of kind exe, unknown; taken are: docx, jpg")],
        ),
        (
            {"attachments": (Attachment(name="a.jpg", size=1001),)},
            [("size", "the message has an attachment of more than 1000 bytes")],
        ),
        (
            {"attachments": (Attachment(name="a.jpg"),) * 3},
            [("files", "the message has 3 attachments, may have 2")],
        ),
        ({"body": "快来！！！"}, [("shouting", "the message must not say: ！！！")]),
    ],
)
def test_a_check_says_what_has_to_be_put_right(change: dict[str, object], found: list[tuple[str, str]]) -> None:
    assert checked(FINE.model_copy(update=change)) == found


def test_a_message_is_refused_for_everything_at_once_and_nothing_of_it_is_kept() -> None:
    office = Office(FIVE_DAYS + CHECKS)
    before = office.everything()
    with pytest.raises(MessageRefused) as error:
        office.desk.receive(Message(subject="灯！！！", body="字" * 30))
    assert error.value.reasons == (
        ("length", "the message has a body of 30 characters, may have 20"),
        ("contact", "the message gives neither a telephone number nor an e-mail address"),
        ("who", "the message lacks: sender.name, place"),
    )
    assert str(error.value).startswith("the message cannot be taken: the message has a body of 30 characters")
    assert office.everything() == before
    assert office.desk.receive(FINE).id == "c1"


def test_advice_is_kept_with_the_case() -> None:
    office = Office(FIVE_DAYS + CHECKS)
    case = office.desk.receive(FINE.model_copy(update={"body": "快来！！！"}))
    [received] = office.desk.history(case.id)
    assert [(row.check, row.level) for row in received.data.findings] == [("shouting", "advise")]  # type: ignore[attr-defined]
    assert [row.check for row in office.desk.check(FINE)] == []


def test_what_came_elsewhere_is_imported_whatever_the_checks_say() -> None:
    office = Office(FIVE_DAYS + CHECKS)
    with office.desk.importing() as importing:
        importing.receive(Message(subject="灯", received_at=office.now()))
    assert len(office.desk.history("c1")) == 1
    sound(office)


# --- channels and boards ----------------------------------------------------------------------------------------------

CHANNELS = """
[channels.portal]
zh = "门户"

[channels.hotline]
zh = "市长热线"
public = false
reply = "phone"

[channels.phone]
zh = "电话回复"
public = false

[[notify]]
on = "publish"
to = ["sender"]
zh = "您的来件已答复"
"""


def test_a_message_comes_by_a_declared_channel() -> None:
    office = Office(FIVE_DAYS + CHANNELS)
    with pytest.raises(UnknownChannel) as error:
        office.desk.receive(Message(subject="路灯不亮", channel="hotlines"))
    assert str(error.value) == (
        "the rulebook declares no channel 'hotlines'; did you mean 'hotline'? (channels: portal, hotline, phone)"
    )
    assert office.desk.store.ids() == []


@pytest.mark.parametrize(
    ("channel", "public", "shown"),
    [("portal", True, True), ("portal", False, False), ("hotline", True, False)],
)
def test_what_comes_by_a_private_channel_is_not_public(channel: str, public: bool, shown: bool) -> None:
    office = Office(FIVE_DAYS + CHANNELS)
    assert office.desk.receive(Message(subject="路灯不亮", channel=channel, public=public)).public is shown


@pytest.mark.parametrize(("channel", "answered_by"), [("portal", "portal"), ("hotline", "phone")])
def test_the_sender_is_answered_by_the_channel_that_the_message_came_by(channel: str, answered_by: str) -> None:
    office = Office(FIVE_DAYS + CHANNELS)
    office.desk.receive(Message(subject="路灯不亮", channel=channel, sender="u-1"))

    office.do(Review(), Assign(lead="夹河镇"), Accept())
    office.answered()
    told = [row.notification for row in office.desk.store.outbox.pending(office.now()) if row.notification.to == "sender"]
    assert [(row.channel, row.of) for row in told] == [(answered_by, "")]


BOARDS = """
id = "boards"
board = [
    { name = "书记信箱", level = "city", unit = "办公室" },
    { name = "县长信箱", level = "county" },
    { name = "省长留言", outside = true },
]
unit = [{ name = "办公室", group = "offices" }]
group = [{ id = "offices", zh = "办公室", en = "offices" }]
"""


def test_a_message_is_addressed_to_a_board_of_the_register_own_or_outside() -> None:
    book = Rulebook.parse('[rulebook]\nid = "boards"\nversion = 1\nbase = "standard"\n', register=read_register(BOARDS))
    desk = Desk(book, store=MemoryStore())
    with pytest.raises(UnknownBoard) as error:
        desk.receive(Message(subject="路灯不亮", board="县长信厢"))
    assert str(error.value) == (
        "the register has no board '县长信厢'; did you mean '县长信箱'? (boards: 书记信箱, 县长信箱, 省长留言)"
    )
    assert desk.receive(Message(subject="路灯不亮", board="省长留言")).board == "省长留言"
    assert book.register is not None
    assert book.register.boards == ("书记信箱", "县长信箱")


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ('board = [{ name = " " }]', "a board needs a name @ board[0].name"),
        ('board = [{ name = "甲" }, { name = "甲" }]', "'甲' already stands at board[0] @ board[1].name"),
        ('board = [{ name = "甲", unit = "无" }]', "unknown unit '无' @ board[0].unit"),
        ('board = [{ name = "甲", units = "无" }]', "unknown key 'units'; did you mean 'unit'? @ board[0].units"),
    ],
)
def test_a_register_s_boards_are_checked(rows: str, problem: str) -> None:
    with pytest.raises(RegisterInvalid, match=re.escape(problem)):
        read_register(f'id = "x"\n{rows}\n')


def test_a_grant_names_boards_of_the_register() -> None:
    text = BOARDS + '\nperson = [{ id = "p", name = "p" }]\ngrant = [{ person = "p", role = "manager", boards = ["县长信厢"] }]\n'
    with pytest.raises(RegisterInvalid, match=re.escape("unknown board '县长信厢'; did you mean '县长信箱'? @ grant[0].boards[0]")):
        read_register(text)


# --- the query code ---------------------------------------------------------------------------------------------------


def test_every_case_has_a_query_code_of_its_own_that_says_nothing_of_its_id() -> None:
    office = Office(town())
    cases = [office.receive().id for _ in range(20)]
    codes = {office.desk.code(case) for case in cases}
    assert len(codes) == 20
    assert all(re.fullmatch(r"[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}", code) for code in codes)
    assert all(code not in row.text for case in cases for row in office.desk.store.events(case) for code in codes)


def test_a_host_may_have_query_codes_of_its_own() -> None:
    desk = Desk(town(), store=MemoryStore(), new_code=lambda: "20200701-8831")
    assert desk.code(desk.receive(Message(subject="路灯不亮")).id) == "20200701-8831"


# --- what a rulebook may say ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[channels.a]\nreply = "b"\n', "unknown channel 'b' (known: a) @ channels.a.reply"),
        (
            '[channels.portal]\n[intake]\nchecks = [{ id = "a", contact = true, channels = ["portl"] }]\n',
            "unknown channel 'portl'; did you mean 'portal'? @ intake.checks[0].channels",
        ),
        (
            '[intake]\nchecks = [{ id = "a", contact = true }, { id = "a", max_files = 1 }]\n',
            "the id 'a' is used twice @ intake.checks[1].id",
        ),
        ('[intake]\nchecks = [{ id = "a", contact = true, max_files = 1 }]\n', "a check of messages has exactly one of"),
        ('[intake]\nchecks = [{ id = "a" }]\n', "this one has none"),
        ('[intake]\nchecks = [{ id = "a", subject = [9, 2] }]\n', "the least number of characters comes first"),
        ('[intake]\nchecks = [{ id = "a", given = ["sender.nmae"] }]\n', "a message has no field 'sender.nmae'; did you mean"),
        ('[intake.status]\nopen = ["recieved"]\n', "unknown state 'recieved'; did you mean 'received'? @ intake.status.open"),
        ('[intake.status]\nopen = ["received"]\n', "a citizen whose case is in one of these states has no status: reviewed,"),
        (
            '[intake.status]\nopen = ["received"]\ndone = ["closed", "received"]\n',
            "state 'received' is 'open' already; to the citizen it is one thing @ intake.status.done",
        ),
        ('[intake.duplicate]\nsame = ["sender"]\n', "messages of one sender, or about one place, are not the same for that"),
        ('[intake.duplicate]\nwithin = "4 working hours"\n', "working hours, and an end at 'close', need office hours"),
        ('[lifecycle]\ndrop_actions = ["absorb"]\n[intake.duplicate]\n', "unknown action 'absorb' @ intake.duplicate.do"),
    ],
)
def test_what_does_not_fit_is_told_when_the_rulebook_is_loaded(text: str, problem: str) -> None:
    with pytest.raises(RulebookInvalid, match=re.escape(problem)):
        small(text + FIVE_DAYS if text.startswith("[lifecycle") else FIVE_DAYS + text)


# --- when two messages are the same -----------------------------------------------------------------------------------

WORDS = st.text(alphabet="路灯不亮村口abcXYZ012", min_size=1, max_size=12)
NOISE = st.text(alphabet=" \u3000，。！?\n", max_size=3)


@given(WORDS, st.lists(NOISE, min_size=13, max_size=13))
def test_blanks_marks_case_and_width_do_not_make_another_message(words: str, noise: list[str]) -> None:
    wide = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x30, 0x7B) if chr(code).isalnum()})
    noisy = "".join(f"{mark}{sign}" for mark, sign in zip(noise, words.upper().translate(wide), strict=False))
    rule = DuplicateRule(same=("sender", "text"))
    one, other = (Message(subject=text, sender="u-1") for text in (words, noisy))
    assert rule.fingerprint(one) == rule.fingerprint(other) != ""


@given(WORDS, WORDS, st.sampled_from(("u-1", "u-2")))
def test_another_text_or_sender_is_another_message(one: str, other: str, sender: str) -> None:
    rule = DuplicateRule(same=("sender", "text"))
    same = one.casefold() == other.casefold() and sender == "u-1"
    prints = [rule.fingerprint(Message(subject=text, sender=who)) for text, who in ((one, "u-1"), (other, sender))]
    assert (prints[0] == prints[1]) is same


def test_a_message_that_lacks_what_must_be_the_same_repeats_nothing() -> None:
    assert DuplicateRule(same=("sender", "text")).fingerprint(Message(subject="路灯不亮")) == ""
    assert DuplicateRule(same=("place", "subject")).fingerprint(Message(subject="路灯不亮")) == ""
    assert DuplicateRule(same=("subject",)).fingerprint(Message(subject="路灯不亮")) != ""
    assert DuplicateRule(same=("subject",)).fingerprint(Message(subject="，。", body="x")) != ""


def test_the_intake_of_a_rulebook_that_says_nothing_finds_nothing() -> None:
    assert Intake().findings(FINE) == ()
    assert Intake().status_of("received") is None
    assert Intake(status={"open": ("received",)}).status_of("received") == "open"


def test_a_notice_to_those_who_manage_boards_says_which_board() -> None:
    manager = '[roles.manager]\nscope = "board"\nmay = ["review"]\n'
    manager += '[[notify]]\non = "receive"\nto = ["manager", "clerk"]\nzh = "新留言"\n'
    office = Office(FIVE_DAYS + manager)
    office.desk.receive(Message(subject="路灯不亮", board="县长信箱"))
    told = [row.notification for row in office.desk.store.outbox.pending(office.now())]
    assert [(row.to, row.board) for row in told] == [("manager", "县长信箱"), ("clerk", "")]


@pytest.mark.parametrize(
    "typed", ["nr4z-6w0q-ab12", "NR4Z 6W0Q AB12", "ｎｒ４ｚ－６ｗ０ｑ－ａｂ１２", "nr4z—6w0q—ab12", "nr4z6w0qab12 "]
)
def test_a_query_code_is_found_however_it_is_typed(typed: str) -> None:
    desk = Desk(town(), store=MemoryStore(), new_code=lambda: "nr4z-6w0q-ab12")
    desk.receive(Message(subject="路灯不亮"))
    assert desk.query(typed).status == "received"
