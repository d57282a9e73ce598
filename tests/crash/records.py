"""Numbered records and a server of them that remembers what it gave away: the truth of the crash tests.

A target is /JOB/REVISION/PART?page=N. What it answers follows from these alone: pages of no to four
records, linked by "next", each record with a number that no other one has and with values that are easy
to damage (64-bit numbers, 1.10, line breaks, quotes, empty strings, nulls, lists). Every seventh target
answers 503 the first time it is asked, every eleventh is cut in the middle. Shares no code with fetchd.
"""
import asyncio
import dataclasses
import json
import socket
import threading
import urllib.parse

LARGE = 9007199254740993


def size_of(part, page):
    """How many records a page holds."""
    return (part * 7 + page * 3 + 1) % 5


def numbers(revision, part, page):
    first = revision * 1000000 + part * 1000 + page * 10
    return list(range(first, first + size_of(part, page)))


def fields(number, revision):
    """Names and JSON texts of a record's values, in their order."""
    text = ["plain", "", 'with "quotes", commas', "two\nlines", "\u00fcml\u00e4ut \U0001f600"][number % 5]
    return [("n", str(number)), ("text", json.dumps(text, ensure_ascii=number % 2 == 0)),
            ("price", f"{number % 100}.10"), ("large", str(LARGE + number)),
            ("none", "null"), ("list", f'[{number},{{"a":"b, c"}}]'),
            ("nested", f'{{"deep":{{"n":{number}e0}},"flag":{"true" if number % 2 else "false"}}}'),
            *([("late", f'"{number}"')] if revision > 1 else [])]


def compact(number, revision):
    """A record as JSON without any white space: what must land, byte for byte."""
    return "{" + ",".join(f'"{name}":{text}' for name, text in fields(number, revision)) + "}"


def spaced(number, revision):
    """The same record, as it is sent."""
    return "{ " + " ,\n  ".join(f'"{name}" : {text}' for name, text in fields(number, revision)) + "\t}"


@dataclasses.dataclass
class Served:
    """One request. `rows` are the compact texts of the page's records, in order, also when it failed."""
    life: int
    job: str
    revision: int
    part: int
    page: int
    status: int
    whole: bool  # everything was handed to the kernel; False while it is in flight
    last: bool   # no page follows
    rows: list

    @property
    def target(self):
        return (self.job, self.revision, self.part, self.page)

    @property
    def good(self):
        return self.status == 200 and self.whole


def serve(life, job, revision, part, page, pages):
    """The log's line of a target whose part has so many pages, as if it had gone well."""
    return Served(life, job, revision, part, page, 200, True, page + 1 >= pages,
                  [compact(n, revision) for n in numbers(revision, part, page)])


def body_of(served):
    items = ",".join(spaced(n, served.revision) for n in numbers(served.revision, served.part, served.page))
    following = "null" if served.last else f'"{served.page + 1}"'
    return f'{{"items": [ {items} ], "next": {following}}}'.encode()


class Server:
    """Answers in a thread of its own. `pages` maps a job to the number of pages of each of its parts;
    `log` holds a Served for each request, in the order they came."""

    def __init__(self, pages, delay=0.001):
        self.pages, self.delay, self.life, self.log, self.asked = pages, delay, 0, [], {}
        self.clients = 0
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self.thread.start()
        ready.wait(10)

    def good(self):
        """How many requests have been answered well."""
        return sum(served.good for served in self.log)

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    def _run(self, ready):
        asyncio.set_event_loop(self.loop)
        listener = self.loop.run_until_complete(
            asyncio.start_server(self._client, "127.0.0.1", 0, backlog=128))
        self.port = listener.sockets[0].getsockname()[1]
        ready.set()
        self.loop.run_forever()
        listener.close()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()

    async def _client(self, reader, writer):
        self.clients += 1
        try:
            while await self._answer(writer, (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].decode()):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        self.clients -= 1
        writer.close()

    def settle(self):
        """When a client is dead: returns when all that it had sent is answered, so that what comes from now on
        is of the next life."""
        with socket.create_connection(("127.0.0.1", self.port), 60) as last:
            last.sendall(b"GET /settle HTTP/1.1\r\n\r\n")
            last.recv(1)

    def _note(self, target):
        url = urllib.parse.urlsplit(target)
        _, job, revision, part = url.path.split("/")
        page = int(dict(urllib.parse.parse_qsl(url.query)).get("page") or 0)
        served = serve(self.life, job, int(revision), int(part), page, self.pages[job][int(part)])
        served.whole = False
        self.log.append(served)
        return served

    async def _answer(self, writer, target):
        while target == "/settle":
            if self.clients == 1:
                return False
            await asyncio.sleep(0.001)
        served = self._note(target)
        nth = self.asked[served.target] = self.asked.get(served.target, 0) + 1
        body, status, trick = body_of(served), "200 OK", served.part * 3 + served.page
        if nth == 1 and trick % 7 == 6:
            served.status, status, body = 503, "503 Service Unavailable", b"{}"
        await asyncio.sleep(self.delay)
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        if nth == 1 and trick % 11 == 10:
            writer.write(head + body[:len(body) // 2])
            return False
        writer.write(head + body)
        await writer.drain()
        served.whole = True
        return True
