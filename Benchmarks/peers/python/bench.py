"""The archives and tables with Python's libraries: zipstream-ng, csv, and XlsxWriter in constant memory."""
import csv
import datetime
import os
import tempfile
from urllib.parse import parse_qs

import xlsxwriter
import zipstream

NAMES = ["Ada Lovelace", "Müller, Jörg", "O’Neill \"Shaq\"", "株式会社山田", "Ximena"]
PIECE = b"A" * 65536


def table_text():
    rows, state, size = [], 1, 0
    while size < 4_000_000:
        state = (state * 6364136223846793005 + 1442695040888963407) & (1 << 64) - 1
        number = len(rows) + 1
        rows.append(b"%d,2026-05-%d,customer-%d,%d.50\r\n" % (
            number, 10 + number % 18, (state >> 40) % 5000, (state >> 33) % 100_000))
        size += len(rows[-1])
    return b"".join(rows)


TABLE = table_text()


def letters(size):
    while size > 0:
        yield PIECE[:size]
        size -= len(PIECE)


def table(size):
    while size > 0:
        for start in range(0, len(TABLE), 65536):
            piece = TABLE[start:start + min(65536, size)]
            if not piece:
                return
            yield piece
            size -= len(piece)


def row(number):
    moment = datetime.datetime.fromtimestamp(1_767_225_600 + number, datetime.timezone.utc)
    return number, NAMES[number % 5], number % 9973 / 4, number % 3 == 0, moment


class Pieces:
    """Where csv writes: kept until enough is there."""

    def __init__(self):
        self.texts = []

    def write(self, text):
        self.texts.append(text)

    def take(self):
        data = "".join(self.texts).encode()
        self.texts = []
        return data


def lines(count):
    pieces = Pieces()
    writer = csv.writer(pieces)
    writer.writerow(["id", "name", "price", "paid", "at"])
    for number in range(count):
        number, name, price, paid, moment = row(number)
        writer.writerow([number, name, price, "true" if paid else "false", moment.strftime("%Y-%m-%dT%H:%M:%SZ")])
        if number % 200 == 199:
            yield pieces.take()
    yield pieces.take()


def workbook(count):
    """XlsxWriter has no stream: the workbook is a file on disk before its first byte is sent."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "table.xlsx")
        book = xlsxwriter.Workbook(path, {"constant_memory": True, "remove_timezone": True, "tmpdir": folder})
        date = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet = book.add_worksheet("Table")
        sheet.write_row(0, 0, ["id", "name", "price", "paid", "at"])
        for number in range(count):
            number, name, price, paid, moment = row(number)
            sheet.write_number(number + 1, 0, number)
            sheet.write_string(number + 1, 1, name)
            sheet.write_number(number + 1, 2, price)
            sheet.write_boolean(number + 1, 3, paid)
            sheet.write_datetime(number + 1, 4, moment, date)
        book.close()
        with open(path, "rb") as file:
            while piece := file.read(65536):
                yield piece


def archive(count, size, level):
    method = zipstream.ZIP_DEFLATED if level else zipstream.ZIP_STORED
    stream = zipstream.ZipStream(compress_type=method, compress_level=level or None)
    for number in range(count):
        stream.add(table(size) if level else letters(size), f"entry-{number}.bin")
    return stream


def app(environment, start_response):
    query = {name: int(values[0]) for name, values in parse_qs(environment.get("QUERY_STRING", "")).items()}
    path = environment["PATH_INFO"]
    bodies = {
        "/bench/zip": lambda: archive(query.get("entries", 1), query.get("size", 0), query.get("level", 0)),
        "/bench/csv": lambda: lines(query.get("n", 0)),
        "/bench/xlsx": lambda: workbook(query.get("n", 0)),
        "/bench/gen": lambda: letters(query.get("n", 0)),
        "/bench/hello": lambda: [b"Hello, ", b"world", b"\n"],
    }
    if path not in bodies:
        start_response("404 Not Found", [])
        return []
    start_response("200 OK", [("Content-Type", "application/octet-stream"), ("X-Accel-Buffering", "no")])
    return bodies[path]()
