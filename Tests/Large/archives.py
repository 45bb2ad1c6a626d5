#!/usr/bin/env python3
"""Fetches archives and tables through a web server, and has others' programs read them.

`archives.py URL [--large]` takes the address of the site, such as http://127.0.0.1:20000, with the demo or the tests'
program behind it. It needs Debian's curl, wget, aria2, unzip, p7zip-full, libarchive-tools and python3-openpyxl; Java,
where it is there, reads too. With `--large` an archive of 5 GiB is broken off and resumed by each client, and entries
of 4 GiB - 1, 4 GiB and 5 GiB are read: it takes 20 GiB of disk, and minutes.
"""
import argparse
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile

ARCHIVES = {
    "photos.zip": ("/archive/photos.zip", 13),
    "nested.zip": ("/archive/nested.zip", 3),
    "one.zip": ("/archive/big.zip?entries=1&size=9000000", 1),
    "65534.zip": ("/archive/big.zip?entries=65534&size=0", 65_534),
    "65535.zip": ("/archive/big.zip?entries=65535&size=3", 65_535),
    "65536.zip": ("/archive/big.zip?entries=65536&size=0", 65_536),
    "100000.zip": ("/archive/big.zip?entries=100000&size=1", 100_000),
}
LARGE = {
    "below.zip": (f"/archive/big.zip?entries=1&size={(1 << 32) - 1}", 1),
    "at.zip": (f"/archive/big.zip?entries=1&size={1 << 32}", 1),
    "above.zip": (f"/archive/big.zip?entries=1&size={5 << 30}", 1),
    # The header of the last entry begins above 4 GiB.
    "offset.zip": (f"/archive/big.zip?entries=5&size={1 << 30}", 5),
}
JAVA = """
import java.io.*; import java.util.zip.*;
public class Reader { public static void main(String[] a) throws Exception {
  int n = 0; byte[] buffer = new byte[65536];
  try (ZipInputStream z = new ZipInputStream(new BufferedInputStream(new FileInputStream(a[0])))) {
    while (z.getNextEntry() != null) { n++; while (z.read(buffer) > 0) { } } }
  try (ZipFile z = new ZipFile(a[0])) { if (z.size() != n) throw new Exception("stream " + n + ", file " + z.size()); }
  System.out.println(n); } }
"""


def run(*command, **options):
    """The output of a program; an error with what it said if it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, **options)
    if done.returncode != 0:
        errors = done.stderr.decode(errors="replace")[-500:]
        raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}: {errors}")
    return done.stdout.decode(errors="replace")


def read(path, count):
    """Has every reader go through an archive."""
    run("unzip", "-tqq", path)
    run("7z", "t", path)
    listed = run("bsdtar", "-tf", path).splitlines()
    assert len(listed) == count, f"bsdtar lists {len(listed)}"
    run("bash", "-c", f"set -o pipefail; cat {path} | bsdtar -xOf - > /dev/null")
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == count
    # Before 2024 Java's stream refuses the 8-byte descriptor that an entry of 4 GiB needs.
    if shutil.which("java") and all(entry.file_size < 0xFFFFFFFF for entry in zipfile.ZipFile(path).infolist()):
        with open("Reader.java", "w", encoding="ascii") as file:
            file.write(JAVA)
        assert run("java", "Reader.java", path).strip() == str(count)


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else \
            hashlib.sha256(file.read()).hexdigest()


def resume(url, size, whole):
    """Breaks each client off in the middle, has it go on, and compares."""
    clients = {
        "curl": ["curl", "-sS", "-C", "-", "-o", "part", url],
        "wget": ["wget", "-q", "-c", "-O", "part", url],
        "aria2c": ["aria2c", "-q", "-x8", "-s8", "-k1M", "-o", "part", url],
    }
    for name, command in clients.items():
        for leftover in ("part", "part.aria2"):
            if os.path.exists(leftover):
                os.remove(leftover)
        with subprocess.Popen(command) as client:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline and client.poll() is None:
                if os.path.exists("part") and os.stat("part").st_blocks * 512 > size // 3:
                    break
                time.sleep(0.01)
            client.send_signal(signal.SIGINT if name == "aria2c" else signal.SIGKILL)
        run(*command)
        assert digest("part") == whole, f"{name}: other bytes"
        print(f"{name} resumed {size} bytes into equal ones")


def tables(site):
    run("curl", "-sSf", "-o", "orders.xlsx", f"{site}/export/orders.xlsx?rows=5000")
    script = ("import openpyxl; s = openpyxl.load_workbook('orders.xlsx').active; "
              "assert (s.max_row, s.freeze_panes, s['C5'].value, s['C5'].data_type) == (5001, 'A2', '=1+2', 's'), "
              "(s.max_row, s['C5'].value)")
    # Debian's Python has Debian's module.
    run("/usr/bin/python3", "-c", script)
    rows = [json.loads(line) for line in run("curl", "-sSf", f"{site}/export/orders.ndjson?rows=5000").splitlines()]
    assert len(rows) == 5000 and rows[3]["customer"] == "=1+2"
    print("the tables are read")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site")
    parser.add_argument("--large", action="store_true")
    options = parser.parse_args()
    site = options.site.rstrip("/")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name, (path, count) in (ARCHIVES | (LARGE if options.large else {})).items():
            run("curl", "-sSf", "-o", name, site + path)
            read(name, count)
            print(f"{name}: {os.path.getsize(name)} bytes, read by all")
            os.remove(name)
        count = 5 if options.large else 20
        size = (1 << 30) if options.large else 5_000_000
        url = f"{site}/archive/big.zip?entries={count}&size={size}"
        run("curl", "-sSf", "-o", "whole", url)
        whole = digest("whole")
        resume(url, count * size, whole)
        tables(site)
    return 0


if __name__ == "__main__":
    sys.exit(main())
