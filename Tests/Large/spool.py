#!/usr/bin/env python3
"""Puts a spool into trouble under load, behind nginx, and checks every byte that clients end up with.

    spool.py TESTSITE kill [TIMES]    kills the program with SIGKILL at random moments, 500 times if it is not said
    spool.py TESTSITE full [SECONDS]  a spool on a tmpfs of 8 MiB, for files of up to 6 MiB (needs root)
    spool.py TESTSITE removed [SECONDS]  the spool's folder is removed, and a file takes its place, again and again
    spool.py TESTSITE unreadable [SECONDS]  the spool's folder, or one in it, may not be read or written, again and
                                      again (as root the program is started as nobody, whom that keeps out)
    spool.py TESTSITE fifty [SECONDS] 50 clients of one file: the first leaves after 1 MB, one reads 10 KB/s for so long
                                      (300: 3 MB), and gets all of it, too

A download may fail visibly where the program is killed, and nowhere else; one that looks whole has to be. After each
start nothing half-written may be left in the folder, and every file there has to be what its name says. The last line
counts; the exit status is 1 after any fault.
"""

import hashlib
import http.client
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

LINE = 16
FOLDER = tempfile.mkdtemp(prefix="spool-trouble-")
SPOOL = f"{FOLDER}/spool"
PORT = 20000 + os.getpid() % 20000
CONTENT = b"".join(b"%015d\n" % n for n in range(6 * 1024 * 1024 // LINE + 1))
faults = []
counts = {"whole": 0, "failed": 0, "parts": 0}
lock = threading.Lock()


def fault(text):
    with lock:
        faults.append(text)
        print("FAIL", text, flush=True)


def count(name):
    with lock:
        counts[name] += 1


def start_nginx():
    conf = f"{FOLDER}/nginx.conf"
    deploy = os.path.join(os.path.dirname(__file__), "../../deploy/nginx/downloads.conf")
    paths = "".join(f"{kind}_temp_path {FOLDER}/{kind};" for kind in ("proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;" if os.geteuid() == 0 else ""
    with open(conf, "w") as file:
        file.write(
            f"daemon off; pid {FOLDER}/nginx.pid; error_log {FOLDER}/nginx.log crit; {user}\n"
            "events { worker_connections 1024; }\n"
            f"http {{ access_log off; client_body_temp_path {FOLDER}/body; {paths}\n"
            f"upstream downloads {{ server unix:{FOLDER}/site.sock; keepalive 16; }}\n"
            f'server {{ listen 127.0.0.1:{PORT}; include "{os.path.abspath(deploy)}"; }} }}\n')
    path = shutil.which("nginx") or "/usr/sbin/nginx"
    return subprocess.Popen([path, "-e", f"{FOLDER}/nginx.log", "-p", FOLDER, "-c", conf])


def become_nobody():
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)


def start_site(program, *options, unprivileged=False):
    socket = f"{FOLDER}/site.sock"
    drop = unprivileged and os.geteuid() == 0
    if drop:
        os.chown(FOLDER, 65534, 65534)
    if os.path.exists(socket):
        os.remove(socket)
    site = subprocess.Popen(
        [program, "serve", "--listen", f"unix:{socket}", "--socket-mode", "0666", "--spool", SPOOL, "--log-level",
         "critical", *options], stderr=subprocess.DEVNULL, preexec_fn=become_nobody if drop else None)
    deadline = time.monotonic() + 30
    while not os.path.exists(socket) and time.monotonic() < deadline:
        time.sleep(0.005)
    return site


def fetch(mayFail, generator):
    """One client: the whole, a part, or the whole in two pieces."""
    size = generator.randrange(0, 6 * 1024 * 1024)
    key = generator.randrange(0, 6)
    size = size - size % 7 if key > 3 else [1000, 300000, 2000003, 5000000][key]
    declared = "&size=1" if generator.random() < 0.5 else ""
    path = f"/spooled/numbers?n={size}&key={key}{declared}"
    headers = {}
    first = generator.randrange(0, size) if size and generator.random() < 0.3 else None
    if first is not None:
        headers["Range"] = f"bytes={first}-"
    try:
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=120)
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        if response.status not in (200, 206):
            raise http.client.HTTPException(f"status {response.status}")
        begin = 0
        if response.status == 206:
            begin = first
            if response.headers["Content-Range"] != f"bytes {first}-{size - 1}/{size}":
                fault(f"{path}: {response.headers['Content-Range']}")
        body = bytearray()
        while True:
            piece = response.read(65536)
            if not piece:
                break
            body += piece
            if generator.random() < 0.02:
                time.sleep(0.01)
        if response.length not in (None, 0):
            raise http.client.IncompleteRead(body)
        if body != CONTENT[begin:size]:
            fault(f"{path} from {begin}: {len(body)} bytes look whole and are not")
        count("parts" if begin else "whole")
    except (OSError, http.client.HTTPException) as error:
        count("failed")
        if not mayFail:
            fault(f"{path}: {error!r}")


def load(stop, mayFail, seed):
    generator = random.Random(seed)
    while not stop.is_set():
        fetch(mayFail, generator)


def run_load(seconds, mayFail, meanwhile=None, clients=8):
    stop = threading.Event()
    threads = [
        threading.Thread(target=load, args=(stop, mayFail, random.random())) for _ in range(clients)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if meanwhile:
            meanwhile()
        time.sleep(0.02)
    stop.set()
    return threads


def check_folder(when):
    for folder, _, names in os.walk(SPOOL):
        for name in names:
            if name == ".lock":
                continue
            parts = name.split("-")
            if len(parts) != 5:
                fault(f"{when}: {name} is left")
                continue
            with open(os.path.join(folder, name), "rb") as file:
                content = file.read()
            if len(content) != int(parts[4]) or hashlib.sha256(content).hexdigest() != parts[3]:
                fault(f"{when}: {name} is not what its name says")
            if CONTENT[:len(content)] != content:
                fault(f"{when}: {name} has wrong bytes")


def kill(program, times):
    for turn in range(times):
        site = start_site(program)
        check_folder(f"after start {turn}")
        threads = run_load(random.random() * 0.3, True)
        site.send_signal(signal.SIGKILL)
        site.wait()
        for thread in threads:
            thread.join()
        if turn % 5 == 4:
            for folder, _, names in os.walk(SPOOL):
                for name in names:
                    if name != ".lock" and not name.endswith(".part"):
                        os.remove(os.path.join(folder, name))
        if turn % 50 == 49:
            print(f"{turn + 1} times killed: {counts}", flush=True)
    site = start_site(program)
    check_folder("after the last start")
    return site


def full(program, seconds):
    os.makedirs(SPOOL)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=0700", "tmpfs", SPOOL], check=True)
    site = start_site(program)
    for thread in run_load(seconds, False):
        thread.join()
    return site


def removed(program, seconds):
    site = start_site(program)
    turn = 0

    def trouble():
        nonlocal turn
        turn += 1
        aside = f"{FOLDER}/aside-{turn}"
        try:
            if turn % 10 == 0:
                os.rename(SPOOL, aside)
                shutil.rmtree(aside, ignore_errors=True)
            if turn % 20 == 10:
                open(SPOOL, "x").close()
            if turn % 20 == 15 and os.path.isfile(SPOOL):
                os.remove(SPOOL)
        except OSError:
            pass

    for thread in run_load(seconds, False, trouble):
        thread.join()
    if os.path.isfile(SPOOL):
        os.remove(SPOOL)
    return site


def unreadable(program, seconds):
    site = start_site(program, unprivileged=True)
    turn = 0

    def trouble():
        nonlocal turn
        turn += 1
        try:
            if turn % 10 == 0:
                folders = [SPOOL] + [os.path.join(SPOOL, name) for name in os.listdir(SPOOL)]
                os.chmod(random.choice(folders), random.choice([0o000, 0o500, 0o300, 0o100]))
            if turn % 10 == 5:
                restore()
        except OSError:
            pass

    def restore():
        os.chmod(SPOOL, 0o700)
        for name in os.listdir(SPOOL):
            os.chmod(os.path.join(SPOOL, name), 0o700)

    for thread in run_load(seconds, False, trouble):
        thread.join()
    restore()
    return site


def fifty(program, seconds):
    """One generation, 49 whole files with equal bytes, and the quick ones not held up by the slow."""
    site = start_site(program)
    size = int(seconds * 10_000)
    content = (CONTENT * (size // len(CONTENT) + 1))[:size] if size > len(CONTENT) else CONTENT[:size]
    url = f"http://127.0.0.1:{PORT}/spooled/numbers?n={size}&key=fifty"

    def curl(*options):
        return subprocess.Popen(["curl", "-sS", "--noproxy", "*", "-N", *options, url], stdout=subprocess.PIPE)

    def quick():
        started = time.monotonic()
        client = curl()
        body = client.communicate()[0]
        times.append(time.monotonic() - started)
        if client.returncode or body != content:
            fault(f"a quick client: exit {client.returncode}, {len(body)} bytes")
        else:
            count("whole")

    first = curl()
    begun = first.stdout.read(min(1_000_000, size // 2))
    slow = curl("--limit-rate", "10000")
    times = []
    threads = [threading.Thread(target=quick) for _ in range(48)]
    for thread in threads:
        thread.start()
    first.terminate()
    first.wait()
    if begun != content[:len(begun)]:
        fault("the first client had wrong bytes")
    for thread in threads:
        thread.join()
    together = max(times)
    body = slow.communicate()[0]
    if slow.returncode or body != content:
        fault(f"the slow client: exit {slow.returncode}, {len(body)} bytes")
    else:
        count("whole")
    answer = subprocess.run(
        ["curl", "-s", "--noproxy", "*", f"http://127.0.0.1:{PORT}/spooled/count?key=fifty"], stdout=subprocess.PIPE)
    if answer.stdout != b"1\n":
        fault(f"{answer.stdout!r} generations instead of one")
    print(f"48 quick clients at once had {size} bytes after {together:.2f} s at most", flush=True)
    return site


def main():
    program, mode = sys.argv[1], sys.argv[2]
    amount = float(sys.argv[3]) if len(sys.argv) > 3 else {"kill": 500, "fifty": 300}.get(mode, 30)
    nginx = start_nginx()
    site = None
    try:
        time.sleep(0.5)
        if mode == "kill":
            site = kill(program, int(amount))
        elif mode == "full":
            site = full(program, amount)
        elif mode == "removed":
            site = removed(program, amount)
        elif mode == "unreadable":
            site = unreadable(program, amount)
        elif mode == "fifty":
            site = fifty(program, amount)
        else:
            sys.exit(__doc__)
        if site.poll() is not None:
            fault(f"the program has ended by itself: {site.returncode}")
        time.sleep(1)
        if mode != "kill":
            left = [name for _, _, names in os.walk(SPOOL) for name in names if name.endswith(".part")]
            if left:
                fault(f"left at the end: {left}")
    finally:
        for process in (site, nginx):
            if process and process.poll() is None:
                process.terminate()
                process.wait()
        if mode == "full":
            subprocess.run(["umount", SPOOL], check=False)
        shutil.rmtree(FOLDER, ignore_errors=True)
    print(f"{len(faults)} faults, {counts}")
    sys.exit(1 if faults else 0)


main()
