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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer.main

from bench import catalog, cli, findings, units
from bench.metrics import METRICS, Metric
from bench.model import Experiment, Parameter, Pattern, parameters_of

ROOT = catalog.ROOT
PART = re.compile(r"(<!-- generated: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
UNIT_WORDS = {"": "count", "s": "time", "/s": "rate", "B": "size"}


# --- Markdown ---------------------------------------------------------------------


def cell(text: str) -> str:
    """Text in a table's cell: bars and line ends would break it."""
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    return f"`{text}`" if text else ""


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join(f"| {' | '.join(cell(text) for text in line)} |" for line in lines)


# --- commands ---------------------------------------------------------------------


def commands(group: Any) -> str:
    """Every command of a Typer application with its arguments and options."""
    return "\n\n".join(_command(name, command) for name, command in group.commands.items())


def _command(name: str, command: Any) -> str:
    arguments = [p for p in command.params if not p.opts[0].startswith("-")]
    options = [p for p in command.params if p.opts[0].startswith("-")]
    usage = " ".join(["bench", name, *map(_usage, arguments), *["[OPTIONS]"] * bool(options)])
    parts = [f"### `bench {name}`", command.help.strip(), f"    {usage}"]
    if command.params:
        rows = [(_written(p), _default(p), p.help or "") for p in (*arguments, *options)]
        parts.append(table(("argument or option", "default", "meaning"), rows))
    return "\n\n".join(parts)


def _usage(parameter: Any) -> str:
    name = parameter.metavar or parameter.name.upper()
    text = f"{name}..." if parameter.nargs == -1 else str(name)
    return text if parameter.required else f"[{text}]"


def _written(parameter: Any) -> str:
    """An option as it is typed: `--repeats INT`, `--quick`; an argument by its name."""
    name = parameter.opts[0]
    if not name.startswith("-"):
        return code(_usage(parameter))
    if parameter.is_flag:
        return code(name)
    kind = parameter.type_descriptor.annotation
    shown = code(f"{name} {parameter.metavar or getattr(kind, '__name__', 'text').upper()}")
    return f"{shown}, may be repeated" if parameter.multiple else shown


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    default = parameter.default
    return "" if default in (None, "", False) else code(str(default))


# --- loads, metrics ------------------------------------------------------------------


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
    ends = [
        code(units.show(v, parameter.unit))
        for v in (parameter.low, parameter.high)
        if v is not None
    ]
    return " to ".join(ends)


def metrics(known: Mapping[str, Metric]) -> str:
    """Every entry of METRICS."""
    rows = [(code(m.key), m.unit, m.better, m.title, m.definition) for m in known.values()]
    return table(("key", "unit", "better", "title", "definition"), rows)


# --- patterns ------------------------------------------------------------------------


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
        ("files", f"{code(f'targets/{pattern.id}.py')}, {code(f'scenarios/{pattern.id}.py')}"),
        ("server", class_doc(target, "Target")),
        ("client", class_doc(client, "Client")),
        ("endpoints", ", ".join(map(code, endpoints(target))) or "none over HTTP"),
        ("needs", ", ".join(pattern.requires) or "Python packages only"),
        ("compared", "yes" if pattern.compared else "no: it is a floor"),
        ("laws", ", ".join(laws) or "none"),
        ("try it", code(pattern.example) or f"{code(f'bench trace {pattern.id}')}"),
    ]
    head = f"### {pattern.title}: {code(pattern.id)}\n\n{pattern.summary}"
    return f"{head}\n\n{table(('', ''), rows)}"


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def _class(tree: ast.Module, name: str) -> ast.ClassDef | None:
    found = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)
    return next(found, None)


def class_doc(path: Path, name: str) -> str:
    """The first paragraph of a class's docstring."""
    node = _class(_tree(path), name)
    text = (ast.get_docstring(node) if node else "") or ""
    return text.partition("\n\n")[0]


def endpoints(target: Path) -> list[str]:
    """`GET /events` for each aiohttp route of a target, or of the pattern it derives from."""
    tree = _tree(target)
    found = [
        f"{node.func.attr.upper()} {node.args[0].value}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) == "web"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and str(node.args[0].value).startswith("/")
    ]
    own = _class(tree, "Target")
    for base in own.bases if own and not found else ():
        module, _, name = ast.unparse(base).rpartition(".")
        if module and name == "Target":
            found = endpoints(target.with_name(f"{module}.py"))
    return found


# --- findings, laws --------------------------------------------------------------------


def finding_table(tree: ast.Module, constants: Mapping[str, Any]) -> str:
    """Every Finding that a module makes: code, severity, message and remedy."""
    rows = [
        (code(_text(parts[0], constants)), *(_text(part, constants) for part in parts[1:]))
        for parts in finding_calls(tree)
    ]
    return table(("code", "severity", "message", "remedy"), rows)


def finding_calls(tree: ast.Module) -> Iterator[list[ast.expr]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Finding":
            yield node.args


def _text(node: ast.expr, constants: Mapping[str, Any]) -> str:
    """A string's text; what is only known at run time is an ellipsis."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part, constants) for part in node.values)
    if isinstance(node, ast.FormattedValue) and ast.unparse(node.value) in constants:
        spec = _text(node.format_spec, constants) if node.format_spec else ""
        return format(constants[ast.unparse(node.value)], spec)
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
        parts += [
            f"### Functions in `scenarios/{name}/laws.py`",
            table(("function", "law"), functions),
        ]
    return "\n\n".join(parts)


# --- the files ---------------------------------------------------------------------------


def parts(root: Path = ROOT) -> dict[str, Callable[[], str]]:
    """The generated parts by name."""
    known = catalog.experiments(root)
    own_findings = _tree(root / "bench" / "findings.py")
    return {
        "commands": lambda: commands(typer.main.get_command(cli.app)),
        "load": lambda: loads(known),
        "metrics": lambda: metrics(METRICS),
        "patterns": lambda: patterns(known, root),
        "findings": lambda: finding_table(own_findings, vars(findings)),
        "laws": lambda: laws(known, root),
    }


def refreshed(text: str, made: Mapping[str, Callable[[], str]]) -> str:
    """The text with its generated parts as they should be; KeyError for an unknown part."""
    return PART.sub(lambda m: f"{m.group(1)}\n{made[m.group(2)]()}\n\n{m.group(3)}", text)


def stale(root: Path = ROOT) -> dict[Path, str]:
    """The files whose generated parts differ, with the text that they should have."""
    made = parts(root)
    texts = {path: path.read_text(encoding="utf-8") for path in (root / "docs").rglob("*.md")}
    fresh = {path: refreshed(text, made) for path, text in texts.items()}
    return {path: fresh[path] for path, text in sorted(texts.items()) if text != fresh[path]}


def main() -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.docs", description=__doc__)
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--check", action="store_true")
    choice.add_argument("--write", action="store_true")
    write = parser.parse_args().write
    found = stale()
    for path, text in found.items():
        if write:
            path.write_text(text, encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: {'written' if write else 'stale'}")
    return 1 if found and not write else 0


if __name__ == "__main__":
    raise SystemExit(main())
