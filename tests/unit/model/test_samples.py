"""The binary layout of a sample: packed and read the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bench.model import samples

int64 = st.integers(-(2**63), 2**63 - 1)
packed_row = st.tuples(
    st.integers(0, 255),
    st.integers(0, 255),
    st.integers(0, 2**16 - 1),
    st.integers(0, 2**32 - 1),
    int64,
    int64,
    int64,
    int64,
    int64,
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
)


@given(st.lists(packed_row, max_size=5))
def test_what_is_packed_is_what_is_read(entries: list[tuple[int, ...]]) -> None:
    data = b"".join(samples.PACK(*entry) for entry in entries)
    assert samples.rows(data).tolist() == entries
    assert samples.rows(bytearray(data)).tolist() == entries


def test_struct_and_dtype_are_one_layout() -> None:
    assert samples.ROW.size == samples.DTYPE.itemsize == 56
    assert samples.DTYPE.names == (
        "operation",
        "outcome",
        "part",
        "client",
        "sequence",
        "intended_ns",
        "sent_ns",
        "first_byte_ns",
        "done_ns",
        "bytes_up",
        "bytes_down",
    )
    fields = list(samples.DTYPE.fields.values())  # type: ignore[union-attr]
    # No padding between fields: each begins where the one before it ends.
    assert [entry[1] for entry in fields] == [0, 1, 2, 4, 8, 16, 24, 32, 40, 48, 52]


def test_outcomes_are_named_by_their_codes() -> None:
    assert samples.OUTCOMES[samples.OK] == "ok"
    assert samples.OUTCOMES[samples.EMPTY] == "empty"
    assert samples.OUTCOMES[samples.FAILED] == "failed"
