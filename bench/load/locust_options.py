"""What a scenario's file is to plain `locust -f`: a user class of its own name, and options.

Locust loads the file by its path.  Each load parameter that the clients read becomes an option,
also of Locust's web page.  What is wrong with options is said before anything starts.
"""

from __future__ import annotations

import argparse
import itertools
import logging
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import gevent
import locust.stats
from locust import events
from locust.runners import WorkerRunner

from bench import catalog
from bench.load.standalone import CLIENTS, FLUSH_SECONDS, WORKERS, sessions_of
from bench.model import units
from bench.model.errors import UsageError
from bench.model.hosttext import address_of
from bench.model.load import Parameter
from bench.plan.client_parameters import client_parameters

SCENARIOS = catalog.ROOT / "scenarios"
CLASS = "Client"
"""What the user class is called in every scenario."""

_adopted: list[Any] = []
"""The user classes that Locust can run in this process, in the order of their definition."""


def adopt(client: Any) -> None:
    """Tell a scenario's class whose it is; where Locust loads the file, have it run under Locust.

    Also a class of somebody's own file that derives from a scenario's.
    """
    path = Path(getattr(sys.modules.get(client.__module__), "__file__", None) or "")
    if SCENARIOS not in path.parents:
        if client.pattern and not client.abstract:
            _take(client)
    elif client.__name__ == CLASS:
        client.experiment, client.pattern = path.parent.name, path.stem
        if "." not in client.__module__:  # Locust loads files, not modules of packages
            _take(_of_own_name(client))


def _of_own_name(client: Any) -> Any:
    """What Locust runs in the class's place: all scenarios call theirs `Client`."""
    name = "".join(word.capitalize() for word in f"{client.experiment}_{client.pattern}".split("_"))
    client.abstract = True
    members = {"__module__": client.__module__, "__doc__": client.__doc__}
    runnable = type(client)(name, (client,), members)
    setattr(sys.modules[client.__module__], name, runnable)
    return runnable


def _take(user_class: Any) -> None:
    if not _adopted:
        _listen()
    _adopted.append(user_class)
    # The first column of Locust's tables has room for the pattern's name.
    width = max(locust.stats.STATS_TYPE_WIDTH, len(user_class.pattern) + 1)
    locust.stats.STATS_TYPE_WIDTH = width


def _listen() -> None:
    heard: tuple[tuple[Any, Callable[..., None]], ...] = (
        (events.init_command_line_parser, add_options),
        (events.init, _ready),
        (events.test_start, _begin),
        (events.test_stop, _end),
        (events.quitting, _let_files_be_written),
    )
    for event, listener in heard:
        event.add_listener(listener)
    logging.getLogger("picows").setLevel(logging.WARNING)  # or it tells of every connection


def _end(environment: Any, **_: Any) -> None:
    sessions_of(environment).flush(last=True)


def _let_files_be_written(environment: Any, **_: Any) -> None:
    """Locust writes its CSV files once a second, and not once more in the end."""
    options = environment.parsed_options
    if (
        options is not None
        and options.csv_prefix
        and not isinstance(environment.runner, WorkerRunner)
    ):
        gevent.sleep(locust.stats.CSV_STATS_INTERVAL_SEC + FLUSH_SECONDS)


def _begin(environment: Any, **_: Any) -> None:
    runner, options = environment.runner, environment.parsed_options
    if options is not None and not isinstance(runner, WorkerRunner):
        setattr(options, CLIENTS, runner.target_user_count)
        setattr(options, WORKERS, getattr(runner, "worker_count", 1))
    sessions_of(environment).begin()


# --- options ---------------------------------------------------------------------------------


def parameters() -> dict[str, list[Parameter]]:
    """The load parameters that the loaded scenarios read, by name: one for each experiment."""
    found: dict[str, dict[str, Parameter]] = {}
    for one in _adopted:
        for parameter in client_parameters(one.experiment, one.pattern):
            found.setdefault(parameter.name, {})[one.experiment] = parameter
    return {name: list(each.values()) for name, each in found.items()}


def add_options(parser: Any, **_: Any) -> None:
    """An option for each load parameter; and a check of all of them, in one line."""
    for name, same in parameters().items():
        defaults = {units.show(one.default, one.unit) for one in same}
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            dest=name,
            type=_checked(same),
            default=defaults.pop() if len(defaults) == 1 else "",
            choices=same[0].choices or None,
            help=same[0].meaning.replace("%", "%%"),
            env_var=f"LOCUST_{name.upper()}",
        )
    parse = parser.parse_args

    def parse_and_check(*args: Any, **kwargs: Any) -> Any:
        options = parse(*args, **kwargs)
        if problem := host_problem(options):
            parser.error(problem)
        return options

    parser.parse_args = parse_and_check


def _checked(same: list[Parameter]) -> Callable[[str], str]:
    """For argparse: the text, if it is a value in every experiment that has the parameter."""

    def check(text: str) -> str:
        try:
            for one in same:
                if text:
                    units.parse(one, text)
        except UsageError as error:
            raise argparse.ArgumentTypeError(str(error)) from None
        return text

    return check


def host_problem(options: Any) -> str:
    """Why there can be no load, "" for nothing; without an address the web page asks for one."""
    if options.list_commands:
        return ""
    for one in _adopted:
        if catalog.declared_one(one.experiment).work_by == "caller":
            name = f"{one.experiment}/{one.pattern}"
            return (
                f"{name}: a part of the pattern makes the work, and clients have none; "
                f"`bench run {name}` measures it"
            )
    hosts = [options.host] if options.host else _hosts_of_classes(options)
    try:
        for host in hosts:
            address_of(host)
    except UsageError as error:
        return str(error)
    begins = (options.headless or options.autostart) and not options.worker
    if hosts or not begins:
        return ""
    first = _adopted[0]
    return (
        f"--host is missing; start `bench serve {first.experiment}/{first.pattern}` and give "
        "Locust the --host that it prints"
    )


def _hosts_of_classes(options: Any) -> list[str]:
    """The addresses that `--config-users` gives to single user classes."""
    each = itertools.chain.from_iterable(options.config_users or [])
    return [one["host"] for one in each if one.get("host")]


# --- the web page ----------------------------------------------------------------------------


def _ready(environment: Any, web_ui: Any, **_: Any) -> None:
    """Just before Locust begins."""
    # Its timers would count from when gevent was imported, seconds ago: --run-time from then.
    gevent.get_hub().loop.update_now()
    _check_forms(environment, web_ui)


def _check_forms(environment: Any, web_ui: Any) -> None:
    """What is wrong with a form of the web page is answered in the page, and nothing starts."""
    if web_ui is None:
        return
    from flask import jsonify, request  # noqa: PLC0415 - Locust has it where it has a web page

    def check() -> Any:
        if request.method != "POST" or not request.path.endswith("/swarm"):
            return None
        problem = form_problem(request.form, environment)
        message = {"success": False, "message": problem, "host": environment.host}
        return jsonify(message) if problem else None

    web_ui.app.before_request(check)


def form_problem(form: Mapping[str, str], environment: Any) -> str:
    """What is wrong with what somebody has entered, in one line; "" for nothing."""
    try:
        host = form.get("host") or environment.host
        for one in [host] if host else [each.host or "" for each in environment.user_classes]:
            address_of(one)
        for name, same in parameters().items():
            if text := form.get(name):
                for one in same:
                    units.parse(one, text)
    except UsageError as error:
        return str(error)
    return ""
