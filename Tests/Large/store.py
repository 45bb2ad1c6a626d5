#!/usr/bin/env python3
"""Downloads from an object store through nginx, by deploy/nginx/store.conf.

    store.py TESTSITE    needs moto, boto3 and flask, as in a virtual environment (pip install 'moto[server,s3]')

moto's server speaks S3. The application names a place with a signed query; the client sees neither. The whole, a range,
a resumed download, HEAD and what the store has not are asked for; the exit status is 1 after any fault.
"""

import http.client
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

import boto3
from botocore.config import Config

DEPLOY = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../deploy/nginx"))
FOLDER = tempfile.mkdtemp(prefix="store-")
PORT, STORE = 20000 + os.getpid() % 10000, 30000 + os.getpid() % 2000
CONTENT = b"".join(b"%015d\n" % n for n in range(200_000))
faults = []


def check(what, isTrue):
    print("ok  " if isTrue else "FAIL", what, flush=True)
    if not isTrue:
        faults.append(what)


def ask(place, method="GET", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, "/test/elsewhere?to=" + urllib.parse.quote(place, safe=""), headers=fields)
    response = connection.getresponse()
    return response, response.read()


def main():
    socket = f"{FOLDER}/site.sock"
    with open(f"{FOLDER}/store.conf", "w") as file, open(f"{DEPLOY}/store.conf") as deployed:
        file.write(deployed.read().replace("127.0.0.1:9000", f"127.0.0.1:{STORE}"))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {FOLDER}/{kind};" for kind in kinds)
    with open(f"{FOLDER}/nginx.conf", "w") as file:
        file.write(
            f"daemon off; {'user root;' if os.geteuid() == 0 else ''} pid {FOLDER}/pid; error_log {FOLDER}/log;\n"
            f"events {{}} http {{ access_log off; {paths} upstream downloads {{ server unix:{socket}; }}\n"
            f"server {{ listen 127.0.0.1:{PORT}; include {DEPLOY}/downloads.conf; include {FOLDER}/store.conf; }} }}\n")
    environment = dict(os.environ, AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test")
    nginx = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    processes = [subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
                 for command in (
                     [sys.executable, "-m", "moto.server", "-p", str(STORE)],
                     [os.path.abspath(sys.argv[1]), "serve", "--listen", f"unix:{socket}", "--socket-mode", "0666"],
                     [nginx, "-e", f"{FOLDER}/log", "-p", FOLDER, "-c", f"{FOLDER}/nginx.conf"])]
    try:
        store = boto3.client(
            "s3", endpoint_url=f"http://127.0.0.1:{STORE}", region_name="us-east-1", aws_access_key_id="test",
            aws_secret_access_key="test", config=Config(signature_version="s3v4", s3={"addressing_style": "path"}))
        for _ in range(200):
            try:
                store.create_bucket(Bucket="reports")
                break
            except Exception:  # not there yet
                time.sleep(0.1)
        key = "2026/Übersicht + 1 %.txt"
        store.put_object(Bucket="reports", Key=key, Body=CONTENT)

        def place(name):
            url = store.generate_presigned_url("get_object", Params={"Bucket": "reports", "Key": name}, ExpiresIn=300)
            parts = urllib.parse.urlsplit(url)
            return f"/-store{parts.path}?{parts.query}"

        answer, body = ask(place(key), Authorization="Basic YTpi", Cookie="session=1")
        check("the whole", answer.status == 200 and body == CONTENT)
        check("the application's name", "elsewhere.bin" in answer.headers["Content-Disposition"])
        words = str(answer.headers)
        check("nothing of the signature or the store", "Amz" not in words and "Accel" not in words)
        tag = answer.headers["ETag"]
        answer, body = ask(place(key), Range="bytes=1000000-", If_Range=tag)
        check("the rest of a download", answer.status == 206 and body == CONTENT[1_000_000:])
        answer, body = ask(place(key), Range="bytes=5-9")
        check("a range", answer.status == 206 and body == CONTENT[5:10] and answer.headers["ETag"] == tag)
        answer, body = ask(place(key), "HEAD")
        check("HEAD", answer.status == 200 and int(answer.headers["Content-Length"]) == len(CONTENT) and not body)
        answer, body = ask(place("nothing"))
        check("502 for what the store has not", answer.status == 502 and b"NoSuchKey" not in body)
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
        connection.request("GET", urllib.parse.quote(place(key), safe="/?&=%"))
        check("no client gets it by its own name", connection.getresponse().status in (404, 502))
    finally:
        for process in processes:
            process.terminate()
            process.wait()
        shutil.rmtree(FOLDER, ignore_errors=True)
    sys.exit(1 if faults else 0)


main()
