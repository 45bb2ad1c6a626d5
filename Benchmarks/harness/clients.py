"""The clients: wrk for many requests, curl for downloads, a socket for the first byte, and slow readers."""
import json
import os
import select
import socket
import subprocess
import sys
import time

from .peers import BUILD
from .processes import Failure, Running

HERE = os.path.dirname(os.path.abspath(__file__))


def wrk(binary, url, seconds, connections):
    script = os.path.join(HERE, "wrk-report.lua")
    argv = [binary, "-t2", f"-c{connections}", f"-d{seconds}s", "-s", script, url]
    run = Running(argv, os.path.join(BUILD, "wrk.log"), stdout=subprocess.PIPE)
    try:
        output, _ = run.process.communicate(timeout=seconds + 30)
    except subprocess.TimeoutExpired:
        raise Failure("wrk did not end") from None
    finally:
        run.stop()
    line = next((line for line in output.decode().splitlines() if line.startswith("JSON ")), None)
    if line is None:
        raise Failure("wrk gave no answer")
    return json.loads(line[5:])


def curl(binary, urls, sizes, timeout=120):
    """Downloads all at once: the seconds from the first start to the last end, and the times of each.

    A size that is not known beforehand is None.
    """
    wanted = "%{http_code} %{size_download} %{time_starttransfer} %{time_total}"
    runs, started = [], time.monotonic()
    try:
        for url in urls:
            argv = [binary, "-s", "-o", "/dev/null", "--max-time", str(timeout), "-w", wanted, url]
            runs.append(Running(argv, os.path.join(BUILD, "curl.log"), stdout=subprocess.PIPE))
        answers = []
        for run, size in zip(runs, sizes):
            output, _ = run.process.communicate(timeout=timeout + 10)
            answers.append(output.decode().split())
        took = time.monotonic() - started
    except subprocess.TimeoutExpired:
        raise Failure("curl did not end") from None
    finally:
        for run in runs:
            run.stop()
    for answer, size in zip(answers, sizes):
        if len(answer) != 4 or answer[0] != "200" or int(answer[1]) != (int(answer[1]) if size is None else size):
            raise Failure(f"curl got {' '.join(answer[:2])} bytes instead of 200 {size}")
    return took, [(float(answer[2]), float(answer[3])) for answer in answers]


def first_byte(port, path, timeout=10.0):
    """Seconds from a new connection's first packet to the first byte of content; the rest is not read."""
    request = f"GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n".encode()
    started = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as client:
        client.sendall(request)
        head = b""
        while True:
            piece = client.recv(4096)
            now = time.perf_counter()
            head += piece
            before, mark, content = head.partition(b"\r\n\r\n")
            if mark and b" 200 " not in before.split(b"\r\n", 1)[0]:
                raise Failure(before.split(b"\r\n", 1)[0].decode())
            # The size line of a chunk is not content yet.
            if mark and b"chunked" in before.lower():
                content = content.partition(b"\r\n")[2]
            if content:
                return now - started
            if not piece:
                raise Failure("the answer ended before its content")


def fresh_requests(port, path, seconds, every=0.02, timeout=5.0):
    """New connections one after another: their latencies in ms. One without an answer counts with its time-out."""
    latencies, deadline = [], time.monotonic() + seconds
    while time.monotonic() < deadline or not latencies:
        started = time.monotonic()
        try:
            first_byte(port, path, timeout)
        except (OSError, Failure):
            latencies.append(timeout * 1000)
        else:
            latencies.append((time.monotonic() - started) * 1000)
        time.sleep(max(0.0, every - (time.monotonic() - started)))
    return latencies


class SlowClients:
    """So many clients at 10 KB/s each, in a process of their own."""

    def __init__(self, port, path, count, seconds):
        self.count = count
        program = os.path.join(HERE, "slow_clients.py")
        argv = [sys.executable, program, str(port), path, str(count), "10000", str(seconds)]
        self.run = Running(
            argv, os.path.join(BUILD, "slow-clients.log"), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def report(self):
        try:
            self.run.process.stdin.write(b"?\n")
            self.run.process.stdin.flush()
        except OSError:
            raise Failure(f"the slow clients ended: {self.run.tail()}") from None
        if not select.select([self.run.process.stdout], [], [], 10)[0]:
            raise Failure("the slow clients did not answer")
        line = self.run.process.stdout.readline()
        if not line:
            raise Failure(f"the slow clients ended: {self.run.tail()}")
        return json.loads(line)

    def stop(self):
        self.run.stop(grace=0.2)
