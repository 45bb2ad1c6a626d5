"""A private nginx with the files of deploy/nginx."""

import contextlib
import os
import shutil
import socket
import subprocess
import time

from .failure import expect
from .helpers import free_port
from .settings import allowed, settings


DEPLOY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "deploy", "nginx")


@contextlib.contextmanager
def nginx(folder, path, keeps=16):
    """nginx with the files of deploy/nginx, keeping so many connections; its port."""
    program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    expect(program, "nginx is not installed")
    port = free_port()
    with open(os.path.join(DEPLOY, "upstream.conf")) as f:
        upstream = f.read().replace("unix:/run/downloads/downloads.sock", f"unix:{path}")
        upstream = upstream.replace("keepalive 16;", f"keepalive {keeps};")
    with open(os.path.join(folder, "upstream.conf"), "w") as f:
        f.write(upstream)
    user = "" if os.geteuid() else "user root root;"
    with open(os.path.join(folder, "nginx.conf"), "w") as f:
        f.write(f"""
            daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; {user} worker_processes 2;
            events {{ worker_connections 1024; }}
            http {{
                access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
                fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
                include {folder}/upstream.conf;
                server {{ listen 127.0.0.1:{port}; include {os.path.abspath(DEPLOY)}/downloads.conf; }}
            }}""")
    process = subprocess.Popen([program, "-e", f"{folder}/nginx.log", "-p", folder, "-c", f"{folder}/nginx.conf"])
    try:
        deadline = time.monotonic() + 5 * settings.slow
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait()


def http(port, uri="/bench/hello", connection=None):
    """The status of a request; on a connection, which stays open, if one is given."""
    s = connection or socket.create_connection(("127.0.0.1", port), allowed(10))
    try:
        s.settimeout(allowed(10))
        s.sendall(f"GET {uri} HTTP/1.1\r\nHost: localhost\r\n{'' if connection else 'Connection: close'}\r\n".encode()
                  + (b"" if connection else b"\r\n"))
        got = b""
        while b"\r\n\r\n" not in got or b"Hello world!\n" not in got:
            piece = s.recv(65536)
            if not piece:
                break
            got += piece
        return int(got.split()[1]) if b"Hello world!\n" in got else f"{got[:60]!r}"
    finally:
        if not connection:
            s.close()


def load(port, seconds, clients):
    """wrk's output."""
    wrk = shutil.which("wrk")
    expect(wrk, "wrk is not installed")
    return subprocess.run(
        [wrk, "-t2", f"-c{clients}", f"-d{seconds}s", "--latency", f"http://127.0.0.1:{port}/bench/hello"],
        check=True, capture_output=True, text=True).stdout
