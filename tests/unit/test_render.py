"""A bulletin reads the same as Markdown, as a page and in a terminal, and nothing that is put in becomes markup."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from msgspec.structs import replace

from casework.adapters.memory import MemoryStore
from casework.errors import InputError
from casework.languages import Lang
from casework.reports.bulletin import Bulletin
from casework.reports.render import html, markdown, plain
from casework.tables import read_markdown
from casework.units import Unit
from tests.unit.test_bulletin import REGISTER, bulletin_of, closed, filled, july, message

EVIL = "<script>alert(1)</script>|*x*\x1b[31m{{ 7*7 }}"
LANGS: tuple[Lang, ...] = ("zh", "en")


class Page(HTMLParser):
    """What a browser sees of a page: its tags, its tables' cells and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.rows: list[list[str]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "col"}:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in {"td", "th"}:
            self.rows[-1][-1] += data
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)


@pytest.fixture(scope="module")
def bulletin() -> Bulletin:
    return bulletin_of(filled(july()))


@pytest.fixture(scope="module")
def hostile() -> Bulletin:
    units = tuple(replace(unit, name=EVIL, aliases=("夹河镇",)) if unit.name == "夹河镇" else unit for unit in REGISTER.unit)
    rows = [closed("夹河镇", number=EVIL[:60]), message("", number="<b>2</b>")]
    return bulletin_of(filled(rows), register=replace(REGISTER, unit=units))


# --- the page ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_has_every_cell_of_the_tables(bulletin: Bulletin, lang: Lang) -> None:
    rows = Page(html(bulletin, lang=lang)).rows
    for table in bulletin.tables:
        for row in table.rows:
            assert list(row.cells(lang)) in rows
    assert ["15", "关防乡", "", "", ""] in rows
    assert [cells[2:] for cells in rows if cells[:2] in (["", "合计"], ["", "Total"])] == [
        ["58", "58", "100.00%"],
        ["51", "51", "100.00%"],
    ]


def test_the_page_has_the_text_the_notes_and_the_formulas(bulletin: Bulletin) -> None:
    page = Page(html(bulletin))
    for sentence in (*bulletin.sentences("zh"), *bulletin.notes("zh"), bulletin.title("zh"), "第5期", bulletin.publisher):
        assert sentence in page.text
    assert ["环比变化", "（本期来件数 − 上期来件数）÷ 上期来件数", "(109 − 139) ÷ 139", "−21.6%"] in page.rows
    assert ["办结率", "办结数 ÷ 来件数", "109 ÷ 109", "100.00%"] in page.rows


def test_every_unit_with_messages_lists_their_numbers(bulletin: Bulletin) -> None:
    page = Page(html(bulletin))
    assert sum(tag == "details" for tag, _ in page.tags) == 28
    assert "夹河镇：来件12件，办结12件，办结率 12 ÷ 12 = 100.00%" in page.text
    numbers = re.findall(r"YX202007-\d{3}", page.text)
    assert sorted(numbers) == [f"YX202007-{n:03}" for n in range(1, 110)]
    assert page.text.count("（逾期）") == bulletin.figure("late").value


def test_the_page_marks_what_is_open(hostile: Bulletin) -> None:
    assert "<b>2</b>（未办结）" in Page(html(hostile)).text
    assert "<b>2</b> (not closed)" in Page(html(hostile, lang="en")).text


@pytest.mark.parametrize("lang, code", [("zh", "zh-CN"), ("en", "en")])
def test_the_page_stands_alone(bulletin: Bulletin, lang: Lang, code: str) -> None:
    text = html(bulletin, lang=lang)
    page = Page(text)
    assert text.startswith("<!DOCTYPE html>")
    assert ("html", {"lang": code}) in page.tags
    assert ("meta", {"charset": "utf-8"}) in page.tags
    assert {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "a", "object"} == set()
    assert not {name for _, attributes in page.tags for name in attributes} & {"src", "href", "onclick"}
    assert not re.search(r"https?:|url\(|@import", text)
    assert "@page { size: A4" in text
    assert "width=device-width" in text


def test_numbers_stand_to_the_right(bulletin: Bulletin) -> None:
    text = html(bulletin)
    assert "td.n { text-align: right;" in text
    assert '<td class="n">12</td>' in text


def test_nothing_that_is_put_in_becomes_markup(hostile: Bulletin) -> None:
    page = Page(html(hostile))
    assert not any(tag in {"script", "b"} for tag, _ in page.tags)
    assert EVIL in page.text
    assert "{{ 7*7 }}" in page.text


def test_the_pages_template_is_part_of_the_package() -> None:
    assert files("casework.reports").joinpath("bulletin.html.jinja").is_file()


# --- Markdown ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
def test_the_tables_read_back_from_markdown_as_they_were(bulletin: Bulletin, lang: Lang) -> None:
    read = read_markdown(markdown(bulletin, lang=lang))
    for table, found in zip(bulletin.tables, read, strict=False):
        assert [tuple(row.cells.values()) for row in found.rows()] == [row.cells(lang) for row in table.rows]
    assert read[0].columns == (
        ("序号", "部门名称", "信件总数", "办结总数", "办结率")
        if lang == "zh"
        else ("No.", "Unit", "Received", "Closed", "Completion rate")
    )
    assert {"代入": "(109 − 139) ÷ 139"}.items() <= dict(list(read[2].rows())[-1].cells).items() or lang == "en"


def test_markdown_has_the_text_and_the_numbers(bulletin: Bulletin) -> None:
    text = markdown(bulletin)
    assert text.startswith("# 2020年7月份县政府门户网站“网上问政”办理情况通报\n\n第5期 · 县政府网络信息管理中心 · 2020年8月10日\n")
    assert "其中乡镇（场、区）58件、县直部门51件。" in text
    assert "合计：信件总数 58、办结总数 58、办结率 100.00%" in text
    assert text.count("YX202007-") == 109
    assert text.endswith("\n")
    assert "\n\n\n" not in text


def test_markdown_escapes_what_is_put_in(hostile: Bulletin) -> None:
    text = markdown(hostile)
    assert not re.search(r"(?<!\\)<(script|b)>", text)
    assert next(row.cells["部门名称"] for row in read_markdown(text)[0].rows()) == EVIL


# --- the terminal -----------------------------------------------------------------------------------------------------


def places(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line)


@pytest.mark.parametrize("lang", LANGS)
def test_columns_line_up_in_a_terminal(bulletin: Bulletin, lang: Lang) -> None:
    blocks = [block.splitlines() for block in plain(bulletin, lang=lang).split("\n\n")]
    tables = [block[2:-1] for block in blocks if len(block) > 10]
    assert len(tables) == 2
    for head, rule, *rows in tables:
        assert set(rule) == {"-", " "}
        assert {places(line) for line in (head, rule, *rows) if line.endswith(("%", "-", "率", "rate"))} == {places(rule)}
    assert [line.split() for line in tables[0][2:]] == [
        [cell for cell in row.cells(lang) if cell] for row in bulletin.tables[0].rows
    ]


def test_no_name_commands_the_terminal(hostile: Bulletin) -> None:
    text = plain(hostile)
    assert "\x1b" not in text
    assert "\N{REPLACEMENT CHARACTER}[31m" in text


# --- what all three do ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [markdown, html, plain])
def test_a_language_that_is_not_there_is_refused(form: object, bulletin: Bulletin) -> None:
    assert callable(form)
    with pytest.raises(InputError, match="there is no language 'fr'; known: zh, en"):
        form(bulletin, lang="fr")


@pytest.mark.parametrize("lang", LANGS)
def test_a_month_without_messages_can_be_shown(lang: Lang) -> None:
    empty = bulletin_of(MemoryStore())
    assert "<details>" not in html(empty, lang=lang)
    assert "0.00%" not in markdown(empty, lang=lang) + plain(empty, lang=lang) + html(empty, lang=lang)
    assert "\n\n\n" not in markdown(empty, lang=lang) + plain(empty, lang=lang)


def test_english_names_stand_where_the_register_has_them() -> None:
    units = tuple(Unit(name="夹河镇", en="Jiahe", group="townships") if unit.name == "夹河镇" else unit for unit in REGISTER.unit)
    made = bulletin_of(filled([closed("夹河镇"), closed("马安镇", number="X-2")]), register=replace(REGISTER, unit=units))
    assert [row[1] for row in Page(html(made, lang="en")).rows[1:3]] == ["Jiahe", "马安镇"]
