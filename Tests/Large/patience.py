#!/usr/bin/env python3
"""Clients that wait for a prepared download behind web servers with the time-outs that these have by themselves.

    patience.py TESTSITE [--seconds 180] [--late] [--servers nginx,mod_proxy_fcgi,mod_fcgid,haproxy]

Nothing of deploy/ is used: each server has the least configuration that reaches the program, as somebody writes it who
does not think of time-outs (HAProxy: those of Debian's haproxy.cfg). At once, behind each, `curl -OJL`,
`wget --content-disposition`, Python's requests and a program with `Prefer: respond-async` want a file that takes so
many seconds; with --late nothing of it comes before its end. Each has to have every byte under the right name, and the
file has to be generated once. The exit status is 1 after any fault.
"""
import argparse
import concurrent.futures
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

import requests

SIZE = 3_000_017
CONTENT = b"".join(b"%015d\n" % n for n in range(SIZE // 16 + 1))[:SIZE]
PATH = os.environ["PATH"] + ":/usr/sbin"
processes = []


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def start(folder, name, command, **environment):
    with open(f"{folder}/{name}.log", "ab") as log:
        processes.append(subprocess.Popen(
            [shutil.which(command[0], path=PATH), *command[1:]], stderr=log, stdout=log,
            env=dict(os.environ, **environment)))


def start_site(folder, program):
    address = f"{folder}/site.sock"
    start(folder, "site", [program, "serve", "--listen", f"unix:{address}", "--socket-mode", "0666", "--spool",
                           f"{folder}/spool"])
    return address


def start_nginx(folder, port, program):
    address = start_site(folder, program)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    parameters = "".join(f"fastcgi_param {name} ${value};" for name, value in (
        ("REQUEST_METHOD", "request_method"), ("REQUEST_URI", "request_uri"), ("QUERY_STRING", "query_string"),
        ("SERVER_PROTOCOL", "server_protocol"), ("REMOTE_ADDR", "remote_addr")))
    with open(f"{folder}/nginx.conf", "w") as file:
        file.write(f"daemon off; pid {folder}/pid; {'user root;' if os.geteuid() == 0 else ''}\n"
                   f"events {{}} http {{ access_log off; {paths}\n"
                   f"server {{ listen 127.0.0.1:{port};\n"
                   f"location / {{ fastcgi_pass unix:{address}; {parameters} }} }} }}")
    start(folder, "nginx", ["nginx", "-e", f"{folder}/error.log", "-p", folder, "-c", f"{folder}/nginx.conf"])


def start_haproxy(folder, port, program):
    address = start_site(folder, program)
    with open(f"{folder}/haproxy.cfg", "w") as file:
        file.write(f"""
defaults
    mode http
    timeout connect 5000
    timeout client 50000
    timeout server 50000
frontend site
    bind 127.0.0.1:{port}
    default_backend downloads
fcgi-app downloads
    docroot /nonexistent
backend downloads
    use-fcgi-app downloads
    server site unix@{address} proto fcgi
""")
    start(folder, "haproxy", ["haproxy", "-db", "-f", f"{folder}/haproxy.cfg"])


def start_apache(folder, port, modules, lines):
    users = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
    loading = "".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
                      for name in ("mpm_event", "authz_core", "alias", *modules))
    with open(f"{folder}/apache.conf", "w") as file:
        file.write(f"ServerRoot {folder}\nServerName 127.0.0.1\nListen 127.0.0.1:{port}\nPidFile {folder}/pid\n"
                   f"Mutex file:{folder} default\nErrorLog {folder}/error.log\n{loading}{users}{lines}")
    start(folder, "apache", ["apache2", "-d", folder, "-f", f"{folder}/apache.conf", "-D", "FOREGROUND"])


def start_mod_proxy_fcgi(folder, port, program):
    address = start_site(folder, program)
    start_apache(folder, port, ("proxy", "proxy_fcgi"), f'ProxyPass / "unix:{address}|fcgi://downloads/"\n')


def start_mod_fcgid(folder, port, program):
    # The program runs as Apache's user.
    for name in ("spool", "sockets"):
        os.mkdir(f"{folder}/{name}", 0o700)
        if os.geteuid() == 0:
            os.chown(f"{folder}/{name}", pwd.getpwnam("www-data").pw_uid, -1)
    copy = shutil.copy(program, f"{folder}/program")
    start_apache(folder, port, ("fcgid",), f"""
FcgidIPCDir {folder}/sockets
FcgidProcessTableFile {folder}/table
FcgidInitialEnv DOWNLOADS_SPOOL {folder}/spool
<Location />
    SetHandler fcgid-script
    FcgidWrapper "\\"{copy}\\" serve" virtual
    Options +ExecCGI
    Require all granted
</Location>
""")


def ask_asynchronously(url, folder):
    answer = requests.get(url, headers={"Prefer": "respond-async"}, timeout=30)
    while answer.status_code in (200, 202) and answer.headers["Content-Type"] == "application/json":
        place = urllib.parse.urljoin(url, answer.headers.get("Location", answer.url))
        time.sleep(int(answer.headers["Retry-After"]))
        # Redirects are followed: 303 leads to the file.
        answer = requests.get(place, timeout=60)
    answer.raise_for_status()
    name = answer.headers["Content-Disposition"].split('filename="')[1].split('"')[0]
    with open(f"{folder}/{name}", "wb") as file:
        file.write(answer.content)


def ask_by_requests(url, folder):
    answer = requests.get(url)
    answer.raise_for_status()
    name = answer.headers["Content-Disposition"].split('filename="')[1].split('"')[0]
    with open(f"{folder}/{name}", "wb") as file:
        file.write(answer.content)


def run_in(folder, *command):
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if ended.returncode:
        raise OSError(f"exit status {ended.returncode}: {ended.stderr[-300:]}")


CLIENTS = {
    "curl": lambda url, folder: run_in(folder, "curl", "-sSf", "-OJL", "--noproxy", "*", url),
    "wget": lambda url, folder: run_in(folder, "wget", "-nv", "--tries=1", "--no-proxy", "--content-disposition", url),
    "requests": ask_by_requests,
    "respond-async": ask_asynchronously,
}


def wait(server, client, url, folder):
    """What one client got: its words for the last lines, and whether they are a fault."""
    os.mkdir(folder)
    begun = time.monotonic()
    try:
        CLIENTS[client](url, folder)
    except (OSError, requests.RequestException, KeyError, IndexError) as error:
        return f"FAIL {server} {client}: after {time.monotonic() - begun:.0f} s: {error}"
    names = os.listdir(folder)
    if names != ["report.txt"]:
        return f"FAIL {server} {client}: the file is called {names}"
    with open(f"{folder}/report.txt", "rb") as file:
        if file.read() != CONTENT:
            return f"FAIL {server} {client}: other bytes"
    return f"ok   {server} {client}: {time.monotonic() - begun:.0f} s"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--seconds", type=int, default=180)
    parser.add_argument("--late", action="store_true")
    parser.add_argument("--servers", default="nginx,mod_proxy_fcgi,mod_fcgid,haproxy")
    parser.add_argument("--clients", default=",".join(CLIENTS))
    options = parser.parse_args()
    top = tempfile.mkdtemp(prefix="patience-")
    os.chmod(top, 0o755)
    results, once = [], []
    os.environ["NO_PROXY"] = "*"
    try:
        waiting = []
        pool = concurrent.futures.ThreadPoolExecutor(64)
        for server in options.servers.split(","):
            folder = f"{top}/{server}"
            os.mkdir(folder, 0o755)
            port = free_port()
            globals()[f"start_{server}"](folder, port, os.path.abspath(options.program))
            site = f"http://127.0.0.1:{port}"
            for _ in range(300):
                try:
                    if requests.get(f"{site}/bench/hello", timeout=5).text == "Hello world!\n":
                        break
                except requests.RequestException:
                    pass
                time.sleep(0.1)
            url = f"{site}/prepared/report?seconds={options.seconds}&size={SIZE}&key=patience"
            if options.late:
                url += "&late=1"
            waiting += [pool.submit(wait, server, client, url, f"{folder}/{client}")
                        for client in options.clients.split(",")]
            once.append((server, f"{site}/spooled/count?key=patience"))
        for future in concurrent.futures.as_completed(waiting):
            results.append(future.result())
            print(results[-1], flush=True)
        for server, place in once:
            # mod_fcgid starts several processes, of which one has generated it.
            if server != "mod_fcgid":
                count = requests.get(place, timeout=30).text.strip()
                results.append(f"{'ok  ' if count == '1' else 'FAIL'} {server}: generated {count} times")
                print(results[-1], flush=True)
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait()
        if any(result.startswith("FAIL") for result in results):
            print(f"logs in {top}")
        else:
            shutil.rmtree(top, ignore_errors=True)
    sys.exit(1 if any(result.startswith("FAIL") for result in results) else 0)


main()
