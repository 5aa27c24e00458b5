"""Clients that come from a chosen address, or through a balancer that says so."""
import ipaddress
import socket
import struct

from harness.client import Client

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


class Arrival(Client):
    """source: our address, any of 127.0.0.0/8. header: what a balancer says before all else."""

    def __init__(self, address, source="127.0.0.1", header=b"", tls=None, name="mail.example"):  # pylint: disable=super-init-not-called
        self.socket = socket.create_connection(address, 20, source_address=(source, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._unread = b""
        if header:
            self.send(header)
        if tls:
            self.secure(tls if tls is not True else None, name)


def v1(source, port, destination="192.0.2.1", destination_port=25):
    family = "TCP6" if ":" in source else "TCP4"
    return f"PROXY {family} {source} {destination} {port} {destination_port}\r\n".encode()


def v2(source, port, destination="192.0.2.1", destination_port=25, tlvs=b""):
    ends = [ipaddress.ip_address(one).packed for one in (source, destination)]
    rest = ends[0] + ends[1] + struct.pack("!HH", port, destination_port) + tlvs
    return SIGNATURE + bytes([0x21, 0x11 if len(ends[0]) == 4 else 0x21]) + struct.pack("!H", len(rest)) + rest


def v2_local():
    return SIGNATURE + bytes([0x20, 0, 0, 0])
