"""The command that draws a run's figures as files: those of the report, and slides."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from bench.cli.screen import console
from bench.cli.shared import RunFolder, app


@app.command()
def figures(
    run: RunFolder,
    claim: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="only the figure of this claim, e.g. N4; can be repeated"),
    ] = None,
    slide: Annotated[
        bool,
        typer.Option(
            "--slide", help="slides: 16:9, 2560 x 1440 pixels, titled, for the back of a room"
        ),
    ] = False,
    answer: Annotated[
        bool, typer.Option("--answer", help="only the picture that the report opens with")
    ] = False,
) -> None:
    """Draw a run's figures as PNG and SVG and print where they are."""
    from bench.results.evaluation import evaluate, suspecting  # noqa: PLC0415
    from reports import picture_files  # noqa: PLC0415

    evaluated = evaluate(run)
    with suspecting(evaluated.file, run):
        wanted = tuple(one for text in claim or () for one in text.split(",") if one)
        if answer:
            found = picture_files.write_answer(evaluated, wanted, is_slide=slide)
        else:
            found = picture_files.write(evaluated, wanted, is_slide=slide)
    for path in found:
        console.print(Text(str(path)), soft_wrap=True)
