"""Is every file of a run what was recorded?  Finds all that is not, one line for each.

Reads every file once and changes nothing; knows digests, not what was measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.model.errors import UsageError
from bench.model.records import TrialFile
from bench.results import additions, digests, evaluation_cache, jsonfile, store
from bench.results.digests import PARTIAL, TRIAL_JSON, TRIALS

DERIVED = ("report", evaluation_cache.NAME, digests.NAME)
"""What stands in a run's folder and is not part of the record: what can be made again from it,
and the record itself.
"""


@dataclass(frozen=True)
class Verified:
    """What was found; `problems` has one line for each file that is not as it was recorded."""

    problems: tuple[str, ...]
    files: int
    trials: int
    has_digests: bool


def verify(run: Path) -> Verified:
    """Check every file of a run; UsageError where that cannot even begin."""
    try:
        store.check_folder(run)
        digests.check_links(run)
        recorded = digests.read(run)
        return _readable(run) if recorded is None else _compared(run, recorded)
    except OSError as error:
        raise UsageError(f"{run}: cannot be read ({error.strerror}); check the folder") from None


def require_undamaged(run: Path) -> None:
    """UsageError with the first problem, and how many more there are."""
    first, *more = verify(run).problems or ("",)
    if more:
        raise UsageError(f"{first} ({len(more)} more; `bench verify {run}` lists all)")
    if first:
        raise UsageError(first)


def _readable(run: Path) -> Verified:
    """A run made before there were digests: that it can be read is all that can be said."""
    stored = store.open_run(run)
    for trial in stored.trials:
        trial.data()
    files = sum(len(digests.names_below(trial.folder)) for trial in stored.trials)
    return Verified((), files + 1 + len(additions.files_of(run)), len(stored.trials), False)


def _compared(run: Path, recorded: Mapping[str, str]) -> Verified:
    files = digests.in_place(run, recorded)
    trials = [name for name in files if name.startswith(f"{TRIALS}/")]
    problems = [] if store.RUN_JSON in files else [f"{run / store.RUN_JSON}: was not recorded"]
    unknown = set()
    for name in trials:
        folder = name.removesuffix(TRIAL_JSON)
        try:
            record = jsonfile.read(run / name, TrialFile, store.VERSION, files[name])
        except UsageError:  # said below; what else is in the folder cannot be judged
            unknown.add(folder)
            continue
        digests.check_names(run / name, record.files or ())
        files |= {f"{folder}{other}": digest for other, digest in (record.files or {}).items()}
    owners = {digest: name for name, digest in files.items()}
    problems += [
        words for name, digest in files.items() if (words := _problem(run, name, digest, owners))
    ]
    problems += [
        f"{run / name}: was not recorded; remove it"
        for name in _extra(run, files)
        if not name.startswith(tuple(unknown))
    ]
    return Verified(tuple(problems), len(files), len(trials), True)


def _problem(run: Path, name: str, digest: str, owners: Mapping[str, str]) -> str:
    """What is wrong with a recorded file, in one line; "" where nothing is."""
    path = run / name
    try:
        found = digests.of_file(path)
        if found == digest:
            return ""
        if found in owners:
            return f"{path}: holds what {owners[found]} should hold; put it back"
        if path.suffix == ".json":  # it may be of a newer version, and says so then
            jsonfile.read(path, dict, store.VERSION)
    except UsageError as error:
        return str(error)
    return jsonfile.unlike(path)


def _extra(run: Path, files: Mapping[str, str]) -> Iterator[str]:
    """Files that stand in the run's folder and were not recorded; trials under way are none."""
    for name in digests.names_below(run):
        folders = Path(name).parts
        under_way = folders[0] == TRIALS and len(folders) > 1 and folders[1].endswith(PARTIAL)
        if name in files or folders[0] in DERIVED or under_way or name.endswith(jsonfile.STAGED):
            continue
        yield name
