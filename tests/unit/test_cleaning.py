"""Texts from real life lose their odd blanks and their glosses, and nothing that anybody wrote."""

from __future__ import annotations

import re
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from casework.adapters.cleaning import clean_text, count_glosses, is_acknowledgement, strip_glosses

SHARED = Path(__file__).resolve().parents[3] / "shared"

# --- blanks -----------------------------------------------------------------------------------------------------------

ESCAPES = ["_x000D_", "_x000A_", "_x0009_", "_x000d_"]
BLANKS = " \t\r\n\v\f\x1c\x85\xa0\u1680\u2003\u2009\u2028\u2029\u202f\u205f\u3000\u200b\u2060\ufeff\u2800\u3164\0\x07"
blanks = st.text(alphabet=st.sampled_from(BLANKS), max_size=4)
words = st.text(alphabet=st.sampled_from("留言路灯ab_x0D9A5F(){}1。"), max_size=6)
messy = st.lists(blanks | words | st.sampled_from(ESCAPES), max_size=12).map("".join) | st.text()


def visible(text: str) -> str:
    return "".join(
        char
        for char in text
        if not char.isspace() and char not in "\u200b\u2060\ufeff\u2800\u3164\uffa0" and unicodedata.category(char) != "Cc"
    )


@given(messy)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assume("_x005f_" not in visible(text).lower())  # says "the next escape is meant as text": so it is, once
    once = clean_text(text)
    assert clean_text(once) == once


@given(messy)
def test_no_visible_character_is_lost_but_those_of_an_escape(text: str) -> None:
    kept = re.sub(r"_x005F_(?=x[0-9A-F]{4}_)|_x000[9AD]_", lambda m: "_" if "5" in m[0] else " ", text.translate(_GONE), flags=re.I)
    assert visible(clean_text(text)) == visible(kept)


_GONE = dict.fromkeys(
    code
    for code in [*range(0x110), 0x200B, 0x2060, 0xFEFF]
    if code > 0x110 or (unicodedata.category(chr(code)) == "Cc" and not chr(code).isspace())
)


@given(messy)
def test_what_comes_out_has_one_kind_of_blank_and_no_more_of_it_than_needed(text: str) -> None:
    clean = clean_text(text)
    assert all(char in " \n" or not char.isspace() for char in clean)
    assert clean == clean.strip()
    assert not re.search(r"  | \n|\n |\n{3}", clean)


@given(st.lists(words.filter(bool), min_size=2, max_size=2), st.sampled_from(BLANKS))
def test_words_stay_apart_where_a_blank_with_a_width_stood(pair: list[str], blank: str) -> None:
    assume("_x" not in "".join(pair))
    between = "" if blank in "\u200b\u2060\ufeff\0\x07" else "\n" if blank in "\r\n\v\f\x85\u2028\u2029" else " "
    assert clean_text(blank.join(pair)) == between.join(pair)


def test_every_white_space_of_unicode_is_known() -> None:
    every = [chr(code) for code in range(sys.maxunicode + 1) if chr(code).isspace()]
    assert [char for char in every if clean_text(f"a{char}b") not in ("a b", "a\nb")] == []


@pytest.mark.parametrize(
    "text, clean",
    [
        ("\n\t\t\t\n\t\t　　路灯坏了\xa0\xa0半个月。\n\t\t\t\n\t\t\t\n\t\t\t", "路灯坏了 半个月。"),
        ("一_x000D_\n二", "一\n二"),
        ("一_x000D__x000A_二", "一\n二"),
        ("一\r\n二\r三\n四", "一\n二\n三\n四"),
        ("一\r\n\r\n\r\n\r\n二", "一\n\n二"),
        ("一\n \n\u3000\n二\n三", "一\n\n二\n三"),
        ("一_x0009_二", "一 二"),
        ("列：_x000d_", "列："),
        ("\ufeff开头\u200b之间", "开头之间"),
        ("写作 _x005F_x000D_ 的记号", "写作 _x000D_ 的记号"),
        ("_x005F_", "_x005F_"),
        ("_x0041_", "_x0041_"),
        ("_x000D", "_x000D"),
        ("_x00\u200b0D_", ""),
        ("一\0二\x07三", "一二三"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("", ""),
        (" \u3000\n\t", ""),
    ],
)
def test_blanks_and_escapes_of_real_sheets_become_plain(text: str, clean: str) -> None:
    assert clean_text(text) == clean


# --- glosses ----------------------------------------------------------------------------------------------------------

GLOSSED = (
    "網(wǎng)民反映的問題（路燈）由有關(guān)單位辦理，現(xiàn)已轉(zhuǎn)辦(第2批)。綠（lǜ）化帶的（de）樹影響視線(見圖(a))，"
    "他們(men)用APP(OK)上報；工程師Wu (he)說，二(èr)期和(HE)號路(he)段歸區(qū)城管局(12319)管，附件(a)另發(fā)。"
)
PLAIN = (
    "網民反映的問題（路燈）由有關單位辦理，現已轉辦(第2批)。綠化帶的樹影響視線(見圖(a))，"
    "他們用APP(OK)上報；工程師Wu (he)說，二期和(HE)號路(he)段歸區城管局(12319)管，附件(a)另發。"
)


def test_glosses_go_and_true_brackets_stay() -> None:
    assert count_glosses(GLOSSED) == 10
    assert strip_glosses(GLOSSED) == PLAIN


@pytest.mark.parametrize(
    "gloss",
    [
        "guān",
        "lǜ",
        "nüè",
        "zhuàng",
        "ér",
        "yuán",
        "wèng",
        "jiǒng",
        "liú",
        "guǐ",
        "ōu",
        "xué",
        "shì",
        "ɡuān",
        "hɑ\u0304o",
        "wăng",
        "wa\u030cng",
    ],
)
def test_every_syllable_with_its_mark_in_place_is_a_gloss(gloss: str) -> None:
    assert strip_glosses(f"字({gloss})。") == strip_glosses(f"字（{gloss}）。") == "字。"


@pytest.mark.parametrize(
    "inside",
    [
        "guan", "gúan", "guānn", "guān bù", "guānbù", "guàn1", "Guān", "GUĀN", "bōng", "fī", "é1", "vē", "résumé", "ā!", "āá",
        "he", "a", "men", "APP", "OK", "3", "第3期", "", " ", "a) (b",
    ],
)  # fmt: skip
def test_anything_else_in_brackets_is_somebodys_own(inside: str) -> None:
    text = f"字({inside})与字（{inside}）"
    assert strip_glosses(text) == text
    assert count_glosses(text) == 0


@pytest.mark.parametrize("before", ["a", "1", "。", "》", " ", "\n", "に", "가", ")"])
def test_a_gloss_stands_directly_behind_a_chinese_character(before: str) -> None:
    for text in (f"字{before}(guān)", "(guān)字"):
        assert strip_glosses(text) == text


@pytest.mark.parametrize(
    "said",
    ["了(le)", "的(de)", "着(zhe)", "過(guo)", "吗(ma)", "呢(ne)", "吧(ba)", "啊(a)", "們(men)", "個(ge)", "子(zi)", "么(me)"],
)
def test_a_toneless_gloss_is_one_only_behind_a_character_that_is_said_so(said: str) -> None:
    assert strip_glosses(said) == said[0]
    assert strip_glosses("甲" + said[1:]) == "甲" + said[1:]


def test_rare_characters_have_glosses_and_one_character_may_have_two() -> None:
    assert strip_glosses("𠮷(jí)〇(líng)㐀(qiū)") == "𠮷〇㐀"
    assert strip_glosses("行(xíng)(háng)（hàng）业") == "行业"
    assert count_glosses("行(xíng)(háng)(业)") == 2


pieces = st.sampled_from(["關", "们", "a", "(guān)", "（lǜ）", "(men)", "(he)", "(", ")", "（算一算）", "，", "(APP)"])


@given(st.lists(pieces, max_size=15).map("".join) | st.text())
def test_stripping_takes_out_what_was_counted_and_leaves_no_gloss(text: str) -> None:
    plain = strip_glosses(text)
    assert count_glosses(plain) == 0
    assert strip_glosses(plain) == plain
    assert sum(map(text.count, "(（")) - sum(map(plain.count, "(（")) == count_glosses(text)


@given(st.text(alphabet=st.characters(exclude_characters="()（）")))
def test_a_text_without_brackets_stays_as_it_is(text: str) -> None:
    assert strip_glosses(text) == text


def test_the_damaged_report_loses_its_151_glosses_and_keeps_its_two_pairs_of_brackets() -> None:
    report = SHARED / "seeds" / "001_558c0d60679e15d0.txt"
    if not report.exists():
        pytest.skip(f"no file {report.name} in the directory 'shared' beside the repository: the 151 glosses were not counted")
    text = report.read_text(encoding="utf-8")
    plain = strip_glosses(text)
    assert count_glosses(text) == 151
    assert len(re.findall(r"[(（][^()（）]*[)）]", plain)) == 2
    assert count_glosses(plain) == 0


# --- acknowledgements -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [
        "已收悉",
        "留言已收悉",
        "　　网友：您好！留言已收悉_x000D_\n",
        "您好，您的来信我局已收到，谢谢！",
        "尊敬的网友“小区业主007”：\n您好！来信收悉。感谢您对我区城市管理工作的关心和支持！\n某某区城市管理局\n2020年7月1日",
        "您好！您的來信已收悉，感謝您的關心與監督！",
        "您通过平台《问政》的留言收悉。",
        "您反映的问题已受理，请耐心等待回复。",
        "关于您反映的问题，已转交相关部门调查处理。",
        "你反映的问题，我们已转市水务局等单位核实、办理。2020/7/1",
        "您的建议已收到，待核实后将尽快向您回复。祝您生活愉快！",
        "您反映的情况已收悉，现将有关情况回复如下：",
        "感谢您的宝贵意见！",
    ],
)
def test_a_reply_that_says_only_that_the_message_came_or_was_passed_on_is_an_acknowledgement(reply: str) -> None:
    assert is_acknowledgement(reply)


@pytest.mark.parametrize(
    "reply",
    [
        "留言已收悉。路灯已于昨日修复。",
        "您好！该路段不归我镇管辖，谢谢。",
        "留言已收悉，已转交供电公司，预计周五恢复供电。",
        "留言已收悉。请联系市住建局",
        "留言已收悉，已转交住建局，电话83221111。",
        "留言已收悉，已转交住建局83221111。",
        "来信收悉。市城市管理局。谢谢！",
        "已收悉，详见 https://example.org/a",
        "您反映的问题已解决，感谢您的监督。",
        "您反映的问题已回复，谢谢。",
        "您反映的问题已转为居民用电，谢谢。",
        "您好！已登记。",
        "您好，户口已转出。谢谢！",
        "感谢您的提醒，树枝当天已修剪。",
        "建议您拨打市长热线咨询，谢谢！",
        "来信收悉。可以办。",
        "来信收悉，由县住建局负责。责任单位是县住建局",
        "可以。",
        "不属实。",
        "2020年7月1日",
        "您好！2020年7月1日",
        "您好！",
        "“小区业主007”",
        "Your message has been received.",
        "",
        " \u3000\n",
        "留言已收悉。" * 30,
    ],
)
def test_a_reply_that_says_anything_else_or_nothing_is_none(reply: str) -> None:
    assert not is_acknowledgement(reply)


@given(
    st.sampled_from(["留言已收悉", "您反映的问题已转交相关部门处理", "感谢您的留言"]),
    st.text(alphabet="路灯水电井盖已于昨日修好不能办", min_size=4),
)
def test_an_acknowledgement_with_one_more_thing_said_is_none(empty: str, more: str) -> None:
    assert not is_acknowledgement(f"{empty}。{more}。")


@pytest.mark.parametrize(
    "piece", ["对工作", "情况", "问题", "您反映的问题", "处理", "局", "将", "在问", "有关情况", "关于", "感谢对"]
)
def test_a_text_made_to_keep_the_patterns_busy_is_judged_all_the_same(piece: str) -> None:
    for start in ("", "感谢", "已转", "您的", "留言已收悉"):
        repeated = piece * ((110 - len(start)) // len(piece))
        assert not is_acknowledgement(f"{start}{repeated}x")


def test_few_replies_of_a_real_portal_are_acknowledgements_and_they_are_the_short_ones() -> None:
    sheet = SHARED / "data" / "messages_with_replies.xlsx"
    if not sheet.exists():
        pytest.skip(f"no file {sheet.name} in the directory 'shared' beside the repository: its 1,002 replies were not judged")
    pytest.importorskip("python_calamine", reason="reading the sheet needs casework[xlsx]")
    from casework.tables import read_table

    replies = [clean_text(str(row.cells["答复意见"] or "")) for row in read_table(sheet).rows()]
    flagged = [reply for reply in replies if is_acknowledgement(reply)]
    assert len(replies) == 1002
    assert 50 <= len(flagged) <= 100
    assert sum(reply.endswith("留言已收悉") for reply in flagged) == sum(reply.endswith("留言已收悉") for reply in replies)
