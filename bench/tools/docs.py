"""The parts of docs/ that are drawn from the code, so that they cannot lag behind it.

    python -m bench.docs --check     names what is stale and exits with 1
    python -m bench.docs --write     brings it up to date

A part stands between `<!-- generated: NAME -->` and `<!-- end -->`.  Reads
declarations and syntax trees only.  Must not know how anything is run,
measured or drawn, and imports no Locust.
"""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer.main

from bench import catalog
from bench.analysis import findings
from bench.analysis.metrics import METRICS, Metric
from bench.cli.main import application
from bench.model import units
from bench.model.experiment import Experiment
from bench.model.links import NAMED, Named
from bench.model.load import Parameter, parameters_of
from bench.model.pattern import Pattern

ROOT = catalog.ROOT
PART = re.compile(r"(<!-- generated: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
ROUTE = re.compile(r'web\.(\w+)\("(/[^"]*)"')
DERIVED = re.compile(r"^class Target\((\w+)\.Target\)", re.MULTILINE)
SHARED = re.compile(r"^from targets\.\w+\.(_\w+) import", re.MULTILINE)
UNIT_WORDS = {
    "": "count",
    "s": "time",
    "/s": "rate",
    "B": "size",
    "%": "share",
    "bit/s": "bandwidth",
}


def code(text: str) -> str:
    return f"`{text}`" if text else ""


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; bars and line ends in a cell would break it."""
    lines = [headers, ["---"] * len(headers), *rows]
    cells = [[" ".join(text.split()).replace("|", "\\|") for text in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def commands(group: Any) -> str:
    """Every command of a Typer application with its arguments and options."""
    return "\n\n".join(_command(name, command) for name, command in group.commands.items())


def _command(name: str, command: Any) -> str:
    shown = [_written(parameter) for parameter in command.params]
    usage = ["bench", name, *(text for text in shown if not text.startswith("-"))]
    head = f"### {code(' '.join(usage))}\n\n{command.help.strip()}"
    rows = [
        (code(text), _default(parameter), parameter.help or "")
        for text, parameter in zip(shown, command.params, strict=True)
    ]
    headers = ("argument or option", "default", "meaning")
    return f"{head}\n\n{table(headers, rows)}" if rows else head


def _written(parameter: Any) -> str:
    """As it is typed: `RUN`, `--repeats INT`, `--quick`; dots where several may be given."""
    name = str(parameter.opts[0])
    if not name.startswith("-"):
        name = parameter.metavar or name.upper()
        name = name if parameter.required else f"[{name}]"
    elif not parameter.is_flag:
        kind = getattr(parameter.type_descriptor.annotation, "__name__", "text")
        name += f" {parameter.metavar or kind.upper()}"
    dots = "..." if parameter.multiple or parameter.nargs == -1 else ""
    return f"{name}{dots}"


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    none = parameter.default is None or parameter.default is False
    return "" if none else code(str(parameter.default))


def loads(experiments: Mapping[str, Experiment]) -> str:
    """Every load parameter of every experiment."""
    headers = ("parameter", "kind", "default", "allowed", "`--quick`", "meaning")
    parts = []
    for name, experiment in experiments.items():
        rows = [
            (
                code(p.name),
                "word" if p.kind is str else UNIT_WORDS[p.unit],
                code(units.show(p.default, p.unit)),
                _allowed(p),
                code(str(experiment.quick.get(p.name, ""))),
                p.meaning,
            )
            for p in parameters_of(experiment.load).values()
        ]
        parts.append(f"### {code(name)}\n\n{table(headers, rows)}")
    return "\n\n".join(parts)


def _allowed(parameter: Parameter) -> str:
    if parameter.choices:
        return ", ".join(code(choice) for choice in parameter.choices)
    ends = [end for end in (parameter.low, parameter.high) if end is not None]
    return " to ".join(code(units.show(end, parameter.unit)) for end in ends)


def named_links(known: Mapping[str, Named]) -> str:
    """Every link that has a name: what it stands for, and who says so."""
    rows = [(code(name), code(one.text), one.source) for name, one in known.items()]
    return table(("name", "stands for", "source"), rows)


def metrics(known: Mapping[str, Metric]) -> str:
    """Every entry of METRICS."""
    rows = [(code(m.key), m.unit, m.better, m.title, m.definition) for m in known.values()]
    return table(("key", "unit", "better", "title", "definition"), rows)


def patterns(experiments: Mapping[str, Experiment], root: Path) -> str:
    """What each pattern says of itself, its endpoints and its laws."""
    return "\n\n".join(
        _pattern(pattern, experiment, root)
        for experiment in experiments.values()
        for pattern in catalog.patterns(experiment.name, root).values()
    )


def _pattern(pattern: Pattern, experiment: Experiment, root: Path) -> str:
    target = root / "targets" / f"{pattern.id}.py"
    client = root / "scenarios" / f"{pattern.id}.py"
    laws = dict.fromkeys(law.law for law in experiment.predictions_for(pattern.name))
    rows = [
        ("files", f"`targets/{pattern.id}.py`, `scenarios/{pattern.id}.py`"),
        ("server", class_doc(target, "Target")),
        ("client", class_doc(client, "Client")),
        ("endpoints", ", ".join(map(code, endpoints(target))) or "none over HTTP"),
        ("needs", ", ".join(pattern.requires) or "Python packages only"),
        ("compared", "yes" if pattern.compared else "no: it is a floor"),
        ("laws", ", ".join(laws) or "none"),
        ("try it", code(pattern.example or f"bench trace {pattern.id}")),
    ]
    head = f"### {pattern.title}: {code(pattern.id)}\n\n{pattern.summary}"
    return f"{head}\n\n{table(('', ''), rows)}"


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def class_doc(path: Path, name: str) -> str:
    """The first paragraph of a class's docstring."""
    for node in _tree(path).body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            return (ast.get_docstring(node) or "").partition("\n\n")[0]
    return ""


def endpoints(target: Path) -> list[str]:
    """`GET /events` for each aiohttp route of a target, or of what it derives from or imports."""
    text = target.read_text(encoding="utf-8")
    found = [f"{verb.upper()} {path}" for verb, path in ROUTE.findall(text)]
    for name in [*DERIVED.findall(text), *SHARED.findall(text)]:
        found = found or endpoints(target.with_name(f"{name}.py"))
    return found


def finding_table(tree: ast.Module, constants: Mapping[str, Any]) -> str:
    """Every Finding that a module makes: code, severity, message and remedy."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    rows = [
        [_text(argument, constants) for argument in call.args]
        for call in calls
        if ast.unparse(call.func) == "Finding"
    ]
    headers = ("code", "severity", "message", "remedy")
    return table(headers, [(code(row[0]), *row[1:]) for row in rows])


def _text(node: ast.expr, constants: Mapping[str, Any]) -> str:
    """A string's text; what is only known at run time is an ellipsis."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part, constants) for part in node.values)
    if isinstance(node, ast.FormattedValue) and ast.unparse(node.value) in constants:
        spec = _text(node.format_spec, constants) if node.format_spec else ""
        return f"{constants[ast.unparse(node.value)]:{spec}}"
    return "…"


def laws(experiments: Mapping[str, Experiment], root: Path) -> str:
    """The functions of each laws.py, and which metric of which pattern they predict."""
    parts = []
    for name, experiment in experiments.items():
        tree = _tree(root / "scenarios" / name / "laws.py")
        functions = [
            (code(node.name), (ast.get_docstring(node) or "").partition("\n\n")[0])
            for node in tree.body
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        ]
        applied = [
            (p.law, code(p.formula), code(p.metric), ", ".join(map(code, p.patterns)), p.source)
            for p in experiment.predictions
        ]
        headers = ("law", "formula", "predicts", "of", "source")
        parts += [f"### Predictions of {code(name)}", table(headers, applied)]
        parts += [f"### Functions in {code(f'scenarios/{name}/laws.py')}"]
        parts += [table(("function", "law"), functions)]
    return "\n\n".join(parts)


def claims(experiments: Mapping[str, Experiment]) -> str:
    """Every claim with the rule of its verdict, and the setups that supply its trials."""
    parts = []
    for name, experiment in experiments.items():
        setups = list({id(s): s for claim in experiment.claims for s in claim.setups}.values())
        marks = {id(setup): f"S{number}" for number, setup in enumerate(setups, 1)}
        rows = [
            (
                claim.id,
                claim.statement,
                claim.law or "none",
                claim.rule.text,
                ", ".join(marks[id(setup)] for setup in claim.setups),
            )
            for claim in experiment.claims
        ]
        settings = [
            (
                marks[id(setup)],
                ", ".join(map(code, setup.patterns)),
                " ".join(code(f"{key}={value}") for key, value in setup.settings.items()),
            )
            for setup in setups
        ]
        headers = ("id", "statement", "law", "holds where", "setups")
        parts += [f"### Claims of {code(name)}", table(headers, rows)]
        parts += [f"### Scenes of {code(name)}"]
        parts += [table(("setup", "patterns", "settings"), settings)]
    return "\n\n".join(parts)


def parts(root: Path = ROOT) -> dict[str, str]:
    """The generated parts by name."""
    known = catalog.experiments(root)
    return {
        "commands": commands(typer.main.get_command(application())),
        "load": loads(known),
        "links": named_links(NAMED),
        "metrics": metrics(METRICS),
        "patterns": patterns(known, root),
        "findings": finding_table(_tree(root / "bench/findings.py"), vars(findings)),
        "laws": laws(known, root),
        "claims": claims(known),
    }


def refreshed(text: str, made: Mapping[str, str]) -> str:
    """The text with its generated parts as they should be; KeyError for an unknown part."""
    return PART.sub(lambda m: f"{m.group(1)}\n{made[m.group(2)]}\n\n{m.group(3)}", text)


def stale(root: Path = ROOT) -> dict[Path, str]:
    """The files whose generated parts differ, with the text that they should have."""
    made, found = parts(root), {}
    for path in sorted((root / "docs").rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        if (fresh := refreshed(text, made)) != text:
            found[path] = fresh
    return found


def main() -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.docs", description=__doc__)
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--check", action="store_true")
    choice.add_argument("--write", action="store_true")
    write = parser.parse_args().write
    for path, text in (found := stale()).items():
        if write:
            path.write_text(text, encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: {'written' if write else 'stale'}")
    return 1 if found and not write else 0


if __name__ == "__main__":
    raise SystemExit(main())
