"""Machines of a fleet, as far as the network is concerned: network namespaces, each with a link of its own to us."""
import os
import subprocess

import pytest

STORE, BACKEND = "198.18.78.1", "198.18.79.1"  # ours, which all of them reach: RFC 2544's networks are nobody's


def ip(*words):
    subprocess.run(["ip", *map(str, words)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


class Machine:
    def __init__(self, number):
        self.name = f"ehlock-{os.getpid()}-{number}"
        self.link = f"ehl{os.getpid() % 100000}-{number}"
        self.address, self._ours = f"198.18.77.{4 * number + 2}", f"198.18.77.{4 * number + 1}"
        self.under = ["ip", "netns", "exec", self.name]
        ip("netns", "add", self.name)
        ip("link", "add", self.link, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        ip("address", "add", f"{self._ours}/30", "dev", self.link)
        ip("link", "set", self.link, "up")
        for words in (["link", "set", "lo", "up"], ["address", "add", f"{self.address}/30", "dev", "eth0"],
                      ["link", "set", "eth0", "up"], ["route", "add", "default", "via", self._ours]):
            ip("-n", self.name, *words)

    def cut(self, address):
        """Nothing of this machine reaches that address any more, and nobody says so."""
        ip("-n", self.name, "route", "add", "blackhole", address)

    def mend(self, address):
        ip("-n", self.name, "route", "del", "blackhole", address)

    def end(self):
        ip("link", "del", self.link)
        ip("netns", "del", self.name)


class Machines(list):
    """`count` of them, and addresses of ours that all of them reach. Skips the test where that is not permitted."""

    def __init__(self, count):
        super().__init__()
        try:
            for address in (STORE, BACKEND):
                ip("address", "add", f"{address}/32", "dev", "lo")
            for number in range(count):
                self.append(Machine(number))
        except (OSError, subprocess.CalledProcessError) as failure:
            self.end()
            pytest.skip(f"no network namespaces here: {failure}")

    def end(self):
        for one in self:
            one.end()
        for address in (STORE, BACKEND):
            subprocess.run(["ip", "address", "del", f"{address}/32", "dev", "lo"], check=False, stderr=subprocess.DEVNULL)
