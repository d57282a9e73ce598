#!/usr/bin/env python3
"""Opens N keep-alive connections, sends one request on each before any reply is read, and reads all
replies. Prints how many were answered with 200. Usage: crowd.py URL N"""
import asyncio
import sys
from urllib.parse import urlsplit


async def one(host, port, target, gate):
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    await writer.drain()
    await gate.wait()
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n")
                  if line.lower().startswith(b"content-length:"))
    await reader.readexactly(length)
    writer.close()
    return head.startswith(b"HTTP/1.1 200 ")


async def main(url, n):
    parts = urlsplit(url)
    target = parts.path + ("?" + parts.query if parts.query else "")
    gate = asyncio.Event()
    tasks = [asyncio.create_task(one(parts.hostname, parts.port, target, gate)) for _ in range(n)]
    gate.set()
    print(sum(await asyncio.gather(*tasks)))


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
