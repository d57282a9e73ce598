"""A small API with numbered records, for the crash tests: what it serves is known in advance.

GET /one/<kind>?id=N            one record; now and then a 503 first, or a cut connection
GET /list/<part>?cursor=C       pages of 7 records, linked by "next_cursor"
GET /linked/<part>?page=N       pages of 5 records, linked by a Link header
Every record bears a number `n` that no other record has. Shares no code with fetchd.
"""
import asyncio
import json
import random
import threading
import urllib.parse

PAGE_BY_CURSOR, PAGE_BY_LINK = 7, 5
PER_PART = 40


def record(kind, number):
    return {"n": number, "kind": kind, "text": f'row {number}, "quoted" ü', "price": 1.10 * number}


class Api:
    """Runs in a thread of its own; `delay` seconds before each answer, `faults` share of bad ones."""

    def __init__(self, seed, delay=0.003, faults=0.05):
        self.random = random.Random(seed)
        self.delay, self.faults = delay, faults
        self.requests = 0
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()
        threading.Thread(target=self._run, args=(ready,), daemon=True).start()
        ready.wait(10)

    def _run(self, ready):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(
            asyncio.start_server(self._client, "127.0.0.1", 0, backlog=512))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self.loop.run_forever()

    async def _client(self, reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                target = head.split(b" ", 2)[1].decode()
                self.requests += 1
                await asyncio.sleep(self.delay * self.random.uniform(0.2, 1.8))
                if not await self._answer(writer, target):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()

    async def _answer(self, writer, target):
        luck = self.random.random()
        status, headers, body = self._reply(target)
        text = json.dumps(body).encode()
        if luck < self.faults / 2:
            status, text = "503 Service Unavailable", b"{}"
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(text)}\r\n{headers}\r\n"
        writer.write(head.encode() + text[: len(text) // 2])
        if self.faults / 2 <= luck < self.faults:
            return False  # cut in the middle of the body
        writer.write(text[len(text) // 2:])
        await writer.drain()
        return True

    def _reply(self, target):
        url = urllib.parse.urlsplit(target)
        query = dict(urllib.parse.parse_qsl(url.query))
        _, style, kind = url.path.split("/")
        if style == "one":
            return "200 OK", "", record(kind, int(query["id"]))
        size = PAGE_BY_CURSOR if style == "list" else PAGE_BY_LINK
        at = int(query.get("cursor", "c0")[1:]) if style == "list" else int(query.get("page", 0))
        first = int(kind) * PER_PART
        rows = [record(style, first + i) for i in range(at * size, min((at + 1) * size, PER_PART))]
        more = (at + 1) * size < PER_PART
        body = {"items": rows, "next_cursor": f"c{at + 1}" if more and style == "list" else None}
        link = f'Link: <{url.path}?page={at + 1}>; rel="next"\r\n' if more and style == "linked" else ""
        return "200 OK", link, body
