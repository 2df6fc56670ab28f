"""What the emulated link carries, how late it is, and what loss does to three congestion controls.

    pytest tests/benchmarks/test_link.py --benchmark-enable --benchmark-only -s

A plain run of the tests moves a little each way, to see that it still works, and leaves
the table of congestion controls out: that one takes about two minutes.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from link_builders import Download, download, flood, paced, running_network, symmetric
from pytest_benchmark.fixture import BenchmarkFixture

from bench.lab.network.network import Network
from bench.model.links import CLIENTS
from bench.stats.estimates import Estimate, estimate


@pytest.fixture
def network() -> Iterator[Network]:
    with running_network() as found:
        yield found


@pytest.fixture
def is_timed(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--benchmark-enable"))


def test_bits_and_packets_of_one_connection(
    benchmark: BenchmarkFixture, network: Network, is_timed: bool
) -> None:
    """Nothing asked for: at least 1 Gbit/s and 120,000 packets/s."""
    network.shape({CLIENTS: symmetric()}, 1)
    octets = 250_000_000 if is_timed else 5_000_000
    found: list[Download] = []
    benchmark.pedantic(lambda: found.append(download(network, octets)), rounds=3)
    (seen,) = network.counts().now
    seconds = sum(one.seconds for one in found)
    gbit = sum(one.octets for one in found) * 8e-9 / seconds
    packets = (seen.up.packets_in + seen.down.packets_in) / seconds
    benchmark.extra_info.update(gbit_per_s=round(gbit, 2), packets_per_s=round(packets))
    print(f"{gbit:.2f} Gbit/s, {packets:,.0f} packets/s")
    if is_timed:
        assert gbit >= 1
        assert packets >= 120_000


def test_small_packets_one_way(
    benchmark: BenchmarkFixture, network: Network, is_timed: bool
) -> None:
    network.shape({CLIENTS: symmetric()}, 1)
    found = benchmark.pedantic(flood, (network, 3.0 if is_timed else 0.1), rounds=1)
    rate = found.packets / found.seconds
    benchmark.extra_info.update(packets_per_s=round(rate))
    print(f"{rate:,.0f} packets/s of 60 bytes")
    assert network.counts().dropped == 0
    if is_timed:
        assert rate >= 120_000


def test_lateness_at_20_000_packets_a_second(
    benchmark: BenchmarkFixture, network: Network, is_timed: bool
) -> None:
    """A round trip of 20 ms asked for: 99 % at most 0.3 ms late."""
    network.shape({CLIENTS: symmetric(rtt_ms=20)}, 1)
    benchmark.pedantic(paced, (network, 20_000, 5.0 if is_timed else 0.2), rounds=1)
    seen = network.counts()
    late = seen.late_ns
    late_ms = [ns / 1e6 for ns in (late.p50, late.p99, late.most)]
    names = ("p50", "p99", "most")
    benchmark.extra_info.update({n: round(ms, 3) for n, ms in zip(names, late_ms, strict=True)})
    words = ", ".join(f"{n} {ms:.3f} ms" for n, ms in zip(names, late_ms, strict=True))
    print(f"late by {words}; {network.priority} priority")
    assert seen.now[0].up.packets_out == seen.now[0].up.packets_in > 3_000
    if is_timed:
        assert late_ms[1] <= 0.3


# --- congestion controls -------------------------------------------------------------------------

REPEATS, OCTETS, CONNECTIONS = 5, 2_000_000, (1, 6)
RTT_MS, RATE_MBIT, LOSS = 50.0, 20.0, 0.02
RATIOS = {"reno": 5.1, "cubic": 5.1, "bbr": 1.05}
"""How many times longer one connection takes than six.  At this loss cubic's windows are
reno's (RFC 8312, table 1); single downloads of either scatter by a factor of two."""

WITHIN = 0.4


def congestion_seconds(
    network: Network, congestion: str, loss: float, repeats: int = REPEATS
) -> dict[int, list[float]]:
    """By number of connections: how long each repeat's download took."""
    found: dict[int, list[float]] = {number: [] for number in CONNECTIONS}
    for repeat in range(1, repeats + 1):
        for number, seconds in found.items():
            network.shape({CLIENTS: symmetric(RTT_MS, loss, RATE_MBIT, congestion)}, repeat)
            seconds.append(download(network, OCTETS, number).seconds)
    return found


def shown(entry: Estimate) -> str:
    return f"{entry.value:.2f} ({entry.low:.2f}–{entry.high:.2f})"  # noqa: RUF001 - as reports write it


def congestion_table(measured: dict[str, dict[int, list[float]]]) -> str:
    """The seconds as a Markdown table: means and 95 % intervals over repeats."""
    lines = ["| congestion control | one connection (s) | six connections (s) | ratio |"]
    lines.append("| --- | ---: | ---: | ---: |")
    for name, by_number in measured.items():
        cells = [shown(estimate(seconds)) for seconds in by_number.values()]
        lines.append(f"| {' | '.join((name, *cells, shown(ratio_of(by_number))))} |")
    return "\n".join(lines)


def ratio_of(by_number: dict[int, list[float]]) -> Estimate:
    """How many times longer one connection takes, repeat by repeat."""
    one, many = (by_number[number] for number in CONNECTIONS)
    return estimate([a / b for a, b in zip(one, many, strict=True)])


def test_one_connection_and_six_under_loss(
    benchmark: BenchmarkFixture, network: Network, is_timed: bool
) -> None:
    """Reno and cubic suffer from loss, and six connections hide it; bbr hardly suffers."""
    if not is_timed:
        pytest.skip("only with --benchmark-enable: it takes two minutes")

    def measure() -> dict[str, dict[int, list[float]]]:
        found = {name: congestion_seconds(network, name, LOSS) for name in RATIOS}
        return found | {"cubic, no loss": congestion_seconds(network, "cubic", 0.0)}

    measured = benchmark.pedantic(measure, rounds=1)
    print(f"\n{congestion_table(measured)}")
    for name, ratio in RATIOS.items():
        assert ratio_of(measured[name]).value == pytest.approx(ratio, rel=WITHIN)
    alone = {name: estimate(by_number[1]).value for name, by_number in measured.items()}
    # Mathis et al.: MSS / R x sqrt(3/2) / sqrt(p), law MUX-2.
    mathis_mbit = 8e-6 * 1448 / (RTT_MS / 1e3) * (1.5 / LOSS) ** 0.5
    assert OCTETS * 8e-6 / alone["reno"] == pytest.approx(mathis_mbit, rel=WITHIN)
    assert min(alone["reno"], alone["cubic"]) > 2 * alone["bbr"]
    assert alone["bbr"] > alone["cubic, no loss"]
