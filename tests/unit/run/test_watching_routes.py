"""What a live page answers: a few paths, to GET only, with the token only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench.run.watching import live, routes
from bench.run.watching.routes import Answer, Routes

TOKEN = "t0k-en_"


def made() -> Routes:
    return Routes(
        TOKEN,
        {"": lambda: Answer(200, b"page"), "data.json": lambda: Answer(200, b"{}")},
        {"below/": lambda rest: Answer(200, rest.encode())},
    )


def test_all_that_can_be_asked_for() -> None:
    board: Any = None
    found = live.routes_of(TOKEN, board, b"", Path("nowhere"))
    assert sorted(found.pages) == ["", "snapshot.json"]
    assert sorted(found.below) == ["locust/"]


@pytest.mark.parametrize(
    ("target", "body"),
    [
        (f"/{TOKEN}/", b"page"),
        (f"/{TOKEN}/?x=1", b"page"),
        (f"/{TOKEN}/data.json", b"{}"),
        (f"/{TOKEN}/below/", b""),
        (f"/{TOKEN}/below/a/b?c=d", b"a/b?c=d"),
    ],
)
def test_with_the_token(target: str, body: bytes) -> None:
    assert made().answer("GET", target) == Answer(200, body)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD", "OPTIONS", "get", "X"])
def test_other_methods_are_refused(method: str) -> None:
    answer = made().answer(method, f"/{TOKEN}/")
    assert (answer.status, answer.headers) == (405, {"Allow": "GET"})


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "",
        "*",
        "/data.json",
        "/wrong/",
        f"/{TOKEN}x/",
        f"/{TOKEN[:-1]}/",
        f"/{TOKEN.upper()}/",
        f"//{TOKEN}/",
        f"/./{TOKEN}/",
        f"/?{TOKEN}/",
        f"http://127.0.0.1/{TOKEN}/",
        "/t\u00f6ken/",
    ],
)
def test_without_the_token(target: str) -> None:
    answer = made().answer("GET", target)
    assert answer.status == 403
    assert answer.body.count(b"\n") == 1
    assert TOKEN.encode() not in answer.body


@pytest.mark.parametrize(
    "rest",
    [
        "/other",
        "",
        "/../data.json",
        "//data.json",
        "/%64ata.json",
        "/below",
        "/below/../data.json",
        "/below/..%2fx",
        "/below/%2e%2e/x",
        "/below/%2E./x",
    ],
)
def test_other_paths_are_not_found(rest: str) -> None:
    assert made().answer("GET", f"/{TOKEN}{rest}").status == 404


def test_tokens_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def compare(given: bytes, token: bytes) -> bool:
        seen.append((given, token))
        return False

    monkeypatch.setattr(routes.hmac, "compare_digest", compare)
    assert made().answer("GET", f"/{TOKEN}/").status == 403
    assert seen == [(TOKEN.encode(), TOKEN.encode())]
