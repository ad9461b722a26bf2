"""The importer's clean-up of texts: blanks, glosses, and replies that answer nothing."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from ..replies import acknowledges_only

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


def is_acknowledgement(reply: str) -> bool:
    """Say whether a reply of a list `acknowledges_only`: nothing is answered. A long one is taken for an answer unread."""
    text = clean_text(reply)
    return len(text) <= _LONGEST and acknowledges_only(text)
