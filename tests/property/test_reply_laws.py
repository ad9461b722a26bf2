"""Laws of the reply checks: how a text is dressed changes nothing, one thing said makes an answer, and no check quotes a reply."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from casework.replies import ReplyCheck, ReplyRules

HAN = "路灯水电井盖昨夜修复查收费标准依据"
BLANKS = [" ", "\u3000", "\xa0", "\n", "\r\n", "\t", "\u200b", "\ufeff", "\u2060", ""]
WIDTHS = {",": "，", ".": "。", ";": "；", ":": "：", "?": "？", "!": "！", "(": "（", ")": "）", '"': "“", "'": "’"}
WIDTHS |= {chr(code): chr(code + 0xFEE0) for code in (*range(0x30, 0x3A), *range(0x41, 0x5B))}
NAMES = ["住建局", "公安局", "夹河镇", "槐树林特场", "网上问政中心", "房地产和人防事务服务中心"]

texts = st.text(alphabet=HAN + "".join(WIDTHS), max_size=40)
phrases = st.text(alphabet=HAN, min_size=1, max_size=4)
days = st.dates(date(1900, 1, 1), date(2199, 12, 31))


@st.composite
def dressed(draw: st.DrawFn, text: str) -> str:
    """The same text with marks, digits and capitals of either width, and blanks between its Chinese characters."""
    chars = [draw(st.sampled_from([char, WIDTHS[char]])) if char in WIDTHS else char for char in text]
    return "".join(char + (draw(st.sampled_from(BLANKS)) if char in HAN else "") for char in chars)


def finds(text: str, **kind: object) -> bool:
    return ReplyCheck.model_validate({"id": "c", **kind}).finding(text) is not None


# --- phrases and length -----------------------------------------------------------------------------------------------


@given(st.data(), texts, phrases)
def test_how_a_text_is_dressed_changes_no_finding(data: st.DataObject, text: str, phrase: str) -> None:
    rows = [{"forbid": [phrase]}, {"require": [phrase]}, {"require_all": [phrase, HAN[0]]}, {"min_chars": 9}, {"max_chars": 9}]
    rows += [{"acknowledgement": True}]
    checks = [ReplyCheck.model_validate({"id": f"c{number}", **row}) for number, row in enumerate(rows)]
    worn = data.draw(dressed(text))
    assert ReplyRules(checks=tuple(checks)).findings(worn) == ReplyRules(checks=tuple(checks)).findings(text)


@given(st.data(), texts, phrases, texts)
def test_a_phrase_in_a_text_is_found_and_what_is_required_is_what_must_not_be_forbidden(
    data: st.DataObject, before: str, phrase: str, after: str
) -> None:
    assert finds(data.draw(dressed(before + phrase + after)), forbid=[phrase])
    assert finds(before, forbid=[phrase]) != finds(before, require=[phrase])


@given(texts, st.lists(phrases, min_size=1, max_size=4))
def test_all_are_there_where_each_is_and_one_is_where_not_all_lack(text: str, wanted: list[str]) -> None:
    lacking = [phrase for phrase in wanted if finds(text, require=[phrase])]
    assert finds(text, require_all=wanted) == bool(lacking)
    assert finds(text, require=wanted) == (lacking == wanted)
    assert finds(text, forbid=wanted) == (lacking != wanted)


@given(st.data(), st.text(alphabet=HAN, max_size=12), st.integers(1, 12))
def test_only_what_can_be_seen_is_counted(data: st.DataObject, text: str, bound: int) -> None:
    worn = data.draw(dressed(text))
    assert finds(worn, min_chars=bound) == (len(text) < bound)
    assert finds(worn, max_chars=bound) == (len(text) > bound)


# --- acknowledgements -------------------------------------------------------------------------------------------------

EMPTY = ["留言已收悉", "您反映的问题已转交相关部门处理", "感谢您的留言", "我们将尽快办理", "来信我局收悉", "已转市水务局"]
POLITE = ["您好", "尊敬的网友", "我局高度重视", "请耐心等待", "处理结果将及时向您反馈", "祝您生活愉快", "现将有关情况回复如下"]
MEANT = ["路灯已修复", "该路段不归我镇管", "预计周五通电", "情况不属实", "请带身份证来办", "已责令整改", "暂无计划"]
ends = st.sampled_from(["。", "！", "，", ".", "\n", "；", "……"])


@given(st.lists(st.tuples(st.sampled_from(EMPTY + POLITE), ends), max_size=12), st.sampled_from(EMPTY), st.data())
def test_nothing_said_twelve_times_is_still_nothing_and_one_thing_said_is_an_answer(
    clauses: list[tuple[str, str]], empty: str, data: st.DataObject
) -> None:
    said = [clause + end for clause, end in clauses]
    said.insert(data.draw(st.integers(0, len(said))), f"{empty}。")
    assert finds("".join(said), acknowledgement=True)
    said.insert(data.draw(st.integers(0, len(said))), f"{data.draw(st.sampled_from(MEANT))}。")
    assert not finds("".join(said), acknowledgement=True)


@given(st.lists(st.sampled_from(POLITE), max_size=6))
def test_politeness_alone_acknowledges_nothing(clauses: list[str]) -> None:
    assert not finds("。".join(clauses), acknowledgement=True)


# --- signature and date -----------------------------------------------------------------------------------------------

bodies = st.lists(
    st.sampled_from([*MEANT, *EMPTY, "请咨询县住建局", "此事由公安局负责", "施工至2020年7月1日止"]), min_size=1, max_size=30
)
places = st.sampled_from(["", "县", "郧西县", "湖北省郧西县"])
between = st.sampled_from(["\n", "\n\u3000\u3000", "  ", "\xa0"])
after = st.sampled_from(["", "\n", "。", "\n感谢您的支持！", "\n（联系电话：0719-6223344）"])


def numerals(number: int) -> str:
    """A number under a hundred as it is said: 三十一."""
    tens, ones = divmod(number, 10)
    figures = "〇一二三四五六七八九"
    return (figures[tens] if tens > 1 else "") + ("十" if tens else "") + (figures[ones] if ones else "")


@st.composite
def written(draw: st.DrawFn, day: date) -> str:
    """A day as people write it."""
    zero = draw(st.sampled_from("〇○零O0"))
    year = "".join(zero if figure == "0" else "一二三四五六七八九"[int(figure) - 1] for figure in str(day.year))
    forms = [
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}年{day.month:02}月{day.day:02}日",
        f"{day.year} 年 {day.month} 月 {day.day} 日",
        f"{year}年{numerals(day.month)}月{numerals(day.day)}日",
        f"{day:%Y-%m-%d}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.day} {day:%B} {day.year}",
    ]
    return draw(st.sampled_from(forms))


@given(st.data(), bodies, places, st.sampled_from(NAMES), days, between, between, after)
def test_whoever_signs_at_the_end_has_signed_and_nobody_else(
    data: st.DataObject, body: list[str], place: str, name: str, day: date, above: str, below: str, last: str
) -> None:
    spaced = data.draw(st.sampled_from(["", " ", "\u3000"])).join(name)
    dated = data.draw(st.sampled_from(["", below + data.draw(written(day))]))
    text = f"{'。'.join(body)}。{above}{place}{spaced}{dated}{last}"
    check = ReplyCheck(id="c", signature=True)
    assert check.finding(text, names=(name,)) is None
    assert check.finding(text, names=("别的单位", name)) is None
    assert check.finding(text, names=tuple(other for other in NAMES if other != name)) is not None
    assert check.finding("。".join(body) + "。", names=tuple(NAMES)) is not None


@given(
    st.data(), bodies, st.sampled_from(["", "\n郧西县住建局"]), days, st.integers(-500, 500), st.integers(-500, 500), between, after
)
def test_a_date_is_right_from_thirty_days_before_the_message_to_the_day_of_submission(
    data: st.DataObject, body: list[str], sign: str, day: date, to_day: int, to_receipt: int, above: str, last: str
) -> None:
    text = f"{'。'.join(body)}。{sign}{above}{data.draw(written(day))}{last}"
    check = ReplyCheck(id="c", date=True)
    finding = check.finding(text, day=day + timedelta(to_day), received=day + timedelta(to_receipt))
    assert (finding is None) == (to_day >= 0 and to_receipt <= 30)
    assert finding is None or f"is dated {day}, " in finding.message
    assert check.finding(text) is None
    assert check.finding("。".join(body) + "。") is not None


# --- whatever is written ----------------------------------------------------------------------------------------------

ANY = st.text(max_size=60) | st.text(alphabet="2020年十月廿-/.〇元日住建局 \n,，。\x00\x01()您的问题已转收悉", max_size=60)
EVERY = ReplyRules(
    checks=tuple(
        ReplyCheck.model_validate({"id": f"c{number}", **row})
        for number, row in enumerate(
            [
                *(
                    {"require": ["依据"]},
                    {"forbid": ["尽快"]},
                    {"require_all": ["依据", "标准"]},
                    {"min_chars": 9},
                    {"max_chars": 9},
                ),
                *({"acknowledgement": True}, {"signature": True}, {"date": True}),
            ]
        )
    )
)


@given(ANY, st.sampled_from([(), ("住建局",), ("a.b(c",), ("\\1", "[")]))
@example("二〇二〇年十十月一日", ())
@example("2020年7月6日" * 60, ())
def test_whatever_is_written_is_judged_and_judged_the_same_again(text: str, names: tuple[str, ...]) -> None:
    found = EVERY.findings(text, names=names, day=date(2020, 7, 6), received=date(2020, 7, 1))
    assert EVERY.findings(text, names=names, day=date(2020, 7, 6), received=date(2020, 7, 1)) == found
    assert {row.level for row in found} <= {"block"}
    assert [row.check for row in found] == sorted({row.check for row in found})


@given(st.text(alphabet="秘密姓名张三李四", min_size=3), days)
def test_no_finding_quotes_what_the_reply_says(text: str, day: date) -> None:
    found = EVERY.findings(f"{text}。\n{day:%Y-%m-%d}", unit="住建局", day=date(1800, 1, 1))
    assert found
    assert not any(char in row.message for row in found for char in "秘密姓名张三李四")


@given(st.lists(st.tuples(st.sampled_from(["", "a", "b"]), st.sampled_from(["尽快", "适时"])), max_size=6), texts, st.booleans())
def test_the_rules_find_what_their_checks_find_whose_conditions_hold(rows: list[tuple[str, str]], text: str, a: bool) -> None:
    checks = tuple(ReplyCheck(id=f"c{at}", when=when, require=(phrase,)) for at, (when, phrase) in enumerate(rows))
    found = ReplyRules(checks=checks).findings(text, holds=lambda condition: a == (condition == "a"))
    made = [check for check in checks if not check.when or a == (check.when == "a")]
    assert found == tuple(finding for check in made if (finding := check.finding(text)))
