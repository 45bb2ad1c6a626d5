#!/usr/bin/env python3
"""Fetches archives and tables through a web server, and has others' programs read them.

`archives.py URL [--quick | --large]` takes the address of the site, such as http://127.0.0.1:20000, with the tests'
program behind it. It needs Debian's curl, wget, aria2, unzip, p7zip-full, libarchive-tools, python3-openpyxl,
postgresql, default-jdk-headless and golang-go, and PyPI's duckdb and openxml-audit beside the Python that runs it. One
that is missing is an error, unless it is left out by name: `--without java go`.

`--quick` is what the tests run: without Java, Go, DuckDB and openxml-audit, and where CI is not `true` also without
PostgreSQL if it is not there. With `--large` an archive of 5 GiB is broken off and resumed by each client, and
entries of 4 GiB - 1, 4 GiB and 5 GiB are read, and archives whose last header begins just below 4 GiB and just above:
it takes 20 GiB of disk, and many minutes.
"""
import argparse
import csv
import glob
import hashlib
import importlib.util
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unicodedata
import zipfile

LIMIT = 0xFFFFFFFF
QUICK = {
    "empty.zip": ("/archive/big.zip?entries=0", 0),
    "one.zip": ("/archive/big.zip?entries=1&size=9000000", 1),
    "65536.zip": ("/archive/big.zip?entries=65536&size=0", 65_536),
}
FURTHER = {
    "photos.zip": ("/archive/photos.zip", 13),
    "nested.zip": ("/archive/nested.zip", 3),
    "65534.zip": ("/archive/big.zip?entries=65534&size=0", 65_534),
    "65535.zip": ("/archive/big.zip?entries=65535&size=3", 65_535),
    "100000.zip": ("/archive/big.zip?entries=100000&size=1", 100_000),
    "1000000.zip": ("/bench/zip?entries=1000000&size=10&streaming=1", 1_000_000),
}


def size_before(offset):
    """The size of each of four entries of /archive/big.zip so that the fifth begins at `offset` or before."""
    # A header of 30 bytes and of the name's 13, a descriptor of 16, and 5 bytes before each block of 65,535.
    room = offset // 4 - 30 - 13 - 16
    size = room * 65_535 // 65_540
    while size + 5 * -(-(size + 1) // 65_535) + 1 <= room:
        size += 1
    return size


LARGE = {
    "below.zip": (f"/archive/big.zip?entries=1&size={LIMIT}", 1),
    "at.zip": (f"/archive/big.zip?entries=1&size={1 << 32}", 1),
    "above.zip": (f"/archive/big.zip?entries=1&size={5 << 30}", 1),
    "offset-below.zip": (f"/archive/big.zip?entries=5&size={size_before(LIMIT - 1)}", 5),
    "offset-above.zip": (f"/archive/big.zip?entries=5&size={size_before(LIMIT - 1) + 1}", 5),
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
GO = """
package main
import ("archive/zip"; "fmt"; "io"; "os")
func main() {
  z, err := zip.OpenReader(os.Args[1]); if err != nil { panic(err) }
  for _, f := range z.File { r, err := f.Open(); if err != nil { panic(err) }
    if _, err := io.Copy(io.Discard, r); err != nil { panic(f.Name + ": " + err.Error()) } }
  fmt.Println(len(z.File)) }
"""


# The readers that are left out, and whether one that is missing is an error.
READERS = ("java", "go", "duckdb", "openxml-audit", "postgresql")
left_out, are_required = set(), True


def has(reader, is_there):
    """Whether a reader reads: false if it is left out. One that is missing is an error."""
    if reader in left_out:
        return False
    if not is_there and are_required:
        raise RuntimeError(f"{reader} is missing: install it, or leave it out with --without {reader}")
    if not is_there:
        print(f"not read by {reader}, which is not there")
    return is_there


def run(*command, allowed=(0,), **options):
    """The output of a program; an error with what it said if it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, **options)
    if done.returncode not in allowed:
        errors = (done.stderr or done.stdout).decode(errors="replace")[-500:]
        raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}: {errors}")
    return done.stdout.decode(errors="replace")


def fetch(site, path, name):
    run("curl", "-sSf", "-o", name, site + path)


def read(path, count):
    """Has every reader go through an archive."""
    # Info-ZIP says of an empty archive that there is nothing in it, with 1.
    allowed = (0,) if count else (1,)
    run("unzip", "-tqq", path, allowed=allowed)
    if count:
        assert f"number of entries: {count}\n" in run("zipinfo", "-h", path)
    run("7z", "t", path)
    listed = run("bsdtar", "-tf", path).splitlines()
    assert len(listed) == count, f"bsdtar lists {len(listed)}"
    run("bash", "-c", f"set -o pipefail; cat {path} | bsdtar -xOf - > /dev/null")
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == count
        entries = archive.infolist()
    # Before 2024 Java's stream refuses the 8-byte descriptor that an entry of 4 GiB needs.
    if has("java", shutil.which("java")) and all(entry.file_size < LIMIT for entry in entries):
        with open("Reader.java", "w", encoding="ascii") as file:
            file.write(JAVA)
        assert run("java", "Reader.java", path).strip() == str(count)
    if has("go", shutil.which("go")):
        with open("reader.go", "w", encoding="ascii") as file:
            file.write(GO)
        environment = os.environ | {"GOCACHE": os.path.join(os.getcwd(), "go"), "GO111MODULE": "off"}
        assert run("go", "run", "reader.go", path, env=environment).strip() == str(count)


def trees(site, seeds):
    """Unpacks random trees by several programs, and compares every file with what the tree's list says."""
    for seed in seeds:
        fetch(site, f"/test/tree.txt?seed={seed}", "tree.txt")
        fetch(site, f"/test/tree.zip?seed={seed}", "tree.zip")
        expected = {}
        with open("tree.txt", encoding="utf-8", newline="\n") as file:
            for line in file:
                path, size, number, modified, permissions = line.rstrip("\n").split("\t")
                period = bytes((place * 31 + int(number) * 17) & 0xff for place in range(256))
                content = (period * (int(size) // 256 + 1))[:int(size)]
                expected[unicodedata.normalize("NFC", path)] = (content, int(modified), int(permissions))
        unpackers = {
            "unzip": "unzip -q tree.zip -d out", "7z": "7z x -oout tree.zip", "bsdtar": "bsdtar -xpf tree.zip -C out",
            "bsdtar from a pipe": "cat tree.zip | bsdtar -xpf - -C out",
        }
        for name, command in unpackers.items():
            os.mkdir("out")
            environment = os.environ | {"LC_ALL": "C.UTF-8", "TZ": "UTC"}
            run("bash", "-c", "set -o pipefail; umask 0; " + command, env=environment)
            found = {}
            for folder, _, names in os.walk("out"):
                for leaf in names:
                    path = os.path.join(folder, leaf)
                    with open(path, "rb") as file:
                        found[os.path.relpath(path, "out")] = (file.read(), os.stat(path))
            assert found.keys() == expected.keys(), f"seed {seed}, {name}: {found.keys() ^ expected.keys()}"
            for path, (content, modified, permissions) in expected.items():
                assert found[path][0] == content, f"seed {seed}, {name}: other bytes in {path}"
                # 7-Zip writes what was asked of the umask, and from a pipe nothing but the content is known.
                if name in ("unzip", "bsdtar"):
                    status = found[path][1]
                    assert stat.S_IMODE(status.st_mode) == permissions, f"{name}: mode of {path}"
                    assert int(status.st_mtime) == modified, f"{name}: time of {path}"
            shutil.rmtree("out")
        with zipfile.ZipFile("tree.zip") as archive:
            assert {entry.filename for entry in archive.infolist()} == expected.keys()
            for path, (content, _, _) in expected.items():
                assert archive.read(path) == content
    print(f"{len(seeds)} random trees are unpacked by all")


def digest(path):
    sha256 = hashlib.sha256()
    with open(path, "rb", buffering=0) as file:
        while piece := file.read(1 << 20):
            sha256.update(piece)
    return sha256.hexdigest()


def resume(url, size, whole):
    """Breaks each client off in the middle, has it go on, and compares."""
    clients = {
        "curl": ["curl", "-sS", "--limit-rate", str(max(size // 3, 1 << 20)), "-C", "-", "-o", "part", url],
        "wget": ["wget", "-q", "--no-proxy", f"--limit-rate={max(size // 3, 1 << 20)}", "-c", "-O", "part", url],
        "aria2c": ["aria2c", "-q", "--all-proxy=", "--file-allocation=none", "-x8", "-s8", "-k1M",
                   f"--max-overall-download-limit={max(size // 3, 1 << 20)}", "-o", "part", url],
    }
    for name, command in clients.items():
        for leftover in ("part", "part.aria2"):
            if os.path.exists(leftover):
                os.remove(leftover)
        # Slow at first, so that it is still under way when it is broken off.
        with subprocess.Popen(command) as client:
            deadline = time.monotonic() + 120
            while client.poll() is None and time.monotonic() < deadline:
                if os.path.exists("part") and os.stat("part").st_blocks * 512 > size // 5:
                    break
                time.sleep(0.01)
            assert client.poll() is None, f"{name} was done before it was broken off"
            client.send_signal(signal.SIGINT if name == "aria2c" else signal.SIGKILL)
        assert 0 < os.stat("part").st_blocks * 512 < size, f"{name}: nothing was left to resume"
        skip = 2 if name == "curl" else 0
        run(*[word for place, word in enumerate(command)
              if "limit" not in word and not (skip and place > 0 and "limit" in command[place - 1])])
        assert digest("part") == whole, f"{name}: other bytes"
        print(f"{name} resumed {size} bytes into equal ones")


def tables(site, count):
    """Reads the orders in each form, and compares them with one another."""
    for kind in ("csv", "ndjson", "xlsx"):
        fetch(site, f"/export/orders.{kind}?rows={count}", f"orders.{kind}")
    with open("orders.ndjson", encoding="utf-8") as file:
        orders = [json.loads(line) for line in file]
    assert [order["id"] for order in orders] == list(range(1, count + 1))
    with open("orders.csv", encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, strict=True)
    assert header == ["order", "date", "customer", "product", "quantity", "price"]
    assert len(rows) == count
    for row, order in zip(rows, orders):
        # Guarded, since people open it in a spreadsheet.
        customer = "'=1+2" if order["customer"] == "=1+2" else order["customer"]
        price = f"{order['cents'] // 100}.{order['cents'] % 100:02}"
        date = time.strftime("%Y-%m-%d", time.gmtime(order["placed"]))
        assert row == [str(order["id"]), date, customer, order["product"], str(order["quantity"]), price], (row, order)
    # Debian's Python has Debian's module.
    script = f"""
import openpyxl, json
sheet = openpyxl.load_workbook('orders.xlsx', read_only=False).active
assert (sheet.max_row, sheet.freeze_panes, sheet.auto_filter.ref) == ({count + 1}, 'A2', 'A1:F{count + 1}')
for row, line in zip(sheet.iter_rows(min_row=2), open('orders.ndjson', encoding='utf-8')):
    order = json.loads(line)
    assert [row[0].value, row[2].value, row[3].value, row[4].value] == [
        order['id'], order['customer'], order['product'], order['quantity']], (row[0].row, order)
    assert row[2].data_type == 's' and row[1].is_date, row[0].row
    assert round(row[5].value * 100) == order['cents'] and row[1].value.timestamp() - order['placed'] < 1, row[0].row
"""
    run("/usr/bin/python3", "-c", script, env=os.environ | {"TZ": "UTC"})
    # A reader that guesses types, and must guess right.
    if has("duckdb", importlib.util.find_spec("duckdb")):
        import duckdb
        sql = ("SELECT count(*), sum(\"order\"), sum(CAST(price * 100 AS BIGINT)), count(DISTINCT customer)"
               " FROM 'orders.csv'")
        cents = sum(order["cents"] for order in orders)
        assert duckdb.sql(sql).fetchall() == [(count, count * (count + 1) // 2, cents, 5)]
    schema(site)
    fields(site, 5000)
    print("the tables are read")


def schema(site):
    """Compares the spreadsheet with the schemas of Office Open XML."""
    program = shutil.which("openxml-audit", path=os.path.dirname(sys.executable) + ":" + os.environ["PATH"])
    if not has("openxml-audit", program):
        return
    fetch(site, "/export/orders.xlsx?rows=1000", "schema.xlsx")
    # It has exit status 1 after a finding.
    found = json.loads(run(program, "-m", "0", "-o", "json", "schema.xlsx", allowed=(0, 1)))[0]["errors"]
    # A theme may be missing (ECMA-376 part 1, §15.2.17), and Excel writes texts in its own way when it saves.
    faults = [finding for finding in found
              if finding["severity"] == "error" and "relationships/theme" not in finding["description"]]
    assert not faults, faults[:3]


def fields(site, count):
    """Has PostgreSQL read fields that are hard to tell apart, nothing and empty texts among them."""
    for kind in ("csv", "ndjson"):
        fetch(site, f"/test/fields.{kind}?rows={count}", f"fields.{kind}")
    with open("fields.ndjson", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    with open("fields.csv", encoding="utf-8", newline="") as file:
        header, *read_rows = csv.reader(file, strict=True)
    assert header == ["id", "first", "second", "count", "paid"] and len(read_rows) == len(rows) == count
    for got, row in zip(read_rows, rows):
        assert got[:3] == [str(row["id"]), row.get("first") or "", row.get("second") or ""], (got, row)
    folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    if not has("postgresql", folders):
        return
    # It does not run as root.
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="tables-", dir="/tmp") as folder:
        if as_user:
            shutil.chown(folder, "postgres")
        data = os.path.join(folder, "data")
        run(*as_user, f"{folders[-1]}/initdb", "-D", data, "-A", "trust", "-E", "UTF8", "--locale=C", "-N",
            "-U", "test", cwd=folder)
        # For its socket alone, in that folder.
        settings = f"-c listen_addresses= -k {folder} -c fsync=off"
        run(*as_user, f"{folders[-1]}/pg_ctl", "-D", data, "-w", "-s", "-l", f"{folder}/log", "-o", settings, "start",
            cwd=folder)
        try:
            with open("fields.csv", "rb") as file:
                read = run(
                    f"{folders[-1]}/psql", "-h", folder, "-U", "test", "-d", "postgres", "-qAt",
                    "-v", "ON_ERROR_STOP=1",
                    "-c", "CREATE TABLE t (id int, first text, second text, count int, paid boolean)",
                    "-c", "COPY t FROM STDIN (FORMAT csv, HEADER)",
                    "-c", "SELECT json_strip_nulls(row_to_json(t)) FROM t ORDER BY id", stdin=file)
        finally:
            run(*as_user, f"{folders[-1]}/pg_ctl", "-D", data, "-w", "-s", "-m", "immediate", "stop", cwd=folder)
    for line, row in zip(read.splitlines(), rows, strict=True):
        row["paid"] = row.pop("isPaid", None)
        assert json.loads(line) == {name: value for name, value in row.items() if value is not None}, (line, row)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--quick", action="store_true")
    kind.add_argument("--large", action="store_true")
    parser.add_argument("--only", choices=["archives", "trees", "resume", "tables"])
    parser.add_argument("--without", nargs="+", choices=READERS, default=[], metavar="READER")
    options = parser.parse_args()
    global are_required
    left_out.update(options.without)
    if options.quick:
        left_out.update(READERS[:-1])
        are_required = os.environ.get("CI") == "true"
    site = options.site.rstrip("/")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        if options.only in (None, "archives"):
            archives = QUICK if options.quick else LARGE if options.large else QUICK | FURTHER
            for name, (path, count) in archives.items():
                fetch(site, path, name)
                read(name, count)
                if name.startswith("offset"):
                    with zipfile.ZipFile(name) as archive:
                        offset = archive.infolist()[-1].header_offset
                    assert (offset < LIMIT) == (name == "offset-below.zip") and abs(offset - LIMIT) < 8, offset
                print(f"{name}: {os.path.getsize(name)} bytes, read by all", flush=True)
                os.remove(name)
        if options.only in (None, "trees") and not options.large:
            trees(site, range(1, 4) if options.quick else range(1, 31))
        if options.only in (None, "resume") and not options.quick:
            count, size = (5, 1 << 30) if options.large else (20, 5_000_000)
            url = f"{site}/archive/big.zip?entries={count}&size={size}"
            fetch(site, url.removeprefix(site), "whole")
            whole = digest("whole")
            os.remove("whole")
            resume(url, count * size, whole)
        if options.only in (None, "tables"):
            tables(site, 2000 if options.quick else 200_000)
    return 0


if __name__ == "__main__":
    sys.exit(main())
