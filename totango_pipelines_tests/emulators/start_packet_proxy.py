"""PostgreSQL for Redshift's driver: the one parameter that PostgreSQL refuses is taken out.

The driver also reads the server's version as one of Python's, which Debian's is not.
"""

import re
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_VERSION = re.compile(rb"(server_version\0[\d.]+)( [^\0]+)\0")


@contextmanager
def start_packet_proxy(host: str, port: int) -> Iterator[int]:
    """A port of 127.0.0.1 that leads to the server."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepting = threading.Thread(target=_accept, args=(listener, host, port), daemon=True)
        accepting.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        accepting.join()


def _accept(listener: socket.socket, host: str, port: int) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:  # the listener was shut down
            return
        threading.Thread(target=_serve, args=(client, host, port), daemon=True).start()


def _serve(client: socket.socket, host: str, port: int) -> None:
    with client, suppress(OSError), socket.create_connection((host, port)) as server:
        server.sendall(_mended(client))
        there = threading.Thread(target=_pump, args=(client, server), daemon=True)
        there.start()
        _pump(server, client)
        there.join()


def _mended(client: socket.socket) -> bytes:
    (size,) = struct.unpack("!I", _exactly(client, 4))
    packet = _exactly(client, size - 4)
    words = packet[4:].rstrip(b"\0").split(b"\0")
    pairs = dict(zip(words[::2], words[1::2], strict=False))
    kept = {key: value for key, value in pairs.items() if key in (b"user", b"database")}
    body = packet[:4] + b"".join(k + b"\0" + v + b"\0" for k, v in kept.items()) + b"\0"
    return struct.pack("!I", len(body) + 4) + body


def _exactly(sender: socket.socket, size: int) -> bytes:
    read = b""
    while len(read) < size:
        part = sender.recv(size - len(read))
        if not part:
            raise ConnectionResetError("the driver left")
        read += part
    return read


def _plain_version(part: bytes) -> bytes:
    # Of the same length, since the message says how long it is.
    return _VERSION.sub(lambda said: said[1] + b"+" + b"0" * (len(said[2]) - 1) + b"\0", part)


def _pump(sender: socket.socket, receiver: socket.socket) -> None:
    with suppress(OSError):
        while part := sender.recv(65_536):
            receiver.sendall(_plain_version(part))
    for end in (sender, receiver):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
