"""What differs between two rulebooks is told as a person reads it, and nothing is told where they say the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import Rulebook
from casework.differences import Difference, differences
from casework.languages import Lang
from casework.rulebook import shipped_names
from tests.unit.commands import Casework, calling
from tests.unit.test_mistakes import TOWN
from tests.unit.town import REGISTER

casework = pytest.fixture(calling)

BOOKS = {name: Rulebook.shipped(name) for name in shipped_names()}
PAIRS = [(old, new) for old in BOOKS for new in BOOKS]


def town(text: str = TOWN) -> Rulebook:
    return Rulebook.parse(text, name="town", register=REGISTER)


def told(right: str, wrong: str, lang: Lang = "en") -> list[str]:
    """What is told after a piece of the town's rulebook was replaced; what only words it with "(wording)"."""
    assert right in TOWN
    found = differences(town(), town(TOWN.replace(right, wrong, 1)))
    return [f"{row.kind} {row.text(lang)}{' (wording)' if row.wording else ''}" for row in found]


# --- laws -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("old, new", PAIRS)
def test_nothing_differs_from_itself_and_what_differs_is_the_same_from_the_other_side(old: str, new: str) -> None:
    found = differences(BOOKS[old], BOOKS[new])
    assert (found == ()) == (old == new)
    assert tuple(row.mirrored() for row in found) == differences(BOOKS[new], BOOKS[old])
    assert len({row.path for row in found}) == len(found)  # each place once
    assert all(row.old != row.new and row.text("zh") and row.text("en") for row in found)


def shuffled(value: Any, draw: Callable[..., Any], path: tuple[str, ...] = ()) -> Any:
    """A document with its keys in another order, and its rows where their order means nothing."""
    if isinstance(value, dict):
        return {key: shuffled(value[key], draw, (*path, key)) for key in draw(st.permutations(list(value)))}
    if isinstance(value, list) and value and isinstance(value[0], dict) and path[-1] != "limit" and path != ("approval",):
        return [shuffled(row, draw, path) for row in draw(st.permutations(value))]
    return (
        draw(st.permutations(value)) if isinstance(value, list) and path[-1] in ("may", "sees", "to", "cc", "starts_on") else value
    )


@given(st.data())
def test_the_order_of_keys_and_rows_makes_no_difference(data: st.DataObject) -> None:
    book = data.draw(st.sampled_from(list(BOOKS.values())))
    document = shuffled(json.loads(book.text), data.draw)
    assert differences(book, Rulebook(document, register=book.register)) == ()


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in leaves(inner, (*path, key))]
    if isinstance(value, list):
        return [leaf for at, inner in enumerate(value) for leaf in leaves(inner, (*path, at))]
    return [path]


@given(st.data())
def test_every_text_of_the_document_that_is_another_makes_a_difference_at_its_place(data: st.DataObject) -> None:
    """Sources are drawn, since any text will do for them; what rules, the other tests change one by one."""
    book = data.draw(st.sampled_from([BOOKS[name] for name in ("jingxian", "shenmu", "yunxi")]))
    document = json.loads(book.text)
    path = data.draw(st.sampled_from([leaf for leaf in leaves(document) if leaf[-1] in ("source", "assumption", "zh")]))
    place = document
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] += "之二"
    (only,) = differences(book, Rulebook(document, register=book.register))
    assert only.wording and only.path.startswith(path[0]) and only.path.endswith(path[-1])
    assert (only.kind, only.new) == ("changed", place[path[-1]])


# --- as a person reads it ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "right, wrong, said",
    [
        ('late_by = "handle"', 'late_by = ""', "changed rulebook.late_by: handle → nothing"),
        ('track = ["special", "timely"]', 'track = ["special", "high"]', "changed classes.track: special, timely → special, high"),
        (
            '"approve", "refuse", "answer", "note"]',
            '"approve", "refuse", "answer", "promise"]',
            "changed roles.chief.may: adds promise; takes away note",
        ),
        ('"note"]\nsees = ["sender.name"]', '"note"]\nsees = []', "changed roles.chief.sees: takes away sender.name"),
        ('scope = "unit"\nmay', 'scope = "any"\nmay', "changed roles.chief.scope: unit → any"),
        ('spam = "invalid"', 'spam = "transferred"', "changed intake.exits.spam: invalid → transferred"),
        ("subject = [2, 200]", "subject = [2, 100]", "changed intake.checks.long.subject: 2, 200 → 2, 100"),
        (
            "and month > 10",
            "and month > 11",
            "changed route.heating.when: '供热' in text and month > 10 → '供热' in text and month > 11",
        ),
        (
            'is = "5 working days"',
            'is = "7个工作日"',
            "changed clock.handle.limit: 8 working hours if track == 'special'; 5 working days → "
            "8 working hours if track == 'special'; 7 working days",
        ),
        ('ends = "close"', 'ends = "24:00"', "changed clock.handle.count.ends: close → 24:00"),
        ('pauses_on = "awaiting_citizen"\n', "", "changed clock.handle.pauses_on: takes away awaiting_citizen"),
        ('promise = { cap = "5 working days" }\n', "", "removed clock.handle.promise: cap = 5 working days"),
        (
            'cap = "15 working days"',
            'cap = "20 working days"',
            "changed clock.handle.extend.cap: 15 working days → 20 working days",
        ),
        ('by = ["chief", "leader"]', 'by = ["leader", "chief"]', "changed approval.publish.by: chief, leader → leader, chief"),
        ('within = "30 calendar days"', 'within = "60日"', "changed reopen.within: 30 calendar days → 60 calendar days"),
        ("at = 2\n", "at = 3\n", "changed rung.often.at: 2 → 3"),
        ('at = "1 working day"', 'at = "2个工作日"', "changed rung.late.at: 1 working day → 2 working days"),
        ('opinions = "required"', 'opinions = "free"', "changed consultation.opinions: required → free"),
        ("times = 2", "times = 3", "changed ask.times: 2 → 3"),
        ("[ask]\ntimes = 2", "[ask]", "changed ask.times: 2 → 0"),
        ('id = "thanked"', 'id = "praised"', "added rung.praised: on = done:praise; do = notify:leader"),
        ('on = "assign"', 'on = "submit"', "added notify.submit: on = submit; to = chief, sender; when = declined > 1"),
        ('zh = "请签收"', 'zh = "请及时签收"', "changed notify.assign.zh: 请签收 → 请及时签收 (wording)"),
        ('title = "通报"', 'title = "情况通报"', "changed schedule.monthly.title: 通报 → 情况通报 (wording)"),
        ("promise = { cap", "promise = { reason = false, cap", "changed clock.handle.promise.reason: yes → no"),
        ("version = 1\n", "version = 2\n", "changed rulebook.version: 1 → 2 (wording)"),
        (
            'published = "it is answered"',
            'published = "why not"',
            "changed lifecycle.unwatched.published: it is answered → why not (wording)",
        ),
        ('zh = "待转"', 'zh = "待办"', "changed lifecycle.state.waiting_room.zh: 待转 → 待办 (wording)"),
        ('weekdays = { sat = "09:00-12:00" }', "", "removed hours.weekdays.sat: 09:00-12:00"),
        (
            '{ id = "vague", forbid = ["尽快"]',
            '{ id = "vague", forbid = ["尽快", "适时"]',
            "changed reply.checks.vague.forbid: adds 适时",
        ),
        (
            "{{ subject }}",
            "《{{ subject }}》",
            "changed order.supervision.document.template: {{ number }} {{ subject }} → {{ number }} 《{{ subject }}》 (wording)",
        ),
        ('dest = "reviewed"', 'dest = "assigned"', "changed lifecycle.transition.resume:waiting_room.dest: reviewed → assigned"),
    ],
)
def test_a_change_is_told_at_its_place_in_words(right: str, wrong: str, said: str) -> None:
    assert said in told(right, wrong)


def test_only_what_was_changed_is_told() -> None:
    assert len(told("at = 2\n", "at = 3\n")) == 1
    assert told('is = "5 working days"', 'is = "5个工作日"') == []
    assert told('when = "units > 1"', 'when = " units > 1 "') == []
    assert told("required = \"outcome == 'needs-work'\"", "required = \" outcome == 'needs-work'\"") == []
    assert told('every = "1 working day"', 'every = "1个工作日"') == []
    assert told('at = "1 working day"\n', 'at = "1个工作日"\n') == []
    assert told('stops_on = "publish"', 'stops_on = ["publish"]') == []
    assert told('by = ["clerk"]\n', 'by = [ "clerk" ]  # the office\n') == []
    assert told('starts_on = ["receive", "reopen"]', 'starts_on = ["reopen", "receive"]') == []


def test_in_chinese_limits_and_acts_have_their_chinese_names() -> None:
    assert told('is = "5 working days"', 'is = "7 working days"', "zh")[0].endswith(
        "；5个工作日 → 8个工作小时（条件：track == 'special'）；7个工作日"
    )
    assert told('"answer", "note"]\nsees', '"answer", "promise"]\nsees', "zh") == [
        "changed roles.chief.may：增加承诺（promise）；取消备注（note）"
    ]
    assert told("times = 2", "times = 0", "zh") == ["changed ask.times：2 → 0"]
    assert told('id = "thanked"', 'id = "praised"', "zh")[0] == "added rung.praised：on = done:praise；do = notify:leader"


def test_limits_are_compared_in_order_since_the_first_whose_condition_holds_is_taken() -> None:
    two = '{ when = "public", is = "1 working day" }, { when = "units > 1", is = "2 working days" }, '
    turned = '{ when = "units > 1", is = "2 working days" }, { when = "public", is = "1 working day" }, '
    first, second = (
        town(TOWN.replace('limit = [{ when = "track', f'limit = [{rows}{{ when = "track', 1)) for rows in (two, turned)
    )
    (only,) = differences(first, second)
    assert (only.path, only.wording) == ("clock.handle.limit", False)


def test_a_source_of_a_limit_is_wording_and_stands_at_its_line() -> None:
    assert told('{ is = "5 working days" }', '{ is = "5 working days", source = "五日" }') == [
        "changed clock.handle.limit.2.source: nothing → 五日 (wording)"
    ]


def test_why_a_rule_proposes_is_wording_and_whether_a_promise_needs_a_reason_is_none() -> None:
    assert told('set = { unit = "住建局"', 'reason = "供热"\nset = { unit = "住建局"') == [
        "changed route.heating.reason: nothing → 供热 (wording)"
    ]


def test_several_notices_of_one_act_are_matched_by_what_they_say() -> None:
    notices = '[[notify]]\non = "close"\nto = ["clerk"]\nzh = "甲"\n[[notify]]\non = "close"\nto = ["leader"]\nzh = "乙"\n'
    turned = '[[notify]]\non = "close"\nto = ["leader"]\nzh = "乙"\n[[notify]]\non = "close"\nto = ["clerk"]\nzh = "甲"\n'
    assert differences(town(TOWN + notices), town(TOWN + turned)) == ()
    (only,) = differences(town(TOWN + notices), town(TOWN + turned.replace("甲", "丙")))
    assert (only.path, only.old, only.new, only.wording) == ("notify.close.zh", "甲", "丙", True)
    assert [row.path for row in differences(town(), town(TOWN + notices))] == ["notify.close", "notify.close-2"]


def test_gates_of_one_act_stand_one_after_the_other() -> None:
    rows = '[[approval]]\non = "close"\nby = ["leader"]\n[[approval]]\non = "close"\nby = ["chief"]\n'
    turned = '[[approval]]\non = "close"\nby = ["chief"]\n[[approval]]\non = "close"\nby = ["leader"]\n'
    assert [row.path for row in differences(town(TOWN + rows), town(TOWN + turned))] == ["approval.close-2.by", "approval.close.by"]


def test_a_difference_is_a_value() -> None:
    row = Difference(path="roles.clerk.may", old=["close", "note"], new=["note", "reopen"])
    assert (row.gained, row.lost, row.kind) == (("reopen",), ("close",), "changed")
    assert (row.mirrored().gained, row.mirrored().lost) == (row.lost, row.gained)
    assert msgspec.json.decode(msgspec.json.encode(row), type=Difference) == row


# --- in the terminal --------------------------------------------------------------------------------------------------


def test_the_terminal_tells_rules_and_wording_apart_and_exits_like_diff(casework: Casework, tmp_path: Any) -> None:
    same = casework("rulebook", "diff", "yunxi", "yunxi", "--lang", "en")
    assert (same.code, same.out) == (0, "the same rules; what else may differ is order or layout\n")
    head = '[rulebook]\nid = "town"\nversion = 1\nbase = "yunxi"\n'
    (tmp_path / "one.toml").write_text(head, "utf-8")
    (tmp_path / "two.toml").write_text(f'# another\n{head}[labels]\nhelp = "帮助"\n[ask]\ntimes = 2\n', "utf-8")
    (tmp_path / "words.toml").write_text(f'{head}[labels]\nhelp = "帮助"\n', "utf-8")
    said = casework("rulebook", "diff", "one.toml", "two.toml")
    assert said.code == 1
    assert said.out.splitlines()[1:] == ["规则变动：1处", "~ ask.times：0 → 2", "仅措辞变动：1处", "~ labels.help：求助 → 帮助"]
    words = casework("rulebook", "diff", "one.toml", "words.toml", "--lang", "en")
    assert (words.code, words.out.splitlines()[1:]) == (1, ["the same rules", "wording only: 1", "~ labels.help: 求助 → 帮助"])
    assert casework("rulebook", "diff", "one.toml", "yunxo").code == 1
