"""The checks of a reply: elements, length, phrases, mere acknowledgements, signature and date, and when each is made."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from typing import Any

import pytest
from pydantic import ValidationError

from casework.errors import RulebookInvalid
from casework.replies import ReplyCheck, ReplyRules
from casework.rulebook import Rulebook

KINDS: dict[str, Any] = {
    "require": ("依据",),
    "forbid": ("尽快",),
    "min_chars": 10,
    "max_chars": 200,
    "require_all": ("依据", "标准"),
    "acknowledgement": True,
    "signature": True,
    "date": True,
}
NAMES = ("住建局", "住房和城乡建设局", "Housing Office")
ACKNOWLEDGES = ReplyCheck(id="answer", acknowledgement=True)
SIGNED = ReplyCheck(id="signed", signature=True)
DATED = ReplyCheck(id="dated", date=True)


def says(check: ReplyCheck, text: str, **of: Any) -> str | None:
    finding = check.finding(text, **of)
    return finding.message if finding else None


# --- elements, phrases, length ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "check, text, message",
    [
        (
            ReplyCheck(id="c", require_all=("依据", "标准", "电话")),
            "依据某办法，标准如下",
            "the reply must hold all of: 依据, 标准, 电话; it lacks: 电话",
        ),
        (
            ReplyCheck(id="c", require_all=("依据", "标准")),
            "都没有",
            "the reply must hold all of: 依据, 标准; it lacks: 依据, 标准",
        ),
        (ReplyCheck(id="c", require_all=("依据", "标准")), "标准不变，依据某办法", None),
        (ReplyCheck(id="c", max_chars=5), "已 于\n今日 修", None),
        (ReplyCheck(id="c", max_chars=5), "已于今日修复", "the reply has 6 characters, may have 5"),
        (ReplyCheck(id="c", min_chars=3), "好\u200b\u200b\ufeff\u3000\u2800", "the reply has 1 characters, needs 3"),
        (ReplyCheck(id="c", max_chars=5, message="请写得简短些"), "已于今日修复", "请写得简短些"),
    ],
)
def test_a_check_says_what_it_finds(check: ReplyCheck, text: str, message: str | None) -> None:
    assert says(check, text) == message


@pytest.mark.parametrize(
    "phrase, text",
    [
        ("尽快", "将尽\u3000快办理"),
        ("尽快", "将尽\xa0快办理"),
        ("尽快", "将尽\u200b快办理"),
        ("尽快", "将尽\n  快办理"),
        ("尽 快", "将尽快办理"),
        ("您好,", "您好，来信收悉"),
        ("您好，", "您好,来信收悉"),
        ("12345热线", "拨打１２３４５ 热线"),
        ("（一）", "答复如下:(一)"),
        ("“一网通办”", '可用"一网通办"办理'),
        ("已办结。", "已办结.谢谢"),
        ("等……", "围墙、路灯等..."),
        ("as soon as possible", "As soon\nas  possible"),
        ("APP", "用 app 办理"),
    ],
)
def test_a_phrase_is_found_in_whatever_width_and_with_whatever_blanks_it_is_written(phrase: str, text: str) -> None:
    assert says(ReplyCheck(id="c", forbid=(phrase,)), text) == f"the reply must not say: {phrase}"
    assert says(ReplyCheck(id="c", require=(phrase,)), text) is None


@pytest.mark.parametrize(
    "phrase, text", [("尽快", "尽力加快"), ("not able", "notable"), ("等.", "路灯等…"), ("12 34", "1234"), ("盡快", "尽快")]
)
def test_what_only_looks_alike_is_not_the_phrase(phrase: str, text: str) -> None:
    assert says(ReplyCheck(id="c", forbid=(phrase,)), text) is None


# --- what a check may be ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [[], *combinations(KINDS, 2), list(KINDS)], ids="-".join)
def test_a_check_is_of_exactly_one_kind_and_the_refusal_says_which_it_has(given: list[str]) -> None:
    with pytest.raises(ValidationError) as caught:
        ReplyCheck(id="c", **{kind: KINDS[kind] for kind in given})
    assert "a check has exactly one of require, forbid, min_chars, max_chars, require_all, acknowledgement, signature, date" in str(
        caught.value
    )
    assert f"this one has {' and '.join(given) or 'none'} " in str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_alone_is_a_check_and_finds_something(kind: str) -> None:
    check = ReplyCheck(id="c", level="advise", **{kind: KINDS[kind]})
    text = "已收悉，将尽快办理，谢谢！" if kind != "min_chars" else "好"
    finding = check.finding(text * (30 if kind == "max_chars" else 1))
    assert finding is not None
    assert (finding.check, finding.level) == ("c", "advise")
    assert finding.message.startswith("the reply ")


@pytest.mark.parametrize("kind", ["require", "forbid", "require_all"])
@pytest.mark.parametrize("blank", ["", " ", "\u3000", "\u200b"])
def test_a_blank_phrase_which_every_reply_would_hold_is_refused(kind: str, blank: str) -> None:
    with pytest.raises(ValidationError, match="a phrase is blank, which every reply would hold; leave it out"):
        ReplyCheck(id="c", **{kind: ("尽快", blank)})


@pytest.mark.parametrize("wrong", [{"max_chars": -1}, {"signature": True, "level": "warn"}, {"signature": True, "zh": "x"}])
def test_what_no_check_has_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ReplyCheck(id="c", **wrong)


def test_a_rulebook_holds_every_kind_and_names_the_place_of_a_bad_one() -> None:
    head = '[rulebook]\nid = "our-town"\nversion = 1\nbase = "standard"\nlate_by = "handle"\n'
    clock = '[[clock]]\nid = "handle"\nstarts_on = "receive"\nstops_on = "publish"\nlimit = [{ is = "5 working days" }]\n'
    rows = [
        '{ id = "answer", acknowledgement = true, message = "只说收到不算答复" }',
        '{ id = "signed", signature = true, source = "规范回复内容" }',
        '{ id = "dated", date = true, level = "advise" }',
        '{ id = "basis", require_all = ["依据", "标准"] }',
        '{ id = "long", max_chars = 2000 }',
    ]
    book = Rulebook.parse(f"{head}{clock}[reply]\nchecks = [{', '.join(rows)}]\n")
    assert [row.check for row in book.outline.reply.findings("已收悉")] == ["answer", "signed", "dated", "basis"]
    with pytest.raises(RulebookInvalid) as caught:
        Rulebook.parse(f"{head}{clock}[reply]\nchecks = [{rows[0]}, {{ id = 'two', date = true, signature = true }}]\n")
    assert [problem.path for problem in caught.value.problems] == ["reply.checks[1]"]
    assert caught.value.problems[0].message.endswith("this one has signature and date")


# --- which checks are made --------------------------------------------------------------------------------------------


def test_a_check_with_a_condition_is_made_where_it_holds_and_only_it_is_asked() -> None:
    rules = ReplyRules(
        checks=(
            ReplyCheck(id="length", min_chars=9),
            ReplyCheck(id="vague", forbid=("尽快",), when="kind == 'complaint'"),
            ReplyCheck(id="basis", require=("依据",), when="kind == 'consult'"),
        )
    )
    asked: list[str] = []

    def holds(condition: str) -> bool:
        asked.append(condition)
        return condition == "kind == 'consult'"

    assert [row.check for row in rules.findings("尽快办", holds=holds)] == ["length", "basis"]
    assert asked == ["kind == 'complaint'", "kind == 'consult'"]
    assert [row.check for row in rules.findings("尽快办")] == ["length", "vague", "basis"]


def test_the_rules_hand_the_unit_its_names_and_the_days_to_their_checks() -> None:
    rules = ReplyRules(checks=(SIGNED, DATED))
    text = "路灯已修复。\n郧西县住建局\n2020年7月6日"
    days = {"day": date(2020, 7, 6), "received": date(2020, 7, 1)}
    assert rules.findings(text, unit="住建局", **days) == ()
    assert rules.findings(text, unit="住建局", names=("住房和城乡建设局",), **days) == ()
    assert rules.findings(text, unit="住房和城乡建设局", names=("住房和城乡建设局", "住建局"), **days) == ()
    found = rules.findings(text, unit="公安局", names=("公安局", "县局"), day=date(2020, 7, 5))
    assert [row.message for row in found] == [
        "the reply must be signed at its end by: 公安局 or 县局",
        "the reply is dated 2020-07-06, after the day of its submission, 2020-07-05",
    ]


# --- acknowledgements -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "留言已收悉，将尽快办理。感谢关注！",
        "留言已收悉,将尽快办理.感谢关注!",
        "留言　已收悉\u200b，将尽\xa0快办理。",
        "留言已收悉，正在办理。",
        "我们会尽快处理。",
        "您的来帖我局收悉后，立即交办相关部门调查处理，调查处理情况及时反馈与您。",
        "您好！您于2020年7月1日反映的问题已收悉，现已转办。\n郧西县住建局\n2020年7月6日",
        "您反映的问题已收悉并交有关单位调查核处，如有情况将及时回复！",
        "您反映的问题已转县不动产登记中心核实。",
        "您反映的情况我局高度重视，将立即组织人员进行调查核实，结果将第一时间反馈给您。",
        "您的留言已收悉，我們將盡快處理，謝謝！",
        "您反映的问题已受理，我们会尽快为您处理，请保持电话畅通。如有疑问，欢迎来电咨询。祝好！",
        "尊敬的网友：您好！您的留言已收悉，感谢您对我县工作的关心和支持。您反映的问题我们高度重视，已转交相关部门调查处理，"
        "处理结果将及时向您反馈。再次感谢您对我们工作的关心、理解与监督，欢迎您一如既往地关注和支持我们的工作！祝您生活愉快！",
    ],
)
def test_a_mere_acknowledgement_is_no_answer(text: str) -> None:
    assert says(ACKNOWLEDGES, text) == "the reply only acknowledges the message; it must answer it"


@pytest.mark.parametrize(
    "text",
    [
        "留言已收悉。经查，该路段属村级公路，暂无修建计划。感谢关注！",
        "您好！来信收悉，谢谢您的关心。路灯已于7月3日修复。我们将尽快检查其他路段。祝您生活愉快！",
        "留言已收悉，将于7月底前修好。",
        "我局将尽快修复路灯，谢谢！",
        "您的建议我们已采纳，谢谢。",
        "正在办理中。",
        "我局高度重视。",
        "您反映的问题已处理完毕，谢谢。",
        "已收悉，不予受理。",
        "已收悉，请致电0719-6223344。",
        "留言已收悉，已转交住建局83221111。",
        "留言已收悉，已转交https://example.org/住建局",
        "已安排人员处理。",
        "可以办。",
        "",
    ],
)
def test_a_reply_that_says_one_thing_more_is_an_answer(text: str) -> None:
    assert says(ACKNOWLEDGES, text) is None


# --- the signature ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "end",
    [
        "\n住建局",
        "\n郧西县住建局\n2020年7月6日",
        " 住建局",
        "住建局2020年7月6日",
        "住建局 2020-07-06 10:30",
        "\n2020年7月6日 住建局",
        "\n住 建 局\n",
        "\n住\u3000建\u3000局（盖章）",
        "\n住建局办公室",
        "\n住建局、公安局\n二〇二〇年七月六日",
        "\n公安局 住建局",
        "（住建局）",
        "\n——住建局",
        "\n回复单位： 住建局\n回复日期： 2020年7月6日",
        "\n住建局\n2020年7月6日（星期一）\n（联系人：某某，联系电话：0719-6223344）",
        "\n住建局\n感谢您的支持！",
        "特此回复。住建局。",
        "\n住房和城乡建设局",
        "\nHOUSING  OFFICE\n6 July 2020",
        "\n住建局" + "\n感谢您的支持！" * 5,
    ],
)
@pytest.mark.parametrize("body", ["路灯已修复。", "住建局答复如下：路灯已修复！", "路灯已修复，请放心。" * 60])
def test_a_reply_that_its_unit_signed_at_the_end_is_signed(body: str, end: str) -> None:
    assert says(SIGNED, body + end, names=NAMES) is None


@pytest.mark.parametrize(
    "text",
    [
        "路灯已修复。",
        "住建局：路灯已修复。",
        "路灯已修复。请咨询住建局。",
        "路灯已修复。请咨询： 住建局",
        "此事归别处管，请联系公安局，住建局。",
        "此事由住建局负责。",
        "责任单位：住建局",
        "已转住建局",
        "感谢您对住建局工作的支持！",
        "住建局\n路灯已修复。",
        "路灯已修复。\n公安局\n2020年7月6日",
        "路灯已修复（见住建局公告）",
        "please ask the Housing Office",
        "Housing Officer",
        "路灯已修复。\n\x01",
        "",
    ],
)
def test_a_name_in_a_sentence_or_another_units_name_is_no_signature(text: str) -> None:
    assert says(SIGNED, text, names=NAMES) == "the reply must be signed at its end by: 住建局 or 住房和城乡建设局 or Housing Office"


def test_a_signature_far_from_the_end_does_not_count_though_what_follows_may_stand_there() -> None:
    assert says(SIGNED, "路灯已修复。\n住建局" + "\n感谢您的支持！" * 60, names=NAMES) is not None


@pytest.mark.parametrize("names", [(), ("",), ("", " ")])
def test_where_no_name_is_known_any_office_may_sign(names: tuple[str, ...]) -> None:
    for end in ("郧西县公安局\n2020年7月6日", "2020年7月6日公安局", "公安局"):
        assert says(SIGNED, f"路灯已修复。\n{end}", names=names) is None
    for text in ("路灯已修复。", "路灯已修复。\n2020年7月6日（星期一）", "请到公安局", "方便群众。服务社会。"):
        assert says(SIGNED, text, names=names) == "the reply must be signed at its end by the unit"


def test_a_sentence_that_is_cut_where_the_end_begins_is_no_signature() -> None:
    end = "住建局。" + "谢谢。" * 98 + "谢谢"
    assert len(end) == 300  # as much as is looked at
    assert says(SIGNED, f"路灯已修复，请咨询{end}", names=NAMES) is not None
    assert says(SIGNED, f"路灯已修复。住{end[1:]}", names=NAMES) is not None
    assert says(SIGNED, f"路灯已修复{end[3:]}。住建局", names=NAMES) is None


def test_the_longest_of_several_names_is_read() -> None:
    assert says(SIGNED, "路灯已修复。\n网上问政专班", names=("网上问政", "网上问政专班")) is None
    assert says(SIGNED, "路灯已修复。\n网上问政专班", names=("网上问政",)) is not None


@pytest.mark.parametrize("name, text", [("Housing Office", "Rehousing Office"), ("IT", "ITS中心")])
def test_half_a_latin_word_is_no_name(name: str, text: str) -> None:
    assert says(SIGNED, f"已办结。\n{text}", names=(name,)) == f"the reply must be signed at its end by: {name}"
    assert says(SIGNED, f"已办结。\n{text}", names=(text,)) is None


def test_a_blank_name_signs_nothing() -> None:
    assert says(SIGNED, "路灯已修复。", names=("", "住建局", " ")) == "the reply must be signed at its end by: 住建局"


# --- the date ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "2020年7月6日",
        "2020年07月06日",
        "２０２０年７月６日",
        "2020 年 7 月 6 日",
        "2020年7月6号",
        "2020年7月6",
        "2020-07-06",
        "2020-7-6",
        "2020/7/6",
        "2020.7.6",
        "2020.7.6。",
        "二〇二〇年七月六日",
        "二○二○年七月六日",
        "二零二零年七月六日",
        "二O二O年七月六日",
        "二0二0年七月六日",
        "6 July 2020",
        "2020年7月6日上午",
        "2020年7月6日 10:30",
        "2020年7月6日10时30分",
        "2020年7月6日星期一",
        "（2020年7月6日）",
        "——2020年7月6日",
        "2020年7月5日\n2020年7月6日",
        "2020年7月6日\n联系地址：2021年1月1日起迁至新城路",
        "特此回复2020年7月6日",
        "2020年7月5日2020年7月6日",
        "答复日期：2020年7月6日",
        "住建局2020年7月6日",
        "公安局 2020-07-06",
        "2020年7月6日\n住建局",
        "2020年7月6日\n感谢您的支持！\n咨询电话：0719-6223344",
    ],
)
def test_a_date_at_the_end_is_read_however_it_is_written(written: str) -> None:
    text = f"路灯已于2020年6月30日修复。\n{written}"
    assert says(DATED, text, names=NAMES, day=date(2020, 7, 6), received=date(2020, 7, 1)) is None
    late = says(DATED, text, names=NAMES, day=date(2020, 7, 5))
    assert late == "the reply is dated 2020-07-06, after the day of its submission, 2020-07-05"


@pytest.mark.parametrize(
    "text",
    [
        "路灯已修复。",
        "2020年7月6日\n路灯已修复。",
        "施工持续至2020年7月6日",
        "施工持续至2020年7月6日。",
        "截止日期：2020年7月6日",
        "2020年7月1至5日",
        "路灯已于2020年7月6日修复。",
        "路灯已修复。\n7月6日",
        "路灯已修复。\n2020年7月",
        "路灯已修复。\n20200706",
        "路灯已修复。\n2020-7.6",
        "路灯已修复。\n2020年7月600",
        "路灯已修复。\n0719-2020-07-06",
        "路灯已修复。\n\x00",
        "",
    ],
)
def test_a_date_in_a_sentence_or_half_a_date_is_none(text: str) -> None:
    assert says(DATED, text) == "the reply must bear its date at its end, such as 2020年7月6日"


@pytest.mark.parametrize(
    "written", ["2020年2月30日", "2021.2.29", "二〇二〇年十三月一日", "2020年十十月1日", "0000年1月1日", "31 June 2020"]
)
def test_a_day_that_the_calendar_has_not_is_named(written: str) -> None:
    assert says(DATED, f"已办结。\n{written}") == f"the reply is dated {written.lower()}, which is no day of the calendar"


@pytest.mark.parametrize(
    "written, day",
    [
        ("二〇二〇年十月十日", date(2020, 10, 10)),
        ("二〇二〇年十二月三十一日", date(2020, 12, 31)),
        ("二〇二〇年十一月二十日", date(2020, 11, 20)),
        ("二〇二〇年元月廿三日", date(2020, 1, 23)),
        ("二〇二〇年正月卅日", date(2020, 1, 30)),
        ("二〇一九年八月十五日", date(2019, 8, 15)),
    ],
)
def test_numerals_are_read_as_they_are_said(written: str, day: date) -> None:
    assert says(DATED, written, day=date(2000, 1, 1)) == f"the reply is dated {day}, after the day of its submission, 2000-01-01"


@pytest.mark.parametrize(
    "written, message",
    [
        ("2020年6月1日", None),
        ("2020年5月31日", "the reply is dated 2020-05-31, long before the message came on 2020-07-01"),
        ("2019年7月6日", "the reply is dated 2019-07-06, long before the message came on 2020-07-01"),
        ("2020年7月6日", None),
        ("2020年7月7日", "the reply is dated 2020-07-07, after the day of its submission, 2020-07-06"),
    ],
)
def test_a_date_lies_neither_after_the_submission_nor_long_before_the_message(written: str, message: str | None) -> None:
    assert says(DATED, f"已办结。{written}", day=date(2020, 7, 6), received=date(2020, 7, 1)) == message
    assert says(DATED, f"已办结。{written}") is None
