"""A page's packets, simulated one by one: what the laws of `page_load` predict with.

May import the standard library's mathematics only.  Must not know loads, facts or
measurements, nor draw anything by chance: the same page always takes the same time.
"""
