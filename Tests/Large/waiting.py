#!/usr/bin/env python3
"""Has many people look at the pages of few preparations, and tells what that costs the application.

    waiting.py URL PROCESS [--people 200] [--preparations 20] [--seconds 60]

URL is the site, such as http://127.0.0.1:20000, with the tests' program behind it and a spool; PROCESS is the number
of that process. Each person opens the page of `/prepared/report` and asks as often as the page's script does. What the
generators themselves cost is measured before and taken off.
"""
import argparse
import asyncio
import json
import os
import re
import time
import urllib.parse


def processor_seconds(process):
    """In nanoseconds by the scheduler: what the ticks of the clock happen to meet is a guess."""
    total = 0
    for thread in os.listdir(f"/proc/{process}/task"):
        with open(f"/proc/{process}/task/{thread}/schedstat", encoding="ascii") as file:
            total += int(file.read().split()[0])
    return total / 1e9


def resident_bytes(process):
    with open(f"/proc/{process}/status", encoding="ascii") as file:
        return sum(int(value) * 1024 for value in re.findall(r"^Rss(?:Anon|Shmem):\s+(\d+)", file.read(), re.M))


class Person:
    """A browser with one connection."""

    def __init__(self, site, target):
        self.site = urllib.parse.urlsplit(site)
        self.target = target
        self.polls = 0

    async def get(self, target, accept):
        self.writer.write(f"GET {target} HTTP/1.1\r\nHost: {self.site.netloc}\r\nAccept: {accept}\r\n\r\n".encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        length = int(re.search(r"(?i)content-length: (\d+)", head).group(1))
        body = await self.reader.readexactly(length)
        return int(head.split()[1]), body.decode()

    async def look(self, deadline):
        self.reader, self.writer = await asyncio.open_connection(self.site.hostname, self.site.port)
        status, page = await self.get(self.target, "text/html,*/*;q=0.8")
        assert status == 200 and "is being prepared" in page, (status, page[:200])
        place = re.search('data-status="([^"]*)"', page).group(1).replace("&amp;", "&")
        wait = 1
        while time.monotonic() + wait < deadline:
            await asyncio.sleep(wait)
            status, text = await self.get(place, "application/json")
            report = json.loads(text)
            assert status == 200 and report["state"] == "running", (status, text)
            self.polls += 1
            wait = report["retryAfter"]
        await asyncio.sleep(max(0, deadline - time.monotonic()))
        self.writer.close()


async def measure(options, people, run):
    seconds = options.seconds + 3600
    targets = [f"/prepared/report?seconds={seconds}&size=100000000&run={run}-{number}"
               for number in range(options.preparations)]
    everybody = [Person(options.url, targets[number % len(targets)]) for number in range(people)]
    start = time.monotonic()
    before = processor_seconds(options.process)
    await asyncio.gather(*[person.look(start + options.seconds) for person in everybody])
    spent = processor_seconds(options.process) - before
    polls = sum(person.polls for person in everybody)
    return spent / (time.monotonic() - start), polls, resident_bytes(options.process)


async def run(options):
    run_number = str(time.time_ns())
    # One person each, so that all generators run.
    alone, _, memory = await measure(options, options.preparations, run_number)
    crowd, polls, crowded = await measure(options, options.preparations + options.people, run_number)
    print(f"{options.people} people on the pages of {options.preparations} preparations for {options.seconds} s:")
    print(f"  {100 * (crowd - alone):.2f} % of a processor ({100 * crowd:.2f} % with the generators' "
          f"{100 * alone:.2f} %), {polls / options.seconds:.0f} requests a second")
    print(f"  {(crowded - memory) / options.people / 1024:.1f} KiB of memory each")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("process", type=int)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--preparations", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=60)
    asyncio.run(run(parser.parse_args()))


main()
