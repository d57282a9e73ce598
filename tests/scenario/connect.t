#!/usr/bin/env python3
"""TLS as a real nginx speaks it with certificates of all sorts, proxies, local sockets, HTTP/2."""
import base64
import hashlib
import os
import shutil
import socket
import subprocess
import threading

import stage
from server import Server, reply

if not shutil.which("nginx") or not shutil.which("openssl"):
    print("1..0 # SKIP nginx and openssl are needed")
    raise SystemExit(0)


def openssl(place, *words):
    return subprocess.run(["openssl", *words], cwd=place.dir, check=True, capture_output=True).stdout


def certificate(place, name, subject="/CN=localhost", more=(), days="2"):
    """NAME.pem and NAME.key, signed by ca.pem."""
    openssl(place, "req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr",
            "-subj", subject)
    (place.dir / f"{name}.ext").write_text("\n".join(more))
    openssl(place, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-out", f"{name}.pem", "-days", days, "-extfile", f"{name}.ext")


def pin(place, name):
    key = openssl(place, "x509", "-in", f"{name}.pem", "-pubkey", "-noout")
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "der"], input=key, capture_output=True).stdout
    return "sha256//" + base64.b64encode(hashlib.sha256(der).digest()).decode()


def free_ports(n):
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(n)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def nginx(place):
    """Starts it; {what: port}."""
    openssl(place, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj",
            "/CN=Test CA", "-days", "2")
    good = ["subjectAltName=DNS:localhost,IP:127.0.0.1"]
    certificate(place, "good", more=good)
    certificate(place, "wrong", "/CN=other.example", ["subjectAltName=DNS:other.example"])
    certificate(place, "client", "/CN=anna")
    openssl(place, "rsa", "-aes128", "-passout", "pass:0pen", "-in", "client.key", "-out", "client.locked")
    openssl(place, "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "old.key", "-out", "old.csr", "-subj",
            "/CN=localhost")
    (place.dir / "old.ext").write_text(good[0])
    openssl(place, "x509", "-req", "-in", "old.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out",
            "old.pem", "-days", "-1", "-extfile", "old.ext")
    names = ["good", "old", "wrong", "client", "h2"]
    ports = dict(zip(names, free_ports(len(names))))
    servers = []
    for name, port in ports.items():
        cert = name if name in ("old", "wrong") else "good"
        servers.append(f"""server {{ listen 127.0.0.1:{port} ssl{' http2' if name == 'h2' else ''};
            ssl_certificate {place.dir}/{cert}.pem; ssl_certificate_key {place.dir}/{cert}.key;
            {f'ssl_client_certificate {place.dir}/ca.pem; ssl_verify_client on;' if name == 'client' else ''}
            location / {{ default_type application/json;
              return 200 '{{"id": "$arg_id", "proto": "$server_protocol", "client": "$ssl_client_s_dn"}}'; }} }}""")
    servers.append(f"""server {{ listen unix:{place.dir}/api.sock; location / {{ default_type application/json;
              return 200 '{{"id": "$arg_id", "proto": "unix", "host": "$http_host"}}'; }} }}""")
    (place.dir / "nginx.conf").write_text(
        f"""daemon off; master_process off; pid {place.dir}/nginx.pid; error_log {place.dir}/nginx.log;
        events {{}} http {{ access_log off; {' '.join(servers)} }}""")
    place.spawn(["nginx", "-e", str(place.dir / "nginx.log"), "-c", str(place.dir / "nginx.conf")])
    stage.until(lambda: (place.dir / "api.sock").exists() and not socket.socket().connect_ex(
        ("127.0.0.1", ports["h2"])))
    return ports


def fetch(place, name, url, engine, expect="complete", **request):
    place.job(name, {"url": url + "/?id=${n}", **request}, engine=engine, params={"n": [1, 2, 3]})
    if place.daemon:
        place.call("POST", "/v1/reload", expect=200)
    run = place.run(name)
    assert run["result"] == expect, (name, run, place.failed(run["id"]))
    return place.rows(name) if expect == "complete" else place.failed(run["id"])[0]


@stage.each_engine
def test_certificates_good_and_bad(place, engine):
    ports = nginx(place)

    def at(name, host="localhost"):
        return f"https://{host}:{ports[name]}"

    ca = {"ca": "ca.pem"}
    assert len(fetch(place, "good", at("good"), engine, tls=ca)) == 3
    bad = {
        "unknown": (at("good"), {}, "certificate"),
        "expired": (at("old"), ca, "expired"),
        "wrong-host": (at("wrong"), ca, "localhost"),
        "pin": (at("good"), {**ca, "pin": pin(place, "wrong")}, "pinned"),
        "no-file": (at("good"), {"ca": "/does/not/exist.pem"}, "/does/not/exist.pem"),
    }
    for name, (url, tls, word) in bad.items():
        failure = fetch(place, name, url, engine, "failed", tls=tls)
        assert word in failure["error"] and failure["tries"] == 1, (name, failure)
        assert failure["error"].startswith("the server's certificate was refused") or name == "no-file", failure
    assert len(fetch(place, "unverified", at("wrong"), engine, tls={"verify": False})) == 3
    assert len(fetch(place, "pinned", at("good"), engine, tls={**ca, "pin": pin(place, "good")})) == 3
    # What one job was allowed is not what the next one is.
    assert "certificate" in fetch(place, "again", at("wrong"), engine, "failed", tls={"verify": True})["error"]


@stage.each_engine
def test_a_client_shows_its_certificate(place, engine):
    ports = nginx(place)
    url = f"https://127.0.0.1:{ports['client']}"
    ca = {"ca": "ca.pem"}
    assert fetch(place, "none", url, engine, "failed", tls=ca)["status"] == 400
    shown = fetch(place, "shown", url, engine, tls={**ca, "cert": "client.pem", "key": {"file": "client.key"}})
    assert [row["client"] for row in shown] == ["CN=anna"] * 3
    place.env = {**place.env, "KEYPW": "0pen"}
    place.stop()
    locked = {**ca, "cert": "client.pem", "key": {"file": "client.locked"}, "key_password": {"env": "KEYPW"}}
    assert len(fetch(place, "locked", url, engine, tls=locked)) == 3
    place.env = {**place.env, "KEYPW": "wr0ng"}
    place.stop()
    assert fetch(place, "wrong-password", url, engine, "failed", tls=locked)["tries"] == 1
    assert "wr0ng" not in place.log()


@stage.each_engine
def test_http_2_is_spoken_when_asked(place, engine):
    ports = nginx(place)
    url, ca = f"https://localhost:{ports['h2']}", {"ca": "ca.pem"}
    for version, proto in ((None, "HTTP/1.1"), ("auto", "HTTP/2.0"), ("2", "HTTP/2.0"), ("1.1", "HTTP/1.1")):
        request = {"tls": ca} if version is None else {"tls": ca, "http": version}
        rows = fetch(place, f"v{version}", url, engine, **request)
        assert [row["proto"] for row in rows] == [proto] * 3, (version, rows)
        if version is None:
            place.stop()  # a kept connection would serve the next job as it is


@stage.each_engine
def test_a_unix_socket_is_a_way_to_a_host(place, engine):
    nginx(place)
    rows = fetch(place, "j", "http://api.example:81", engine, unix_socket="api.sock")
    assert sorted((row["id"], row["proto"], row["host"]) for row in rows) == [
        (str(n), "unix", "api.example:81") for n in (1, 2, 3)], rows
    failure = fetch(place, "none", "http://api.example", engine, "failed", unix_socket="/does/not/exist")
    assert "no connection" in failure["error"], failure


class Proxy:
    """CONNECT, absolute-form and SOCKS 5 (RFC 1928, 1929) at one port; `log` is what it was asked."""

    def __init__(self, place, user=None, password=None):
        self.pair, self.log = (user, password), []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.host = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        place.closers.append(lambda: self.listener.shutdown(socket.SHUT_RDWR))

    def _accept(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer):
        with peer:
            first = peer.recv(1, socket.MSG_PEEK)
            upstream = self._socks(peer) if first == b"\5" else self._http(peer) if first else None
            if upstream:
                with upstream:
                    threading.Thread(target=self._pipe, args=(upstream, peer), daemon=True).start()
                    self._pipe(peer, upstream)

    @staticmethod
    def _pipe(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _http(self, peer):
        head = b""
        while b"\r\n\r\n" not in head:
            head += peer.recv(1)
        line, *rest = head.decode().split("\r\n")
        verb, target, _ = line.split()
        sent = {k.lower(): v.strip() for k, v in (h.split(":", 1) for h in rest if h)}
        self.log.append((verb, target))
        if self.pair[0] and sent.get("proxy-authorization") != "Basic " + base64.b64encode(
                ":".join(self.pair).encode()).decode():
            peer.sendall(b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n")
            return None
        if verb == "CONNECT":
            host, port = target.rsplit(":", 1)
            upstream = socket.create_connection((host, int(port)))
            peer.sendall(b"HTTP/1.1 200 Connection established\r\nX-Proxy: yes\r\n\r\n")
            return upstream
        host, _, path = target[7:].partition("/")
        upstream = socket.create_connection((host.split(":")[0], int(host.split(":")[1])))
        upstream.sendall(head.replace(target.encode(), b"/" + path.encode(), 1))
        return upstream

    def _socks(self, peer):
        def take(n):
            data = b""
            while len(data) < n:
                data += peer.recv(n - len(data))
            return data

        methods = take(take(2)[1])
        if self.pair[0]:
            assert 2 in methods, methods
            peer.sendall(b"\5\2")
            take(1)
            pair = (take(take(1)[0]).decode(), take(take(1)[0]).decode())
            peer.sendall(b"\1\0" if pair == self.pair else b"\1\1")
            if pair != self.pair:
                return None
        else:
            peer.sendall(b"\5\0")
        kind = take(4)[3]
        host = socket.inet_ntoa(take(4)) if kind == 1 else take(take(1)[0]).decode()
        port = int.from_bytes(take(2), "big")
        self.log.append(("SOCKS", f"{host}:{port}"))
        peer.sendall(b"\5\0\0\1\0\0\0\0\0\0")
        return socket.create_connection(("127.0.0.1", port))


@stage.each_engine
def test_proxies_of_each_kind(place, engine):
    ports, plain = nginx(place), Server(place, lambda r: reply({"id": r.query["id"]}))
    proxy, ca = Proxy(place), {"ca": "ca.pem"}
    assert len(fetch(place, "forward", plain.url, engine, proxy="http://" + proxy.host)) == 3
    assert ("GET", plain.url + "/?id=1") in proxy.log, proxy.log
    assert len(fetch(place, "tunnel", f"https://localhost:{ports['good']}", engine, tls=ca,
                     proxy={"url": "http://" + proxy.host})) == 3
    assert ("CONNECT", f"localhost:{ports['good']}") in proxy.log
    # The name is never resolved here: only the proxy knows it.
    assert len(fetch(place, "socks", plain.url.replace("127.0.0.1", "nowhere.invalid"), engine,
                     proxy="socks5h://" + proxy.host)) == 3
    assert ("SOCKS", plain.host.replace("127.0.0.1", "nowhere.invalid")) in proxy.log
    before = len(proxy.log)
    assert len(fetch(place, "direct", plain.url, engine)) == 3 and len(proxy.log) == before


@stage.each_engine
def test_a_proxy_that_asks_who_we_are(place, engine):
    plain = Server(place, lambda r: reply({"id": r.query["id"], "told": r.headers.get("proxy-authorization", "")}))
    proxy = Proxy(place, "anna", "pr0xy/s3cret")
    (place.dir / "pw").write_text("pr0xy/s3cret\n")
    who = {"user": "anna", "password": {"file": "pw"}}
    assert len(fetch(place, "http", plain.url, engine, proxy={"url": "http://" + proxy.host, **who})) == 3
    assert len(fetch(place, "socks", plain.url, engine, proxy={"url": "socks5://" + proxy.host, **who})) == 3
    assert fetch(place, "nobody", plain.url, engine, "failed", proxy="http://" + proxy.host)["status"] == 407
    said = place.log() + str(place.ctl("--json", "show", "http").stdout) + place.ctl("plan", "http").stdout
    assert "pr0xy/s3cret" not in said
    place.stop()
    for path in place.dir.rglob("*"):
        assert not path.is_file() or path.name == "pw" or b"pr0xy/s3cret" not in path.read_bytes(), path


def test_a_proxy_that_is_not_there(place):
    failure = fetch(place, "j", "http://127.0.0.1:1", "async", "failed", proxy="http://127.0.0.1:9")
    assert "no connection could be made" in failure["error"] and failure["tries"] == 3, failure


@stage.each_engine
def test_cookies_are_kept_for_one_run_when_asked(place, engine):
    def script(request):
        seen = request.headers.get("cookie", "")
        return reply({"id": seen}, Set_Cookie=f"n={request.query['id']}; Path=/")

    server = Server(place, script)
    for name, kept in (("kept", True), ("not", False)):
        place.job(name, {"url": server.url + f"/{name}?id=${{n}}", "cookies": kept}, engine=engine, workers=1,
                  params={"n": [1, 2, 3]}, output={"order": "requested"})
    for name in ("kept", "not"):
        for _ in range(2):
            assert place.run(name)["result"] == "complete"
    assert [row["id"] or "" for row in place.rows("kept")] == ["", "n=1", "n=2"] * 2
    assert [row["id"] or "" for row in place.rows("not")] == [""] * 6


stage.play(globals())
