"""The bulletin in words: its sentences, in which every number is a figure, and what a reader must know to check them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from ..languages import Lang, chinese
from ..moments import show_day, show_month
from ..units import Register
from .periods import declared_for, declared_meanwhile, during, is_month, show_period
from .statistics import Figure, shown

if TYPE_CHECKING:
    from .bulletin import Bulletin
    from .units import BulletinRow


def paragraphs(bulletin: Bulletin, lang: Lang) -> tuple[tuple[str, ...], ...]:
    """Return the running text, each paragraph as its sentences."""
    if chinese(lang):
        parts = _intake_zh(bulletin), _handling_zh(bulletin), _extras_zh(bulletin), _zeros_zh(bulletin)
    else:
        parts = _intake_en(bulletin), _handling_en(bulletin), _extras_en(bulletin), _zeros_en(bulletin)
    return tuple(filter(None, map(tuple, parts)))


def capital(text: str) -> str:
    """Return a text with its first letter made great, as a sentence begins."""
    return text[:1].upper() + text[1:]


def notes(bulletin: Bulletin, register: Register) -> list[tuple[str, str]]:
    """Return the notes, each in Chinese and in English."""
    first, last, day, zone = bulletin.first, bulletin.last, bulletin.as_of, bulletin.zone
    found = [
        (
            f"统计范围：{show_day(first)}0时至{show_day(last)}24时（{zone}）收到的来件。"
            f"统计时点：{show_day(day)}24时；此前发生的办理情况计入，此后发生的不计。",
            f"Counted: messages received from {show_day(first, lang='en')}, 0:00, to {show_day(last, lang='en')}, 24:00 ({zone}). "
            f"Snapshot: {show_day(day, lang='en')}, 24:00; what happened before it counts, what happened after it does not.",
        ),
        (
            "每件来件只计一次，计入统计时点的主办单位；协办单位不重复计。",
            "Each message counts once, for its lead unit at the snapshot; assisting units are not counted again.",
        ),
        (
            "各表按信件总数由多到少排列，件数相同的按登记簿所列顺序。没有来件的单位列于表末，各栏留空："
            "0 ÷ 0 没有意义，既不记作0%，也不记作100%。",
            "Tables are sorted by the number of messages, equal numbers in the register's order. Units without a message stand at "
            "the end with blank cells: 0 ÷ 0 has no value, it is neither 0% nor 100%.",
        ),
    ]
    found += _narrowed(bulletin)
    if "acceptance" in bulletin.figures:
        found.append(
            (
                "受理率指承办单位的签收（签收数 ÷ 来件数）；问政办的登记受理是此前的另一环节。",
                "The acceptance rate is that of the units (accepted ÷ received); the office's registration is another act, "
                "before it.",
            )
        )
    if bulletin.lists:
        found.append(_about_lists(bulletin))
    elif bulletin.clock_zh:
        found.append(
            (
                f"逾期按“{bulletin.clock_zh}”计：截至统计时点计时已经结束且超过期限的计入，仍在计时的不计。",
                f"Late goes by the clock “{bulletin.clock_en}”: what was done after the limit counts; what is still running "
                "does not.",
            )
        )
    found += _sources(bulletin, register)
    found += _undeclared(bulletin, register)
    return found


def _narrowed(bulletin: Bulletin) -> Iterator[tuple[str, str]]:
    """Yield which messages alone are counted, where the bulletin is of some boards or channels."""
    if bulletin.boards:
        names = [name or "（未标栏目）" for name in bulletin.boards], [name or "(no board)" for name in bulletin.boards]
        yield f"只统计下列栏目的来件：{'、'.join(names[0])}。", f"Only messages to these boards are counted: {', '.join(names[1])}."
    if bulletin.channels:
        zh, en = ([names[lang] for names in bulletin.channels] for lang in (0, 1))
        yield (
            f"只统计下列渠道的来件：{'、'.join(zh)}；同一件由多个渠道来的，以首次来件的渠道为准。",
            f"Only messages that came by these channels are counted: {', '.join(en)}; what came by several counts for the first.",
        )


def _about_lists(bulletin: Bulletin) -> tuple[str, str]:
    return (
        f"逾期按“{bulletin.clock_zh}”计，依其他规则办理的来件按其规则的期限计：截至统计时点已办结而超过期限的为逾期办结；"
        "尚未办结而已超过期限的为逾期未办，已答复而未办结的也在其中。中止的时间不计；不予受理、并件、移送、撤回的不列。"
        "每件至多列入一张清单，逾期天数按工作日计。",
        f"Late goes by the clock “{bulletin.clock_en}”, for cases under other rules by theirs. Closed late: closed at the "
        "snapshot, and past the limit. Open and late: not closed and past it, answered or not. Pauses do not count; what was "
        "rejected, merged, transferred or withdrawn is not listed. A case is in one list at most; it is late by working days.",
    )


def _sources(bulletin: Bulletin, register: Register) -> Iterator[tuple[str, str]]:
    """Yield where the figures from outside come from."""
    for name in bulletin.extras:
        figure = bulletin.figures[name]
        if source := figure.source:
            yield f"{figure.zh}为登记簿申报数，来源：{source}。", f"{capital(figure.en)}: declared; source: {source}."
    before = bulletin.figures.get("received:before")
    if before is None:
        return
    last = bulletin.first - timedelta(days=1)
    declared = declared_for(register, "received", last.replace(day=1), last)
    if before.source:
        yield (f"上月来件数为登记簿申报数，来源：{before.source}。", f"Last month's count is declared; source: {before.source}.")
    elif declared and declared.value != before.value:
        yield (
            f"上月来件数为本系统统计的{before.value}件；登记簿另有申报数{declared.value}件（来源：{declared.source}），两数不一致，请核对。",
            f"Last month's count is this system's, {before.value}; the register declares {declared.value} (source: "
            f"{declared.source}). The two differ: please check.",
        )


def _undeclared(bulletin: Bulletin, register: Register) -> Iterator[tuple[str, str]]:
    """Yield which figures from outside the text leaves out, since none is declared for the period.

    What is declared for a period that shares days with this one is named: a half year's figure is not a month's, and whoever
    looks for it finds it.
    """
    for name in bulletin.extras:
        figure = bulletin.figures[name]
        if figure.value is not None or figure.parts:
            continue
        others = declared_meanwhile(register, name, bulletin.first, bulletin.last)
        zh = "、".join(show_period(first, last) for first, last in others)
        en = ", ".join(show_period(first, last, lang="en") for first, last in others)
        yield (
            f"登记簿没有申报本期的{figure.zh}，正文不列{f'；申报的是{zh}的数，与本期不一致' if others else ''}。",
            f"{capital(figure.en)}: the register declares none for this period, so the text has none"
            f"{f'; what it declares is for {en}' if others else ''}.",
        )


# --- the text ---------------------------------------------------------------------------------------------------------


def _units(bulletin: Bulletin, figure: Callable[[BulletinRow], Figure | None]) -> Iterator[tuple[BulletinRow, str]]:
    """Yield the units for which a count is not nothing, with that count."""
    for table in bulletin.tables:
        for row in table.rows:
            found = figure(row)
            if found and found.value:
                yield row, shown(found)


def _of_list(bulletin: Bulletin, id: str) -> Callable[[BulletinRow], Figure | None]:
    return lambda row: bulletin.figures.get(f"{id}:unit:{row.unit}")


def _extras(bulletin: Bulletin) -> Iterator[Figure]:
    return (bulletin.figure(name) for name in bulletin.extras)


def _intake_zh(bulletin: Bulletin) -> Iterator[str]:
    received, period = bulletin.figure("received"), show_period(bulletin.first, bulletin.last)
    if received.value:
        parts = "、".join(f"{table.zh}{shown(table.received)}件" for table in bulletin.tables)
        yield f"{period}共收到来件{shown(received)}件，其中{parts}。"
    else:
        yield f"{period}没有收到来件。"
    if "change" not in bulletin.figures:
        return
    before, moved = bulletin.figure("received:before"), bulletin.figure("change")
    month_before, by = show_month(bulletin.first - timedelta(days=1)), moved.numerator
    if by is None:
        yield f"上月（{month_before}）来件数没有记载，不作环比。"
    elif not before.value:
        yield f"上月（{month_before}）没有来件，不计算环比。"
    elif by == 0:
        yield f"与上月（{month_before}）的{shown(before)}件持平，环比变化{shown(moved)}，即{moved.working}。"
    else:
        direction = "增加" if by > 0 else "减少"
        yield f"比上月（{month_before}）的{shown(before)}件{direction}{abs(by)}件，环比变化{shown(moved)}，即{moved.working}。"


def _handling_zh(bulletin: Bulletin) -> Iterator[str]:
    figure = bulletin.figures
    if not figure["received"].value:
        return
    accepted = ""
    if "acceptance" in figure:
        accepted = f"承办单位签收{shown(figure['accepted'])}件，受理率{shown(figure['acceptance'])}；"
    yield (f"截至{show_day(bulletin.as_of)}24时，{accepted}办结{shown(figure['closed'])}件，办结率{shown(figure['completion'])}。")
    if figure["ended"].value:
        yield f"不予受理、移送、并件、撤回而终止办理{shown(figure['ended'])}件，不计入尚未办结。"
    if figure["open"].value:
        units = "、".join(f"{row.name('zh')}{count}件" for row, count in _units(bulletin, lambda row: row.open))
        yield f"尚未办结{shown(figure['open'])}件：{units}。"
    if late := figure.get("late"):
        units = "、".join(f"{row.name('zh')}{count}件" for row, count in _units(bulletin, lambda row: row.late))
        found = f"超过{bulletin.clock_zh}的有{shown(late)}件：{units}" if late.value else f"没有超过{bulletin.clock_zh}的"
        rest = f"；另有{shown(figure['unanswered'])}件尚未公开答复，不在此列" if figure["unanswered"].value else ""
        yield f"已公开答复的来件中，{found}{rest}。"
    if bulletin.lists:
        yield _lists_zh(bulletin)


def _lists_zh(bulletin: Bulletin) -> str:
    names = [each.name("zh") for each in bulletin.lists]
    if not any(each.cases for each in bulletin.lists):
        return f"没有{'和'.join(names)}的来件。"
    said = []
    for each in bulletin.lists:
        units = "、".join(f"{row.name('zh')}{count}件" for row, count in _units(bulletin, _of_list(bulletin, each.id)))
        count = shown(bulletin.figure(each.id))
        said.append(f"{each.name('zh')}{count}件（{units}）" if each.cases else f"没有{each.name('zh')}的来件")
    return f"{'；'.join(said)}。"


def _extras_zh(bulletin: Bulletin) -> Iterator[str]:
    if said := "；".join(filter(None, map(_extra_zh, _extras(bulletin)))):
        yield f"{said}。"


def _extra_zh(figure: Figure) -> str:
    if isinstance(figure.value, Fraction):
        return f"{figure.zh}{shown(figure)}，即{figure.working}"
    if figure.value is None:
        return ""  # a rate of nothing is blank, and what is not declared for the period is a matter of the notes
    return f"{figure.zh}{shown(figure)}{'（申报数）' if figure.source else '件'}"


def _zeros_zh(bulletin: Bulletin) -> Iterator[str]:
    when = "本月" if is_month(bulletin.first, bulletin.last) else "本期"
    for table in bulletin.tables:
        if table.zero_list and bulletin.zeros:
            zeros = "、".join(row.name("zh") for row in table.zeros)
            yield f"{when}没有来件（零诉求）的{table.zh}有{len(table.zeros)}个：{zeros}。" if zeros else f"{table.zh}均有来件。"


def _intake_en(bulletin: Bulletin) -> Iterator[str]:
    received, when = bulletin.figure("received"), during(bulletin.first, bulletin.last)
    if received.value:
        parts = ", ".join(f"{table.name('en')} {shown(table.received)}" for table in bulletin.tables)
        yield f"Messages received {when}: {shown(received)} ({parts})."
    else:
        yield f"No message was received {when}."
    if "change" not in bulletin.figures:
        return
    before, moved = bulletin.figure("received:before"), bulletin.figure("change")
    month_before, by = show_month(bulletin.first - timedelta(days=1), lang="en"), moved.numerator
    if by is None:
        yield f"How many were received in {month_before} is not on record, so no change is given."
    elif not before.value:
        yield f"None was received in {month_before}, so no change is given."
    else:
        direction = "as many as" if by == 0 else f"{abs(by)} {'more' if by > 0 else 'fewer'} than"
        yield f"That is {direction} the {shown(before)} of {month_before}, a change of {shown(moved)}, which is {moved.working}."


def _handling_en(bulletin: Bulletin) -> Iterator[str]:
    figure = bulletin.figures
    if not figure["received"].value:
        return
    accepted = ","
    if "acceptance" in figure:
        accepted = f" the units had accepted {shown(figure['accepted'])} (acceptance rate {shown(figure['acceptance'])});"
    closed = f"{shown(figure['closed'])} were closed (completion rate {shown(figure['completion'])})"
    yield f"By the end of {show_day(bulletin.as_of, lang='en')}{accepted} {closed}."
    if figure["ended"].value:
        yield f"Rejected, transferred, merged or withdrawn: {shown(figure['ended'])}, which need not be closed."
    if figure["open"].value:
        units = ", ".join(f"{row.name('en')} {count}" for row, count in _units(bulletin, lambda row: row.open))
        yield f"Not closed: {shown(figure['open'])} ({units})."
    if late := figure.get("late"):
        units = ", ".join(f"{row.name('en')} {count}" for row, count in _units(bulletin, lambda row: row.late))
        rest = f"; {shown(figure['unanswered'])} not answered yet are not counted here" if figure["unanswered"].value else ""
        yield f"Done after the limit ({bulletin.clock_en}): {shown(late)}{f' ({units})' if units else ''}{rest}."
    if bulletin.lists:
        yield _lists_en(bulletin)


def _lists_en(bulletin: Bulletin) -> str:
    said = []
    for each in bulletin.lists:
        units = ", ".join(f"{row.name('en')} {count}" for row, count in _units(bulletin, _of_list(bulletin, each.id)))
        count = shown(bulletin.figure(each.id))
        said.append(f"{each.name('en')}: {f'{count} ({units})' if each.cases else 'none'}")
    return f"{capital('; '.join(said))}."


def _extras_en(bulletin: Bulletin) -> Iterator[str]:
    if said := "; ".join(filter(None, map(_extra_en, _extras(bulletin)))):
        yield f"{capital(said)}."


def _extra_en(figure: Figure) -> str:
    if isinstance(figure.value, Fraction):
        return f"{figure.en} {shown(figure)}, which is {figure.working}"
    if figure.value is None:
        return ""
    return f"{figure.en} {shown(figure)}{' (declared)' if figure.source else ''}"


def _zeros_en(bulletin: Bulletin) -> Iterator[str]:
    for table in bulletin.tables:
        if table.zero_list and bulletin.zeros:
            zeros = ": " + ", ".join(row.name("en") for row in table.zeros) if table.zeros else ""
            yield f"No message came for {len(table.zeros)} of the {len(table.rows)} {table.name('en')}{zeros}."
