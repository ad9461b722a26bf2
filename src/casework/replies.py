"""What a reply must be before it is read by a citizen: checks as data, and reasons for sending it back.

A text is read here as a person reads it: full-width and half-width marks, capital and small letters, blanks of any kind between
Chinese characters make no difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from .languages import MONTHS_EN
from .opinions import Finding

Day = date  # a check has a key of the name "date"

_FROZEN = ConfigDict(frozen=True, extra="forbid", defer_build=True)

# --- how a text is read -----------------------------------------------------------------------------------------------

# Control and format characters; the others of their kind are line ends and tabs, which are blanks.
_UNSEEN = re.compile(
    "[\\x00-\\x08\\x0e-\\x1b\\x7f-\\x84\\x86-\\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
# Braille and Hangul cells that are no white space to Unicode and yet show nothing.
_DRAWN_EMPTY = re.compile("[\u115f\u1160\u2800\u3164\uffa0]")
_ONE_WIDTH = str.maketrans({**dict.fromkeys("“”„‟「」『』", '"'), **dict.fromkeys("‘’‚‛", "'"), "。": ".", "—": "-", "–": "-"})
_LETTER = "[0-9a-z\u00e0-\u024f]"


def _plain(text: str) -> str:
    """Return *text* in one width and one case, its runs of blanks made one blank, or a line feed where they hold a line end."""
    seen = _DRAWN_EMPTY.sub(" ", _UNSEEN.sub("", text))
    whole = "\n".join(line for part in seen.splitlines() if (line := " ".join(part.split())))
    same = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", whole).casefold()).translate(_ONE_WIDTH)
    return re.sub(r"\.{3,}", "⋯", same)  # a mark of omission is no full stops


def _folded(text: str) -> str:
    """Return *text* plain and without blanks, save one between two Latin letters or digits: "not able" is not "notable"."""
    return re.sub(f"\\s(?!{_LETTER})|(?<!{_LETTER})\\s", "", _plain(text)).replace("\n", " ")


@lru_cache(maxsize=1024)
def _phrase(phrase: str) -> str:
    return _folded(phrase)  # kept for the phrases of rulebooks only: what people write is not kept


def _said(phrases: Iterable[str], text: str) -> list[str]:
    folded = _folded(text)
    return [phrase for phrase in phrases if _phrase(phrase) in folded]


def _length(text: str) -> int:
    """Return how many characters of *text* can be seen."""
    return len("".join(_DRAWN_EMPTY.sub("", _UNSEEN.sub("", text)).split()))


# --- acknowledgements -------------------------------------------------------------------------------------------------

# Replies come in either script; only the characters that the patterns below use are brought to one of them.
_ONE_SCRIPT = str.maketrans(
    "謝關對們來轉處辦覆復複實單這郵監貼訴問題請將會調區縣鄉鎮員給併並經級時後續眾衆親寶見電諮詢為爲與"
    "據總閱獲間網門務場導熱願顧貴錄記報議設業發結進組隊長內滿麽現參誠懇謹順體盡責應廣團駐館學協聯愛積極緊視",
    "谢关对们来转处办复复复实单这邮监贴诉问题请将会调区县乡镇员给并并经级时后续众众亲宝见电咨询为为与"
    "据总阅获间网门务场导热愿顾贵录记报议设业发结进组队长内满么现参诚恳谨顺体尽责应广团驻馆学协联爱积极紧视",
)

_YOU = "(?:您们?|你们?|贵方)"
_PERSON = "(?:网友|网民|市民|群众|居民|村民|朋友|先生|女士|同志|同学|来信人|留言人|写信人)"
_WE = "(?:我们|我[委办局县区市镇乡街院校部]|我单位|我中心|我公司|我部门|本[委办局]|本单位)"
_NAMED = (
    "(?:留言|来信|来件|此件|来函|来电|来帖|信件|邮件|信息|诉求|问题|情况|建议|意见|帖子|帖文|贴文|发帖|反映|投诉|咨询|事项|事情|内容|提问|求助"
    "|反馈(?!给|至|到|如下|与|您|你|$))"
)
_ON_A_DAY = "(?:于?(?:[0-9]{4}年)?[0-9]{1,2}月[0-9]{1,2}[日号])"
# Repetitions are possessive ("*+"): nothing is gained by trying another cut, and a hostile text could make it try for ever.
_ABOUT = (
    f"(?:(?:对于|关于|针对|对|就)?{_YOU}?{_ON_A_DAY}?(?:(?:在|通过)[^,.]{{2,20}}?[上中》台])?所?"
    f"(?:(?:反映|提出?|咨询|提交|投诉|留下|反馈|来信反映|留言反映)的)?的*+(?:有关|相关|上述|宝贵|以上)?{_NAMED}{{1,3}}+)"
)
_ALREADY = "(?:已经|均已|现已|也已|业已|目前已|已)"
_SEEN = "(?:收悉|收到|知悉|获悉|阅悉|收阅|阅)"
_ENTERED = "(?:受理|登记|记录在案|记录)"  # of a message; without one named, "已登记" may answer "is my flat registered?"
# A unit's name: none of the characters with which a report of what was done would go on, save within the two names that have one.
_UNIT = "(?:不动产|经开|[^并于后将把完了修解因请您你不未无经由为,.]){1,20}?"
_OFFICE = (
    "(?:局|委|办|部门?|单位|办公室|科室?|处|所|站|队|院|校|组|中心|政府|公司|集团|社区|街道|公积金|[省市县区镇乡村])"
    "(?:和部门|等单位|等部门)?"
)
_WHOEVER = "(?:(?:有关|相关|责任|承办|主管|职能|业务){1,2}(?:部门|单位|科室|处室|人员))"
_SOON = (
    "(?:尽快|尽早|及时|抓紧|立即|马上|第一时间|从速|认真|积极|全力|妥善|切实|严格|依法依规|依法|依规"
    "|按照?(?:有关|相关|政策|程序|规定|要求)+)"
)
_DEALT = "(?:调查|核实|核查|核处|处理|处置|办理|办复|研究|调处|阅处|落实|答复|回复|解决|参考|跟进)"
_HANDLED = f"(?:(?:进行|予以|依法|按程序|尽快|及时|抓紧|、|和|并|去)*{_DEALT})"

# Each pattern takes a whole clause (the text between two marks of punctuation).
_PASSING = (
    f"(?:{_WE}|{_ALREADY}|{_ABOUT}|[省市县区镇乡](?:委|政府)|将|把|会|并|现|及时|第一时间|立即|迅速|发函|按照?(?:工作)?(?:程序|流程|规定))*+(?:"
    f"(?:转交|转办|转至|转给|转送|转达|转告|转由|移交|交办|交由|批转|反馈[给至到])[给至到由了]*(?:{_UNIT})?{_HANDLED}*|"
    f"转(?:{_UNIT})?(?:{_OFFICE}|{_HANDLED}+)|交(?:由|给)?{_WHOEVER}{_HANDLED}*)"
)
_RECEIVED = re.compile(
    f"(?:(?:{_WE}|{_ALREADY}|{_ABOUT})*+{_SEEN}[了后]?{_ABOUT}?后?|(?:{_WE}|{_ALREADY})*+{_ABOUT}(?:{_WE}|{_ALREADY})*+{_ENTERED})"
    f"(?:[并且]{_PASSING})?"
)
_PASSED = re.compile(_PASSING)
_THANKED = re.compile(
    "(?:再次|非常|十分|衷心|最后|首先|同时|并|也|在此|表示|向|致以|真诚|诚挚|很)*+(?:感谢|谢谢|多谢|致谢|谢)"
    f"(?:{_YOU}|{_PERSON}|{_WE}|{_NAMED}|对[^,.]{{1,12}}?(?:工作|事业|发展|建设)的?|广大|大家|对|工作|政府|部门|单位|平台|问政|"
    "关心|关注|支持|理解|监督|信任|参与|配合|宝贵|帮助|热心|积极|提醒|反馈|告知|一直以来|长期以来|一如既往|一直|和|与|以及|及|、|的|之)*+"
)
# That it will be seen to soon, said of nothing in particular.
_SOMEBODY = f"(?:{_WHOEVER}|(?:工作|执法|专业|技术|专门)?人员|专人|其)"
_PROMISED = re.compile(
    f"(?:{_WE}|{_SOMEBODY}|{_ABOUT}|对此|下一步|一定|并|也|将|会|组织|安排|督促)*+{_SOON}"
    f"(?:{_SOON}|{_SOMEBODY}|{_ABOUT}|组织|安排|督促|将|会|、|和|并|进行|予以|加以|去|[为对]{_YOU})*+"
    f"{_DEALT}(?:情况)?(?:(?:、|和|并|及时|进行|给予|予以)*+{_DEALT})*+{_ABOUT}?"
)
_COURTEOUS = (
    re.compile(f"(?:尊敬的|亲爱的|热心的?)*+{_PERSON}?(?:朋友)?(?:您好|你好|大家好|上午好|下午好|好)?"),
    re.compile("(?:祝愿?|顺祝|谨祝|恭祝|敬祝)(?:您|你)?.{1,12}"),
    re.compile(f"现?[将就对]?(?:{_ABOUT}|有关|相关|具体|情况|调查|处理|核实)*+(?:回复|答复|复函|反馈|函复)[您你]?(?:如下)?"),
    re.compile(f"{_ABOUT}(?:(?:很|非常|十分)(?:宝贵|重要))?"),
    re.compile("(?:特此|专此|此)(?:回复|答复|函复|复|说明|告知)"),
    re.compile(
        f"(?:欢迎|希望|恳请|敬请|望)(?:{_YOU}|{_WE}|{_PERSON}|广大|大家|一如既往|继续|今后|多多?|对|工作|的|地|理解|谅解|支持|关注|监督"
        "|关心|提出|宝贵|意见|建议|和|与|、)++"
    ),
    # That it is looked upon as important or is under way, without a word on what; alone it may answer "how far is my application?".
    re.compile(f"(?:{_WE}|{_WHOEVER}|领导|对此|对|{_ABOUT})*+(?:已?引起)?(?:高度|十分|非常|极为)重视{_ABOUT}?"),
    re.compile(f"(?:{_WE}|{_WHOEVER}|目前|现在?|并|也)*+(?:正在?|将会?|会){_SOON}*+(?:进行|予以|对|{_ABOUT})*+{_DEALT}{{1,3}}中?"),
    re.compile(f"(?:{_WE}|现|并|也|已)*+(?:安排|组织|责成|要求|督促){_SOMEBODY}(?:进行|予以|{_SOON})*+{_DEALT}{{1,3}}"),
    # That an answer will come is not an answer, nor is it whom else to ask.
    re.compile(
        f"(?:敬请|请|望)?{_YOU}?(?:耐心|持续)?(?:等待|等候|关注)(?:后续|相关|我们|处理|办理)*+的?(?:回复|答复|结果|反馈|通知)?"
    ),
    re.compile(
        f"(?:{_WE}|{_YOU}|{_WHOEVER}|有关|如有|有|待|等|在|于|近期|近日|相关|情况|进展|调查|核实|核查|处理|办理|清楚|完毕?|后|结果|将|会|再|另外|另行"
        "|予以|给予|进行|作出|做出|尽快|及时|第一时间|抓紧|对|向|给|、)*+"
        f"(?:回复|答复|反馈)(?:与|给)?{_YOU}?"
    ),
    re.compile("(?:待|等)(?:有关|相关|情况|进一步|调查|核实|核查|了解|处理|办理|清楚|结果|有|完毕?|、|并|后)++"),
    re.compile(f"(?:{_WE}|{_SOMEBODY}|将|会|{_SOON})*+[与和]{_YOU}(?:取得)?联系"),
    re.compile(
        f"(?:如{_YOU}?[还仍]?有(?:其他|任何|什么)?(?:疑问|问题|需要))?"
        f"(?:[请可]|欢迎)?{_YOU}?(?:[与和]我们联系|(?:随时)?联系我们|来电咨询)?"
    ),
    re.compile(f"请勿重复(?:发帖|留言|提交|投诉)|请{_YOU}?保持(?:电话|手机|通讯|联系方式)?畅通|在此|最后|同时"),
)
# The excluded characters are those of a sentence that says something of the office with which it ends.
_SIGNED = re.compile(
    "[^请系询到去由是找在向应归需属您你为责不已于可能会了,.]{1,24}"
    "(?:局|[省市县区党镇乡]委|委员会|管委会|居委会|村委会|办公室|办事处|[信督政宣网]办|政府|中心|公司|[支大]队|平台)"
)
_LEADS_ON = re.compile(r"[0-9]{5}|https?:")  # a telephone number or a link is something to go on with
_DAY = re.compile(r"[12][0-9]{3}(?:年[01]?[0-9]月[0-3]?[0-9][日号]|([-/.])[01]?[0-9]\1[0-3]?[0-9])\W*$")
_QUOTED = re.compile(f"^(?:尊敬的|亲爱的)?{_PERSON}?:?(?:[\"'][^\"']{{1,20}}[\"']|[a-z0-9_]{{3,20}}(?=[:,您你])){_PERSON}?")
_GREETED = re.compile(f"^(?:尊敬的|亲爱的)?{_PERSON}?(?:您好|你好)")
_MARKS = re.compile(r"[,.!?;:\n⋯~|\"-]+")


def acknowledges_only(text: str, *, names: Sequence[str] = ()) -> bool:
    """Say whether a reply only confirms receipt, says to whom it was passed, promises to see to it, or gives thanks.

    Greetings, names, good wishes, the announcement of an answer, a signature and a date at the end do not count as answers either,
    but they alone do not make an acknowledgement: "您好！2019年3月5日" may answer "when?". Careful by intent: one clause that is
    not known to say nothing, and the reply is taken for an answer. An empty reply is no acknowledgement. *names* are those by which
    the unit signs.
    """
    plain = _DAY.sub("", _QUOTED.sub("", _plain(text).translate(_ONE_SCRIPT).replace(" ", "")))
    if _LEADS_ON.search(plain):
        return False
    clauses = [clause for clause in _MARKS.split(plain) if clause]
    signatures = tuple(_plain(name).translate(_ONE_SCRIPT).replace(" ", "") for name in names if name.strip())
    said = False
    for at, whole in enumerate(clauses):
        clause = _GREETED.sub("", whole)
        if any(pattern.fullmatch(clause) for pattern in (_RECEIVED, _PASSED, _THANKED, _PROMISED)):
            said = True
        elif clause and not any(pattern.fullmatch(clause) for pattern in _COURTEOUS):
            signs = said and at == len(clauses) - 1 and (_SIGNED.fullmatch(clause) or _signs(clause, signatures))
            if not signs:
                return False
    return said


def _signs(clause: str, names: tuple[str, ...]) -> bool:
    """Return whether a last clause is no more than one of the names, with the county before it perhaps."""
    name = next((name for name in names if clause.endswith(name)), "")
    return bool(name) and not set(clause.removesuffix(name)).intersection("请系询到去由是找在向应归需由转交")


# --- the end of a reply -----------------------------------------------------------------------------------------------

_MONTHS = tuple(month.lower() for month in MONTHS_EN)
_FIGURES = dict(zip("〇○零o一二三四五六七八九元正", "000012345678911", strict=True))
_WRITTEN_DAY = re.compile(
    r"([0-9〇○零o一二三四五六七八九]{4})\s*年\s*([0-9]{1,2}|[元正一二三四五六七八九十]{1,2})\s*月"
    r"\s*([0-9]{1,2}|[一二三四五六七八九十廿卅]{1,3})\s*[日号]?"
    r"|([0-9]{4})\s*([-/.])\s*([0-9]{1,2})\s*\5\s*([0-9]{1,2})"
    rf"|([0-9]{{1,2}})\s+({'|'.join(_MONTHS)})\s+([0-9]{{4}})"
)
_END = 300  # characters; thanks, a signature, a date and whom to call need fewer
# Nobody writes these two: `_plain` takes them out.
_A_DAY, _A_NAME = "\x00", "\x01"
_APART = re.compile(r"(?<![a-z])\s+|\s+(?![a-z])")
_STOPS = re.compile(r"([\n,.!?;⋯\"'()\[\]{}<>《》〈〉【】〔〕|]+)")
_GOES_ON = re.compile(r"[,;\"'(\[{<《〈【〔]+")  # in "请联系发改局，住建局" nobody signs
_IS_OFFICE = (
    "(?:局|委|办|厅|部|(?<![之好])处|科|室|股|所|站|队|院|校|中心|政府|银行|公司|镇|乡|区|县|市|省|街道|社区|村|组|(?<!社)会"
    "|平台|热线|窗口|园|场)"
)
# What may stand with a unit's name in a signature: its place, its office, another unit; nothing of which a sentence is made.
_BESIDE = f"(?:不动产|[^\\s:{_A_DAY}请系询到去由是找在向归需属您你我不已于可了对的给让将把被转报致打拨谢祝求至并往如即或以为迎注])"
_OFFICE_SIGNS = f"{_BESIDE}{{0,30}}(?:{_IS_OFFICE}|{_A_NAME})(?:[盖代公印]?章)?"
_WEEKDAY = "(?:星期|周)[一二三四五六日天]"
_HOUR = "[0-9]{1,2}(?::[0-9]{2}|[时点])(?::?[0-9]{1,2}[分秒]?)*"
_SIGNS = re.compile(
    "(?:(?:回复|答复|承办|办理|主办|落款)(?:单位|部门|日期|时间):|(?:特此|专此|此)(?:回复|答复|函复|复|说明|告知))?"
    f"(?P<above>{_OFFICE_SIGNS})?(?:{_A_DAY}(?:{_WEEKDAY})?(?:[上下]午)?(?:{_HOUR})?)*(?P<below>{_OFFICE_SIGNS})?"
)
_STANDS_BESIDE = (
    re.compile(f"{_WEEKDAY}|(?:[上下]午)?{_HOUR}|[盖代公印]?章|工作日.{{0,12}}|[0-9:~至转-]{{3,}}"),
    re.compile("(?:单位|联系|咨询|服务|办公|监督|举报|投诉|值班)*(?:电话|热线|手机|传真|邮编|qq|tel):?[0-9~至转-]*"),
    re.compile("(?:单位|联系|咨询|办公|电子)*(?:地址|邮箱|网址|联系人|经办人|承办人|联系方式|公众号):?.{0,40}"),
    _THANKED,
    *_COURTEOUS,
)


class _Ending(NamedTuple):
    """What the end of a reply holds: a signature of whom it was asked for, a date as it is written, and the day that this is."""

    signed: bool
    written: str
    day: Day | None


def _ending(text: str, names: Sequence[str]) -> _Ending:
    """Read *text* backwards, past thanks and whom to call, as far as it is signature and date; without *names* any office signs."""
    plain = _plain(text)
    end = _APART.sub("\n", re.sub(r"\s*:\s*", ":", plain[-_END:]))
    dates = list(_WRITTEN_DAY.finditer(end))
    end = _WRITTEN_DAY.sub(_A_DAY, end)
    if names:
        end = re.sub("|".join(sorted(map(_spaced, names), key=len, reverse=True)), _A_NAME, end)
    signed, last = False, None
    parts = ["\n", *_STOPS.split(end)]  # each behind its stop
    for at in range(len(parts) - 1, 2 if len(plain) > _END else 0, -2):
        part = parts[at].strip("-~·*#")
        found = _SIGNS.fullmatch(part)
        signs = found is not None and bool(found["above"] or found["below"])
        if found and not (signs and _GOES_ON.fullmatch(parts[at - 1])):
            signed = signed or (_A_NAME in part if names else signs)
            last = dates[-1] if _A_DAY in part and last is None else last
        elif part and not any(pattern.fullmatch(part) for pattern in _STANDS_BESIDE):
            break
        del dates[len(dates) - part.count(_A_DAY) :]
    return _Ending(signed, " ".join(last[0].split()) if last else "", _day(last) if last else None)


def _spaced(name: str) -> str:
    """Return the pattern of a name in a plain text, its characters spaced or not: 住 建 局."""
    folded = _folded(name)
    inside = r"\s*".join(r"\s" if char == " " else re.escape(char) for char in folded)
    return f"{'(?<![a-z])' if folded[0].isascii() else ''}{inside}{'(?![a-z])' if folded[-1].isascii() else ''}"


def _day(written: re.Match[str]) -> Day | None:
    """Return the day that is written, or None where the calendar has none such: 2020年2月30日."""
    zh_year, zh_month, zh_day, year, _, month, day, en_day, en_month, en_year = written.groups()
    try:
        if en_month:
            return date(int(en_year), _MONTHS.index(en_month) + 1, int(en_day))
        return date(_number(zh_year or year), _number(zh_month or month), _number(zh_day or day))
    except ValueError:
        return None


def _number(written: str) -> int:
    """Return 2020 for 2020 and 二〇二〇, 31 for 31 and 三十一; a `ValueError` for what is no number."""
    tens, ten, ones = written.replace("廿", "二十").replace("卅", "三十").partition("十")
    return 10 * _figures(tens or "一") + _figures(ones or "0") if ten else _figures(tens)


def _figures(written: str) -> int:
    return int("".join(_FIGURES.get(char, char) for char in written))


# --- the rules --------------------------------------------------------------------------------------------------------

_LONG_BEFORE = 30
"""Days. A reply may be dated a little before the message came here, which may have come elsewhere first; dates further back are
slips of the pen, mostly last year's number in January."""


class ReplyCheck(BaseModel):
    """One check of a reply, of exactly one kind; ``when`` is the condition under which it is made, "" for always.

    ``require`` and ``require_all`` are phrases of which one, or each, must be there; ``forbid`` phrases of which none may be;
    ``min_chars`` and ``max_chars`` bounds of what can be seen. ``acknowledgement`` refuses a reply that answers nothing,
    ``signature`` one that its unit did not sign at its end, ``date`` one whose end bears no date or one that cannot be right.

    ``level`` "block" refuses the reply, "advise" lets it pass and keeps the finding with it. ``message`` is told in place of the
    finding's own words, in the language of the rulebook's people.
    """

    model_config = _FROZEN

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    require: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    min_chars: int = Field(default=0, ge=0)
    max_chars: int = Field(default=0, ge=0)
    require_all: tuple[str, ...] = ()
    acknowledgement: bool = False
    signature: bool = False
    date: bool = False
    when: str = ""
    level: Literal["block", "advise"] = "block"
    message: str = ""
    source: str = ""
    assumption: str = ""

    @field_validator("require", "forbid", "require_all")
    @classmethod
    def _to_be_seen(cls, phrases: tuple[str, ...]) -> tuple[str, ...]:
        if not all(map(_phrase, phrases)):
            raise ValueError("a phrase is blank, which every reply would hold; leave it out")
        return phrases

    @model_validator(mode="after")
    def _one_kind(self) -> ReplyCheck:
        given = [kind for kind in _KINDS if getattr(self, kind)]
        if len(given) != 1:
            raise ValueError(f"a check has exactly one of {', '.join(_KINDS)}; this one has {' and '.join(given) or 'none'}")
        return self

    def finding(
        self, text: str, *, names: Sequence[str] = (), day: Day | None = None, received: Day | None = None
    ) -> Finding | None:
        """Return what the check finds in *text*, or None where it is content; the arguments are those of `ReplyRules.findings`."""
        (kind,) = (kind for kind in _KINDS if getattr(self, kind))
        why = _KINDS[kind](self, text, tuple(name for name in names if _phrase(name)), day, received)
        return Finding(check=self.id, level=self.level, message=self.message or f"the reply {why}") if why else None


class ReplyRules(BaseModel):
    """The rulebook's rules for replies: checks, and the reasons for which a reply may be sent back ("" allows any)."""

    model_config = _FROZEN

    return_reasons: tuple[str, ...] = ()
    source: str = ""
    assumption: str = ""
    checks: tuple[ReplyCheck, ...] = ()

    def findings(
        self,
        text: str,
        *,
        unit: str = "",
        names: Sequence[str] = (),
        day: Day | None = None,
        received: Day | None = None,
        holds: Callable[[str], bool] = lambda condition: True,
    ) -> tuple[Finding, ...]:
        """Return everything that the checks find in *text*.

        *unit* is the unit that replies and *names* are its other names; without any, every office's signature will do. *day* is
        the day of submission and *received* that of the message's arrival, both in the rulebook's zone; a date is not held
        against a day that is not given. *holds* is asked whether the condition of a check's ``when`` holds; without it, each does.
        """
        names = tuple(dict.fromkeys((unit, *names)))
        made = (check for check in self.checks if not check.when or holds(check.when))
        return tuple(finding for check in made if (finding := check.finding(text, names=names, day=day, received=received)))


# --- the kinds of checks ----------------------------------------------------------------------------------------------
# Each returns why the check is not content, to stand behind "the reply", or "".


def _lacks_any(check: ReplyCheck, text: str, *_: object) -> str:
    return "" if _said(check.require, text) else f"must hold one of: {', '.join(check.require)}"


def _lacks_some(check: ReplyCheck, text: str, *_: object) -> str:
    said = _said(check.require_all, text)
    lacking = [phrase for phrase in check.require_all if phrase not in said]
    return f"must hold all of: {', '.join(check.require_all)}; it lacks: {', '.join(lacking)}" if lacking else ""


def _says(check: ReplyCheck, text: str, *_: object) -> str:
    said = _said(check.forbid, text)
    return f"must not say: {', '.join(said)}" if said else ""


def _is_short(check: ReplyCheck, text: str, *_: object) -> str:
    length = _length(text)
    return f"has {length} characters, needs {check.min_chars}" if length < check.min_chars else ""


def _is_long(check: ReplyCheck, text: str, *_: object) -> str:
    length = _length(text)
    return f"has {length} characters, may have {check.max_chars}" if length > check.max_chars else ""


def _answers_nothing(_: ReplyCheck, text: str, names: tuple[str, ...], *__: object) -> str:
    return "only acknowledges the message; it must answer it" if acknowledges_only(text, names=names) else ""


def _is_unsigned(_: ReplyCheck, text: str, names: tuple[str, ...], *__: object) -> str:
    if _ending(text, names).signed:
        return ""
    return f"must be signed at its end by: {' or '.join(names)}" if names else "must be signed at its end by the unit"


def _is_misdated(_: ReplyCheck, text: str, names: tuple[str, ...], day: Day | None, received: Day | None) -> str:
    dated = _ending(text, names)
    if not dated.written:
        return "must bear its date at its end, such as 2020年7月6日"
    if dated.day is None:
        return f"is dated {dated.written}, which is no day of the calendar"
    if day is not None and dated.day > day:
        return f"is dated {dated.day}, after the day of its submission, {day}"
    if received is not None and (received - dated.day).days > _LONG_BEFORE:
        return f"is dated {dated.day}, long before the message came on {received}"
    return ""


_KINDS: Mapping[str, Callable[[ReplyCheck, str, tuple[str, ...], Day | None, Day | None], str]] = {
    "require": _lacks_any,
    "forbid": _says,
    "min_chars": _is_short,
    "max_chars": _is_long,
    "require_all": _lacks_some,
    "acknowledgement": _answers_nothing,
    "signature": _is_unsigned,
    "date": _is_misdated,
}
