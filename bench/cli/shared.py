"""What the commands share: the application, exit codes, options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench import catalog
from bench.analysis.metrics import Metric, metrics_of_all
from bench.cli import completion

BROKEN = 1
"""Exit code of a gate that is broken beyond doubt."""

VOID = 3
"""Exit code of a run with no usable trial."""

app = typer.Typer(
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Compares backend communication patterns quantitatively.",
)


Names = Annotated[
    list[str],
    typer.Argument(
        metavar="NAME",
        help="EXPERIMENT, EXPERIMENT/PATTERN, or one plan.toml",
        autocompletion=completion.names,
    ),
]
OnePattern = Annotated[
    str, typer.Argument(metavar="EXPERIMENT/PATTERN", autocompletion=completion.patterns)
]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="a run's folder in results/")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="set a load parameter; several values sweep it",
        autocompletion=completion.settings,
    ),
]
PerClient = Annotated[
    str,
    typer.Option(
        metavar="RATE",
        help="rate for each client, e.g. 1/s (`bench list` says whose rates are set)",
    ),
]
Link = Annotated[
    list[str] | None,
    typer.Option(metavar="LINK", help="the network, e.g. wan or rtt=50ms,loss=1%,rate=20mbit"),
]
Faults = Annotated[
    list[str] | None,
    typer.Option("--fault", metavar="FAULT", help="fault to inject, e.g. 'server:stop@50%,for=1s'"),
]
AmqpUrl = Annotated[
    str, typer.Option(help="use this RabbitMQ on this host instead of a private one")
]
AllowUnlike = Annotated[
    bool,
    typer.Option("--allow-unlike", help="accept changed code or machine; the result is marked"),
]
ExportJson = Annotated[
    Path | None,
    typer.Option(
        "--export-json", metavar="FILE", help="also write all numbers of the report as JSON"
    ),
]
Results = Annotated[Path, typer.Option(help="folder that holds the runs")]
Own = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="measure your own server, as this TOML file describes it"),
]
MayLoad = Annotated[
    list[str] | None,
    typer.Option("--i-may-load", metavar="HOST", help="your own server may run on this other host"),
]
Open = Annotated[bool, typer.Option("--open", help="open the report in a browser")]


def foreign_of(amqp_url: str) -> dict[str, str]:
    """The addresses of services that run already, by service, as the options name them."""
    from bench.lab import services  # noqa: PLC0415 - the commands that only look stay fast

    return services.foreign_of({"amqp-url": amqp_url})


def known_metrics() -> dict[str, Metric]:
    """Every metric that a gate may name: of all experiments."""
    return metrics_of_all(catalog.experiments().values())
