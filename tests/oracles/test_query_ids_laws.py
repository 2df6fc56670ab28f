"""The laws of `query_ids` against simulated losses, and its DNS messages against dnspython."""

from __future__ import annotations

import random

import dns.message
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.query_ids import _dns, laws

LABEL = st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True)
NAME = st.lists(LABEL, min_size=1, max_size=6).map(".".join)
IDS = st.integers(0, 65_535)
TEXT = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_/+= ", min_size=0, max_size=255)


@given(IDS, NAME)
def test_dnspython_reads_our_queries(id_: int, name: str) -> None:
    found = dns.message.from_wire(_dns.write_query(id_, name))
    (question,) = found.question
    assert (found.id, question.name.to_text(omit_final_dot=True)) == (id_, name)
    assert question.rdtype == dns.rdatatype.TXT


@given(IDS, NAME, TEXT)
def test_dnspython_reads_our_answers_as_answers_to_the_query(
    id_: int, name: str, text: str
) -> None:
    query = dns.message.from_wire(_dns.write_query(id_, name))
    found = dns.message.from_wire(_dns.write_answer(id_, name, text))
    assert query.is_response(found)
    (record,) = found.answer
    assert record.name.to_text(omit_final_dot=True) == name
    assert [part.strings for part in record] == [(text.encode(),)]


@given(IDS, NAME, TEXT)
def test_we_read_what_dnspython_writes(id_: int, name: str, text: str) -> None:
    query = dns.message.make_query(f"{name}.", "TXT", id=id_)
    assert _dns.read_query(query.to_wire()) == (id_, name)
    with_options = dns.message.make_query(f"{name}.", "TXT", id=id_, use_edns=True)
    assert _dns.read_query(with_options.to_wire()) == (id_, name)
    reply = dns.message.make_response(query)
    quoted = '"' + text + '"'
    reply.answer.append(dns.rrset.from_text(f"{name}.", 0, "IN", "TXT", quoted))
    assert _dns.read_answer(reply.to_wire()) == (id_, name, text)


@given(st.binary(max_size=80))
def test_no_bytes_are_read_as_something_else(data: bytes) -> None:
    for read in (_dns.read_query, _dns.read_answer):
        try:
            found = read(data)
        except ValueError:
            continue
        assert found.id == int.from_bytes(data[:2], "big")


@given(IDS, NAME, TEXT, st.data())
def test_a_cut_answer_is_none(id_: int, name: str, text: str, chosen: st.DataObject) -> None:
    whole = _dns.write_answer(id_, name, text)
    at = chosen.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(ValueError, match=" "):
        _dns.read_answer(whole[:at])


@given(st.lists(st.binary(max_size=40), max_size=8), st.integers(1, 50))
def test_a_stream_is_cut_into_its_messages(messages: list[bytes], step: int) -> None:
    stream = b"".join(map(_dns.framed, messages))
    found, rest = [], b""
    for at in range(0, len(stream), step):
        some, rest = _dns.split(rest + stream[at : at + step])
        found += some
    assert (found, rest) == (messages, b"")


# --- laws -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss_up", "loss_down", "tries"), [(0.05, 0.05, 6), (0.3, 0.1, 3), (0.0, 0.4, 1), (0, 0, 4)]
)
def test_qid1_qid3_against_losses_one_by_one(loss_up: float, loss_down: float, tries: int) -> None:
    chance, count, timeout_s = random.Random(1), 60_000, 0.2
    sent = answered = at_once = 0
    waited_s = 0.0
    for _ in range(count):
        wait_s = 0.0
        for attempt in range(tries):
            sent += 1
            if chance.random() >= loss_up and chance.random() >= loss_down:
                answered += 1
                at_once += attempt == 0
                waited_s += wait_s
                break
            wait_s += timeout_s * 2**attempt
    s = laws.success(loss_up, loss_down)
    assert laws.answered_at_once(s) == pytest.approx(at_once / count, rel=0.02)
    assert laws.held_up(s) == pytest.approx(1 - at_once / count, rel=0.05)
    assert laws.retries(s, tries) == pytest.approx(sent / count - 1, rel=0.05, abs=1e-9)
    waits = laws.mean_wait(s, tries, timeout_s)
    assert waits == pytest.approx(waited_s / answered, rel=0.05, abs=1e-9)


@given(st.floats(0, 0.9), st.floats(0, 0.9), st.integers(1, 16), st.floats(0.001, 10))
def test_more_loss_never_takes_less(up: float, down: float, tries: int, timeout_s: float) -> None:
    s, worse = laws.success(up, down), laws.success(up, (1 + down) / 2)
    assert laws.retries(s, tries) <= laws.retries(worse, tries) + 1e-9
    assert laws.mean_wait(s, tries, timeout_s) <= laws.mean_wait(worse, tries, timeout_s) + 1e-9
    assert -1e-9 <= laws.retries(s, tries) <= tries - 1 + 1e-9


@pytest.mark.parametrize("ids", [16, 200])
def test_qid4_guesses_are_right_once_in_so_many(ids: int) -> None:
    chance, count, share = random.Random(2), 200_000, 0.5
    hit = sum(
        chance.random() < share and chance.randrange(ids) == chance.randrange(ids)
        for _ in range(count)
    )
    assert laws.guessed(share, ids) == pytest.approx(hit / count, rel=0.1)
