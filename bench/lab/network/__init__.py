"""An emulated network: two namespaces joined by a packet link in user space.

    shaper.py      when a packet comes out, or that it does not: pure
    counts.py      what was seen of each direction: pure
    namespaces.py  the two namespaces and their devices, made by the emulator's process
    emulator.py    that process: packets from one device to the other, commands on its pipes
    network.py     the harness's end: starts it, tells it what link to be, reads its counts

Nobody else needs to know that the network is emulated: processes are started in
one of its places (bench.lab.place) and speak ordinary TCP and UDP.
"""
