"""Replies are checked, documents numbered and filled in a sandbox, and people see what their role sees."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from casework import Actor, Sender
from casework.cases import Assignment, Case
from casework.documents import NAMES, Document, render
from casework.errors import InputError
from casework.privacy import Role, out_of_scope, refusal, seen_sender
from casework.redaction import masked
from casework.replies import ReplyCheck, ReplyRules
from tests.unit.town import WEDNESDAY

# --- replies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "check, text, says",
    [
        (ReplyCheck(id="signed", require=("住建局", "公安局")), "此复", "the reply must hold one of: 住建局, 公安局"),
        (ReplyCheck(id="signed", require=("住建局", "公安局")), "公安局答复", None),
        (ReplyCheck(id="vague", forbid=("尽快", "适时")), "将适时、尽快处理", "the reply must not say: 尽快, 适时"),
        (ReplyCheck(id="vague", forbid=("尽快",)), "今日处理", None),
        (ReplyCheck(id="length", min_chars=5), "已 收\n悉", "the reply has 3 characters, needs 5"),
        (ReplyCheck(id="length", min_chars=5), "已于今日处理", None),
        (ReplyCheck(id="length", min_chars=5, message="写清楚些"), "好", "写清楚些"),
    ],
)
def test_a_check_says_what_it_finds(check: ReplyCheck, text: str, says: str | None) -> None:
    finding = check.finding(text)
    assert (finding.message if finding else None) == says
    if finding:
        assert (finding.check, finding.level) == (check.id, "block")


def test_all_checks_are_told_together() -> None:
    rules = ReplyRules(checks=(ReplyCheck(id="length", min_chars=9), ReplyCheck(id="vague", forbid=("尽快",), level="advise")))
    assert [(row.check, row.level) for row in rules.findings("尽快办")] == [("length", "block"), ("vague", "advise")]
    assert rules.findings("今日上午已更换路灯完毕") == ()


@pytest.mark.parametrize("both", [{}, {"min_chars": 1, "forbid": ("x",)}])
def test_a_check_checks_one_thing(both: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="a check has exactly one of require, forbid, min_chars"):
        ReplyCheck(id="c", **both)


# --- documents --------------------------------------------------------------------------------------------------------


def test_a_series_counts_by_the_year_where_it_names_it() -> None:
    document = Document(series="督〔{year}〕{n:03}号")
    assert (document.key(2020), document.number(2020, 7)) == ("督〔2020〕{n}号", "督〔2020〕007号")
    assert document.key(2021) != document.key(2020)
    plain = Document(series="第{n}期")
    assert (plain.key(2020), plain.key(2021), plain.number(2021, 12)) == ("第{n}期", "第{n}期", "第12期")


@pytest.mark.parametrize("series", ["督", "督{year}", "督{n} {month}", "督{n", "{n}}", "督{n:x}", "{n!r}", "{n.real}"])
def test_a_series_that_counts_nothing_is_refused(series: str) -> None:
    with pytest.raises(ValidationError, match=r"a series holds \{n\} and perhaps \{year\}"):
        Document(series=series)


def test_a_template_is_filled_with_what_it_names() -> None:
    template = "{{ number }}\n{% if due %}\n至 {{ due }}\n{% endif %}\n{{ to | join('、') }}"
    assert render(template, {"number": "督1", "due": date(2020, 7, 8), "to": ["甲", "乙"]}) == "督1\n至 2020-07-08\n甲、乙"


@pytest.mark.parametrize(
    "template, why",
    [
        ("{{ nubmer }}", "'nubmer' is undefined"),
        ("{% if %}", "Expected an expression"),
        ("{{ to.__class__.__mro__ }}", "is unsafe"),
        ("{{ to.append('x') }}", "is unsafe"),
    ],
)
def test_a_template_can_read_and_never_act(template: str, why: str) -> None:
    with pytest.raises(InputError, match=rf"^the template cannot be filled: .*{why}"):
        render(template, {"to": ["甲"]})


def test_a_template_is_read_when_the_rulebook_is() -> None:
    with pytest.raises(ValidationError, match="the template names 'sender', which is not known"):
        Document(series="{n}", template="{{ sender.name }}")
    with pytest.raises(ValidationError, match="the template cannot be read: Expected an expression"):
        Document(series="{n}", template="{% if %}")
    every = " ".join(f"{{{{ {name} }}}}" for name in NAMES)
    assert Document(series="{n}", template=every).template == every


# --- privacy ----------------------------------------------------------------------------------------------------------

SENDER = Sender(ref="u-42", name="王小明", phone="13800000000", email="w@example.cn", id_number="420322", address="夹河镇")


@pytest.mark.parametrize("value, shown", [("", ""), ("王", "*"), ("王明", "王*"), ("王小明", "王**"), ("13800000000", "1********")])
def test_a_masked_value_keeps_its_first_letter_at_most(value: str, shown: str) -> None:
    assert masked(value) == shown


@given(st.text())
def test_a_mask_gives_away_one_letter_and_a_length_up_to_nine(value: str) -> None:
    hidden = masked(value)
    assert bool(hidden) is bool(value)
    assert set(hidden[1:]) <= {"*"}
    assert len(hidden) <= 9
    assert not hidden or hidden[0] == "*" or len(value) > 1


def test_a_role_sees_the_fields_that_it_was_granted() -> None:
    assert seen_sender(SENDER, Role(scope="any", sees=("sender.*",))) == SENDER
    name_only = seen_sender(SENDER, Role(scope="any", sees=("sender.name",)))
    assert (name_only.name, name_only.phone, name_only.ref) == ("王小明", "1********", "u***")
    assert seen_sender(SENDER, Role(scope="any")).name == "王**"
    assert not Role(scope="any", sees=("sender.name",)).shows("sender.names")
    assert not Role(scope="any", sees=("send.*",)).shows("sender.name")


def case(**more: Any) -> Case:
    return Case(
        id="c1",
        version=1,
        rulebook="town",
        rulebook_digest="0",
        state="assigned",
        received_at=WEDNESDAY,
        updated_at=WEDNESDAY,
        message="1.message",
        sender=None,
        channel="portal",
        **more,
    )


MINE = case(board="县长信箱", assignments=(Assignment(unit="夹河镇", part="lead", status="declined", asked_at=WEDNESDAY),))


@pytest.mark.parametrize(
    "scope, actor, why",
    [
        ("any", Actor(id="a", role="r"), ""),
        ("unit", Actor(id="a", role="r", unit="夹河镇"), ""),  # a unit that has had it may still read it
        ("unit", Actor(id="a", role="r", unit="公安局"), "the case is not with 公安局 (units: none)"),
        ("unit", Actor(id="a", role="r"), "role 'r' acts for a unit, and this actor names none"),
        ("board", Actor(id="a", role="r", boards=("县长信箱",)), ""),
        (
            "board",
            Actor(id="a", role="r", boards=("书记信箱",)),
            "the case's board is '县长信箱', the actor's boards are: 书记信箱",
        ),
        ("own", Actor(id="u-1", role="r"), ""),
        ("own", Actor(id="u-2", role="r"), "the case was sent by somebody else"),
    ],
)
def test_a_case_lies_in_a_role_s_scope_or_says_why_not(scope: Any, actor: Actor, why: str) -> None:
    assert out_of_scope(Role(scope=scope), actor, MINE, sender="u-1") == why


def test_a_case_without_a_board_is_on_nobody_s_board() -> None:
    actor = Actor(id="a", role="r", boards=("县长信箱",))
    assert out_of_scope(Role(scope="board"), actor, case()) == "the case's board is None, the actor's boards are: 县长信箱"


def test_what_is_not_granted_is_denied() -> None:
    roles = {"clerk": Role(scope="any", may=("review",)), "reader": Role(scope="any")}
    clerk, reader, other = (Actor(id="a", role=role) for role in ("clerk", "reader", "other"))
    assert refusal(roles, clerk, "review", MINE) == ""
    assert refusal(roles, clerk, "review", None) == ""
    assert refusal(roles, reader, "review", MINE) == "role 'reader' has no right to it (roles that have: clerk)"
    assert refusal(roles, clerk, "close", MINE) == "role 'clerk' has no right to it (roles that have: none)"
    assert refusal(roles, other, "review", MINE) == "the rulebook has no role 'other' (roles: clerk, reader)"
