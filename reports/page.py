"""Writes a run's report: one page, the same as Markdown, figures and data files.

Everything goes into <run>/report/, which nothing reads back; the raw results
are only read.  Knows the order of the parts, not how any of them is made.
"""

from __future__ import annotations

import dataclasses
import html
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from bench.analysis.evaluated import Evaluated, ExperimentResult
from reports import (
    about,
    answer,
    audit,
    claims_section,
    cost,
    datafiles,
    disturbance,
    figures,
    findings_table,
    first_screen,
    folding,
    not_carried,
    opening,
    own_servers,
    present,
    sentences,
    style,
    svg,
    sweeps,
    tables,
    terminal,
)
from reports.numbers import sentence_case

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Picture:
    """One figure in its section: where its files are, and itself as inline SVG."""

    title: str
    caption: str
    section: str
    file: str
    inline: Markup
    slim: Markup | None
    """The same for a telephone, where the figure is wider than that."""


@dataclass(frozen=True)
class Part:
    """All that the templates show of one experiment."""

    result: ExperimentResult
    slug: str
    opening: list[str]
    undecided: list[str]
    warnings: first_screen.Warnings
    sentences: list[str]
    other_levels: list[str]
    answers: list[answer.AnswerTable]
    first: list[answer.AnswerTable]
    """The same with no more than what people choose by; `rest` are the other metrics."""

    rest: list[str]
    more_answers: list[answer.AnswerTable]
    notes: list[tuple[str, str]]
    more_notes: list[tuple[str, str]]
    pictures: list[Picture]
    claims: claims_section.ClaimsSection
    laws: folding.Folded
    laws_line: str
    audit: present.Table
    audit_left_out: list[str]
    laws_sentence: str
    sources: list[tuple[str, str]]
    cost: folding.Folded
    caption: str
    cost_caption: str
    backend: folding.Folded
    deliveries: folding.Folded
    harness: folding.Folded
    link: folding.Folded
    link_words: str
    findings: present.Table
    findings_line: str
    each_finding: present.Table
    trials: present.Table
    left_out: list[tuple[str, object]]
    glossary: list[tuple[str, str]]
    plan: list[tuple[str, str]]
    colours: dict[str, str]

    def of_section(self, section: str) -> list[Picture]:
        return [picture for picture in self.pictures if picture.section == section]


def write(evaluated: Evaluated) -> Path:
    """Write the report of an evaluated run; returns its page's path."""
    folder = evaluated.folder / "report"
    shutil.rmtree(folder / "figures", ignore_errors=True)
    (folder / "figures").mkdir(parents=True)
    datafiles.write(evaluated, folder)
    audit.write(evaluated, folder)
    kinds = figures.kinds()
    parts = [_part(evaluated, result, kinds, folder) for result in evaluated.experiments]
    context = {
        "run": evaluated,
        "name": evaluated.folder.resolve().name,
        "parts": parts,
        "machine": about.machine(evaluated),
        "harness_time": sentences.harness_time(tables.harness_times_s(evaluated)),
        "disturbance": disturbance.sentences(evaluated),
        "best": answer.BEST,
        "own_servers": own_servers.words(evaluated.file.patterns.values()),
    }
    templates = environment()
    for name in ("index.html", "report.md"):
        text = templates.get_template(f"{name}.j2").render(context)
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "index.html"


@cache
def environment() -> Environment:
    """Where the templates of pages are found, with the filters that they use; compiled once."""
    found = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html.j2"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters["cell"] = markdown_cell
    found.filters["parted"] = folding.parted
    found.tests["grouped"] = folding.is_grouped
    return found


def markdown_cell(text: str) -> str:
    """Text in a cell of a Markdown table: bars and line ends would break it."""
    return text.replace("|", "\\|").replace("\n", " ")


def _part(
    evaluated: Evaluated, result: ExperimentResult, kinds: list[figures.Kind], folder: Path
) -> Part:
    is_audit = evaluated.file.audit is not None
    # Random points have nothing in common but the laws that they test.
    tables_found = [] if is_audit else answer.without_empty(answer.tables_of(result))
    answers, more_answers = first_screen.parted(result, tables_found)
    said = [] if is_audit else opening.opening(result)
    decided = 0 if is_audit else len(opening.opening_of(result).sentences)
    judged = dataclasses.replace(result, claims=()) if is_audit else result
    kinds = [one for one in kinds if not is_audit or one.section == "laws"]
    key_levels = {level.text for level in sweeps.key_levels(result)} or {""}
    at_once = set[str]() if is_audit else key_levels
    # What stands below the answer is looked up: there one level stands for all.
    last = {level.text for level in sweeps.key_levels(result)[-1:]} or {""}
    looked_up = set[str]() if is_audit else last
    return Part(
        result=result,
        slug=svg.slug(result.name),
        opening=said[:decided],
        undecided=said[decided:],
        warnings=first_screen.warnings(warnings(evaluated, result)),
        sentences=audit.sentences(evaluated, result) if is_audit else sentences.answer(result),
        other_levels=[] if is_audit else sentences.left_out(result),
        answers=answers,
        first=first_screen.narrowed(result, answers),
        rest=first_screen.left_out(result, answers),
        more_answers=more_answers,
        notes=_notes(result, answers),
        more_notes=_notes(result, more_answers),
        pictures=_pictures(evaluated, result, kinds, folder),
        claims=claims_section.section(judged),
        laws=folding.by_length(present.laws(result), "values"),
        laws_line=_laws_line(evaluated, result),
        audit=audit.summary(result, audit.ids_of(evaluated)) if is_audit else audit.NOTHING,
        audit_left_out=audit.left_out_lines(result) if is_audit else [],
        laws_sentence="" if is_audit else sentences.laws(result),
        sources=present.sources(result),
        cost=folding.by_level(cost.table(result) if not is_audit else audit.NOTHING, at_once),
        caption=terminal.caption(answers),
        cost_caption=cost.caption(cost.rows(result)),
        backend=folding.by_level(present.backend(result), looked_up),
        deliveries=folding.by_level(present.deliveries(result), looked_up),
        harness=folding.by_level(present.harness(result), looked_up),
        link=folding.by_level(present.link(result), looked_up),
        link_words=present.link_words(result),
        findings=findings_table.kinds(result),
        findings_line=_findings_line(result),
        each_finding=findings_table.each(result),
        trials=present.trials(result),
        left_out=list(present.left_out(result)),
        glossary=present.glossary(result),
        plan=[*_load_words(result), *about.plan(evaluated, result)],
        colours={p.name: style.look(result, p.name).colour for p in result.patterns},
    )


def _laws_line(evaluated: Evaluated, result: ExperimentResult) -> str:
    """What the folded section on laws holds."""
    if evaluated.file.audit is not None:
        return f"at {evaluated.file.audit.points} random points of each domain"
    count = len(present.laws(result).lines)
    return f"{_counted(count, 'value')} beside what a law predicts" if count else "none applies"


def _findings_line(result: ExperimentResult) -> str:
    """What the folded section on findings holds."""
    kinds, trials = len(findings_table.kinds(result).lines), len(present.left_out(result))
    doubts = _counted(kinds, "kind") + " of doubt" if kinds else "no doubt"
    return f"{doubts}, {_counted(trials, 'trial') if trials else 'no trial'} left out"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _load_words(result: ExperimentResult) -> list[tuple[str, str]]:
    lines = terminal.load_lines(result)
    words = "; ".join(line.strip().removeprefix("load: ") for line in lines)
    return [("load", words)] if words else []


def _notes(result: ExperimentResult, answers: list[answer.AnswerTable]) -> list[tuple[str, str]]:
    """The footnotes of some tables, each once."""
    notes = dict.fromkeys(note for table in answers for note in table.notes)
    return [*notes, *not_carried.notes(result, {table.level for table in answers})]


def warnings(evaluated: Evaluated, result: ExperimentResult) -> list[str]:
    """What must be known of the whole run before a number is quoted."""
    found = [one for one in result.findings if one.severity != "note"]
    doubts = [f"{sentence_case(one.message)}. Remedy: {one.remedy}." for one in found]
    return [*disturbance.sentences(evaluated), *doubts]


def _pictures(
    evaluated: Evaluated, result: ExperimentResult, kinds: list[figures.Kind], folder: Path
) -> list[Picture]:
    """Draw and save every figure of one experiment."""
    found = []
    for kind in kinds:
        for (name, figure), (_, small) in zip(
            kind.figures(evaluated, result), kind.slim(evaluated, result), strict=True
        ):
            file = svg.slug(f"{result.name}-{name}")
            text = svg.as_svg(figure, file)
            (folder / "figures" / f"{file}.svg").write_text(text, encoding="utf-8")
            svg.save_png(figure, folder / "figures" / f"{file}.png")
            title, caption = result.worded(kind.title), result.worded(kind.caption_for(result))
            label = html.escape(f"{title}: {result.experiment.title}")
            inline = Markup(svg.inline(text, file, label))
            slim = None
            if small.get_figwidth() < figure.get_figwidth():
                slim = Markup(svg.inline(svg.as_svg(small, f"{file}-slim"), f"{file}-slim", label))
            found.append(Picture(title, caption, kind.section, f"figures/{file}", inline, slim))
    return found
