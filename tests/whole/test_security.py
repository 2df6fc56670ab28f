"""What the code must never do with words and files of others, and what the lock file may hold.

`docs/security.md` says the same to people.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("bench", "targets", "scenarios", "reports")
FILES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))

FORBIDDEN_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "yaml"}
"""What they load can run code; pamqp's `marshal` is a function of its own."""

FORBIDDEN_CALLS = {
    *("eval", "exec", "os.system", "os.popen", "commands.getoutput"),
    *("subprocess.getoutput", "subprocess.getstatusoutput", "asyncio.create_subprocess_shell"),
    *("pd.read_pickle", "pandas.read_pickle", "tarfile.open", "shutil.unpack_archive"),
}
FORBIDDEN_OPTIONS = {"shell", "allow_pickle"}

EXCEPTIONS: dict[str, str] = {}
"""`file: what` -> why it must be so; none at present."""

EVERYWHERE = {"0.0.0.0", "::", "[::]", ""}
"""Addresses on which everybody hears."""

BINDS_EVERYWHERE = {
    "bench/run/hosts.py": "named there to be refused",
    "targets/multipath/_download.py": "only in the backend's own namespace, which has two paths",
    "scenarios/address_change/_quic.py": "a client's own end, as every client's is",
    "scenarios/query_ids/udp_query_id.py": "a client's own end, as every client's is",
}


LAST_WORDS = {one.rpartition(".")[2] for one in FORBIDDEN_CALLS}
SEEN_BY = re.compile("|".join([*FORBIDDEN_MODULES, *LAST_WORDS, *FORBIDDEN_OPTIONS]))


def dangers(source: str) -> Iterator[str]:
    """What stands in a file that must not; a file without such a word need not be parsed."""
    if not SEEN_BY.search(source):
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found = {alias.name.partition(".")[0] for alias in node.names}
            yield from (f"import {name}" for name in found & FORBIDDEN_MODULES)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            name = (node.module or "").partition(".")[0]
            if name in FORBIDDEN_MODULES:
                yield f"import {name}"
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in FORBIDDEN_CALLS:
                yield f"{called}()"
            for option in node.keywords:
                harmless = isinstance(option.value, ast.Constant) and not option.value.value
                if option.arg in FORBIDDEN_OPTIONS and not harmless:
                    yield f"{option.arg}="


def everywhere(source: str) -> Iterator[str]:
    """Addresses of every interface that stand in a file as texts, and binds of an empty one."""
    if not re.search(r"0\.0\.0\.0|::|bind", source):
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and node.value in EVERYWHERE - {""}:
            yield str(node.value)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".bind"):
            first = node.args[0] if node.args else None
            host = first.elts[0] if isinstance(first, ast.Tuple) and first.elts else None
            if isinstance(host, ast.Constant) and host.value == "":
                yield "bind to every address"


def found_in(read: object) -> dict[str, list[str]]:
    assert callable(read)
    found = {}
    for path in FILES:
        name = str(path.relative_to(ROOT))
        if words := sorted(set(read(path.read_text(encoding="utf-8")))):
            found[name] = words
    return found


def test_nothing_runs_words_or_loads_objects() -> None:
    found = {f"{name}: {one}" for name, words in found_in(dangers).items() for one in words}
    assert found == EXCEPTIONS.keys()


def test_only_what_is_reasoned_binds_every_address() -> None:
    assert found_in(everywhere).keys() == BINDS_EVERYWHERE.keys()


@pytest.mark.parametrize(
    ("source", "danger"),
    [
        ("import pickle", "import pickle"),
        ("from yaml import load", "import yaml"),
        ("subprocess.run(words, shell=True)", "shell="),
        ("run(words, shell=wanted)", "shell="),
        ("np.load(path, allow_pickle=True)", "allow_pickle="),
        ("eval(text)", "eval()"),
        ("os.system(text)", "os.system()"),
        ("await asyncio.create_subprocess_shell(text)", "asyncio.create_subprocess_shell()"),
    ],
)
def test_dangers_are_seen(source: str, danger: str) -> None:
    assert list(dangers(source)) == [danger]


@pytest.mark.parametrize("source", ["run(words, shell=False)", "frame.marshal(x)", "evaluate(run)"])
def test_what_is_harmless_is_let_pass(source: str) -> None:
    assert list(dangers(source)) == []


@pytest.mark.parametrize("source", ["HOST = '0.0.0.0'", "listener.bind(('', port))", "x = '::'"])
def test_addresses_of_every_interface_are_seen(source: str) -> None:
    assert list(everywhere(source))


# --- the lock file ----------------------------------------------------------------------------

PINNED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[0-9][A-Za-z0-9.!+]*")


def unpinned(lock: str) -> list[str]:
    """Lines that are not NAME==VERSION."""
    return [line for line in lock.splitlines() if not PINNED.fullmatch(line)]


def test_every_package_is_pinned_and_nothing_else_is_said() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert unpinned(lock) == []
    names = [line.partition("==")[0].lower() for line in lock.splitlines()]
    assert len(set(names)) == len(names) > 100


@pytest.mark.parametrize(
    "line",
    [
        *("a>=1", "a", "a==1 --hash=sha256:00", "--index-url https://x", "-e .", "a @ https://x"),
        *("git+https://x", "# a", "", "a==", "a==1; python_version > '3'"),
    ],
)
def test_what_is_not_pinned_is_seen(line: str) -> None:
    assert unpinned(f"b==2\n{line}\nc==3\n") == [line]
