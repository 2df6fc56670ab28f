"""The docs say what the code says: no stale table, no missing name, no dead link."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import typer.main
from make_run import make_claims_run, make_run
from measured import METRICS

from bench import catalog
from bench.cli import main as cli
from bench.cli import shared
from bench.model import links, linktext, samples
from bench.model.load import parameters_of
from bench.model.outcome import OutcomeNoun
from bench.model.ownserver import description
from bench.model.readings import PathCounts, Reading, WayCounts, Wire
from bench.model.records import RunFile, TrialFile
from bench.model.trial import Trial
from bench.results import parquet, store
from bench.results.evaluation import evaluate
from bench.stats.estimates import percentile
from bench.tools.docs import (
    markdown,
    pages,
    part_claims,
    part_findings,
    part_floors,
    part_map,
    part_patterns,
)
from reports import claims_table, datafiles

ROOT = pages.ROOT
PAGES = sorted(
    path
    for path in (*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "results/README.md")
    if path.exists()
)
IDS = [str(path.relative_to(ROOT)) for path in PAGES]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
SOAK_CASE = re.compile(r"tests/\d{3}")
"""Cases of a soak are named after its parts, and one of them is 'tests'."""

NAMED_FILE = re.compile(r"`((?:bench|targets|scenarios|reports|tests|docs)/[\w./-]*)`")
FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
EXAMPLE_FILE = re.compile(r"^`(\S+\.py)`:\n\n```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@cache
def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


@cache
def known_commands() -> dict[str, Any]:
    group: Any = typer.main.get_command(shared.app)
    return dict(group.commands)


def undocumented(names: Iterator[str] | list[str], page: str) -> list[str]:
    """The names that do not stand in the page as code."""
    spans = re.findall(r"`([^`]+)`", FENCE.sub("", text_of(page)))
    words = {word for span in spans for word in span.split()}
    return [name for name in names if name not in words]


# --- generated parts ------------------------------------------------------------------


def test_generated_parts_are_fresh() -> None:
    stale = [str(path.relative_to(ROOT)) for path in pages.stale()]
    assert stale == [], "run: python -m bench.tools.docs --write"


def test_every_generated_part_has_a_place() -> None:
    found = [name for path in PAGES for _, name, _ in pages.PART.findall(path.read_text())]
    assert sorted(found) == sorted(pages.parts())


def test_a_part_is_replaced_between_its_marks() -> None:
    old = "a\n<!-- generated: x -->\nold\n<!-- end -->\nb\n"
    new = "a\n<!-- generated: x -->\n\nnew\n\n<!-- end -->\nb\n"
    assert pages.refreshed(old, {"x": "new"}) == new
    assert pages.refreshed(new, {"x": "new"}) == new


def test_an_unknown_part_is_an_error() -> None:
    with pytest.raises(KeyError):
        pages.refreshed("<!-- generated: y -->\n<!-- end -->", {"x": ""})


def test_a_cell_breaks_no_table() -> None:
    made = markdown.table(("a",), [("x | y\nz",)])
    assert made == "| a |\n| --- |\n| x \\| y z |"


def test_a_message_shows_what_is_known_before_a_run() -> None:
    tree = ast.parse('Finding("c", "note", f"{n} of {MOST:.0%}", "do")')
    assert part_findings.finding_table(tree, {"MOST": 0.5}, OutcomeNoun()).endswith(
        "| `c` | note | … of 50% | do |"
    )


def test_endpoints_are_found_in_the_base_too() -> None:
    folder = ROOT / "targets" / "notifications"
    assert part_patterns.endpoints(folder / "sse.py") == ["GET /stream"]
    assert part_patterns.endpoints(folder / "long_polling.py") == ["GET /position", "GET /events"]
    assert part_patterns.endpoints(folder / "null.py") == []
    assert part_patterns.endpoints(ROOT / "targets" / "connection_pool" / "pool.py") == [
        "GET /query"
    ]


# --- names ----------------------------------------------------------------------------


def test_commands_and_options_are_documented() -> None:
    names = list(known_commands())
    for command in known_commands().values():
        names += [p.opts[0] for p in command.params if p.opts[0].startswith("-")]
    assert undocumented(names, "docs/commands.md") == []


def test_exit_codes_are_documented() -> None:
    codes = [shared.BROKEN, cli.USAGE, shared.VOID, cli.MISSING, cli.INTERRUPTED, cli.INTERNAL, 0]
    rows = set(re.findall(r"^\| (\d+) \|", text_of("docs/commands.md"), re.MULTILINE))
    assert rows == {str(code) for code in codes}


def test_load_parameters_are_documented() -> None:
    for experiment in catalog.experiments().values():
        assert undocumented(list(parameters_of(experiment.load)), "docs/load.md") == []


def test_what_a_link_has_is_documented() -> None:
    names = [*links.CHOICES, *links.CONGESTION, *linktext.KEYS, linktext.SECOND]
    assert undocumented(names, "docs/links.md") == []


def test_keys_of_a_description_are_documented() -> None:
    keys = [name for key in description.KEYS for name in key.split(".")]
    tables = {key.partition(".")[0] for key in description.KEYS if "." in key}
    page = "docs/own/README.md"
    assert undocumented([key for key in keys if key not in tables], page) == []
    assert undocumented([f"[{table}]" for table in sorted(tables)], page) == []
    assert undocumented(["no_such_key"], page) == ["no_such_key"]


def test_metrics_are_documented() -> None:
    assert undocumented(list(METRICS), "docs/metrics.md") == []


def test_patterns_are_documented() -> None:
    for name in catalog.experiments():
        ids = [pattern.id for pattern in catalog.patterns(name).values()]
        assert undocumented(ids, "docs/patterns.md") == []


def test_findings_are_explained() -> None:
    shared, _, _ = part_findings.part(ROOT).partition("### Only in")
    codes = re.findall(r"\| `(\w+)` \|", shared)
    assert len(codes) > 15
    page = text_of("docs/findings.md")
    assert [code for code in codes if f"- `{code}`: " not in page] == []


def test_laws_are_explained() -> None:
    page = text_of("docs/laws.md")
    for experiment in catalog.experiments().values():
        named = [entry.law for entry in (*experiment.predictions, *experiment.claims) if entry.law]
        laws = {law for text in named for law in text.split(", ")}
        reasons = re.findall(r"^\*\*(.*?)\.\*\*", page, re.MULTILINE)
        assert laws <= {law for reason in reasons for law in reason.split(", ")}


def test_the_results_format_is_documented() -> None:
    names = [*(samples.DTYPE.names or ()), *(samples.EVENT_DTYPE.names or ()), *samples.OUTCOMES]
    for kind in (RunFile, TrialFile, Trial, Wire, Reading, PathCounts, WayCounts):
        names += [entry.name for entry in dataclasses.fields(kind)]
    names += [*parquet.ORIGIN, *datafiles.FINDINGS, *datafiles.LAWS, *datafiles.TRIALS]
    assert undocumented([*names, *datafiles.SUMMARY], "docs/results.md") == []


def test_every_module_stands_on_a_floor() -> None:
    """The layers contract is exhaustive; here the modules are counted against it."""
    stand = {name for floor in part_floors.floors(ROOT) for name in floor}
    modules = {
        path.stem
        for path in (ROOT / "bench").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert modules - {"__init__", "__main__"} == stand


def test_the_map_is_drawn_from_first_lines() -> None:
    page = part_map.part(ROOT)
    assert "| `clock.py` | The one clock" in page
    files = [path for name in part_map.FOLDERS for path in (ROOT / name).rglob("*.py")]
    assert page.count("\n| `") == sum(path.stem != "__init__" for path in files)


# --- links, files, commands -------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_links_lead_somewhere(page: Path) -> None:
    dead = []
    for link in LINK.findall(FENCE.sub("", page.read_text())):
        if re.match(r"\w+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    assert dead == []


def test_the_index_lists_every_page() -> None:
    listed = set(LINK.findall((ROOT / "docs/index.md").read_text()))
    assert {path.name for path in (ROOT / "docs").glob("*.md")} - {"index.md"} <= listed


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_named_files_exist(page: Path) -> None:
    text = page.read_text()
    made_here = {path for path, _ in EXAMPLE_FILE.findall(text)}
    names = set(NAMED_FILE.findall(text)) - made_here
    names -= {name for name in names if SOAK_CASE.fullmatch(name)}
    assert [name for name in sorted(names) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_named_commands_exist(page: Path) -> None:
    used = set(re.findall(r"(?:`|^    )bench ([a-z]+)", page.read_text(), re.MULTILINE))
    assert used <= set(known_commands())


# --- examples ---------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_python_examples_can_be_compiled(page: Path) -> None:
    for number, block in enumerate(PYTHON.findall(page.read_text())):
        compile(block, f"{page.name}[{number}]", "exec", dont_inherit=True)


def test_the_example_is_a_pattern(tmp_path: Path) -> None:
    for name, block in EXAMPLE_FILE.findall(text_of("docs/adding-a-pattern.md")):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(block)
    found = catalog.patterns("notifications", tmp_path)["http_lines"]
    assert (found.title, found.compared, found.requires) == ("HTTP lines", True, ())
    assert part_patterns.endpoints(tmp_path / "targets/notifications/http_lines.py") == [
        "GET /lines"
    ]


def test_numbers_can_be_recomputed_as_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(tmp_path / "results" / "RUN", names=("sse",), repeats=2, spoil=False)
    monkeypatch.chdir(tmp_path)
    (block,) = PYTHON.findall(text_of("docs/results.md"))
    shown: dict[str, Any] = {}
    exec(block, shown)
    trials = [stored.data() for stored in store.open_run(run).trials]
    means = [METRICS["latency_mean"].function(trial) for trial in trials]
    assert shown["latency_mean"] == pytest.approx(sum(means) / len(means))
    pooled = np.concatenate([trial.latencies_ns for trial in trials])
    assert shown["latency_p99"] == pytest.approx(percentile(pooled, 0.99) / 1e6)


def test_other_tools_read_the_same_numbers_as_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(tmp_path / "results" / "RUN", names=("short_polling", "sse"), repeats=3)
    (run / "report").mkdir()
    datafiles.write(evaluate(run), run / "report")
    monkeypatch.chdir(tmp_path)
    *tools, last = PYTHON.findall(text_of("docs/analysing.md"))
    summary = pd.read_csv(run / "report/summary.csv")
    wanted = summary[summary.metric == "latency_p90"].set_index("pattern")["value"].to_dict()
    assert set(wanted) == {"short_polling", "sse"}
    assert len(tools) == 3
    for block in tools:
        shown: dict[str, Any] = {}
        exec(block, shown)
        found = shown["p90"]
        rows: list[tuple[Any, ...]]
        if isinstance(found, pd.Series):
            rows = list(found.reset_index().itertuples(index=False))
        else:
            rows = found.fetchall() if hasattr(found, "fetchall") else found.rows()
        assert {pattern: value for pattern, _, value in rows} == pytest.approx(wanted)
    shown = {}
    exec(last, shown)
    assert shown["latency"].set_index("pattern")["value"].to_dict() == wanted


def test_a_verdict_can_be_recomputed_as_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = {"duration": "500ms", "event_rate": "400/s"}
    run = make_claims_run(tmp_path / "results" / "RUN", "N7", 2, **short)
    monkeypatch.chdir(tmp_path)
    (block,) = PYTHON.findall(text_of("docs/claims.md"))
    shown: dict[str, Any] = {}
    exec(block, shown)
    found = {one.claim.id: one.judgement for one in evaluate(run).experiments[0].claims}
    (number,) = [one for one in found["N7"].numbers if one.kind == "ratio"]
    assert (shown["ratio"], shown["low"]) == pytest.approx((number.value, number.low))
    assert shown["high"] == pytest.approx(number.high)


def test_the_columns_of_claims_are_documented() -> None:
    assert undocumented(claims_table.COLUMNS, "docs/claims.md") == []


def test_the_ledger_names_every_claim_and_scene() -> None:
    made = part_claims.claims(catalog.experiments())
    for experiment in catalog.experiments().values():
        assert all(f"| {claim.id} | " in made for claim in experiment.claims)
    assert "| S1 | `short_polling`, `long_polling`, `sse` | `warmup=300ms` " in made


def test_every_answer_in_the_readme_has_the_command_that_measured_it() -> None:
    """A row of its table is of an experiment; the page of its numbers runs that experiment."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    numbers = (ROOT / "docs/readme-numbers.md").read_text(encoding="utf-8")
    answered = set(re.findall(r"^\| `(\w+)` \|", readme, re.MULTILINE))
    measured = set(re.findall(r"`bench run (\w+)", numbers))
    assert answered == set(catalog.experiments()) == measured
