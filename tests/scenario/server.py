"""A scripted HTTP server for the scenario tests: it answers each request with the very bytes the test
says, or with none, and remembers what came and when.

`Server(place, script)`: script(request) returns bytes to send, a Cut (bytes, then the end of the
connection), or a callable that is given the socket and may do as it likes. Shares no code with fetchd.
"""
import json
import socket
import struct
import threading
import time
import urllib.parse


class Request:
    def __init__(self, head, body, connection):
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = lines[0].split(" ", 2)
        url = urllib.parse.urlsplit(self.target)
        self.path, self.query = url.path, dict(urllib.parse.parse_qsl(url.query))
        self.headers = {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in lines[1:] if line)}
        self.body, self.connection, self.time = body, connection, time.monotonic()
        self.nth = 0  # how often this target was asked for, this time included


class Cut:
    """Sends `text` and ends the connection; with a reset when told."""

    def __init__(self, text=b"", reset=False):
        self.text, self.reset = text, reset

    def __call__(self, peer):
        peer.sendall(self.text)
        if self.reset:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reply(body=None, status="200 OK", **headers):
    """A whole answer; `body` is bytes, or a value that becomes JSON. Header names with _ for -."""
    text = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content_Length": len(text), **headers}
    lines = [f"HTTP/1.1 {status}"] + [f"{k.replace('_', '-')}: {v}" for k, v in headers.items() if v is not None]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + text


class Server:
    def __init__(self, place, script):
        self.script, self.log, self.lock, self.counts = script, [], threading.Lock(), {}
        self.connections, self.in_flight, self.max_in_flight = 0, 0, 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.host = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.url = "http://" + self.host
        threading.Thread(target=self._accept, daemon=True).start()
        place.closers.append(lambda: self.listener.shutdown(socket.SHUT_RDWR))

    def asked(self, prefix="/"):
        """The requests so far whose target begins so."""
        with self.lock:
            return [request for request in self.log if request.target.startswith(prefix)]

    def targets(self):
        return [request.target for request in self.asked()]

    def _accept(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                self.listener.close()
                return
            self.connections += 1
            threading.Thread(target=self._converse, args=(peer, self.connections), daemon=True).start()

    def _converse(self, peer, connection):
        try:
            with peer, peer.makefile("rb") as stream:
                while request := self._read(stream, connection):
                    answer = self._answer(request)
                    if callable(answer):
                        answer(peer)
                        return
                    peer.sendall(answer)
        except OSError:
            pass

    def _read(self, stream, connection):
        head = b""
        while line := stream.readline():
            if line == b"\r\n":
                break
            head += line
        if not head:
            return None
        request = Request(head, b"", connection)
        request.body = stream.read(int(request.headers.get("content-length", 0)))
        with self.lock:
            request.nth = self.counts[request.target] = self.counts.get(request.target, 0) + 1
            self.log.append(request)
        return request

    def _answer(self, request):
        with self.lock:
            self.in_flight += 1
            self.max_in_flight = max(self.in_flight, self.max_in_flight)
        try:
            return self.script(request)
        finally:
            with self.lock:
                self.in_flight -= 1
