#!/usr/bin/env python3
"""Fetches a large generated file with clients that resume and seek, and checks every byte they end up with.

    resume.py URL [SIZE] [--only NAME...]

URL is testsite's /test/resumable behind a web server; SIZE is 1 GiB if it is not given. What the file
must be is computed here, not asked of the server. One line for each client: "ok NAME seconds" or "FAIL NAME why"; a
client that is not installed is skipped. The exit status is 1 after any failure. It needs SIZE bytes in the folder for
temporary files, once.
"""

import argparse
import hashlib
import http.client
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

LINE = 16
GO = """
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	file, err := os.Create(os.Args[2])
	check(err)
	var tag string
	var have, size int64
	for size == 0 || have < size {
		request, err := http.NewRequest("GET", os.Args[1], nil)
		check(err)
		if have > 0 {
			request.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
			request.Header.Set("If-Range", tag)
		}
		response, err := http.DefaultClient.Do(request)
		check(err)
		if have == 0 {
			tag, size = response.Header.Get("ETag"), response.ContentLength
		} else if want := fmt.Sprintf("bytes %d-%d/%d", have, size-1, size); response.StatusCode != 206 ||
			response.Header.Get("Content-Range") != want {
			check(fmt.Errorf("%s %v, not %s", response.Status, response.Header, want))
		}
		// A third of the file, then the connection is cut, three times.
		wanted := size/3 + 1
		if wanted > size-have {
			wanted = size - have
		}
		count, err := io.CopyN(file, response.Body, wanted)
		check(err)
		have += count
		response.Body.Close()
	}
	check(file.Close())
}
"""


def content(start, end):
    """The bytes of the file from `start` to `end`: numbered lines of 16 bytes."""
    first = start // LINE
    text = b"".join(b"%015d\n" % line for line in range(first, (end + LINE - 1) // LINE))
    return text[start - first * LINE:end - first * LINE]


def digest_of(size):
    digest = hashlib.sha256()
    for start in range(0, size, 1 << 20):
        digest.update(content(start, min(start + (1 << 20), size)))
    return digest.hexdigest()


def digest_of_file(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else slowly(file)


def slowly(file):
    digest = hashlib.sha256()
    while piece := file.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


class Failure(Exception):
    pass


class Check:
    def __init__(self, url, size, folder):
        parts = urllib.parse.urlsplit(url)
        self.connection_type = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self.host, self.target = parts.netloc, f"{parts.path}?n={size}"
        self.url, self.size, self.folder = f"{url}?n={size}", size, folder
        self.file = os.path.join(folder, "numbers.txt")

    def run(self, *argv):
        answer = subprocess.run(argv, capture_output=True, text=True, timeout=600, env={**os.environ, "no_proxy": "*"})
        if answer.returncode:
            raise Failure(f"{argv[0]}: exit {answer.returncode}: {(answer.stderr or answer.stdout).strip()[-300:]}")
        return answer

    def begin(self, size):
        with open(self.file, "wb") as file:
            for start in range(0, size, 1 << 20):
                file.write(content(start, min(start + (1 << 20), size)))

    def get(self, header, read):
        """Reads so many bytes of an answer, then closes the connection on it."""
        connection = self.connection_type(self.host, timeout=60)
        try:
            connection.request("GET", self.target, headers=header)
            answer = connection.getresponse()
            return answer, answer.read(read)
        finally:
            connection.close()

    # --- The clients, each of which leaves the whole file behind

    def curl(self):
        """curl -C - after two fifths."""
        self.begin(self.size * 2 // 5 + 7)
        self.run("curl", "-sSf", "-C", "-", "-o", self.file, self.url)

    def wget(self):
        """wget -c after three fifths."""
        self.begin(self.size * 3 // 5 + 3)
        self.run("wget", "-nv", "-c", "--tries=1", "-O", self.file, self.url)

    def aria2c(self):
        """aria2c -x8: eight connections at once."""
        self.run("aria2c", "--no-conf", "-q", "-x8", "-s8", "-k1M", "--max-tries=1", "--file-allocation=none",
                 "-d", self.folder,
                 "-o", "numbers.txt", self.url)

    def go(self):
        """Go's net/http: cut and continued with If-Range twice."""
        source = os.path.join(self.folder, "resume.go")
        with open(source, "w") as file:
            file.write(GO)
        os.environ.setdefault("GOCACHE", os.path.join(self.folder, "go"))
        self.run("go", "run", source, self.url, self.file)

    def requests(self):
        """Python's requests: ranges of 64 MiB, each by If-Range."""
        import requests
        session = requests.Session()
        session.trust_env = False
        head = session.head(self.url, timeout=60)
        if head.headers["Accept-Ranges"] != "bytes" or int(head.headers["Content-Length"]) != self.size:
            raise Failure(f"HEAD: {head.headers}")
        with open(self.file, "wb") as file:
            for start in range(0, self.size, 64 << 20):
                end = min(start + (64 << 20), self.size)
                fields = {"Range": f"bytes={start}-{end - 1}", "If-Range": head.headers["ETag"]}
                answer = session.get(self.url, headers=fields, timeout=60)
                part = f"bytes {start}-{end - 1}/{self.size}"
                if answer.status_code != 206 or answer.headers["Content-Range"] != part:
                    raise Failure(f"{answer.status_code} {answer.headers}")
                file.write(answer.content)

    def video(self):
        """What a browser's video element does: all, given up, then from where its user has dragged it."""
        answer, start = self.get({"Range": "bytes=0-"}, 100_000)
        whole = f"bytes 0-{self.size - 1}/{self.size}"
        if answer.status != 206 or answer.getheader("Content-Range") != whole or start != content(0, 100_000):
            raise Failure(f"bytes=0-: {answer.status} {answer.getheader('Content-Range')}")
        tag = answer.getheader("ETag")
        dice = random.Random(1)
        for place in [self.size - 1, self.size // 2, 1] + [dice.randrange(self.size) for _ in range(30)]:
            fields = {"Range": f"bytes={place}-", "If-Range": tag, "Accept-Encoding": "identity"}
            answer, part = self.get(fields, 50_000)
            expected = content(place, min(place + 50_000, self.size))
            if answer.status != 206 or part != expected or int(answer.getheader("Content-Length")) != self.size - place:
                raise Failure(f"bytes={place}-: {answer.status} {len(part)} bytes")
        return True

    def check(self, name, expected):
        if os.path.exists(self.file):
            os.remove(self.file)
        begun = time.monotonic()
        if getattr(self, name)():
            return time.monotonic() - begun
        taken = time.monotonic() - begun
        size = os.path.getsize(self.file)
        if size != self.size or digest_of_file(self.file) != expected:
            raise Failure(f"{size} bytes, or others than expected")
        return taken


def main():
    names = ["curl", "wget", "aria2c", "go", "requests", "video"]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("size", nargs="?", type=int, default=1 << 30)
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    options = parser.parse_args()
    failed = False
    expected = digest_of(options.size)
    with tempfile.TemporaryDirectory() as folder:
        check = Check(options.url, options.size, folder)
        for name in options.only:
            if name in ["curl", "wget", "aria2c", "go"] and not shutil.which(name):
                print(f"skipped {name}: not installed")
                continue
            try:
                print(f"ok {name} {check.check(name, expected):.1f}", flush=True)
            except ImportError as error:
                print(f"skipped {name}: {error}")
            except (Failure, OSError, http.client.HTTPException, subprocess.TimeoutExpired) as error:
                failed = True
                print(f"FAIL {name} {error}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
