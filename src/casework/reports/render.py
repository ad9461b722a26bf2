"""A bulletin as people read it: Markdown, one self-contained HTML page, or plain text for a terminal.

Nothing is computed here. What comes from outside (unit names, numbers) stays text in each of the three.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from ..languages import Lang, chinese, display_width
from ..moments import show_day
from ..tables import Align, write_markdown
from .bulletin import Bulletin, CountedCase
from .late import LateList
from .statistics import shown
from .units import BulletinTable
from .wording import capital

if TYPE_CHECKING:
    from jinja2 import Template

_SIDES: tuple[Align, ...] = ("right", "left", "right", "right", "right")


class _Words(msgspec.Struct, frozen=True, kw_only=True):
    """What stands around the figures, in one language."""

    html_lang: str
    indent: str
    between: str
    text: str
    tables: str
    lists: str
    notes: str
    notes_after_lists: str
    cases: str
    on_paper: str
    heads: tuple[str, ...]
    figure_heads: tuple[str, ...]
    sum: str
    caption: str
    list_caption: str
    no_case: str
    period: str
    unit: str
    no_rate: str
    not_closed: str
    ended: str
    late: str
    colon: str
    comma: str
    brackets: str


_WORDS = (  # in English and in Chinese
    _Words(
        html_lang="en",
        indent="0",
        between=" ",
        text="1. Overview",
        tables="2. By unit",
        lists="3. Late cases",
        notes="3. About the figures",
        notes_after_lists="4. About the figures",
        cases="Case numbers by unit",
        on_paper="The case numbers are in the electronic edition.",
        heads=("No.", "Unit", "Received", "Closed", "Completion rate"),
        figure_heads=("Figure", "Formula", "Inputs", "Value"),
        sum="Total",
        caption="Table {n}: {name}",
        list_caption="Table {n}: {name} ({count})",
        no_case="{name}: none.",
        period="Period: {first} to {last}; as of the end of {as_of}",
        unit="{name}: received {received}, closed {closed}, completion rate {working} = {completion}",
        no_rate="{name}: received {received}",
        not_closed="not closed",
        ended="ended",
        late="late",
        colon=": ",
        comma=", ",
        brackets=" ({})",
    ),
    _Words(
        html_lang="zh-CN",
        indent="2em",
        between="",
        text="一、办理概况",
        tables="二、分单位办理情况",
        lists="三、逾期清单",
        notes="三、数据说明",
        notes_after_lists="四、数据说明",
        cases="各单位来件编号",
        on_paper="逐件编号见本通报电子版。",
        heads=("序号", "部门名称", "信件总数", "办结总数", "办结率"),
        figure_heads=("指标", "算法", "代入", "数值"),
        sum="合计",
        caption="附表{n} {name}来件办理情况",
        list_caption="附表{n} {name}清单（{count}件）",
        no_case="没有{name}的来件。",
        period="统计周期：{first}至{last}；截至{as_of}24时",
        unit="{name}：来件{received}件，办结{closed}件，办结率 {working} = {completion}",
        no_rate="{name}：来件{received}件",
        not_closed="未办结",
        ended="终止办理",
        late="逾期",
        colon="：",
        comma="、",
        brackets="（{}）",
    ),
)


def _words(lang: Lang) -> _Words:
    return _WORDS[chinese(lang)]


# --- the three forms --------------------------------------------------------------------------------------------------


def markdown(bulletin: Bulletin, *, lang: Lang = "zh") -> str:
    """Return the bulletin as Markdown, each table a pipe table, the case numbers of each unit at the end."""
    words = _words(lang)
    parts = [f"# {_escaped(bulletin.title(lang))}", _escaped(" · ".join(_masthead(bulletin, lang)))]
    parts += [f"## {words.text}", *map(_escaped, _texts(bulletin, lang)), f"## {words.tables}"]
    for table in bulletin.tables:
        rows = [row.cells(lang) for row in table.rows]
        parts += [f"### {_escaped(_caption(table, lang))}", _escaped(_period(bulletin, lang))]
        parts += [write_markdown(words.heads, rows, align=_SIDES).rstrip("\n"), _escaped(_sums(table, lang))]
    parts += [f"## {words.lists}"] if bulletin.lists else []
    for listed in _lists(bulletin, lang):
        if not listed.rows:
            parts.append(_escaped(listed.no_case))
            continue
        parts += [f"### {_escaped(listed.caption)}", _escaped(_period(bulletin, lang))]
        parts.append(write_markdown(listed.heads, listed.rows, align=listed.sides).rstrip("\n"))
    figures = [(row["label"], row["formula"], row["working"], row["value"]) for row in _figures(bulletin, lang)]
    parts += [f"## {_notes(bulletin, lang)}", "\n".join(f"- {_escaped(note)}" for note in bulletin.notes(lang))]
    parts += [write_markdown(words.figure_heads, figures, align=("left", "left", "right", "right")).rstrip("\n")]
    cases = []
    for unit in _units(bulletin, lang):
        numbers = words.comma.join(number + mark for number, mark in unit["cases"])
        cases.append(f"- {_escaped(unit['summary'])}{words.colon}{_escaped(numbers)}")
    parts += [f"### {words.cases}", "\n".join(cases)]
    return "\n\n".join(part for part in parts if part) + "\n"


def html(bulletin: Bulletin, *, lang: Lang = "zh") -> str:
    """Return the bulletin as one HTML page without anything external, for the screen, the phone and A4 paper.

    Everything that is put in is escaped.
    """
    words = _words(lang)
    issue, publisher, day = bulletin.issue_label(lang), bulletin.publisher, show_day(bulletin.as_of, lang=lang)
    return _template().render(
        words=words,
        title=bulletin.title(lang),
        issue=issue,
        publisher=publisher,
        date=day,
        as_of=bulletin.as_of.isoformat(),
        period=_period(bulletin, lang),
        paragraphs=_texts(bulletin, lang),
        tables=[
            {
                "caption": _caption(table, lang),
                "rows": [row.cells(lang) for row in table.rows],
                "sums": [shown(figure) for figure in (table.received, table.closed, table.completion)],
            }
            for table in bulletin.tables
        ],
        lists=_lists(bulletin, lang),
        notes_head=_notes(bulletin, lang),
        notes=bulletin.notes(lang),
        figures=_figures(bulletin, lang),
        units=_units(bulletin, lang),
    )


def plain(bulletin: Bulletin, *, lang: Lang = "zh") -> str:
    """Return the bulletin as text for a terminal: columns line up where a Chinese character takes two places.

    Control characters are shown as U+FFFD, so that no name can command the terminal.
    """
    words = _words(lang)
    parts = [bulletin.title(lang), "  ".join(_masthead(bulletin, lang))]
    parts += [words.text, *_texts(bulletin, lang), words.tables]
    for table in bulletin.tables:
        rows = [words.heads, *(row.cells(lang) for row in table.rows)]
        lines = [_caption(table, lang), _period(bulletin, lang), *_lined_up(rows, _SIDES), _sums(table, lang)]
        parts.append("\n".join(_still(line) for line in lines))
    parts += [words.lists] if bulletin.lists else []
    for listed in _lists(bulletin, lang):
        lines = [listed.caption, _period(bulletin, lang), *_lined_up([listed.heads, *listed.rows], listed.sides)]
        parts.append("\n".join(_still(line) for line in lines) if listed.rows else listed.no_case)
    parts += [_notes(bulletin, lang), "\n".join(f"- {_still(note)}" for note in bulletin.notes(lang))]
    return "\n\n".join(part if "\n" in part else _still(part) for part in parts) + "\n"


# --- what they share --------------------------------------------------------------------------------------------------


def _masthead(bulletin: Bulletin, lang: Lang) -> list[str]:
    return [part for part in (bulletin.issue_label(lang), bulletin.publisher, show_day(bulletin.as_of, lang=lang)) if part]


def _texts(bulletin: Bulletin, lang: Lang) -> list[str]:
    return [_words(lang).between.join(paragraph) for paragraph in bulletin.paragraphs(lang)]


def _caption(table: BulletinTable, lang: Lang) -> str:
    return _words(lang).caption.format(n=table.number, name=table.name(lang))


def _period(bulletin: Bulletin, lang: Lang) -> str:
    first, last, as_of = (show_day(day, lang=lang) for day in (bulletin.first, bulletin.last, bulletin.as_of))
    return _words(lang).period.format(first=first, last=last, as_of=as_of)


def _sums(table: BulletinTable, lang: Lang) -> str:
    words = _words(lang)
    figures = (table.received, table.closed, table.completion)
    return (
        words.sum + words.colon + words.comma.join(f"{head} {shown(it)}" for head, it in zip(words.heads[2:], figures, strict=True))
    )


class _List(NamedTuple):
    """A late list as it is printed."""

    caption: str
    heads: tuple[str, ...]
    rows: list[tuple[str, ...]]
    no_case: str

    @property
    def sides(self) -> tuple[Align, ...]:
        """The first column, of numbers, stands to the right."""
        first: Align = "right"
        others: Align = "left"
        return (first, *[others] * (len(self.heads) - 1))


def _lists(bulletin: Bulletin, lang: Lang) -> list[_List]:
    words = _words(lang)

    def shown_list(number: int, each: LateList) -> _List:
        name = each.name(lang)
        return _List(
            caption=words.list_caption.format(n=number, name=capital(name), count=len(each.cases)),
            heads=each.heads(lang),
            rows=each.cells(lang, zone=bulletin.zone, unit=lambda unit: bulletin.unit(unit, lang)),
            no_case=words.no_case.format(name=capital(name)),
        )

    return [shown_list(number, each) for number, each in enumerate(bulletin.lists, start=len(bulletin.tables) + 1)]


def _notes(bulletin: Bulletin, lang: Lang) -> str:
    return _words(lang).notes_after_lists if bulletin.lists else _words(lang).notes


def _figures(bulletin: Bulletin, lang: Lang) -> list[dict[str, str]]:
    return [
        {
            "label": figure.label(lang),
            "formula": figure.formula(lang),
            "working": "" if figure.working == shown(figure) else figure.working,
            "value": shown(figure),
        }
        for figure in bulletin.headline
    ]


def _units(bulletin: Bulletin, lang: Lang) -> list[dict[str, Any]]:
    """Return for each unit with messages a line with its figures, and its case numbers with what is wrong with each."""
    words = _words(lang)
    return [
        {
            "summary": (words.unit if shown(row.completion) else words.no_rate).format(
                name=row.name(lang),
                received=shown(row.received),
                closed=shown(row.closed),
                working=row.completion.working,
                completion=shown(row.completion),
            ),
            "cases": [(case.number, _mark(case, words)) for case in bulletin.cases_of(row)],
        }
        for table in bulletin.tables
        for row in table.rows
        if row.received.value
    ]


def _mark(case: CountedCase, words: _Words) -> str:
    rest = words.ended if case.ended else words.not_closed
    marks = [mark for mark, holds in ((rest, not case.closed), (words.late, case.late)) if holds]
    return words.brackets.format(words.comma.join(marks)) if marks else ""


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(files(__package__).joinpath("bulletin.html.jinja").read_text("utf-8"))


_MARKUP = re.compile(r"[\\`*_\[\]<>&#|~]")


def _escaped(text: str) -> str:
    """Return *text* for a line of Markdown, where it means nothing but itself."""
    return _MARKUP.sub(lambda found: "\\" + found[0], " ".join(text.split()))


def _still(line: str) -> str:
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(char) == "Cc" else char for char in line)


def _lined_up(rows: Sequence[Sequence[str]], sides: Sequence[Align]) -> list[str]:
    widths = [max(display_width(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = []
        for cell, wide, side in zip(row, widths, sides, strict=True):
            room = " " * (wide - display_width(cell))
            cells.append(room + cell if side == "right" else cell + room)
        lines.append("  ".join(cells).rstrip())
    return [lines[0], "  ".join("-" * wide for wide in widths), *lines[1:]]
