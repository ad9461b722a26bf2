"""A rulebook, drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from ..errors import InputError
from .terminal import Language, harmless, rulebook_named


def diagram(
    rulebook: Annotated[str, typer.Argument(help="A shipped rulebook's name or a TOML file.")],
    of: Annotated[
        Literal["lifecycle", "ladder"],
        typer.Option(help="What is drawn: the states and who leads on, or the clocks with their rungs and orders."),
    ] = "lifecycle",
    lang: Language = "zh",
    output: Annotated[
        Path | None, typer.Option(help="A file that ends in .mmd (mermaid's text) or .svg (needs mmdc); else it is printed.")
    ] = None,
) -> None:
    """Draw a rulebook: its lifecycle with only what it grants, or its clocks and ladder, as mermaid text or as a picture."""
    from ..drawings import ladder_drawn, lifecycle_drawn

    if output and output.suffix not in (".mmd", ".svg"):
        raise InputError(
            f"cannot write a diagram to {str(output)!r}; accepted: a file that ends in .mmd or .svg", value=str(output)
        )
    drawn = {"lifecycle": lifecycle_drawn, "ladder": ladder_drawn}[of](rulebook_named(rulebook), lang=lang)
    if output is None:
        typer.echo(harmless(drawn), nl=False)
    elif output.suffix == ".mmd":
        output.write_text(drawn, "utf-8")
    else:
        from ..adapters.pictures import svg

        output.write_text(svg(drawn), "utf-8")
