"""Personal data are erased and the chain of events holds: what goes, what stays, and what the stores have left."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from casework import Actor, MemoryStore, Message, Sender, SqlStore
from casework.actions import (
    Accept,
    AddNote,
    Approve,
    AskCitizen,
    Assign,
    Attach,
    Contact,
    Erase,
    IssueOrder,
    Merge,
    Praise,
    Publish,
    Refuse,
    Reject,
    Review,
    SubmitReply,
    Supplement,
    Withdraw,
)
from casework.errors import ConditionUnmet, KeyReused, NotPermitted
from casework.ports import CaseStore
from tests.unit.town import CITIZEN, CLERK, FIVE_DAYS, LEADER, Office, sound

STEWARD = Actor(id="fang", role="steward")
WANG = Sender(ref="u-1", name="王小明", phone="13812345678", email="wxm@example.cn", address="解放路12号")
SECRETS = ("王小明", "13812345678", "wxm@example.cn", "解放路12号")
MESSAGE = Message(subject="路灯不亮", body="我是王小明，住解放路12号，电话13812345678", sender=WANG, place="解放路12号")
RULES = FIVE_DAYS + '[intake.duplicate]\nsame = ["sender", "text"]\n'


def written_about(store: CaseStore | None = None) -> Office:
    """A case in whose every text the sender is named."""
    office = Office(RULES, store=store)
    office.desk.receive(MESSAGE, key="first")
    office.do(Review(note="来件人王小明"), Assign(lead="夹河镇"), Accept(), Contact(note="13812345678已接通"))
    office.do(SubmitReply(text="王小明您好，解放路12号门前路灯已更换。"), Publish(), AddNote(text="王小明满意"))
    office.do(Praise(text="谢谢，王小明"), by=CITIZEN)
    office.do(Attach(message=Message(subject="补充", body="还有一盏", channel="wechat", sender=Sender(ref="wx-9", name="王小明"))))
    return office


def seen(office: Office, case: str = "c1") -> str:
    """Return all that the store holds of a case, as one text."""
    rows = office.desk.store
    return " ".join([*rows.texts(case).values(), *(row.text for row in rows.events(case)), str(office.desk.get(case))])


@pytest.mark.parametrize("what", ["sender", "message", "all"])
def test_whatever_is_erased_nobody_is_left_to_be_recognised_and_the_chain_holds(what: str) -> None:
    office = written_about()
    before = office.desk.store.events("c1")
    office.do(Erase(what=what, ground="依申请删除"), by=STEWARD)  # type: ignore[arg-type]
    assert not [secret for secret in SECRETS if secret in seen(office)]
    assert office.desk.store.events("c1")[: len(before)] == before, "no stored event changed"
    sound(office)


def test_erasing_the_sender_leaves_what_the_matter_is() -> None:
    office = written_about()
    case = office.do(Erase(what="sender", ground="依申请删除"), by=STEWARD)
    assert case.erased == ("1.sender", "10.sender")
    message = office.desk.message("c1")
    assert (message.subject, message.sender, "住" in message.body) == ("路灯不亮", Sender(), True)
    assert "门前路灯已更换" in office.desk.store.texts("c1")[case.replies[0].text]
    assert office.desk.code("c1"), "the citizen can still ask by the code"


def test_erasing_the_message_leaves_what_the_offices_wrote() -> None:
    office = written_about()
    office.do(Erase(what="message", ground="依申请删除"), by=STEWARD)
    left = {ref.partition(".")[2] for ref in office.desk.store.texts("c1")}
    assert left == {"code", "note", "reply"}
    assert office.desk.message("c1").subject == "（已删除）"


def test_erasing_all_leaves_events_and_code() -> None:
    office = written_about()
    office.do(Erase(what="all", ground="保存期满"), by=STEWARD)
    assert list(office.desk.store.texts("c1")) == ["1.code"]
    with pytest.raises(ConditionUnmet, match=r"^cannot erase case c1: there is nothing left to erase \(all\)$"):
        office.do(Erase(what="all", ground="保存期满"), by=STEWARD)
    sound(office)


def test_what_is_erased_is_no_longer_found_by_its_text() -> None:
    office = written_about()
    assert office.desk.receive(MESSAGE).duplicates == ("c1",)
    office.do(Erase(what="message", ground="依申请删除"), by=STEWARD)
    assert office.desk.receive(MESSAGE).duplicates == ("c2",)


def test_the_key_of_an_erased_message_answers_without_holding_the_message_against_it() -> None:
    office = written_about()
    with pytest.raises(KeyReused):
        office.desk.receive(MESSAGE.model_copy(update={"body": "另一件"}), key="first")
    office.do(Erase(what="message", ground="依申请删除"), by=STEWARD)
    assert office.desk.receive(MESSAGE.model_copy(update={"body": "另一件"}), key="first").id == "c1"


def test_only_who_is_granted_it_erases_also_on_a_case_that_is_over() -> None:
    office = Office(RULES)
    office.desk.receive(MESSAGE)
    for actor in (CLERK, CITIZEN, LEADER):
        with pytest.raises(NotPermitted, match=r"roles that have: steward"):
            office.do(Erase(ground="x"), by=actor)

    office.do(Reject(reason="spam"))
    assert office.do(Erase(ground="依申请删除"), by=STEWARD).state == "rejected"


def test_erasing_may_need_leave() -> None:
    office = Office(f'{RULES}\n[[approval]]\non = "erase"\nby = ["leader"]\n')
    office.desk.receive(MESSAGE)
    assert office.do(Erase(what="all", ground="依申请删除"), by=STEWARD).erased == ()
    assert office.do(Refuse(opinion="先核实身份"), by=LEADER).erased == ()
    office.do(Erase(what="sender", ground="依申请删除"), by=STEWARD)
    assert office.do(Approve(), by=LEADER).erased == ("1.sender",)
    assert not [secret for secret in SECRETS if secret in seen(office)]


def test_a_ground_names_nobody_in_the_events() -> None:
    office = Office(RULES)
    office.desk.receive(MESSAGE)
    office.do(Erase(what="all", ground="王小明（13812345678）申请删除"), by=STEWARD)
    assert not [secret for secret in SECRETS if secret in seen(office)]


def test_the_file_of_a_database_holds_nothing_of_what_was_erased(tmp_path: Path) -> None:
    place = tmp_path / "cases.sqlite"
    with closing(SqlStore.at(place)) as store:
        office = written_about(store)
        assert any(secret.encode() in _bytes(place) for secret in SECRETS)
        office.do(Erase(what="all", ground="依申请删除"), by=STEWARD)
        sound(office)
    with closing(sqlite3.connect(place)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert not [secret for secret in SECRETS if secret.encode() in _bytes(place)]


def _bytes(place: Path) -> bytes:
    return b"".join(file.read_bytes() for file in place.parent.iterdir())


def test_both_stores_forget_alike(tmp_path: Path) -> None:
    with closing(SqlStore.at(tmp_path / "cases.sqlite")) as store:
        left = []
        for office in (written_about(store), written_about()):
            office.do(Erase(what="sender", ground="依申请删除"), by=STEWARD)
            left.append({**office.desk.store.texts("c1"), "1.code": ""})
    assert left[0] == left[1]


def merged_pair() -> Office:
    """Two people's cases about one matter, each with a text that names the other."""
    office = Office(RULES)
    office.desk.receive(MESSAGE)
    office.desk.receive(Message(subject="同一盏灯", sender=Sender(ref="u-2", name="司马昭之", address="解放路15号3单元")))
    office.do(Review(), AddNote(text="与司马昭之反映的是同一盏灯"))
    office.do(AddNote(text="王小明也来过"), case="c2")
    office.do(Merge(other="c1"), case="c2")
    return office


@pytest.mark.parametrize(("erased", "other", "name"), [("c1", "c2", "王小明"), ("c2", "c1", "司马昭之")])
def test_who_is_erased_from_one_case_of_a_matter_is_named_in_none_of_them(erased: str, other: str, name: str) -> None:
    office = merged_pair()
    assert name in seen(office, other)
    office.do(Erase(what="sender", ground="依申请删除"), by=STEWARD, case=erased)
    assert name not in seen(office, other)
    assert office.last(case=other).data.texts == ()  # type: ignore[attr-defined]
    sound(office)


def test_a_message_that_waited_to_be_attached_goes_with_what_the_citizens_wrote() -> None:
    office = Office(f'{RULES}\n[[approval]]\non = "attach"\nby = ["leader"]\n')
    office.desk.receive(MESSAGE)
    office.do(Attach(message=Message(subject="司马昭之在家", sender=Sender(ref="u-2", name="司马昭之"))))
    assert "司马昭之" not in "".join(text.text for line in office.desk.timeline("c1", by=LEADER) for text in line.texts)
    office.do(Approve(), by=LEADER)
    office.do(Erase(what="message", ground="依申请删除"), by=STEWARD)
    assert "司马昭之" not in seen(office)
    assert not [secret for secret in SECRETS if secret in seen(office)]


def test_the_subject_of_an_erased_message_stands_in_no_order() -> None:
    form = '\n[[order]]\nid = "supervision"\ndocument = { series = "督{n}", template = "关于《{{ subject }}》，请速办" }\n'
    office = Office(RULES + form)
    office.desk.receive(MESSAGE)
    office.do(Review(), Assign(lead="夹河镇"), Accept(), IssueOrder(form="supervision"))
    assert "关于《路灯不亮》" in seen(office)
    office.do(Erase(what="message", ground="依申请删除"), by=STEWARD)
    assert "关于《（已删除）》，请速办" in seen(office)


def test_a_reason_names_nobody_though_no_rule_asks_for_the_message() -> None:
    office = Office(FIVE_DAYS)
    office.desk.receive(MESSAGE)
    office.do(Withdraw(reason="王小明要求撤回"))
    assert "王小明" not in office.desk.store.events("c1")[-1].text


def test_whoever_wrote_acts_as_the_sender_and_by_no_key() -> None:
    office = written_about()
    [praised] = [row for row in office.desk.history("c1") if row.kind == "praised"]
    assert (praised.actor, praised.role) == ("sender", "citizen")
    assert all("u-1" not in row.text for row in office.desk.store.events("c1"))


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_the_erasing_command_keeps_its_own_key(kind: str, tmp_path: Path) -> None:
    store = MemoryStore() if kind == "memory" else SqlStore.at(tmp_path / "cases.sqlite")
    office = written_about(store)
    command = Erase(what="all", ground="依申请删除")
    erased = office.desk.act("c1", command, by=STEWARD, key="k")
    assert office.desk.act("c1", command, by=STEWARD, key="k") == erased
    with pytest.raises(KeyReused):
        office.desk.act("c1", AddNote(text="别的"), by=STEWARD, key="k")
    refs = [(int(ref.partition(".")[0]), ref) for ref in erased.erased]
    assert refs == sorted(refs), "in one order, whatever store it is"
    if isinstance(store, SqlStore):
        store.close()


def test_what_others_say_of_themselves_is_not_erased_with_somebody_else() -> None:
    office = Office(RULES)
    office.desk.receive(Message(subject="路灯", body="我是王小明，电话13812345678", sender=WANG))
    office.desk.receive(Message(subject="同一盏灯", sender=Sender(ref="u-2", name="司马昭之")))
    office.do(AddNote(text="司马昭之（18888888888）也来过，王小明电话13812345678"))
    office.do(Merge(other="c1"), case="c2")
    office.do(Erase(what="sender", ground="依申请删除"), by=STEWARD, case="c2")
    left = office.desk.store.texts("c1")
    assert "我是王小明，电话13812345678" in left["1.message"]
    assert "司马昭之" not in left["2.note"] and "王小明电话13812345678" in left["2.note"]


def test_what_is_erased_is_gone_from_the_files_while_the_database_is_open(tmp_path: Path) -> None:
    with closing(SqlStore.at(tmp_path / "cases.sqlite")) as store:
        office = written_about(store)
        office.do(Erase(what="all", ground="依申请删除"), by=STEWARD)
        assert not [secret for secret in SECRETS if secret.encode() in _bytes(tmp_path / "cases.sqlite")]
        office.do(AddNote(text="还开着"), by=STEWARD)


def test_a_case_of_before_there_was_such_a_right_is_erased_by_whom_the_present_rules_name() -> None:
    old = RULES + '[roles.steward]\nscope = "any"\nmay = ["note"]\n'
    office = Office(old)
    office.desk.receive(MESSAGE)
    with pytest.raises(NotPermitted):
        office.do(Erase(what="all", ground="依申请删除"), by=STEWARD)
    later = Office(RULES, store=office.desk.store)
    assert later.do(Erase(what="all", ground="依申请删除"), by=STEWARD).erased
    with pytest.raises(NotPermitted):
        later.do(Erase(what="all", ground="依申请删除"), by=CLERK)


@pytest.mark.parametrize("what", ["sender", "message", "all"])
@pytest.mark.parametrize(("erased", "other"), [("c1", "c2"), ("c2", "c1")])
def test_who_wrote_twice_is_erased_from_both_cases(what: str, erased: str, other: str) -> None:
    office = Office(RULES)
    for _ in range(2):
        office.desk.receive(MESSAGE)
    office.do(Merge(other="c1"), case="c2")
    office.do(Erase(what=what, ground="依申请删除"), by=STEWARD, case=erased)  # type: ignore[arg-type]
    assert not [secret for secret in SECRETS for case in ("c1", "c2") if secret in seen(office, case)]
    assert office.desk.message(other).sender == Sender()
    sound(office)


def test_what_the_same_person_added_to_the_other_case_goes_too_and_what_others_sent_there_stays() -> None:
    office = Office(RULES)
    office.desk.receive(MESSAGE)
    office.do(Review(), Assign(lead="夹河镇"), AskCitizen(question="哪一盏？"), Supplement(text="桥头那盏，秘密之灯"))
    other = Sender(ref="u-2", name="司马昭之")
    office.do(Attach(message=Message(subject="同一盏灯也不亮", sender=other)))
    office.desk.receive(MESSAGE.model_copy(update={"subject": "路灯还是不亮"}))
    office.do(Merge(other="c1"), case="c2")
    office.do(Erase(what="message", ground="依申请删除"), by=STEWARD, case="c2")
    left = seen(office, "c1")
    assert "秘密之灯" not in left and not [secret for secret in SECRETS if secret in left]
    assert "同一盏灯也不亮" in left and "司马昭之" in left and "哪一盏" in left
    sound(office)
