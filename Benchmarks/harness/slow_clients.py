"""Many clients that read a download slowly: `slow_clients.py PORT PATH CLIENTS BYTES_PER_SECOND SECONDS`.

One process, one epoll set. Answers every line on standard input with a line of JSON: how many clients are connected,
how many have had content, how many were refused, and how many had content since the line before. Ends when its input
does, or after SECONDS.
"""
import heapq
import json
import os
import select
import socket
import sys
import time

RAMP = 1000  # new clients per second


class Client:
    def __init__(self, port, path):
        self.socket = socket.socket()
        # Set before connecting, so that the window is small from the start and what is not read is held back by nginx.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        self.socket.setblocking(False)
        self.head, self.status, self.content, self.reported, self.over = b"", None, 0, 0, False
        try:
            self.socket.connect(("127.0.0.1", port))
        except BlockingIOError:
            pass
        self.request = f"GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n".encode()

    def step(self, quota):
        """Sends the request when it has not been sent, else takes up to `quota` bytes."""
        try:
            if self.request:
                self.socket.send(self.request)
                self.request = b""
                return
            while quota > 0:
                piece = self.socket.recv(quota)
                if not piece:
                    self.over = True
                    break
                quota -= len(piece)
                self.take(piece)
        except BlockingIOError:
            return
        except OSError:
            self.over = True

    def take(self, piece):
        if self.status is None:
            self.head += piece
            head, mark, piece = self.head.partition(b"\r\n\r\n")
            if not mark:
                return
            self.status = int(head.split(b" ", 2)[1])
        self.content += len(piece)


def main():
    port, path, count, rate, seconds = sys.argv[1:6]
    port, count, rate, seconds = int(port), int(count), int(rate), float(seconds)
    clients, due, started = [], [], time.monotonic()
    commands = select.poll()
    commands.register(0, select.POLLIN | select.POLLHUP)
    while True:
        now = time.monotonic()
        if now - started > seconds:
            return
        while len(clients) < min(count, int((now - started) * RAMP) + 1):
            client = Client(port, path)
            clients.append(client)
            heapq.heappush(due, (now, len(clients)))
        while due and due[0][0] <= now:
            _, number = heapq.heappop(due)
            client = clients[number - 1]
            client.step(rate)
            if not client.over:
                heapq.heappush(due, (now + (0.05 if client.request or client.status is None else 1.0), number))
        wait = max(0.0, min(0.02, due[0][0] - time.monotonic() if due else 0.02))
        if commands.poll(wait * 1000):
            if not os.read(0, 64):
                return
            served = [client for client in clients if client.status == 200 and client.content > 0]
            answer = {
                "clients": len(clients),
                "served": sum(not client.over for client in served),
                "progressing": sum(client.content > client.reported for client in served),
                "refused": sum(client.status not in (None, 200) for client in clients),
                "ended": sum(client.over for client in clients),
            }
            for client in clients:
                client.reported = client.content
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
