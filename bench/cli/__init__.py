"""The command line: one function per command, each parses, calls and prints.

Knows what a user may say and how an answer looks, and nothing of how it is got.
A command is there because a file in this folder registers it on `shared.app`.
"""
