"""Lines of at most so many signs: broken between words, and in a load's settings after their signs.

`fault=consumer:restart@300ms,every=1s` has no space, and would be cut in the middle of a word.
Pure: knows no figure.
"""

from __future__ import annotations

import re
import textwrap


class _Wrapper(textwrap.TextWrapper):
    """Also breaks behind these signs, which stay at the line's end."""

    wordsep_simple_re = re.compile(r"(\s+|(?<=[,:;/|])(?=\S))")


def wrapped(text: str, signs: int, most_lines: int | None = None) -> list[str]:
    """The text in lines; what is beyond the most of them is left out, and said by dots."""
    wrapper = _Wrapper(signs, break_on_hyphens=False, max_lines=most_lines)
    return wrapper.wrap(text)
