"""An emulated network: a namespace for each side, joined by packet links in user space.

    topology.py    where the sides are, their addresses, who is behind whom: pure
    shaper.py      when a packet comes out, or that it does not: pure
    counts.py      what was seen of each direction: pure
    capture.py     a link's packets in a pcap file
    namespaces.py  the namespaces and their devices, made by the emulator's process
    emulator.py    that process: packets from one device to the other, commands on its pipes
    messages.py    those commands, and their replies
    network.py     the harness's end: starts it, tells it what links to be, reads its counts

Nobody else needs to know that the network is emulated: processes are started on
one of its sides (bench.lab.side) and speak ordinary TCP and UDP.
"""
