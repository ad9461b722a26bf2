"""The importer's clean-up of texts: blanks, glosses, and replies that answer nothing."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

# --- blanks -----------------------------------------------------------------------------------------------------------

# Excel writes control characters into a sheet's texts as _xHHHH_, and an underscore that begins such a text itself as _x005F_.
_ESCAPE = re.compile(r"_x005F_(?=x[0-9A-F]{4}_)|_x000[9AD]_", re.IGNORECASE)
_ESCAPED = {"_x005f_": "_", "_x0009_": " ", "_x000a_": "\n", "_x000d_": "\r"}
_NO_WIDTH = "\u200b\u2060\ufeff"
_LINE_ENDS = "\n\v\f\x85\u2028\u2029"
_DRAWN_EMPTY = "\u2800\u3164\uffa0"  # Braille and Hangul cells that are no white space to Unicode and yet show nothing


@cache
def _plain() -> dict[int, str | None]:
    table: dict[int, str | None] = dict.fromkeys(map(ord, _DRAWN_EMPTY), " ") | dict.fromkeys(map(ord, _NO_WIDTH))
    for code in range(0x3001):  # the ideographic blank is the last white space of Unicode
        char = chr(code)
        if char in _LINE_ENDS:
            table[code] = "\n"
        elif char.isspace() and char != "\r":
            table[code] = " "
        elif unicodedata.category(char) == "Cc" and char != "\r":
            table[code] = None
    return table


def clean_text(text: str) -> str:
    """Return *text* with plain blanks: one between words, none around a line, at most one empty line between lines.

    Blanks of every kind become U+0020, line ends of every kind a line feed; zero-width blanks, byte order marks and control
    characters go. Excel's escapes ``_x000D_``, ``_x000A_`` and ``_x0009_`` are read as what they stand for, and
    ``_x005F_x000D_`` as the text ``_x000D_``. No visible character is lost but those of an escape. To clean twice is to clean
    once, save that a text which stood escaped (``_x005F_x000D_``) is an escape to the second cleaning.
    """
    plain = _ESCAPE.sub(lambda found: _ESCAPED[found[0].lower()], text.translate(_plain()))
    plain = plain.replace("\r\n", "\n").replace("\r", "\n")
    lines = "\n".join(re.sub(" +", " ", line).strip(" ") for line in plain.split("\n"))
    return re.sub("\n{3,}", "\n\n", lines).strip("\n")


# --- pinyin glosses ---------------------------------------------------------------------------------------------------

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_IS_HAN = re.compile(f"[{_HAN}]")
_BRACKET = re.compile(r"[(（]([^\s()（）]{1,12})[)）]")

# Hanyu Pinyin: which finals each initial takes ("" is none); ü is written as the syllable is written.
_SYLLABLES = {
    "": "a o e ai ei ao ou an en ang eng er",
    "y": "i a o e ao ou an in ang ing ong u ue uan un",
    "w": "u a o ai ei an en ang eng",
    "b": "a o ai ei ao an en ang eng i ie iao ian in ing u",
    "p": "a o ai ei ao ou an en ang eng i ie iao ian in ing u",
    "m": "a o e ai ei ao ou an en ang eng i ie iao iu ian in ing u",
    "f": "a o ei ou an en ang eng u",
    "d": "a e ai ei ao ou an en ang eng ong i ia ie iao iu ian ing u uo ui uan un",
    "t": "a e ai ei ao ou an ang eng ong i ie iao ian ing u uo ui uan un",
    "n": "a e ai ei ao ou an en ang eng ong i ie iao iu ian in iang ing u uo uan un ü üe ue",
    "l": "a o e ai ei ao ou an ang eng ong i ia ie iao iu ian in iang ing u uo uan un ü üe ue",
    "g": "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "k": "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "h": "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "j": "i ia ie iao iu ian in iang ing iong u ue uan un",
    "q": "i ia ie iao iu ian in iang ing iong u ue uan un",
    "x": "i ia ie iao iu ian in iang ing iong u ue uan un",
    "zh": "a e i ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "ch": "a e i ai ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "sh": "a e i ai ei ao ou an en ang eng u ua uo uai ui uan un uang",
    "r": "e i ao ou an en ang eng ong u ua uo ui uan un",
    "z": "a e i ai ei ao ou an en ang eng ong u uo ui uan un",
    "c": "a e i ai ao ou an en ang eng ong u uo ui uan un",
    "s": "a e i ai ao ou an en ang eng ong u uo ui uan un",
}
_TONES = "\u0304\u0301\u030c\u0300"
# Which characters are said without a tone: a toneless "(a)" or "(men)" behind any other one is somebody's own bracket.
_TONELESS = {
    "a": "啊呵",
    "ba": "吧罢罷",
    "de": "的地得底",
    "ge": "个個",
    "guo": "过過",
    "la": "啦",
    "le": "了",
    "li": "里裡裏",
    "ma": "吗嗎嘛么",
    "me": "么麼",
    "men": "们們",
    "na": "哪",
    "ne": "呢",
    "shang": "上",
    "tou": "头頭",
    "wa": "哇",
    "ya": "呀",
    "zhe": "着著",
    "zi": "子",
}
# Letters that fonts for pinyin, or hands in a hurry, put in place of the right ones.
_LOOKALIKES = str.maketrans({"\u0251": "a", "\u0261": "g", "\u0306": "\u030c"})


def _toned(syllable: str) -> list[str]:
    """Return the syllable in its four tones; the mark stands on a or e, else on the o of ou, else on the last vowel."""
    at = next((syllable.index(vowel) for vowel in ("a", "e", "ou") if vowel in syllable), -1)
    if at < 0:
        at = max(syllable.rfind(vowel) for vowel in "iouü")
    return [unicodedata.normalize("NFC", syllable[: at + 1] + tone + syllable[at + 1 :]) for tone in _TONES]


@cache
def _pinyin() -> frozenset[str]:
    return frozenset(
        toned for initial, finals in _SYLLABLES.items() for final in finals.split() for toned in _toned(initial + final)
    )


def _is_gloss(inside: str, behind: str) -> bool:
    syllable = unicodedata.normalize("NFC", unicodedata.normalize("NFD", inside).translate(_LOOKALIKES))
    return syllable in _pinyin() or behind in _TONELESS.get(syllable, "")


def _glosses(text: str) -> list[tuple[int, int]]:
    """Return where each gloss stands: behind a Chinese character, or behind another gloss of the same character."""
    found: list[tuple[int, int]] = []
    end, behind = -1, ""
    for bracket in _BRACKET.finditer(text):
        if bracket.start() != end:
            behind = text[bracket.start() - 1 : bracket.start()]
        if _IS_HAN.match(behind) and _is_gloss(bracket[1], behind):
            end = bracket.end()
            found.append(bracket.span())
    return found


def count_glosses(text: str) -> int:
    """Return how many brackets `strip_glosses` would take out of *text*."""
    return len(_glosses(text))


def strip_glosses(text: str) -> str:
    """Return *text* without the pinyin in brackets behind its characters: 關(guān)部門 becomes 關部門.

    A gloss stands directly behind a Chinese character, in half-width or full-width brackets, and is one lower-case syllable of
    Hanyu Pinyin with a tone mark where it belongs; without a mark only behind a character that is said without tone, such as 们
    or 了. Every other bracket stays.
    """
    kept, end = [], 0
    for start, stop in _glosses(text):
        kept.append(text[end:start])
        end = stop
    return "".join(kept) + text[end:]


# --- acknowledgements -------------------------------------------------------------------------------------------------

_LONGEST = 120  # characters; whatever says only "received" says it in fewer

# Replies come in either script; only the characters that the patterns below use are brought to one of them.
_ONE_SCRIPT = str.maketrans(
    "謝關對們來轉處辦覆復複實單這郵監貼訴問題請將會調區縣鄉鎮員給併並經級時後續眾衆親寶見電諮詢為爲與"
    "據總閱獲間網門務場導熱願顧貴錄記報議設業發結進組隊長內滿麽現參誠懇謹順體盡責應廣團駐館學協聯愛",
    "谢关对们来转处办复复复实单这邮监贴诉问题请将会调区县乡镇员给并并经级时后续众众亲宝见电咨询为为与"
    "据总阅获间网门务场导热愿顾贵录记报议设业发结进组队长内满么现参诚恳谨顺体尽责应广团驻馆学协联爱",
)

_YOU = "(?:您们?|你们?|贵方)"
_PERSON = "(?:网友|网民|市民|群众|居民|村民|朋友|先生|女士|同志|同学|来信人|留言人|写信人)"
_WE = "(?:我们|我[委办局县区市镇乡街院校]|我单位|我中心|我公司|我部门|本[委办局]|本单位)"
_NAMED = (
    "(?:留言|来信|来件|来函|来电|信件|邮件|信息|诉求|问题|情况|建议|意见|帖子|帖文|发帖|反映|投诉|咨询|事项|事情|内容|提问|求助"
    "|反馈(?!给|至|到|如下|您|你|$))"
)
# Repetitions are possessive ("*+"): nothing is gained by trying another cut, and a hostile text could make it try for ever.
_ABOUT = (
    f"(?:(?:对|关于|针对|对于)?{_YOU}?(?:(?:在|通过)[^，。]{{2,20}}?[上中》台])?所?"
    f"(?:(?:反映|提出|咨询|提交|投诉|留下|反馈|来信反映|留言反映)的)?的*+(?:有关|相关|上述|宝贵|以上)?{_NAMED}{{1,3}}+)"
)
_ALREADY = "(?:已经|均已|现已|也已|业已|目前已|已)"
_SEEN = "(?:收悉|收到|知悉|获悉|阅悉|收阅|阅)"
_ENTERED = "(?:受理|登记|记录在案|记录)"  # of a message; without one named, "已登记" may answer "is my flat registered?"
# A unit's name: none of the characters with which a report of what was done would go on.
_UNIT = "[^并于后将把完了修解因请您你不未无经由为，。]{1,20}?"
_OFFICE = (
    "(?:局|委|办|部门?|单位|办公室|科室?|处|所|站|队|院|校|组|中心|政府|公司|集团|社区|街道|公积金|[省市县区镇乡村])"
    "(?:和部门|等单位|等部门)?"
)
_HANDLED = (
    "(?:(?:进行|予以|依法|按程序|尽快|及时|抓紧|、|和|并|去)*"
    "(?:调查|核实|核查|核处|处理|处置|办理|办复|研究|调处|阅处|落实|答复|回复|解决))"
)

# Each pattern takes a whole clause (the text between two marks of punctuation).
_RECEIVED = re.compile(
    f"(?:{_WE}|{_ALREADY}|{_ABOUT})*+{_SEEN}了?{_ABOUT}?|(?:{_WE}|{_ALREADY})*+{_ABOUT}(?:{_WE}|{_ALREADY})*+{_ENTERED}"
)
_PASSED = re.compile(
    f"(?:{_WE}|{_ALREADY}|{_ABOUT}|将|把|并|现|及时|第一时间|立即|迅速)*+(?:"
    f"(?:转交|转办|转至|转给|转送|转达|转由|移交|交办|交由|批转|反馈[给至到])[给至到由了]*(?:{_UNIT})?{_HANDLED}*|"
    f"转(?:{_UNIT})?(?:{_OFFICE}|{_HANDLED}+))"
)
_THANKED = re.compile(
    "(?:再次|非常|十分|衷心|最后|首先|同时|并|也|在此|表示|向|致以|真诚|诚挚)*+(?:感谢|谢谢|多谢|致谢|谢)"
    f"(?:{_YOU}|{_PERSON}|{_WE}|{_NAMED}|对[^，。]{{1,12}}?(?:工作|事业|发展|建设)的?|广大|大家|对|工作|政府|部门|单位|平台|问政|"
    "关心|关注|支持|理解|监督|信任|参与|配合|宝贵|帮助|热心|积极|提醒|一直以来|长期以来|一如既往|一直|和|与|以及|及|、|的|之)*+"
)
_COURTEOUS = (
    re.compile(f"(?:尊敬的|亲爱的|热心的?)*+{_PERSON}?(?:您好|你好|大家好|上午好|下午好|好)?"),
    re.compile("(?:祝愿?|顺祝|谨祝|恭祝|敬祝)(?:您|你)?.{2,12}"),
    re.compile(f"现?[将就对]?(?:{_ABOUT}|有关|相关|具体|情况|调查|处理|核实)*+(?:回复|答复|复函|反馈|函复)[您你]?(?:如下)?"),
    re.compile(_ABOUT),
    re.compile("(?:特此|此)(?:回复|答复|复)"),
    # That an answer will come is not an answer.
    re.compile(f"(?:敬请|请|望)?{_YOU}?(?:耐心|持续)?(?:等待|等候|关注)(?:后续|相关|我们)?的?(?:回复|答复|结果|反馈|通知)?"),
    re.compile(
        f"(?:{_WE}|待|有关情况|相关情况|调查|核实|核查|清楚|后|结果|将|会|再|予以|给予|尽快|及时|第一时间|抓紧|向|给|、)*+"
        f"{_YOU}?(?:回复|答复|反馈){_YOU}?"
    ),
    re.compile("请勿重复(?:发帖|留言|提交|投诉)"),
)
# The excluded characters are those of a sentence that says something of the office with which it ends.
_SIGNED = re.compile(
    "[^请系询到去由是找在向应归需属您你为责不已于可能会了，。]{1,24}"
    "(?:局|[省市县区党镇乡]委|委员会|管委会|居委会|村委会|办公室|办事处|[信督政宣网]办|政府|中心|公司|[支大]队|平台)"
)
_LEADS_ON = re.compile(r"[0-9]{5}|https?:", re.IGNORECASE)  # a telephone number or a link is something to go on with
_DAY = re.compile(r"[12][0-9]{3}(?:年[01]?[0-9]月[0-3]?[0-9][日号]|([-/.])[01]?[0-9]\1[0-3]?[0-9])$")
_QUOTED = re.compile(
    f"^(?:尊敬的|亲爱的)?{_PERSON}?[:：]?(?:[“\"「『‘'][^”\"」』’']{{1,20}}[”\"」』’']|[A-Za-z0-9_]{{3,20}}(?=[:：,，您你])){_PERSON}?"
)
_GREETED = re.compile(f"^(?:尊敬的|亲爱的)?{_PERSON}?(?:您好|你好)")
_MARKS = re.compile(r"[，。！？；：,!?;:\n…~～.—|“”\"]+")


def is_acknowledgement(reply: str) -> bool:
    """Say whether a reply only confirms receipt, only says to whom it was passed, or only gives thanks: nothing is answered.

    Greetings, names, good wishes, the announcement of an answer, a signature and a date at the end do not count as answers either,
    but they alone do not make an acknowledgement: "您好！2019年3月5日" may answer "when?". Careful by intent: one clause that is
    not known to say nothing, and the reply is taken for an answer. An empty reply is no acknowledgement.
    """
    text = clean_text(reply).translate(_ONE_SCRIPT)
    if len(text) > _LONGEST:
        return False
    text = _DAY.sub("", _QUOTED.sub("", text.replace(" ", "")))
    if _LEADS_ON.search(text):
        return False
    clauses = [clause for clause in _MARKS.split(text) if clause]
    said = False
    for at, whole in enumerate(clauses):
        clause = _GREETED.sub("", whole)
        if not clause or any(pattern.fullmatch(clause) for pattern in _COURTEOUS):
            continue
        if _RECEIVED.fullmatch(clause) or _PASSED.fullmatch(clause) or _THANKED.fullmatch(clause):
            said = True
        elif not (said and at == len(clauses) - 1 and _SIGNED.fullmatch(clause)):
            return False
    return said
