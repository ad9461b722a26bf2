"""Rulebooks, checked and printed as people read them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from ..languages import Lang, chinese
from .clocks import clock_rulings, office_hours
from .diagrams import diagram
from .differences import diff
from .documents import fmt, schema
from .frames import frame_rulings
from .rulings import (
    check_ruling,
    gates_ruling,
    handling_rulings,
    notice_ruling,
    order_rulings,
    role_ruling,
    route_ruling,
    rung_ruling,
    schedule_ruling,
)
from .terminal import Language, rulebook_named, say, say_table
from .wording import act_named, action_named, listing

if TYPE_CHECKING:
    from ..rulebook import Rulebook

commands = typer.Typer(help="Check, read and write rulebooks.", no_args_is_help=True, rich_markup_mode=None)
commands.command("schema")(schema)
commands.command("fmt")(fmt)
commands.command("diff")(diff)
commands.command("diagram")(diagram)

_HEADS = {"zh": ("", "名称", "规定", "出处或推定"), "en": ("", "name", "rule", "source or assumption")}
_KINDS = {  # in English and in Chinese
    "class": ("class", "分类"),
    "board": ("board", "栏目"),
    "state": ("state", "办理环节"),
    "lifecycle": ("lifecycle", "办理流程"),
    "channel": ("channel", "来件渠道"),
    "message check": ("message check", "来件检查"),
    "intake": ("screening", "来件审核"),
    "duplicate": ("duplicates", "重复来件"),
    "status": ("status", "对外状态"),
    "unwatched": ("without a clock", "不计时环节"),
    "role": ("role", "角色"),
    "hours": ("office hours", "办公时间"),
    "clock": ("clock", "计时"),
    "gates": ("gates", "关口"),
    "reply": ("replies", "答复"),
    "reply check": ("reply check", "答复检查"),
    "rung": ("rung", "督办层级"),
    "order": ("order", "督办文书"),
    "notice": ("notice", "告知"),
    "figure": ("figure", "统计指标"),
    "schedule": ("schedule", "定期编发"),
    "route": ("route", "分派规则"),
    "assignment": ("assignments", "交办"),
    "decline": ("declining", "退件"),
    "consultation": ("consultation", "会商"),
    "revisit": ("revisiting", "回访"),
    "reopen": ("reopening", "重办"),
    "ask": ("asking the citizen", "请补充"),
    "label": ("further names", "其他用语"),
}
_GROUNDS = {  # in English and in Chinese
    "source": ("“{}”", "“{}”"),
    "assumption": ("assumed: {}", "推定：{}"),
    "and": ("; ", "；"),
    "head": ("source: “{}”", "依据：“{}”"),
    "label": ("{}: {}", "{}：{}"),
}


@commands.command("check")
def check(rulebook: Annotated[str, typer.Argument(help="A shipped rulebook's name or a TOML file.")]) -> None:
    """Check a rulebook: every problem at once, then what cases can come to under it. Exit code 1 for errors, 0 for advice."""
    from .. import checking

    book = rulebook_named(rulebook)
    findings = checking.check(book)
    for finding in findings:
        say(f"{finding.level}: {finding}")
    errors = sum(finding.level == "error" for finding in findings)
    verdict = f"is not sound; errors: {errors}, " if errors else "is sound; "
    say(f"{book.id} version {book.outline.rulebook.version} ({book.digest}) {verdict}advice: {len(findings) - errors}")
    if errors:
        raise typer.Exit(1)


@commands.command("show")
def show(rulebook: Annotated[str, typer.Argument(help="A shipped rulebook's name or a TOML file.")], lang: Language = "zh") -> None:
    """Print a rulebook as a person reads it, with the source or assumption behind each rule."""
    book = rulebook_named(rulebook)
    head = book.outline.rulebook
    say((head.zh if chinese(lang) else head.en) or head.id, style="bold")
    say(f"{head.id} · version {head.version} · {book.digest} · {head.zone} · {head.calendar}")
    if head.source:
        say(_ground("head", lang, head.source))
    say_table(_HEADS[lang], _rows(book, lang), fold=True)


def _ground(what: str, lang: Lang, *facts: str) -> str:
    return _GROUNDS[what][chinese(lang)].format(*facts)


def _grounds(row: object, lang: Lang) -> str:
    """Return what a row of a rulebook rests on: what it quotes, and what was assumed."""
    # A quotation within the quotation has the inner marks.
    inner = str.maketrans("“”", "‘’")
    known = {"source": getattr(row, "source", "").translate(inner), "assumption": getattr(row, "assumption", "")}
    said = [_ground(what, lang, words) for what, words in known.items() if words]
    return _ground("and", lang).join(said)


def _rows(book: Rulebook, lang: Lang) -> list[tuple[str, str, str, str]]:
    """Return a rulebook's rules as rows; one that says more of the rule above it has neither kind nor name."""
    found: list[tuple[str, str, str, str]] = []
    for kind, name, says in _rules(book, lang):
        told = [(_KINDS[kind][chinese(lang)], name), *(("", "") for _ in says[1:])]
        found += [(*head, ruling, _grounds(row, lang)) for head, (ruling, row) in zip(told, says, strict=True)]
    said = "".join("".join(row) for row in found)
    further = [_ground("label", lang, word, label) for word, label in book.outline.labels.items() if label not in said]
    if further and chinese(lang):  # such as names of figures that the register declares, or of channels that are not declared
        found.append((_KINDS["label"][1], "", listing(further, lang), ""))
    return found


def _rules(book: Rulebook, lang: Lang) -> Iterator[tuple[str, str, list[tuple[str, object]]]]:
    """Yield a rulebook's rules: what each is, its name, and what it says, each text with the row that gives its grounds."""
    from ..reports.figures import formula

    def named(row: object, name: str) -> str:
        return getattr(row, lang, "") or name

    def label(name: str) -> str:
        return book.label(name, lang=lang)

    outline, answers = book.outline, {form.clock.id for form in book.outline.order if form.clock}
    for kind, name, ruling, row in frame_rulings(book, lang):
        yield kind, name, [(ruling, row)]
    for name, role in book.roles.items():
        yield "role", named(role, name), [(role_ruling(role, lang), role)]
    for route in outline.route:
        yield "route", label(route.id), [(route_ruling(route, book, lang), route)]
    for kind, table, ruling in handling_rulings(book, lang):
        yield kind, "", [(ruling, table)]
    if outline.hours:
        yield "hours", "", [(office_hours(outline.hours, lang), None)]
    for rule in book.clocks.values():
        if rule.id not in answers:  # those are told with their orders
            yield "clock", named(rule, rule.id), list(clock_rulings(rule, book, lang))
    for approval in outline.approval:
        yield "gates", action_named(approval.on, lang), [(gates_ruling(approval, book, lang), approval)]
    for wanted in outline.reply.checks:
        yield "reply check", label(wanted.id), [(check_ruling(wanted, book, lang), wanted)]
    for form in book.orders.values():
        yield "order", named(form, form.id), list(order_rulings(form, book, lang))
    for rung in book.rungs.values():
        yield "rung", label(rung.id), [(rung_ruling(rung, book, lang), rung)]
    for notice in outline.notify:
        yield "notice", act_named(notice.on, lang), [(notice_ruling(notice, book, lang), notice)]
    for name, figure in outline.figures.items():
        yield "figure", named(figure, name), [(formula(figure, lang), figure)]
    for schedule in outline.schedule:
        yield "schedule", label(schedule.id), [(schedule_ruling(schedule, book, lang), schedule)]
