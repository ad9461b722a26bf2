"""The demo: a place's published figures, computed from events."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..languages import Lang, chinese
from .lists import print_boards, print_bulletin
from .terminal import Language, called, opened, progress, say

if TYPE_CHECKING:
    from ..places import Place, Story


def demo(
    into: Annotated[Path, typer.Option(help="Folder for the bulletin and the database demo.sqlite, which is made anew.")] = Path(
        "casework-demo"
    ),
    rulebook: Annotated[
        str, typer.Option(help="Which place: yunxi (a list taken over); baiyin, chenzhou, jingxian or shenmu (played).")
    ] = "yunxi",
    lang: Language = "zh",
) -> None:
    """Compute a place's published figures from its messages, handled event by event (yunxi: Yunxi county's 109 of July 2020)."""
    from ..places import place

    shown = place(rulebook)
    into.mkdir(parents=True, exist_ok=True)
    db = into / "demo.sqlite"
    for old in (db, into / "demo.sqlite-wal", into / "demo.sqlite-shm"):
        old.unlink(missing_ok=True)
    with opened(db, synced=False) as store:  # it can be made again
        with progress("driving messages through the desk") as advance:
            story = shown.play(store, advance)
        if told := story.told if chinese(lang) else story.told_en or story.told:
            say(f"{told}\n")
        printed = print_boards if shown.by == "board" else print_bulletin
        printed(store, story.desk.rulebook, shown.period, shown.as_of, lang, into)
    say("\n".join(_next(shown, story, db, lang)))


def _next(shown: Place, story: Story, db: Path, lang: Lang) -> Iterator[str]:
    """Yield what may be looked at next: a story with one scene has one line."""
    if len(story.scenes) == 1:
        yield f"\nNext: {called()} show {story.scenes[0].number} --db {db}"
        return
    first, *_ = story.scenes
    lines = [(f"show {scene.number}", scene.zh if chinese(lang) else scene.en) for scene in story.scenes]
    lines += [
        (f"ledger --late --period {shown.period} --as-of {shown.as_of}", "逾期台账" if chinese(lang) else "what was late"),
        ("orders", "督办台账" if chinese(lang) else "every order"),
        ("issues", "编发记录" if chinese(lang) else "every issue that was made"),
        (f"act {first.number} --by {story.actor}", "现在可以做什么" if chinese(lang) else "what may be done now"),
    ]
    yield "\n接下来可以看：" if chinese(lang) else "\nNext:"
    for line, what in lines:
        yield f"  {called()} {line} --db {db}  # {what}"
