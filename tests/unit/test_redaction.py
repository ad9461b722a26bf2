"""Personal data inside running text is masked, whoever it names; what only looks like it stays as it was written."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import Sender
from casework.redaction import masked, nothing, redact, redact_patterns, redactor

SENDER = Sender(
    ref="u-7Q4X9",
    name="欧阳若兰",
    phone="139 8765 4321",
    email="Ruolan.88@mail.example",
    id_number="42032219880312774X",
    address="湖北省郧西县夹河镇石塔河路88号2单元",
)
EVERYTHING: Callable[[str], bool] = lambda field: True  # noqa: E731 - a role that sees all


# --- by its form ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "secret",
    [
        "13987654321",
        "139 8765 4321",
        "139-8765-4321",
        "1398765-4321",
        "139.876.54321",
        "１３９８７６５４３２１",
        "1 3 9 8 7 6 5 4 3 2 1",
        "+86 139 8765 4321",
        "8613987654321",
        "0719-6225531",
        "0719－6225531",
        "0719—62255310",
        "(0719)6225531",
        "07196225531",
        "010-6225-5310",
        "0719-6225531-802",
        "420322198803127744",
        "42032219880312774X",
        "42032219880312774x",
        "420322 19880312 7744",
        "４２０３２２１９８８０３１２７７４４",
        "420322880312774",
        "ruolan.88@mail.example",
        "a_b+c@xn--fiqs8s.example.cn",
    ],
)
@pytest.mark.parametrize("around", ["{}", "{}QQ", "电话{}。", "我的是：{}，请保密", "（{}）", "tel{}或者", "{}\n", "见{}、夹河镇"])
def test_a_number_or_address_of_a_person_is_masked_however_it_is_written(secret: str, around: str) -> None:
    if "@" in secret:
        around = around.replace("tel", "").replace("QQ", "")  # letters beside an address are part of it
    before, _, after = around.partition("{}")
    said = redact_patterns(around.format(secret))
    assert said == f"{before}{masked(secret)}{after}" or said == f"{before}{secret[0]}{masked(secret[1:])}{after}"


@pytest.mark.parametrize(
    "text",
    [
        "督2020-001、督〔2020〕007号、函012",
        "2020-07-01 09:30 至 2020/7/31，2020年7月1日",
        "20200701 与 20201231235959",
        "留言编号：YX202007-021，工单号 202007010001234",
        "编号：13987654321，合同号13987654321",
        "共计13800000000元，约 13912345678 平方米",
        "拨打12345、110、95598、400-820-8820",
        "统一社会信用代码914201007XXXXXXX5A",
        "从2015年起共3450户，占地12.5亩，第119条",
        "咨询电话：0719-6225531、0719-6225532",
        "请致电0719-6225531；服务热线 0719-6225531；县公安局（0719-6225531）",
        "向王先生反映，欧阳先生、李女士、家属高兴",
        "本人于十月，本人应聘，本人高中毕业，我是业主，我叫他们来",
        "姓名：电话：地址：；业主：您好",
        "王家沟村、李家坪、张湾区、陈氏祠堂",
        "尊敬的领导：现将有关情况答复如下。",
    ],
)
def test_what_only_looks_like_personal_data_stays(text: str) -> None:
    assert redact_patterns(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("我叫王小明，", "我叫王**，"),
        ("我叫王小明家住夹河镇", "我叫王**家住夹河镇"),
        ("我叫陈平旺的邻居", "我叫陈**的邻居"),
        ("我叫欧阳若兰。", "我叫欧***。"),
        ("本人张三，男", "本人张*，男"),
        ("姓名：王小明 电话", "姓名：王** 电话"),
        ("联系人:刘林满。", "联系人:刘**。"),
        ("举报人：买买提·艾力，", "举报人：买*****，"),
        ("李小明先生、张丽女士", "李**先生、张*女士"),
        ("My name is John Smith, and", "My name is J*********, and"),
        ("联系电话：6225531", "联系电话：6******"),
        ("QQ：12345678", "QQ：1*******"),
        ("微信号 abc_12345，", "微信号 a********，"),
    ],
)
def test_a_name_that_is_introduced_keeps_its_first_letter(text: str, shown: str) -> None:
    expected = shown.replace("J*********", masked("John Smith"))
    assert redact_patterns(text) == expected


def test_the_number_of_a_document_hides_no_telephone_number_elsewhere() -> None:
    assert redact_patterns("编号：13987654321，电话13987654321") == "编号：13987654321，电话1********"


# --- what is known of a sender ----------------------------------------------------------------------------------------

WRITTEN = {
    "ref": ["u-7Q4X9", "U-7q4x9", "（u-7Q4X9）"],
    "name": ["欧阳若兰", "欧阳 若兰", "欧 阳 若 兰", "欧阳\u3000若兰", "隔壁欧阳若兰家"],
    "phone": ["13987654321", "139 8765 4321", "139-8765-4321", "１３９８７６５４３２１", "（139）8765 4321", "8613987654321"],
    "email": ["ruolan.88@mail.example", "RUOLAN.88@MAIL.EXAMPLE", "ｒｕｏｌａｎ.88@mail.example"],
    "id_number": ["42032219880312774X", "42032219880312774x", "420322 19880312 774X", "4203 2219 8803 1277 4X"],
    "address": ["湖北省郧西县夹河镇石塔河路88号2单元", "夹河镇石塔河路88号2单元", "石塔河路８８号2单元601", "石塔河路 88号 2单元"],
}


def kept(text: str) -> str:
    """The letters and digits of a text, in one width and case, by which a secret would be known again."""
    import unicodedata

    return "".join(ch for ch in unicodedata.normalize("NFKC", text).casefold() if ch.isalnum())


CORE = {
    "ref": "7q4x9",
    "name": "阳若兰",
    "phone": "39876543",
    "email": "uolan88mail",
    "id_number": "20322198803",
    "address": "塔河路88",
}


@pytest.mark.parametrize(("field", "spelling"), [(field, spelling) for field, rows in WRITTEN.items() for spelling in rows])
def test_what_is_known_of_a_sender_is_masked_wherever_and_however_it_is_written(field: str, spelling: str) -> None:
    text = f"据了解，{spelling}，已于7月1日联系。"
    assert CORE[field] in kept(text)
    assert CORE[field] not in kept(redact(text, SENDER))
    assert redact(text, SENDER, EVERYTHING) == text
    only = redact(text, SENDER, lambda seen: seen == f"sender.{field}")
    assert CORE[field] in kept(only)


@pytest.mark.parametrize("field", WRITTEN)
def test_to_see_one_field_is_to_see_no_other(field: str) -> None:
    text = "；".join(rows[0] for rows in WRITTEN.values())
    said = kept(redact(text, SENDER, lambda seen: seen == f"sender.{field}"))
    assert [name for name, core in CORE.items() if core in said] == [field]


def test_several_senders_are_masked_together_and_others_are_never_shown() -> None:
    other = Sender(name="慕容雪", phone="13611112222")
    text = "欧阳若兰与慕容雪（13611112222）反映同一问题"
    assert redact(text, [SENDER, other]) == "欧***与慕**（1********）反映同一问题"
    assert redactor(SENDER, EVERYTHING, others=[other])(text) == "欧阳若兰与慕**（1********）反映同一问题"
    assert redactor([SENDER, other], EVERYTHING)(text) == text


@pytest.mark.parametrize("field", WRITTEN)
def test_of_others_no_field_is_shown_to_whoever_sees_all_of_the_sender(field: str) -> None:
    for spelling in WRITTEN[field]:
        assert CORE[field] not in kept(
            redactor(Sender(name="慕容雪"), EVERYTHING, others=[SENDER])(f"据了解，{spelling}，已联系。")
        )


def test_of_an_address_the_town_is_masked_with_the_street() -> None:
    assert redact(f"住{SENDER.address}。", SENDER) == f"住{masked(SENDER.address)}。"
    assert redact("住石塔河路88号2单元。", SENDER) == f"住{masked('石塔河路88号2单元')}。"


@pytest.mark.parametrize(
    ("sender", "text"),
    [
        (Sender(name="匿名"), "来信人要求匿名"),
        (Sender(name="王"), "王家沟村委会"),
        (Sender(ref="7"), "7月7日"),
        (Sender(ref="2020"), "2020年共办结2020件"),
        (Sender(ref="u-1"), "u-12 的来件"),
        (Sender(name="Li"), "Liu, Lisa and Ali"),
        (Sender(), "什么都不知道"),
    ],
)
def test_a_value_that_cannot_be_told_from_other_words_masks_none(sender: Sender, text: str) -> None:
    assert redact(text, sender) == text


# --- laws -------------------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        *(spelling for rows in WRITTEN.values() for spelling in rows),
        *(
            "我叫",
            "本人",
            "姓名：",
            "联系人：",
            "先生",
            "女士",
            "编号：",
            "咨询电话：",
            "王小明",
            "13611112222",
            "0719-6225531",
            "a@b.cn",
            "*",
            "1",
        ),
        *("，", "。", " ", "\n", "督2020-001", "2020-07-01", "500元", "夹河镇", "x", "８", "-"),
    ]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=12).map("".join), st.text(max_size=60))
SENDERS = st.builds(
    Sender,
    ref=st.one_of(st.just("u-7Q4X9"), st.text(max_size=6)),
    name=st.one_of(st.just("欧阳若兰"), st.text(max_size=5)),
    phone=st.sampled_from(["", "139 8765 4321", "13611112222", "0719-6225531", "110"]),
    email=st.sampled_from(["", "Ruolan.88@mail.example", "a@b.cn"]),
    id_number=st.sampled_from(["", "42032219880312774X"]),
    address=st.one_of(st.just(SENDER.address), st.text(max_size=8)),
)
FIELDS = st.frozensets(st.sampled_from([f"sender.{name}" for name in Sender.model_fields]))


@given(TEXTS, SENDERS, FIELDS)
def test_redacting_twice_is_redacting_once(text: str, sender: Sender, fields: frozenset[str]) -> None:
    once = redact(text, sender, fields.__contains__)
    assert redact(once, sender, fields.__contains__) == once


@pytest.mark.parametrize("text", ["联系人：张三李四先生", "姓名：王小明赵六女士，"])
def test_what_masking_uncovers_is_masked_too(text: str) -> None:
    """Beside a masked name, what stood before it is a name of its own."""
    once = redact_patterns(text)
    assert redact_patterns(once) == once
    assert not any(name in once for name in ("张三", "李四", "王小明", "赵六"))


@given(TEXTS, SENDERS, FIELDS, FIELDS)
def test_who_sees_fewer_fields_reads_no_letter_more(
    text: str, sender: Sender, fields: frozenset[str], more: frozenset[str]
) -> None:
    """What is left of a text is left in its order; and a field that is granted adds to what is left."""
    less, whole = (redact(text, sender, seen.__contains__).replace("*", "") for seen in (fields, fields | more))
    assert is_left_of(less, text), "a redacted text holds a letter that was not there"
    assert len(less) <= len(whole)


def is_left_of(some: str, text: str) -> bool:
    rest = iter(text)
    return all(ch in rest for ch in some)


@given(
    st.text(alphabet="夹河镇路灯不亮请尽快检修，。；0123456789年月日号-/: \n督函〔〕", max_size=80).filter(
        lambda text: not _long_digits(text)
    )
)
def test_a_text_without_personal_data_stays_as_it_is(text: str) -> None:
    assert redact(text, SENDER) == text
    assert redact_patterns(text) == text


def _long_digits(text: str) -> bool:
    """Whether there are digits enough for a telephone number, however they are spaced."""
    run = 0
    for ch in text:
        run = run + 1 if ch.isdigit() else run if ch in "- /:\n" else 0
        if run >= 7:
            return True
    return False


@given(TEXTS, st.sampled_from(["督〔2020〕007号", "2020-07-01", "2020年7月1日", "500元", "YX202007-021"]))
def test_numbers_of_documents_and_dates_survive_between_personal_data(text: str, number: str) -> None:
    assert f"；{number}；" in redact(f"{text}；{number}；{text}", SENDER)


@given(st.sampled_from(sorted(WRITTEN)), st.data(), TEXTS)
def test_no_text_around_it_uncovers_a_secret(field: str, data: st.DataObject, around: str) -> None:
    spelling = data.draw(st.sampled_from(WRITTEN[field]))
    assert CORE[field] not in kept(redact(f"{around}，{spelling}，{around}", SENDER))


def test_nothing_shows_no_field() -> None:
    assert not any(nothing(f"sender.{name}") for name in Sender.model_fields)
