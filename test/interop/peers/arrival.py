"""Clients that come from a chosen address, or through a balancer that says so."""
import ipaddress
import struct

from harness.client import Client

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


class Arrival(Client):
    def __init__(self, address, source="127.0.0.1", header=b"", tls=None, name="mail.example"):
        super().__init__(address, tls=tls, name=name, seconds=20, source=source, header=header)


def v1(source, port, destination="192.0.2.1", destination_port=25):
    family = "TCP6" if ":" in source else "TCP4"
    return f"PROXY {family} {source} {destination} {port} {destination_port}\r\n".encode()


def v2(source, port, destination="192.0.2.1", destination_port=25, tlvs=b""):
    ends = [ipaddress.ip_address(one).packed for one in (source, destination)]
    rest = ends[0] + ends[1] + struct.pack("!HH", port, destination_port) + tlvs
    return SIGNATURE + bytes([0x21, 0x11 if len(ends[0]) == 4 else 0x21]) + struct.pack("!H", len(rest)) + rest


def v2_local():
    return SIGNATURE + bytes([0x20, 0, 0, 0])
