"""``casework rulebook show``: a rulebook read aloud says all that it rules, in words, each with the grounds that it has."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import Desk, Message
from casework.adapters.sql import SqlStore
from casework.cli.provisos import proviso
from casework.conditions import NAMES, Condition
from casework.languages import Lang
from casework.messages import Sender
from casework.rulebook import Rulebook, shipped_names
from tests.unit.commands import Casework, calling

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(place for place in (ROOT / "examples" / "rulebooks").glob("*.toml") if ".register" not in place.name)
casework = pytest.fixture(calling)

TOWN = """
[rulebook]
id = "town"
version = 1
base = "standard"
late_by = "handle"
[classes]
level = ["city", "county"]
[labels]
level = "层级"
city = "市级"
county = "县级"
signed = "署名"
waiting = "等候办理"
done = "已有结果"
figures-of-old = "往年点击"
[channels.web]
zh = "网站"
en = "web site"
reply = "phone"
source = "网站来件"
[channels.phone]
zh = "电话"
en = "telephone"
public = false
[intake]
checks = [
    { id = "title", subject = [5, 30], message = "标题请写5至30字", source = "标题应当简明" },
    { id = "who", given = ["sender.name", "place"], channels = ["web"], level = "advise" },
]
duplicate = { same = ["sender", "text"], within = "7 calendar days", do = "merge", source = "重复来件并件办理" }
[intake.status]
waiting = ["received"]
done = [
    "reviewed", "assigned", "consultation", "awaiting_citizen", "replied", "returned", "published", "closed",
    "rejected", "merged", "transferred", "withdrawn",
]
[roles.head]
zh = "承办单位负责人"
en = "head of a unit"
scope = "unit"
below = true
may = ["note"]
sees = ["sender.name", "sender.phone"]
[[lifecycle.transition]]
action = "publish"
source = "assigned"
dest = "published"
[lifecycle.unwatched]
published = "何时办结未写明"
[assignment]
decline_reasons = ["不属本单位职责"]
decline = { limit = "4 hours", max = 2, source = "四小时内退回" }
[reply]
return_reasons = ["答非所问"]
source = "答复应当具体"
checks = [{ id = "signed", signature = true, message = "请署名", source = "答复应当署名" }]
[revisit]
required = "solved == 'no'"
[[clock]]
id = "handle"
zh = "办理期限"
en = "handling"
starts_on = "receive"
stops_on = "publish"
limit = [
    { when = "kind == 'consult' and level == 'county'", is = "2 working days", source = "县级咨询两日" },
    { when = "kind == 'help'", is = "0 calendar days", assumption = "at once is that day" },
    { when = "kind == 'suggest'", is = "1 hour", assumption = "as above" },
    { is = "10 working days", source = "其他十日" },
]
source = "限期办理"
extend = { approve = "clerk", cap = "30 working days", source = "可以延期一次" }
[[approval]]
on = "assign"
by = ["leader"]
when = "level == 'city'"
instructs = true
source = "经领导批示后交办"
[[order]]
id = "call"
zh = "回访单"
en = "call"
revisit = "citizen"
document = { series = "访{n}", template = "请回访群众。" }
answer = { limit = [{ is = "0 calendar days" }] }
source = "电话回访"
[[order]]
id = "paper"
zh = "督办函"
en = "paper"
document = { series = "督{n}" }
[order.answer]
what = "书面说明"
limit = [{ when = "level == 'city'", is = "1 working day", source = "市级一日" }, { is = "3 working days" }]
[[rung]]
id = "every-one"
on = "dissatisfied"
do = ["issue:call"]
repeat = { every = 1, max = 9 }
source = "每次都回访"
[[rung]]
id = "at-once"
on = "done:receive"
do = ["notify:clerk"]
[[notify]]
on = "receive"
to = ["clerk", "sender"]
zh = "来件已收到"
en = "your message has come"
when = "public"
source = "收到即告知"
[[schedule]]
id = "monthly"
every = "month"
as_of = 10
title = "{year}年{month}月办理情况"
publisher = "问政办"
lists = ["open-late", "zero"]
figures = ["reply", "closed", "on-time"]
source = "每月一期"
"""


def shown(casework: Casework, name: str, *options: str) -> str:
    said = casework("rulebook", "show", name, *options)
    assert said.code == 0, said.err
    return said.out


def flat(text: str) -> str:
    """Return a text as it reads whatever the width of its columns; several rows can be searched in it one by one."""
    return re.sub(r"\s+", " ", text)


def texts(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every text of a document with where it stands, and of conditions what they quote."""
    if isinstance(value, dict):
        for key, inside in value.items():
            if key != "transition":  # its "source" is a state
                yield from texts(inside, (*path, key))
    elif isinstance(value, list | tuple):
        for inside in value:
            yield from texts(inside, path)
    elif isinstance(value, str) and path[-1] in ("when", "required"):
        yield from ((path, quoted) for quoted in re.findall(r"'([^']*)'", value))
    elif isinstance(value, str) and value:
        yield path, value


def told(book: Rulebook) -> Iterator[str]:
    """Yield what must be found where a rulebook is read aloud in Chinese: grounds, and everything that is Chinese."""
    document = book.outline.model_dump(by_alias=True)
    for path, text in texts(document):
        if path[-1] in ("source", "assumption") or (path[-1] != "en" and re.search("[\u4e00-\u9fff]", text)):
            yield text
    for board in book.register.board if book.register else ():
        yield board.name


def books() -> list[Any]:
    return [pytest.param(name, id=name) for name in shipped_names()] + [
        pytest.param(str(place), id=place.stem) for place in EXAMPLES
    ]


def plain(text: str) -> str:
    """Return a text without blanks, a quotation in it with one kind of marks: inside another it has the inner ones."""
    return re.sub(r"\s", "", text).translate(str.maketrans("“”", "‘’"))


# --- nothing is left out ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", books())
def test_every_ground_and_every_chinese_text_of_a_rulebook_is_read_aloud(
    casework: Casework, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "4000")  # no cell is broken, so each text stands in one piece
    book = Rulebook.load(name) if name.endswith(".toml") else Rulebook.shipped(name)
    said = plain(shown(casework, name))
    assert [text for text in told(book) if plain(text) not in said] == []


@pytest.mark.parametrize("name", books())
def test_english_leaves_out_no_ground_either(casework: Casework, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "4000")
    book = Rulebook.load(name) if name.endswith(".toml") else Rulebook.shipped(name)
    said = plain(shown(casework, name, "--lang", "en"))
    grounds = [text for path, text in texts(book.outline.model_dump(by_alias=True)) if path[-1] in ("source", "assumption", "en")]
    assert [text for text in grounds if plain(text) not in said] == []


@pytest.mark.parametrize("name", books())
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_condition_of_ours_is_read_aloud_as_code(casework: Casework, name: str, lang: str) -> None:
    said = shown(casework, name, "--lang", lang)
    assert not re.search(r" (==|!=|>=|<=) |' in |[a-z]之后|\(\)|（）|：；|: ;", flat(said))


def test_the_grounds_of_a_row_stand_beside_it_alone(casework: Casework, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "4000")
    (tmp_path / "town.toml").write_text(TOWN, "utf-8")
    lines = [re.sub(r" +", " ", line.strip()) for line in shown(casework, "town.toml").splitlines()]
    for line in (
        "计时 办理期限 自来件起，至公开止 “限期办理”",
        "期限：类别为咨询且层级为县级的，2个工作日 “县级咨询两日”",
        "期限：类别为求助的，当日 推定：at once is that day",
        "期限：类别为建议的，1小时 推定：as above",
        "期限：其他情形，10个工作日 “其他十日”",
        "可延期1次，须在到期前提出，由问政办准许，自期限末日起算，自收件起合计不超过30个工作日 “可以延期一次”",
        "退件 可在交办后4小时内退件；退件最多2次 “四小时内退回”",
        "答复 退回事由：答非所问 “答复应当具体”",
        "回复时限：层级为市级的，1个工作日 “市级一日”",
        "回复时限：其他情形，3个工作日",
    ):
        assert line in lines
    order = lines.index("期限：类别为求助的，当日 推定：at once is that day")
    assert lines[order + 1].endswith("推定：as above")


def test_show_says_what_each_table_rules(casework: Casework, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "4000")
    (tmp_path / "town.toml").write_text(TOWN, "utf-8")
    chinese, english = flat(shown(casework, "town.toml")), flat(shown(casework, "town.toml", "--lang", "en"))
    for words in (
        "分类 层级 市级、县级",
        "来件渠道 网站 来件可以公开；通过电话答复 “网站来件”",
        "来件渠道 电话 来件不公开",
        "不予接收：标题不在5至30字之间；提示语：“标题请写5至30字” “标题应当简明”",
        "提示：未填写姓名、地点中的任一项；仅限网站",
        "重复来件 7个自然日内来件人、标题和正文均相同的，视为重复来件；自动并件",
        "对外状态 等候办理 已接收",
        "按无效来件统计：垃圾信息、内容不清；按重复来件统计：重复来件；按移送统计：信访事项、不属本级受理",
        "办理流程 办理中时公开，转为已答复",
        "角色 承办单位负责人 本单位的来件：备注；含下级单位；可见来件人姓名、电话",
        "本人的来件：补充、撤回、评价、好评；可见来件人全部信息",
        "全部来件：审核通过、不同意、退回、备注 角色",
        "不计时环节 已答复 此间可不计时：何时办结未写明",
        "据反映未解决的，办结前须回访群众",
        "期限按日计算的：起算当日不计，末日24:00届满",
        "是否逾期以此为准",
        "关口 交办 领导；条件：层级为市级；准许时提出意见，作为批示记录在案",
        "答复检查 署名 不予提交：未署单位名称；提示语：“请署名”",
        "编号访{n}；用于回访群众，以其回复为回访结果；当日回复",
        "文书正文： 请回访群众。",
        "不满意满1次；下发回访单；此后每增加1次再行一次，合计最多9次",
        "来件之后；通知问政办",
        "告知 来件 告知问政办、来件人：“来件已收到”；条件：公开 “收到即告知”",
        "通报；题为“{year}年{month}月办理情况”；由问政办编发；逐件列出逾期未办件、零诉求单位；公布回复率、办结、按期办结率",
        "figures-of-old：往年点击",
    ):
        assert words in chinese
    assert chinese.count(" 计时 ") == 1  # the clocks of answers are told with their orders
    for words in (
        "limit: 2 working days if kind is consult and level is county",
        "limit: the same day if kind is help",
        "limit: 10 working days otherwise",
        "answered the same day",
        "after 1 finding that the citizen is dissatisfied; issue call; again at every further one, at most 9 times in all",
        "after: receipt; notify office clerk",
        "web site what comes by it may be shown to the public; answered by telephone",
        "who lets it pass says how, which is kept as an instruction",
        "with figures: reply rate, closed, on-time rate",
    ):
        assert words in english


def test_a_place_is_no_sender(casework: Casework, tmp_path: Path) -> None:
    with SqlStore.at(tmp_path / "cases.sqlite") as store:
        desk = Desk(Rulebook.shipped("yunxi"), store=store)
        nobody = desk.receive(Message(subject="路灯不亮", place="湄潭县")).id
        known = desk.receive(Message(subject="停水", place="湄潭县", sender=Sender(ref="u-1", name="王五"))).id
    known_as = "来件人 u-1 · 王五 · 地点 湄潭县", "from u-1 · 王五 · place 湄潭县"
    for case, (zh, en) in ((nobody, ("地点 湄潭县", "place 湄潭县")), (known, known_as)):
        assert zh in casework("show", case, "--unmasked").out.splitlines()
        assert en in casework("show", case, "--unmasked", "--lang", "en").out.splitlines()


# --- conditions in words ----------------------------------------------------------------------------------------------

WORDS = [
    ("kind == 'consult' and level == 'county'", "类别为咨询且层级为县级", "kind is consult and level is county"),
    ("kind == 'consult' or kind == 'help'", "类别为咨询或求助", "kind is consult or help"),
    ("kind in ['consult', 'help', 'suggest']", "类别为咨询、求助或建议", "kind is consult, help or suggest"),
    ("not kind == 'consult'", "类别不是咨询", "kind is not consult"),
    ("kind == 'help' or level == 'county'", "类别为求助或层级为县级", "kind is help or level is county"),
    ("kind == ''", "类别未定", "kind is not set"),
    ("'水' in text or '电' in text", "来件提到“水”或“电”", "the message mentions “水” or “电”"),
    ("not ('水' in text)", "来件未提到“水”", "the message does not mention “水”"),
    ("'水' in subject and ('电' in text or '气' in text)", "标题提到“水”且（来件提到“电”或“气”）", ""),
    ("kind == 'help' and public or units > 1", "类别为求助且公开，或者承办单位数超过1", ""),
    ("not public", "不公开", "it is not public"),
    ("public == false", "不公开", "it is not public"),
    ("not (public and units > 1)", "并非（公开且承办单位数超过1）", "not (it is public and the number of units is more than 1)"),
    ("cycle + returned >= 3", "重办次数与退回次数之和不少于3", "the number of reopenings plus the number of returns is at least 3"),
    ("3 <= cycle", "重办次数不少于3", "the number of reopenings is at least 3"),
    ("not (cycle >= 3)", "重办次数少于3", "the number of reopenings is less than 3"),
    ("cycle > 0", "曾经重办", "it was reopened"),
    ("form == 'call' and solved == 'no'", "文书为回访单且据反映未解决", "the order is call and it is said not to be solved"),
    ("place != ''", "写明地点", "the place is given"),
    ("lead == ''", "未写明主办单位", "the lead unit is not given"),
    ("state == 'replied'", "办理环节为待审核", ""),
    ("channel == 'phone'", "渠道为电话", "the channel is telephone"),
    ("weekday == 6 or weekday == 7", "来件当天为周六或周日", "the weekday of receipt is Sat or Sun"),
    ("month >= 11", "来件月份在11以后（含本数）", "the month of receipt is 11 or later"),
    ("date < '2020-07-01'", "来件日期早于2020-07-01", "the day of receipt is before 2020-07-01"),
]


@pytest.mark.parametrize(("text", "zh", "en"), WORDS)
def test_a_condition_is_put_in_words(text: str, zh: str, en: str) -> None:
    book = town(text)
    assert proviso(text, book, "zh") == zh
    assert not en or proviso(text, book, "en") == en


@pytest.mark.parametrize(
    "text", ["kind =~ 'c.*'", "text.length > 200", "units * 2 > 3", "weekday > 5", "cycle > 1 ? public : not public"]
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_where_words_do_not_reach_the_condition_itself_is_read(text: str, lang: Lang) -> None:
    assert proviso(text, town(text), lang) == text


def town(when: str) -> Rulebook:
    return Rulebook.parse(f'{TOWN}[[notify]]\non = "publish"\nto = ["sender"]\nzh = "x"\nwhen = "{when}"\n')


numbers = st.integers(0, 9)
atoms = st.one_of(
    st.builds(
        "{} {} '{}'".format,
        st.sampled_from(["kind", "outcome"]),
        st.sampled_from(["==", "!="]),
        st.sampled_from(["help", "consult"]),
    ),
    st.builds("'{}' in {}".format, st.sampled_from("水电气"), st.sampled_from(["text", "subject"])),
    st.builds(
        "{} {} {}".format,
        st.sampled_from(["units", "cycle", "views"]),
        st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
        numbers,
    ),
    st.just("public"),
)
conditions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("not ({})".format, inner),
    ),
    max_leaves=6,
)


def holds(term: Any, facts: dict[str, Any]) -> Any:
    """Judge a term as it reads."""
    parts = [holds(part, facts) for part in term.parts]
    if not parts:
        return facts.get(term.value, term.value)
    if term.kind in ("and", "or", "not"):
        return all(parts) if term.kind == "and" else any(parts) if term.kind == "or" else not parts[0]
    side, other = parts
    if term.kind in ("in", "not in"):
        return (side in other) is (term.kind == "in")
    return bool(getattr(operator, term.kind)(side, other))


@given(
    conditions,
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["", "help", "consult"]),
            "outcome": st.sampled_from(["", "help"]),
            "text": st.text("水电气x", max_size=3),
            "subject": st.text("水电气x", max_size=3),
            "units": numbers,
            "cycle": numbers,
            "views": numbers,
            "public": st.booleans(),
        }
    ),
)
def test_the_tree_of_a_condition_holds_where_the_condition_holds(text: str, facts: dict[str, Any]) -> None:
    condition = Condition(text, axes=["kind"])
    term = condition.term()
    assert term is not None
    empty = {name: {"text": "", "number": 0.0, "flag": False}[kind] for name, kind in NAMES.items()}
    known = empty | {name: float(value) if type(value) is int else value for name, value in facts.items()}
    assert holds(term, known) == condition.holds(known)


def test_every_word_that_a_rulebook_may_choose_is_known_to_show() -> None:
    """A choice that a key offers and no word says would end the command with a KeyError."""
    from typing import get_args

    from casework.cli import frames, rulings
    from casework.intake import GIVEN, DuplicateRule, IntakeCheck
    from casework.messages import Sender
    from casework.outline import Schedule

    def choices(model: Any, field: str) -> set[str]:
        kind = model.model_fields[field].annotation
        return {word for one in (kind, *get_args(kind)) for word in get_args(one) if isinstance(word, str)}

    wanted = {f"form {form}" for form in choices(Schedule, "form")} | {f"list {name}" for name in choices(Schedule, "lists")}
    wanted |= {f"per {whom}" for whom in choices(Schedule, "per") - {"all"}} | {f"field {name}" for name in Sender.model_fields}
    assert wanted - set(rulings._SAID) == set()
    words = {*choices(DuplicateRule, "same"), *choices(DuplicateRule, "do"), *choices(IntakeCheck, "level")}
    words |= {name.removeprefix("sender.") for name in GIVEN}
    assert words - set(frames._SAID) == set()
    assert {"form digest", "list zero", "per board", "field phone"} <= wanted and {"sender", "merge", "place"} <= words
