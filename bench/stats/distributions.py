"""Probabilities and quantiles of distributions, by scipy, which is loaded when one is first asked.

It takes 0.2 s to import, and most commands ask for none.  Names, arguments and values are those of
scipy.special: numbers or arrays.  Knows numbers only.
"""

from __future__ import annotations

from typing import Any


def _special() -> Any:
    from scipy import special  # noqa: PLC0415 - slow to import

    return special


def stdtr(freedom: Any, t: Any) -> Any:
    """Student's t: the probability of at most `t`."""
    return _special().stdtr(freedom, t)


def stdtrit(freedom: Any, p: Any) -> Any:
    """Student's t: the quantile."""
    return _special().stdtrit(freedom, p)


def nctdtr(freedom: Any, away: Any, t: Any) -> Any:
    """The noncentral t: the probability of at most `t`."""
    return _special().nctdtr(freedom, away, t)


def ndtri(p: Any) -> Any:
    """The normal distribution: the quantile."""
    return _special().ndtri(p)


def bdtr(k: Any, n: Any, p: Any) -> Any:
    """The binomial distribution: the probability of at most k of n."""
    return _special().bdtr(k, n, p)


def betaincinv(a: Any, b: Any, p: Any) -> Any:
    """The beta distribution: the quantile."""
    return _special().betaincinv(a, b, p)


def gammaincinv(a: Any, p: Any) -> Any:
    """The gamma distribution of scale 1: the quantile."""
    return _special().gammaincinv(a, p)
