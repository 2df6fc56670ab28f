"""Ways to damage a run's folder, chosen by a random generator; for the test that tries many.

Each takes a run and a generator, changes files, and returns in words what it did.
"""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Damage = Callable[[Path, random.Random, Path], str]
WORDS: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    2**70,
    1e308,
    "",
    "no",
    "../..",
    [],
    {},
    [[]],
    {"a": 1},
)
VERSIONS: tuple[Any, ...] = (0, -1, 2, 99, "1", None, 1.5, [])


def without_digests(run: Path) -> None:
    """As a run was before there were digests."""
    (run / "digests.json").unlink()
    for path in (run / "run.json", *run.glob("trials/*/trial.json")):
        content = json.loads(path.read_text())
        for name in ("digests", "files"):
            content.pop(name, None)
        path.write_text(json.dumps(content))


def files(run: Path, ending: str = "") -> list[Path]:
    """The files that a run consists of, reports excepted."""
    return sorted(
        path
        for path in run.rglob(f"*{ending}")
        if path.is_file() and path.relative_to(run).parts[0] != "report"
    )


def truncate(run: Path, dice: random.Random, other: Path) -> str:
    path = dice.choice(files(run))
    raw = path.read_bytes()
    path.write_bytes(raw[: dice.randrange(max(1, len(raw)))])
    return f"truncate {path.name}"


def flip(run: Path, dice: random.Random, other: Path) -> str:
    path = dice.choice([one for one in files(run) if one.stat().st_size])
    raw = bytearray(path.read_bytes())
    place = dice.randrange(len(raw))
    raw[place] ^= 1 << dice.randrange(8)
    path.write_bytes(raw)
    return f"flip byte {place} of {path.name}"


def overwrite(run: Path, dice: random.Random, other: Path) -> str:
    path = dice.choice([one for one in files(run) if one.stat().st_size])
    raw = bytearray(path.read_bytes())
    for _ in range(dice.randrange(1, 30)):
        raw[dice.randrange(len(raw))] = dice.randrange(256)
    path.write_bytes(raw)
    return f"overwrite {path.name}"


def not_utf8(run: Path, dice: random.Random, other: Path) -> str:
    path = dice.choice(files(run, ".json"))
    raw = path.read_bytes()
    place = dice.randrange(len(raw))
    path.write_bytes(raw[:place] + b"\xff\xfe" + raw[place:])
    return f"no UTF-8 at {place} of {path.name}"


def empty(run: Path, dice: random.Random, other: Path) -> str:
    path = dice.choice(files(run))
    path.write_bytes(b"")
    return f"empty {path.name}"


def delete(run: Path, dice: random.Random, other: Path) -> str:
    path = dice.choice(files(run))
    path.unlink()
    return f"delete {path.name}"


def delete_trial(run: Path, dice: random.Random, other: Path) -> str:
    folder = dice.choice(sorted((run / "trials").iterdir()))
    shutil.rmtree(folder)
    return f"delete {folder.name}"


def swap(run: Path, dice: random.Random, other: Path) -> str:
    a, b = dice.sample(files(run), 2)
    raw = a.read_bytes()
    a.write_bytes(b.read_bytes())
    b.write_bytes(raw)
    return f"swap {a.parent.name}/{a.name} and {b.parent.name}/{b.name}"


def swap_trials(run: Path, dice: random.Random, other: Path) -> str:
    a, b = dice.sample(sorted((run / "trials").iterdir()), 2)
    a.rename(run / "aside")
    b.rename(a)
    (run / "aside").rename(b)
    return f"swap {a.name} and {b.name}"


def foreign(run: Path, dice: random.Random, other: Path) -> str:
    path = dice.choice(files(run))
    same = [one for one in files(other) if one.name == path.name] or files(other)
    path.write_bytes(dice.choice(same).read_bytes())
    return f"foreign {path.name}"


def foreign_trial(run: Path, dice: random.Random, other: Path) -> str:
    folder = dice.choice(sorted((other / "trials").iterdir()))
    shutil.copytree(folder, run / "trials" / f"9{folder.name}")
    return f"foreign trial {folder.name}"


def extra(run: Path, dice: random.Random, other: Path) -> str:
    folder = dice.choice([run, *sorted((run / "trials").iterdir())])
    name = dice.choice(["more-9.json", "notes.txt", "trial2.json", "pages.parquet"])
    (folder / name).write_text("{}")
    return f"extra {name} in {folder.name}"


def folder_instead(run: Path, dice: random.Random, other: Path) -> str:
    path = dice.choice(files(run))
    path.unlink()
    path.mkdir()
    if dice.random() < 0.5:
        (path / "inside").write_text("here")
    return f"folder {path.name}"


def file_instead(run: Path, dice: random.Random, other: Path) -> str:
    folder = dice.choice([run / "trials", *sorted((run / "trials").iterdir())])
    shutil.rmtree(folder)
    folder.write_text("a file")
    return f"file in place of {folder.name}"


def pipe_instead(run: Path, dice: random.Random, other: Path) -> str:
    path = dice.choice(files(run))
    path.unlink()
    os.mkfifo(path)
    return f"pipe {path.name}"


def unreadable(run: Path, dice: random.Random, other: Path) -> str:
    path = dice.choice(files(run))
    path.chmod(0)
    return f"unreadable {path.name}"


def wrong_version(run: Path, dice: random.Random, other: Path) -> str:
    path = dice.choice(files(run, ".json"))
    content = json.loads(path.read_text())
    content["version"] = dice.choice(VERSIONS)
    path.write_text(json.dumps(content))
    return f"version {content['version']!r} in {path.name}"


def wrong_value(run: Path, dice: random.Random, other: Path) -> str:
    path = dice.choice(files(run, ".json"))
    content = json.loads(path.read_text())
    holder, key = dice.choice(list(_places(content)))
    holder[key] = dice.choice(WORDS)
    path.write_text(json.dumps(content))
    return f"{key} = {holder[key]!r} in {path.name}"


def missing_key(run: Path, dice: random.Random, other: Path) -> str:
    path = dice.choice(files(run, ".json"))
    content = json.loads(path.read_text())
    holder, key = dice.choice(list(_places(content)))
    del holder[key]
    path.write_text(json.dumps(content))
    return f"without {key} in {path.name}"


def _places(content: Any) -> Any:
    """Every (holder, key) in a JSON document."""
    pairs = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in list(pairs):
        yield content, key
        if isinstance(value, dict | list):
            yield from _places(value)


def wrong_column(run: Path, dice: random.Random, other: Path) -> str:
    path = dice.choice(files(run, ".parquet"))
    table = pq.read_table(path)
    name = dice.choice(table.column_names)
    place = table.column_names.index(name)
    change = dice.choice(["drop", "text", "double", "nulls", "rename", "rows"])
    count = table.num_rows
    columns = {
        "text": pa.array(["x"] * count),
        "double": pa.array([0.5] * count),
        "nulls": pa.nulls(count, pa.int64()),
    }
    if change == "drop":
        table = table.drop_columns([name])
    elif change == "rename":
        table = table.rename_columns(
            [f"{one}_" if one == name else one for one in table.column_names]
        )
    elif change == "rows":
        table = table.slice(0, count // 2)
    else:
        table = table.set_column(place, name, columns[change])
    pq.write_table(table, path)
    return f"{change} {name} of {path.name}"


KINDS: tuple[Damage, ...] = (
    *(truncate, flip, flip, flip, overwrite, not_utf8, empty, delete, delete_trial),
    *(swap, swap_trials, foreign, foreign_trial, extra, folder_instead, file_instead),
    *(
        pipe_instead,
        wrong_version,
        wrong_value,
        wrong_value,
        missing_key,
        missing_key,
        wrong_column,
    ),
)
"""With the likelihood by how often it stands here."""
