#!/usr/bin/env python3
"""Three machines behind one web server, each in a network namespace of its own, and what may happen to them under load.

    machines.py TESTSITE [nginx|haproxy] [SECONDS]    needs root and iproute2; so long under load after each event (20)

With the very files of deploy/: one machine's program is killed; another's cable is cut (its port of the switch goes
down, so that nothing comes back, not even a refusal); both come back; then all three are restarted one after the other.
No client may see an error before its first byte; a download under way fails visibly or goes on, and resumes with equal
bytes; no machine generates a key twice, whatever happened. The last line counts; the exit status is 1 after any fault.
"""

import collections
import ctypes
import http.client
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

DEPLOY = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../deploy"))
FOLDER = tempfile.mkdtemp(prefix="machines-")
PREFIX = f"dl{os.getpid()}"
WEB, SWITCH = f"{PREFIX}w", f"{PREFIX}s"
MACHINES = range(1, 4)
PORT = 8080
SHORT, LONG = 2_000_003, 30_000_005
KEYS = [f"short{n}" for n in range(18)] + [f"long{n}" for n in range(6)]
CONTENT = b"".join(b"%015d\n" % n for n in range(LONG // 16 + 1))
faults, processes = [], {}
counts = collections.Counter()
slowest = 0.0
lock = threading.Lock()
stop = threading.Event()


def fault(text):
    with lock:
        faults.append(text)
        print("FAIL", text, flush=True)


def run(*words):
    subprocess.run(words, check=True)


def make_network():
    for space in (WEB, SWITCH, *(f"{PREFIX}m{n}" for n in MACHINES)):
        run("ip", "netns", "add", space)
        run("ip", "-n", space, "link", "set", "lo", "up")
    run("ip", "-n", SWITCH, "link", "add", "bridge", "type", "bridge")
    run("ip", "-n", SWITCH, "link", "set", "bridge", "up")
    for space, address in ((WEB, 254), *((f"{PREFIX}m{n}", n) for n in MACHINES)):
        port = f"port{address}"
        run("ip", "-n", SWITCH, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", space)
        run("ip", "-n", SWITCH, "link", "set", port, "master", "bridge", "up")
        run("ip", "-n", space, "address", "add", f"10.0.0.{address}/24", "dev", "eth0")
        run("ip", "-n", space, "link", "set", "eth0", "up")
    with open(f"{DEPLOY}/nginx/machines-sysctl.conf") as settings:
        for name, value in re.findall(r"^([a-z0-9_.]+) = (\d+)$", settings.read(), re.M):
            run("ip", "netns", "exec", WEB, "sh", "-c", f"echo {value} > /proc/sys/{name.replace('.', '/')}")


def remove_network():
    for space in (WEB, SWITCH, *(f"{PREFIX}m{n}" for n in MACHINES)):
        subprocess.run(["ip", "netns", "delete", space], check=False)


def enter(space):
    """From now on this process, with the threads that it starts, is in a namespace: as the web server's clients."""
    with open(f"/run/netns/{space}") as file:
        if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), 0x40000000):
            raise OSError(ctypes.get_errno(), "setns")


def start_machine(program, number, prefix):
    with open(f"{FOLDER}/log{number}", "ab") as log:
        processes[number] = subprocess.Popen(
            ["ip", "netns", "exec", f"{PREFIX}m{number}", program, "serve", "--listen", f"10.0.0.{number}:9000",
             "--spool", f"{FOLDER}/spool{number}", *(["--mount", prefix] if prefix else [])], stderr=log)


def start_server(kind):
    if kind == "haproxy":
        with open(f"{FOLDER}/haproxy.cfg", "w") as file:
            file.write(
                "defaults\n    mode http\n    timeout client 60s\n"
                f"frontend site\n    bind 127.0.0.1:{PORT}\n"
                "    use_backend downloads_machines if { path_beg /downloads/ }\n\n")
        files = [f"{FOLDER}/haproxy.cfg", f"{DEPLOY}/haproxy/downloads.cfg", f"{DEPLOY}/haproxy/machines.cfg"]
        command = ["haproxy", "-db", *(word for file in files for word in ("-f", file))]
    else:
        paths = "".join(
            f"{kind}_temp_path {FOLDER}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        with open(f"{FOLDER}/nginx.conf", "w") as file:
            file.write(
                f"daemon off; user root; worker_processes 2; pid {FOLDER}/pid; error_log {FOLDER}/nginx.log;\n"
                "events { worker_connections 1024; }\n"
                f"http {{ access_log off; {paths} include {DEPLOY}/nginx/machines.conf;\n"
                f"server {{ listen 127.0.0.1:{PORT}; include {DEPLOY}/nginx/downloads.conf; }} }}\n")
        command = ["nginx", "-e", f"{FOLDER}/nginx.log", "-p", FOLDER, "-c", f"{FOLDER}/nginx.conf"]
    path = os.environ["PATH"] + ":/usr/sbin"
    command[0] = shutil.which(command[0], path=path)
    processes["server"] = subprocess.Popen(["ip", "netns", "exec", WEB, *command])


def generations():
    """How often each machine has generated each key, by its log."""
    found = {}
    for number in MACHINES:
        with open(f"{FOLDER}/log{number}", errors="replace") as log:
            found[number] = collections.Counter(re.findall(r"^generating (\S+)$", log.read(), re.M))
    return found


def fetch(prefix, key, generator):
    """One client: fetches a file, and resumes it for as long as it is cut."""
    global slowest
    size = LONG if key.startswith("long") else SHORT
    path = f"{prefix}/spooled/numbers?n={size}&key={key}&size=1"
    # A long download takes some seconds, so that some are under way whenever a machine goes.
    content, tag, pause = bytearray(), None, 0.1 if size == LONG else 0
    while len(content) < size:
        headers = {"Range": f"bytes={len(content)}-", "If-Range": tag} if content else {}
        begun = time.monotonic()
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=90)
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            return fault(f"{key}: {error!r} before the first byte, after {time.monotonic() - begun:.1f} s")
        with lock:
            slowest = max(slowest, time.monotonic() - begun)
        if response.status != (206 if content else 200):
            return fault(f"{key}: status {response.status} after {len(content)} bytes")
        if tag not in (None, response.headers["ETag"]):
            return fault(f"{key}: tag {response.headers['ETag']} after {tag}")
        tag = response.headers["ETag"]
        try:
            while piece := response.read1(262144):
                content += piece
                if pause:
                    time.sleep(pause * generator.random())
        except (OSError, http.client.HTTPException):
            pass
        connection.close()
        if len(content) < size:
            counts["cut and resumed"] += 1
    if content != CONTENT[:size]:
        return fault(f"{key}: {len(content)} bytes, which are not those of the file")
    counts["whole"] += 1


def load(prefix, keys, seed):
    generator = random.Random(seed)
    while not stop.is_set():
        fetch(prefix, generator.choice(keys), generator)


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}; {dict(counts)}, slowest first byte {slowest:.1f} s", flush=True)


def events(program, prefix, seconds, killed, cut):
    global slowest
    time.sleep(seconds / 2)
    say("all three serve")
    processes[killed].send_signal(signal.SIGKILL)
    processes[killed].wait()
    time.sleep(seconds)
    say(f"machine {killed} was killed")
    slowest = 0.0
    # The kernel of the machine whose cable is cut sees nothing, and neither does the web server's.
    run("ip", "-n", SWITCH, "link", "set", f"port{cut}", "down")
    time.sleep(max(seconds, 25))
    say(f"machine {cut}'s cable was cut")
    slowest = 0.0
    run("ip", "-n", SWITCH, "link", "set", f"port{cut}", "up")
    start_machine(program, killed, prefix)
    time.sleep(max(seconds, 15))
    say("both are back")
    for number in MACHINES:
        process = processes[number]
        process.terminate()
        if process.wait():
            fault(f"machine {number} ended with {process.returncode}")
        start_machine(program, number, prefix)
        time.sleep(max(seconds / 2, 12))
    say("all were restarted one after the other")


def main():
    if len(sys.argv) < 2 or os.geteuid() != 0:
        sys.exit(__doc__)
    program = os.path.abspath(sys.argv[1])
    kind = sys.argv[2] if len(sys.argv) > 2 else "nginx"
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 20
    prefix = "/downloads" if kind == "haproxy" else ""
    # However it is ended, nothing is left.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        make_network()
        for number in MACHINES:
            start_machine(program, number, prefix)
        start_server(kind)
        enter(WEB)
        time.sleep(2)
        for key in KEYS:
            fetch(prefix, key, random.Random(0))
        first = generations()
        owners = {key: [number for number in MACHINES if first[number][key]] for key in KEYS}
        if any(len(numbers) != 1 for numbers in owners.values()):
            fault(f"not one machine for each key: {owners}")
        say("each key was fetched once")
        # Those go that have most of the long files.
        long = [key for key in KEYS if key.startswith("long")]
        killed, cut, _ = sorted(MACHINES, key=lambda number: -sum(owners[key] == [number] for key in long))
        threads = [
            threading.Thread(target=load, args=(prefix, long if seed % 2 else KEYS, seed)) for seed in range(8)]
        for thread in threads:
            thread.start()
        try:
            events(program, prefix, seconds, killed, cut)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        for number, found in generations().items():
            for key, times in found.items():
                if times > 1:
                    fault(f"machine {number} has generated {key} {times} times")
            print(f"machine {number} generated {sum(found.values())} of {len(KEYS)} keys, each once at most")
        if not counts["cut and resumed"]:
            fault("no download was under way when a machine went")
    finally:
        for process in processes.values():
            if process.poll() is None:
                process.terminate()
                process.wait()
        remove_network()
        shutil.rmtree(FOLDER, ignore_errors=True)
    print(f"{len(faults)} faults, {dict(counts)}")
    sys.exit(1 if faults else 0)


main()
