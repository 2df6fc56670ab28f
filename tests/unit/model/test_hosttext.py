"""An address as one text, as plain Locust takes it, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.model.errors import UsageError
from bench.model.hosttext import address_of, host_text, parts_of
from bench.model.messages import Address, ListenerAddress

HOST, PORTS = "127.0.0.1", st.integers(1, 65_535)
NAMES = st.from_regex(r"[a-z][a-z0-9_.]{0,8}", fullmatch=True)
WORDS = st.text("abcXYZ019/._-+ &=?%#é", min_size=1, max_size=12)


@st.composite
def addresses(draw: st.DrawFn) -> Address:
    ports = draw(st.dictionaries(NAMES, PORTS, max_size=3))
    listeners = {
        name: ListenerAddress(HOST, port, f"https://{HOST}:{port}") for name, port in ports.items()
    }
    words = draw(st.tuples(*[st.just("") | WORDS] * 4))
    return Address(HOST, draw(PORTS), listeners, *words)


@given(addresses())
def test_an_address_survives_its_text(address: Address) -> None:
    assert address_of(host_text(address)) == address


@given(addresses(), st.dictionaries(NAMES, st.lists(PORTS, min_size=1, max_size=3), max_size=3))
def test_other_parts_survive_it_too(address: Address, ports: dict[str, list[int]]) -> None:
    parts = {name: [Address("127.0.0.2", port) for port in found] for name, found in ports.items()}
    text = host_text(address, {**parts, "server": [address], "caller": [Address(HOST, 0)]})
    assert parts_of(text) == parts
    assert address_of(text) == address


def test_a_part_whose_first_process_is_the_address_is_told_as_a_whole() -> None:
    first = Address(HOST, 80)
    several = {"service": [first, Address(HOST, 81)]}
    assert parts_of(host_text(first, several)) == several
    assert parts_of(host_text(first, {"service": [first]})) == {}


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (Address(HOST, 80), "http://127.0.0.1:80"),
        (
            Address(HOST, 80, {"front": ListenerAddress(HOST, 81, "http://127.0.0.1:81")}),
            "http://127.0.0.1:80?listener.front=http://127.0.0.1:81",
        ),
        (
            Address(HOST, 5672, more={"url": "amqp://a:b@127.0.0.1:5672/", "exchange": "x"}),
            "amqp://a:b@127.0.0.1:5672/?exchange=x",
        ),
    ],
)
def test_what_users_see_is_short(address: Address, text: str) -> None:
    assert host_text(address) == text
    assert address_of(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://127.0.0.1",
        "127.0.0.1:80",
        "http://:80",
        "http://127.0.0.1:x",
        "http://[::1",
        "://?",
    ],
)
def test_an_address_without_host_or_port_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        address_of(text)
    assert str(refused.value).startswith(f"host={text}: needs an address with a port")
