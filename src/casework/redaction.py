"""Personal data inside running text, found and masked: what people write names people.

A sender's fields are masked by who may see them; but the same name and number stand in the message, in a reply, in a note. What is
known of a sender is masked wherever it occurs; what is not known is masked where its form gives it away: telephone numbers, id
numbers, e-mail addresses, and names that are introduced as such. Numbers of documents and messages, dates and sums of money stay.

Finding names by their form is a guess and stays one: a name that nobody introduces ("隔壁老王") is not found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from .messages import Sender

Shows = Callable[[str], bool]
"""Says whether a field such as ``"sender.phone"`` is shown to somebody."""

_STARS = 8


def masked(value: str) -> str:
    """Return a value with at most its first character left: ``"王小明"`` becomes ``"王**"``; nothing stays nothing."""
    return value[: len(value) > 1] + "*" * min(max(len(value) - 1, 1), _STARS) if value else ""


def nothing(field: str) -> bool:
    """Show no field: what holds for the public."""
    return False


def redact(text: str, sender: Sender | Iterable[Sender], shows: Shows = nothing) -> str:
    """Return a text in which every field that is not shown is masked, of these senders and of whoever else it names.

    Redacting twice is redacting once.
    """
    return redactor(sender, shows)(text)


def redact_patterns(text: str) -> str:
    """Return a text with what its form gives away as personal masked, where no sender is known: for reasons in events."""
    return redactor((), nothing)(text)


def redactor(
    sender: Sender | Iterable[Sender], shows: Shows = nothing, *, others: Iterable[Sender] = (), by_form: bool = True
) -> Callable[[str], str]:
    """Return what redacts texts about these senders; of *others* nothing is shown, whatever *shows* says.

    Without *by_form* only what is known of them is masked, and what is somebody else's stays.
    """
    senders = (sender,) if isinstance(sender, Sender) else tuple(sender)
    known = {field: list(_values(senders, field)) for field in Sender.model_fields if not shows(f"sender.{field}")}
    hidden = [value for values in known.values() for value in values]
    hidden += [value for field in Sender.model_fields for value in _values(tuple(others), field)]
    # The longest first: of "解放路12号" and "解放路12号3单元" in one place, the longer one is what stands there.
    own = [_spelled(value) for value in sorted(set(hidden), key=lambda value: (-len(value), value))]
    shown = [_spelled(value) for field in Sender.model_fields if field not in known for value in _values(senders, field)]
    rules = [rule for rule in _RULES if by_form and not shows(f"sender.{rule[0]}")]

    def once(text: str) -> str:
        for pattern in own:
            text = _masked_where(pattern, text, _always)
        for _, pattern, counts in rules:
            text = _masked_where(pattern, text, counts, but=shown)
        return text

    def whole(text: str) -> str:
        # Masking may uncover: with a number gone, the digits beside it are a number of their own. Each round takes letters away.
        while (after := once(text)) != text:
            text = after
        return text

    return whole


# --- what is known of a sender ----------------------------------------------------------------------------------------

_NOBODY = frozenset({"匿名", "网友", "市民", "群众", "居民", "anonymous"})
_TOWN = re.compile(r"^.*[省市县区镇乡旗](?=.*\d)")
_SHORTEST_DIGITS = 5  # shorter ones are years, days and house numbers
_SHORTEST_TAIL = 4
_NO_CHANCE = 6  # as many letters and digits do not stand inside a longer word or number by chance
_BETWEEN = r"[\s\-.·_@()\u200b-\u200f\u2060\ufeff]{0,2}"


def _values(senders: tuple[Sender, ...], field: str) -> Iterator[str]:
    """Yield what is to be looked for of a field: nothing that is too short to be told from other words."""
    for sender in senders:
        value = _folded(getattr(sender, field))
        letters = "".join(filter(str.isalnum, value))
        if len(letters) < (_SHORTEST_DIGITS if letters.isdigit() else 2) or value.lower() in _NOBODY:
            continue
        yield value
        if field == "address" and len(tail := _TOWN.sub("", value)) >= _SHORTEST_TAIL:
            yield tail  # people write their street and leave out their town
        if field == "phone" and letters.isdigit() and letters.startswith("86") and len(letters) > len("13800000000"):
            yield letters.removeprefix("86")


@lru_cache(maxsize=256)
def _spelled(value: str) -> re.Pattern[str]:
    """Return a pattern for a value however it is spaced; short Latin letters and digits only as a whole word."""
    letters = [ch for ch in value if ch.isalnum()]
    whole = _BETWEEN.join(re.escape(ch) for ch in letters)
    alone = len(letters) >= _NO_CHANCE and any(map(str.isdigit, letters))
    before = r"(?<![0-9A-Za-z])" if letters[0].isascii() and not alone else ""
    after = r"(?![0-9A-Za-z])" if letters[-1].isascii() and not alone else ""
    return re.compile(before + whole + after, re.IGNORECASE)


# --- what its form gives away -----------------------------------------------------------------------------------------

_HAN = r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002fa1f]"
_DOUBLE = "欧阳|司马|上官|诸葛|皇甫|尉迟|公孙|令狐|慕容|宇文|长孙|司徒|夏侯|端木|南宫|西门|独孤|轩辕|呼延|闻人|申屠|太史|澹台"
_SINGLE = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石"
    "金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文施洪辛柯葛殷庄倪牛樊俞翟管颜包"
    "柳毕申焦齐兰岑骆欧伍滕温季鲁章梅俸童耿霍聂冉涂苗游安蓝宁路卓詹纪凌鲍岳喻舒成祝关左柴阮饶窦尚巫屈项褚祁娄甘卞佘盛宫邢臧丛"
    "连边靳邝鞠瞿慕裴席卫奚郎鄢应凤晏蒲车仇练原郁亢敖虞占盘符时桂穆解桑曲明邬麦全栾单楼迟厉储班巩荆苑谷冷初隋闵隆"
)
_SURNAME = f"(?:{_DOUBLE}|[{_SINGLE}])"
_NO_NAME = re.compile(
    "马上|马路|安全|成功|高中|高度|高兴|方便|于是|曾经|周边|周末|周一|周二|周三|周四|周五|周六|周日|"
    "应该|应当|应聘|明白|全家|全款|全部|时常|常常|常年|常住|文化|文明|成年|成都|万分|万般|连续|连夜|"
    "原来|原本|原籍|原是|单身|单位|单亲|路过|路人|向来|解放|江西|江苏|江南|安徽|宁夏|云南|广西|任职|"
    "任教|任何|时间|关注|关于|施工|管理|通过|白天|白银|金融|严重|温馨|明年|明天|方才|易地|尚未|尚不|"
    "全程|游客|全职|全国|全市|全县|经营|经商|初中|初步|项目|解决|成立|成绩|于今|于此|于去|于当|于上|"
    "于本|于前|于近|常德|邵阳|武汉|石门|连云|马鞍|宁乡|温州|关心|关键|应有|应届"
)
"""Words that begin like a name and are none."""
_NOT_AT_THE_END = frozenset("人员户者师妈爸")
_ENTRY = (
    "姓名|联系人|投诉人|举报人|申请人|反映人|反应人|留言人|来信人|来电人|写信人|求助人|信访人|当事人|署名|户主|业主|病人|患者|"
    "收件人"
)
_NO_ENTRY = re.compile("您|你|电话|手机|性别|身份|匿名|联系|地址|详见|住址|年龄|无名|不详|某某|职务|单位|本人|同上")
_AFTER = r"[^\w]|_|$|[0-9a-z]|是|系|男|女|家住|现住|住|身份|电话|手机|联系|今年|出生|性别|地址|来自|籍"
_OFFICE_LINE = re.compile(
    r"(?:(?:咨询|服务|监督|举报|投诉|值班|办公|办事|窗口|客服|维修|报修|抢修|报警|预约|查询)(?:电话|热线|专线|号码)?|热线|专线|总机|拨打|致电"
    r"|(?:局|办公室|办|科|股|中心|大队|支队|队|所|站|处|委|政府|法院|银行|支行|行|部|厅|联系我们)[^,。;!?:]{0,8})(?:电话|号码)?"
    r"[为是:\s(]*(?:[\d\-—–、,/\s]*[、,/\s])?$"
)
"""What stands before a landline that an office gives out, or before the first of several."""
_DOCUMENT = re.compile(r"(?:编号|文号|单号|案号|件号|车牌|房号|图号|批号|发票|合同)(?:号|码|号码)?[为是:\s]*$")
_SUM = re.compile(r"\s*(?:[万亿]?元|万|亿|平方|立方|公里|吨|人次)")
_LOOK_BACK = 40
_GAP = r"[\s\-._·\u200b]?"

_PROVINCE = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
_DAY_OF_YEAR = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_MOBILE = "|".join(
    _GAP.join(groups)
    for groups in (
        (r"1[3-9]\d", r"\d{4}", r"\d{4}"),
        (r"1[3-9]\d", r"\d{3}", r"\d{5}"),
        (r"1[3-9]\d\d", r"\d{3}", r"\d{4}"),
        (r"1[3-9]\d\d", r"\d{4}", r"\d{3}"),
        (r"1[3-9]\d{3}", r"\d{6}"),
        ("1", r"[3-9]", *[r"\d"] * 9),
    )
)


def _always(found: re.Match[str]) -> bool:
    return True


def _before(found: re.Match[str]) -> str:
    return found.string[max(0, found.start("it") - _LOOK_BACK) : found.start("it")]


def _of_a_person(found: re.Match[str]) -> bool:
    """Return whether digits are somebody's: neither the number of a document nor a sum."""
    return not _DOCUMENT.search(_before(found)) and not _SUM.match(found.string, found.end("it"))


def _private_line(found: re.Match[str]) -> bool:
    """Return whether a line is not one that an office gives out (咨询电话, 热线): for those a reply is read."""
    return _of_a_person(found) and not _OFFICE_LINE.search(_before(found))


def _name(found: re.Match[str]) -> bool:
    return not _NO_NAME.match(found["it"])


def _told_name(found: re.Match[str]) -> bool:
    """Return whether "我是…", "本人…" is followed by a name and not by what somebody is."""
    return _name(found) and found["it"][0] != "于" and found["it"][-1] not in _NOT_AT_THE_END


def _entry(found: re.Match[str]) -> bool:
    return not _NO_ENTRY.match(found["it"]) and _name(found)


def _more_than_surname(found: re.Match[str]) -> bool:
    """Return whether more than a surname stands before a title: not in "向王先生", nor in "欧阳先生"."""
    name = found["it"]
    if len(name) == len("向王") and name[0] in "向和于任同应关时" and name[1] in _SINGLE:
        return False
    return not re.fullmatch(_DOUBLE, name) and _name(found)


_Rule = tuple[str, re.Pattern[str], Callable[[re.Match[str]], bool]]


def _rule(field: str, form: str, counts: Callable[[re.Match[str]], bool] = _always, *, after: str = "", before: str = "") -> _Rule:
    return field, re.compile(rf"{before}(?P<it>{form}){after}", re.IGNORECASE), counts


_RULES: tuple[_Rule, ...] = (
    _rule("email", r"[a-z0-9][a-z0-9._%+\-]{0,63}@[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){0,4}\.[a-z]{2,}"),
    _rule(
        "id_number",
        rf"{_PROVINCE}\d{{4}}{_GAP}(?:18|19|20)\d\d{_GAP}{_DAY_OF_YEAR}{_GAP}\d{{3}}[\dx]",
        _of_a_person,
        before=r"(?<!\d)",
        after=r"(?!\d)",
    ),
    _rule(
        "id_number", rf"{_PROVINCE}\d{{4}}{_GAP}\d\d{_DAY_OF_YEAR}{_GAP}\d{{3}}", _of_a_person, before=r"(?<!\d)", after=r"(?!\d)"
    ),
    _rule("phone", rf"(?:\+|00)?(?:86{_GAP})?(?:{_MOBILE})", _of_a_person, before=r"(?<!\d)", after=r"(?!\d)"),
    _rule(
        "phone",
        r"(?:\(0(?:10|2\d|[3-9]\d{2})\)|0(?:10|2\d|[3-9]\d{2}))[\s\-—–]{0,2}\d{3,4}[\s\-—–]?\d{4}(?:[\-转]\d{1,5})?",
        _private_line,
        before=r"(?<![\d\-])",
        after=r"(?!\d)",
    ),
    _rule(
        "phone",
        r"[2-9]\d{2,3}[\s\-]?\d{4}",
        _private_line,
        before=r"(?:联系电话|家庭电话|住宅电话|我的电话|电话号码|手机号码?|座机|联系方式)[为是:\s]*",
        after=r"(?!\d)",
    ),
    _rule("phone", r"[a-z0-9][a-z0-9_\-]{4,19}", before=r"(?:qq|微信|wechat)(?:号码?)?[为是:\s]*", after=r"(?![a-z0-9_\-])"),
    _rule(
        "name",
        rf"{_SURNAME}{_HAN}{{1,2}}?",
        _name,
        before=r"(?:我叫|我名叫|名字叫|名字是|本人姓名|本人名叫|本人叫|姓名[是为])",
        after=rf"(?={_AFTER})",
    ),
    _rule("name", rf"{_SURNAME}{_HAN}{{2}}", _name, before=r"(?:我叫|我名叫|名字叫|本人名叫|本人叫)"),
    _rule(
        "name", rf"{_SURNAME}{_HAN}{{1,2}}?", _told_name, before=r"(?:本人|我是)", after=r"(?=[,。;(]|$|\s|男|女|身份证|家住|现住)"
    ),
    _rule("name", rf"{_HAN}{{1,10}}(?:·{_HAN}{{1,10}})+", before=rf"(?:我叫|本人|(?:{_ENTRY})\s*:\s*)"),
    _rule("name", rf"{_HAN}{{2,4}}?", _entry, before=rf"(?:{_ENTRY})\s*:\s*", after=rf"(?={_AFTER})"),
    _rule("name", rf"{_SURNAME}{_HAN}{{1,2}}", _more_than_surname, after=r"(?=先生|女士|小姐)"),
    _rule("name", r"[a-z][a-z.'\-]+(?: [a-z][a-z.'\-]+){0,2}", before=r"(?:my name is |(?<![a-z])name: )"),
)
"""What is looked for: the sender's field that it is like, its form, and what tells it from something harmless."""


# --- where it stands --------------------------------------------------------------------------------------------------

_PLAIN = "\u0100"


def _folded(text: str) -> str:
    """Return a text of the same length with full-width and other forms of letters and digits made plain."""
    return text if text.isascii() else "".join(ch if ch < _PLAIN else _plain(ch) for ch in text)


@lru_cache(maxsize=8192)
def _plain(ch: str) -> str:
    plain = unicodedata.normalize("NFKC", ch)
    return plain if len(plain) == 1 else ch


def _masked_where(
    pattern: re.Pattern[str], text: str, counts: Callable[[re.Match[str]], bool], *, but: Iterable[re.Pattern[str]] = ()
) -> str:
    """Return a text with each match that counts masked; what stands inside a match of *but* is shown and stays."""
    folded = _folded(text)
    parts, at, group = [], 0, "it" if pattern.groups else 0
    shown: list[tuple[int, int]] | None = None
    for found in pattern.finditer(folded):
        start, end = found.span(group)
        if shown is None:
            shown = [each.span() for one in but for each in one.finditer(folded)]
        if counts(found) and not any(first < end and start < last for first, last in shown):
            parts += [text[at:start], masked(text[start:end])]
            at = end
    return "".join([*parts, text[at:]]) if parts else text
