#!/usr/bin/env python3
"""Downloads from an object store through nginx, by deploy/nginx/store.conf.

    store.py TESTSITE [moto | swift | URL ACCESS-KEY SECRET-KEY]

needs boto3. moto's server speaks S3 and looks at no signature (pip install 'moto[server,s3]', as in a virtual
environment); OpenStack Swift verifies each (`deploy/packages`, group `store`); a URL is a store that runs already. The
application names a place with a signed query; the client sees neither. The whole, a range, a resumed download, HEAD,
what the store has not and what it refuses are asked for; the exit status is 1 after any fault.
"""

import http.client
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

import swiftstore

import boto3
from botocore.config import Config

DEPLOY = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../deploy/nginx"))
FOLDER = tempfile.mkdtemp(prefix="store-")
PORT, STORE = swiftstore.free_port(), swiftstore.free_port()
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
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    kind = sys.argv[2] if len(sys.argv) > 2 else "moto"
    origin, access, secret = f"http://127.0.0.1:{STORE}", "test", "test"
    if kind == "swift":
        access, secret = swiftstore.ACCESS_KEY, swiftstore.SECRET_KEY
    elif kind != "moto":
        origin, access, secret = sys.argv[2:5]
    socket = f"{FOLDER}/site.sock"
    with open(f"{FOLDER}/store.conf", "w") as file, open(f"{DEPLOY}/store.conf") as deployed:
        text = deployed.read().replace("http://127.0.0.1:9000", origin)
        file.write(text.replace("127.0.0.1:9000", urllib.parse.urlsplit(origin).netloc))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {FOLDER}/{kind};" for kind in kinds)
    with open(f"{FOLDER}/nginx.conf", "w") as file:
        file.write(
            f"daemon off; {'user root;' if os.geteuid() == 0 else ''} pid {FOLDER}/pid; error_log {FOLDER}/log;\n"
            f"events {{}} http {{ access_log off; {paths} upstream downloads {{ server unix:{socket}; }}\n"
            f"server {{ listen 127.0.0.1:{PORT}; include {DEPLOY}/downloads.conf; include {FOLDER}/store.conf; }} }}\n")
    nginx = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    processes = swiftstore.start(f"{FOLDER}/swift", STORE) if kind == "swift" else []
    if kind == "moto":
        processes.append(subprocess.Popen([sys.executable, "-m", "moto.server", "-p", str(STORE)],
                                          stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL))
    processes += [subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
                 for command in (
                     [os.path.abspath(sys.argv[1]), "serve", "--listen", f"unix:{socket}", "--socket-mode", "0666"],
                     [nginx, "-e", f"{FOLDER}/log", "-p", FOLDER, "-c", f"{FOLDER}/nginx.conf"])]
    try:
        store = boto3.client(
            "s3", endpoint_url=origin, region_name="us-east-1", aws_access_key_id=access, aws_secret_access_key=secret,
            config=Config(signature_version="s3v4", s3={"addressing_style": "path"},
                          request_checksum_calculation="when_required"))
        for _ in range(200):
            try:
                store.create_bucket(Bucket="reports")
                break
            except Exception:  # not there yet
                time.sleep(0.1)
        key = "2026/Übersicht + 1 %.txt"
        store.put_object(Bucket="reports", Key=key, Body=CONTENT)

        def place(name, seconds=300):
            url = store.generate_presigned_url(
                "get_object", Params={"Bucket": "reports", "Key": name}, ExpiresIn=seconds)
            parts = urllib.parse.urlsplit(url)
            return f"/-store{parts.path}?{parts.query}"

        answer, body = ask(place(key), Authorization="Basic YTpi", Cookie="session=1")
        check("the whole", answer.status == 200 and body == CONTENT)
        check("the application's name", "elsewhere.bin" in answer.headers["Content-Disposition"])
        words = str(answer.headers).lower()
        check("nothing of the signature or the store", not any(
            word in words for word in ("amz", "accel", "reports", "trans-id", "openstack")))
        tag = answer.headers["ETag"]
        # Swift has ranges and does not say so.
        check("nothing that contradicts the store's ranges, and no other site's leave to read",
              answer.headers.get_all("Accept-Ranges") in (["bytes"], None) and "access-control" not in words)
        check("nosniff", answer.headers["X-Content-Type-Options"] == "nosniff")
        answer, body = ask(place(key), Range="bytes=1000000-", If_Range=tag)
        check("the rest of a download", answer.status == 206 and body == CONTENT[1_000_000:])
        answer, body = ask(place(key), Range="bytes=5-9")
        check("a range", answer.status == 206 and body == CONTENT[5:10] and answer.headers["ETag"] == tag)
        answer, body = ask(place(key), "HEAD")
        check("HEAD", answer.status == 200 and int(answer.headers["Content-Length"]) == len(CONTENT) and not body)
        answer, body = ask(place("nothing"))
        check("502 for what the store has not", answer.status == 502 and b"NoSuchKey" not in body)
        answer, body = ask(place(key), Range="bytes=99999999-")
        check("416 in words of nginx's own", answer.status == 416 and b"<Code>" not in body)
        answer, body = ask(place(key), If_None_Match=tag)
        check("304 for who has it", answer.status == 304 and not body)
        answer, body = ask(place(key), If_Match='"another"')
        check("412 in words of nginx's own", answer.status == 412 and b"<Code>" not in body)
        if kind != "moto":
            signed = place(key)
            forged = signed[:-1] + ("1" if signed[-1] == "0" else "0")
            answer, body = ask(forged)
            check("502 for a signature that the store refuses", answer.status == 502 and b"Signature" not in body)
            signed = place(key, 1)
            time.sleep(3)
            answer, body = ask(signed)
            check("502 for a signature that has expired", answer.status == 502)
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
        connection.request("GET", urllib.parse.quote(place(key), safe="/?&=%"))
        check("no client gets it by its own name", connection.getresponse().status == 404)
    finally:
        for process in processes:
            process.terminate()
            process.wait()
        shutil.rmtree(FOLDER, ignore_errors=True)
    sys.exit(1 if faults else 0)


main()
