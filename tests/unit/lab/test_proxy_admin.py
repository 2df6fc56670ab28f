"""What a Prometheus page of Envoy says of request times, line by line."""

from __future__ import annotations

from bench.lab.proxies.admin import request_times

PAGE = """\
# TYPE envoy_http_downstream_rq_time histogram
envoy_http_downstream_rq_time_bucket{envoy_http_conn_manager_prefix="admin",le="1"} 9
envoy_http_downstream_rq_time_bucket{envoy_http_conn_manager_prefix="http1",le="0.5"} 2
envoy_http_downstream_rq_time_bucket{envoy_http_conn_manager_prefix="http1",le="10"} 7
envoy_http_downstream_rq_time_bucket{envoy_http_conn_manager_prefix="http1",le="+Inf"} 7
envoy_http_downstream_rq_time_sum{envoy_http_conn_manager_prefix="http1"} 21.349999999999998
envoy_http_downstream_rq_time_count{envoy_http_conn_manager_prefix="http1"} 7
envoy_http_downstream_rq_timeout{envoy_http_conn_manager_prefix="http1"} 3
"""


def test_a_listeners_histogram_has_its_buckets_count_and_sum() -> None:
    name = "http.http1.downstream_rq_time"
    assert request_times(PAGE) == {
        f"{name}.le_0.5": 2,
        f"{name}.le_10": 7,
        f"{name}.sum": 21,
        f"{name}.count": 7,
    }


def test_a_page_without_any_says_nothing() -> None:
    assert request_times("") == {}
