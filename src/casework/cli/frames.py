"""What a rulebook says of its frame, in words: classes, boards, the lifecycle, channels, and how messages are taken in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..languages import Lang, chinese
from ..limits import Count
from ..states import ANYWHERE, STAYS, standard_lifecycle
from .clocks import counting, length
from .wording import action_named, listing, named

if TYPE_CHECKING:
    from ..intake import Channel, DuplicateRule, IntakeCheck
    from ..rulebook import Rulebook
    from ..units import Board

_SAID = {  # in English and in Chinese
    "managed": ("managed by {}", "由{}管理"),
    "outside": ("belongs to another portal", "属其他平台"),
    "level": ("{} level", "{}"),
    "province": ("province", "省级"),
    "city": ("city", "市级"),
    "county": ("county", "县级"),
    "open": ("a state in which the offices must act", "由承办方办理"),
    "waiting": ("a state in which the citizen is waited for", "等候来件人"),
    "closed": ("a state in which it is done, and may be reopened", "已办结，可以重办"),
    "final": ("a state that nothing leads out of", "终结，不再变动"),
    "no states": ("not used: {}", "不设环节：{}"),
    "no actions": ("not done: {}", "不作：{}"),
    "arrow": ("{} in {} leads to {}", "{1}时{0}，转为{2}"),
    "anywhere": ("any state", "任何未终结环节"),
    "stays": ("the same state", "原环节"),
    "unwatched": ("no clock need run: {}", "此间可不计时：{}"),
    "public": ("what comes by it may be shown to the public", "来件可以公开"),
    "private": ("what comes by it is not shown to the public", "来件不公开"),
    "replied by": ("answered by {}", "通过{}答复"),
    "block": ("not taken in: {}", "不予接收：{}"),
    "advise": ("remarked on: {}", "提示：{}"),
    "subject": ("the subject has fewer than {} or more than {} characters", "标题不在{}至{}字之间"),
    "body": ("the body has fewer than {} or more than {} characters", "正文不在{}至{}字之间"),
    "contact": ("neither telephone number nor e-mail address", "未留电话或者邮箱"),
    "given": ("one of these is missing: {}", "未填写{}中的任一项"),
    "types": ("an attachment of another kind than {}", "附件不是{}文件"),
    "max_bytes": ("an attachment of more than {} bytes", "单个附件超过{}字节"),
    "max_files": ("more than {} attachments", "附件多于{}个"),
    "forbid": ("says {}", "含有{}"),
    "channels": ("by {} only", "仅限{}"),
    "message": ("message: “{}”", "提示语：“{}”"),
    "invalid": ("counted as invalid: {}", "按无效来件统计：{}"),
    "duplicate": ("counted as duplicates: {}", "按重复来件统计：{}"),
    "transferred": ("counted as handed to others: {}", "按移送统计：{}"),
    "same": ("the same {} within {}", "{1}内{0}均相同的，视为重复来件"),
    "propose": ("a person decides whether they are merged", "由人决定是否并件"),
    "merge": ("merged at once", "自动并件"),
    "sender": ("sender", "来件人"),
    "text": ("text", "标题和正文"),
    "title": ("subject", "标题"),
    "place": ("place", "地点"),
    "board": ("board", "栏目"),
    "number": ("number", "编号"),
    "the body": ("body", "正文"),
    "ref": ("the sender's key at the portal", "门户用户标识"),
    "name": ("the sender's name", "姓名"),
    "phone": ("the sender's telephone number", "电话"),
    "email": ("the sender's e-mail address", "邮箱"),
    "id_number": ("the sender's identity number", "证件号码"),
    "address": ("the sender's address", "地址"),
}
_FIELDS = {"subject": "title", "body": "the body"}  # whose own words above say what is wrong with them


def _say(what: str, lang: Lang, *facts: object) -> str:
    return _SAID[what][chinese(lang)].format(*facts)


def _together(said: list[str], lang: Lang) -> str:
    return ("；" if chinese(lang) else "; ").join(filter(None, said))


def _field(name: str, lang: Lang) -> str:
    plain = name.removeprefix("sender.")
    return _say(_FIELDS.get(plain, plain), lang)


def frame_rulings(book: Rulebook, lang: Lang) -> Iterator[tuple[str, str, str, object]]:
    """Yield what a rulebook's frame says: what sort of row it is, its name, the ruling, and the row with source or assumption."""
    outline, lifecycle = book.outline, book.lifecycle
    for axis, values in outline.classes.items():
        yield "class", book.label(axis, lang=lang), listing((book.label(value, lang=lang) for value in values), lang), None
    for board in book.register.board if book.register else ():
        yield "board", (board.name if chinese(lang) else board.en) or board.name, _board(board, lang), None
    for state in outline.lifecycle.state:
        yield "state", state.zh if chinese(lang) else state.en, _together([_say(state.kind, lang), state.meaning], lang), None
    if dropped := _dropped(book, lang):
        yield "lifecycle", "", dropped, None
    for arrow in outline.lifecycle.transition:
        source = _say("anywhere", lang) if arrow.source == ANYWHERE else lifecycle.label(arrow.source, lang=lang)
        dest = _say("stays", lang) if arrow.dest == STAYS else lifecycle.label(arrow.dest, lang=lang)
        yield "lifecycle", "", _say("arrow", lang, action_named(arrow.action, lang), source, dest), None
    for name, channel in outline.channels.items():
        yield "channel", _channel_named(name, book, lang), _channel(channel, book, lang), channel
    for check in outline.intake.checks:
        yield "message check", book.label(check.id, lang=lang), intake_check_ruling(check, book, lang), check
    if outline.intake.exits or outline.intake.source or outline.intake.assumption:
        yield "intake", "", _exits(book, lang), outline.intake
    if outline.intake.duplicate:
        yield "duplicate", "", duplicate_ruling(outline.intake.duplicate, lang), outline.intake.duplicate
    for name, states in outline.intake.status.items():
        stands_for = listing((lifecycle.label(state, lang=lang) for state in states), lang)
        yield "status", book.label(name, lang=lang), stands_for, None
    for name, why in outline.lifecycle.unwatched.items():
        yield "unwatched", lifecycle.label(name, lang=lang), _say("unwatched", lang, why), None


def _board(board: Board, lang: Lang) -> str:
    level = _say(board.level, lang) if board.level in _SAID else board.level
    said = [
        _say("managed", lang, board.unit) if board.unit else "",
        _say("level", lang, level) if level else "",
        _say("outside", lang) if board.outside else "",
    ]
    return _together(said, lang)


def _dropped(book: Rulebook, lang: Lang) -> str:
    """Return which states and actions of the standard lifecycle a rulebook does without."""
    rows, standard = book.outline.lifecycle, standard_lifecycle()
    states = listing((standard.label(name, lang=lang) for name in rows.drop_states), lang)
    actions = listing((action_named(name, lang) for name in rows.drop_actions), lang)
    return _together(
        [_say("no states", lang, states) if states else "", _say("no actions", lang, actions) if actions else ""], lang
    )


def _channel_named(name: str, book: Rulebook, lang: Lang) -> str:
    row = book.outline.channels.get(name)
    return ((row.zh if chinese(lang) else row.en) if row else "") or book.label(name, lang=lang)


def _channel(channel: Channel, book: Rulebook, lang: Lang) -> str:
    by = _say("replied by", lang, _channel_named(channel.reply, book, lang)) if channel.reply else ""
    return _together([_say("public" if channel.public else "private", lang), by], lang)


def intake_check_ruling(check: IntakeCheck, book: Rulebook, lang: Lang) -> str:
    """Return what a message is not taken in for, or remarked on, and in which words."""
    kinds = ("subject", "body", "contact", "given", "types", "max_bytes", "max_files", "forbid")
    kind = next(kind for kind in kinds if getattr(check, kind) not in (None, ()))
    value = getattr(check, kind)
    if kind in ("subject", "body"):
        found = _say(kind, lang, *value)
    elif kind == "given":
        found = _say(kind, lang, listing((_field(name, lang) for name in value), lang))
    else:
        found = _say(kind, lang, listing(value, lang) if isinstance(value, tuple) else value)
    said = [
        _say(check.level, lang, found),
        _say("channels", lang, listing((_channel_named(name, book, lang) for name in check.channels), lang))
        if check.channels
        else "",
        _say("message", lang, check.message) if check.message else "",
    ]
    return _together(said, lang)


def _exits(book: Rulebook, lang: Lang) -> str:
    """Return for which reasons a message may be refused or handed on, by the class that they are counted in."""
    kinds: dict[str, list[str]] = {}
    for reason, kind in book.outline.intake.exits.items():
        kinds.setdefault(kind, []).append(named(reason, book, lang))
    return _together([_say(kind, lang, listing(reasons, lang)) for kind, reasons in kinds.items()], lang)


def duplicate_ruling(rule: DuplicateRule, lang: Lang) -> str:
    """Return when a message repeats an earlier one, and what is done about it."""
    same = ("、" if chinese(lang) else " and ").join(_field(name, lang) for name in rule.same)
    own = counting(rule.count, lang) if rule.count != Count() else ""
    return _together([_say("same", lang, same, length(rule.within, lang)), own, _say(rule.do, lang)], lang)
