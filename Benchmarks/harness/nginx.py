"""nginx, started privately: its own folder, its own configuration, free ports of the loopback interface."""
import getpass
import os
import subprocess
import urllib.request

from .peers import BUILD, ROOT
from .processes import Failure, Running, free_port, wait_for

MAIN = """
daemon off;
worker_processes {processors};
worker_rlimit_nofile {files};
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log error;
{user}
events {{ worker_connections {connections}; }}
http {{
    access_log off;
    default_type application/octet-stream;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 10000000;
    client_body_temp_path {folder}/t1;
    proxy_temp_path {folder}/t2;
    fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4;
    scgi_temp_path {folder}/t5;
    {upstream}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        # The slow clients' door: a small send buffer, so that nginx holds back what they do not take.
        listen 127.0.0.1:{slow_port} backlog=4096 sndbuf=32k;
        location /bench/ {{ {location} }}
        location / {{ {location} }}
        {spool}
    }}
}}
"""

UPSTREAM = "upstream app {{ server unix:{socket}; {keepalive} }}"
KEEPALIVE = "keepalive 64; keepalive_requests 10000000;"

# nginx reads an unbuffered answer through this one buffer; its default of 4 KiB would be what the downloads measure.
BUFFERS = "{kind}_buffer_size 64k; {kind}_buffers 8 64k; {kind}_busy_buffers_size 64k;"

PARAMETERS = {
    "QUERY_STRING": "$query_string",
    "REQUEST_METHOD": "$request_method",
    "CONTENT_TYPE": "$content_type",
    "CONTENT_LENGTH": "$content_length",
    "SCRIPT_FILENAME": "{script}",
    "SCRIPT_NAME": '""',
    "PATH_INFO": "$document_uri",
    "REQUEST_URI": "$request_uri",
    "DOCUMENT_URI": "$document_uri",
    "DOCUMENT_ROOT": "$document_root",
    "SERVER_PROTOCOL": "$server_protocol",
    "REQUEST_SCHEME": "$scheme",
    "GATEWAY_INTERFACE": "CGI/1.1",
    "SERVER_SOFTWARE": "nginx",
    "REMOTE_ADDR": "$remote_addr",
    "REMOTE_PORT": "$remote_port",
    "SERVER_ADDR": "$server_addr",
    "SERVER_PORT": "$server_port",
    "SERVER_NAME": "$server_name",
}


def handed_over(spool):
    """The location of the spool's files, as an administrator includes it."""
    with open(os.path.join(ROOT, "deploy", "nginx", "spool.conf")) as file:
        return file.read().replace("/var/cache/downloads", spool)


def location(peer, keepalive, spool=None):
    if peer.protocol == "static":
        root = os.path.join(BUILD, "static")
        return f"root {root}; try_files /bench/gen-$arg_n /bench/rows-$arg_n $uri =404;"
    if peer.protocol == "http":
        return (
            'proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Host $host; proxy_buffering off; '
            + BUFFERS.format(kind="proxy")
            + (' proxy_set_header Connection "";' if keepalive else " proxy_set_header Connection close;")
            + " proxy_read_timeout 600s;"
        )
    handover = f'fastcgi_param DOWNLOADS_HANDOVER "X-Accel-Redirect {spool}=/-spool";' if spool else ""
    parameters = "".join(
        f"fastcgi_param {name} {value.format(script=peer.script or '$document_uri') if '{' in value else value};\n"
        for name, value in PARAMETERS.items()
    )
    return (
        f"{parameters} {handover} fastcgi_pass app; fastcgi_buffering off; fastcgi_read_timeout 600s;"
        f" {BUFFERS.format(kind='fastcgi')}"
        f" fastcgi_keep_conn {'on' if keepalive else 'off'};"
    )


class Nginx:
    """One nginx in front of one peer, without buffering: the application is measured, not nginx's temporary files."""

    def __init__(self, binary, peer, socket, folder, keepalive, file_limit, spool=None):
        self.port, self.slow_port = free_port(), free_port()
        upstream = ""
        if peer.protocol != "static":
            upstream = UPSTREAM.format(socket=socket, keepalive=KEEPALIVE if keepalive else "")
        text = MAIN.format(
            folder=folder,
            processors=len(os.sched_getaffinity(0)),
            files=file_limit,
            connections=min(8192, file_limit // 2),
            user=f"user {getpass.getuser()};" if os.geteuid() == 0 else "",
            upstream=upstream,
            port=self.port,
            slow_port=self.slow_port,
            location=location(peer, keepalive, spool),
            spool=handed_over(spool) if spool else "",
        )
        path = os.path.join(folder, "nginx.conf")
        with open(path, "w") as file:
            file.write(text)
        command = [binary, "-p", folder, "-e", f"{folder}/nginx-error.log", "-c", path]
        self.server = Running(command, f"{folder}/nginx.log")
        try:
            wait_for(lambda: self.answers("/bench/hello"), 15, f"{peer.name} behind nginx", self.server)
        except Failure:
            self.stop()
            raise

    def answers(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status == 200 and len(answer.read()) == 13
        except OSError:
            return False

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def stop(self):
        self.server.stop()


def version(binary):
    return subprocess.run([binary, "-v"], capture_output=True, text=True).stderr.strip().replace("nginx version: ", "")
