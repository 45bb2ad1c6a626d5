"""Connections that were legal once."""

import random
import time

from .server import anonymous_memory, descriptors
from ..expectations import check_healthy
from ..failure import Failed
from ..fastcgi import ABORT, ask, begin, connect, PARAMS, params, record, send, STDIN
from ..settings import settings


def seeds():
    yield [begin(), record(PARAMS, params(), pad=5), record(PARAMS), record(STDIN)]
    yield [begin(keep=False), record(PARAMS, params(length=5)), record(PARAMS), record(STDIN, b"12345"), record(STDIN)]
    yield [begin(pad=8), record(PARAMS, params()[:40]), record(PARAMS, params()[40:]), record(PARAMS, pad=1),
           record(STDIN)]
    yield [ask([b"FCGI_MAX_CONNS", b"FCGI_MPXS_CONNS"], pad=1), begin(), record(PARAMS, params()), record(PARAMS),
           record(STDIN)]
    yield [begin(), begin(rid=2), record(PARAMS), record(STDIN, b"x", rid=2), record(ABORT, rid=2), record(STDIN)]
    yield [begin(role=2), record(PARAMS), record(STDIN)]
    yield [begin(), record(PARAMS, params()), record(ABORT), begin(rid=3), record(PARAMS, rid=3), record(STDIN, rid=3)]


def mutated(rng, pool):
    records = list(rng.choice(pool))
    for _ in range(rng.randint(0, 2)):
        i, j = rng.randrange(len(records)), rng.randrange(len(records))
        kind = rng.randrange(5)
        if kind == 0:
            records[i], records[j] = records[j], records[i]
        elif kind == 1:
            records.insert(j, records[i])
        elif kind == 2 and len(records) > 1:
            del records[i]
        elif kind == 3:
            records.insert(i, rng.choice(rng.choice(pool)))
        else:
            head = bytearray(records[i])
            head[rng.randint(1, 6)] = rng.choice((0, 1, 2, 5, 9, 127, 128, 255))
            records[i] = bytes(head)
    data = bytearray(b"".join(records))
    for _ in range(rng.randint(0, 3)):
        if not data:
            break
        i = rng.randrange(len(data))
        j = min(len(data), i + rng.randint(0, 30))
        kind = rng.randrange(6)
        if kind == 0:
            data[i] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del data[i:]
        elif kind == 2:
            data[i:i] = data[i:j] * rng.choice((1, 2, 500))
        elif kind == 3:
            data[i:j] = b""
        elif kind == 4:
            data[i:i] = rng.randbytes(rng.randint(1, 16))
        else:
            data[i:i + 4] = rng.choice((b"\xff\xff\xff\xfe", b"\x80\0\0\0", b"\0\0\0\0", b"\x7f\xff\xff\xff"))
    return bytes(data)


def fuzz(count, seed):
    rng = random.Random(seed)
    pool = list(seeds())
    check_healthy()
    memory, open_files = anonymous_memory(), descriptors()
    for i in range(count):
        data = mutated(rng, pool)
        try:
            with connect(1.0) as s:
                if rng.random() < 0.2 and data:
                    cut = rng.randrange(len(data))
                    send(s, data[:cut])
                    data = data[cut:]
                send(s, data)
                if rng.random() < 0.3:
                    s.settimeout(0.02)
                    try:
                        s.recv(65536)
                    except OSError:
                        pass
            if i % 50 == 49:
                check_healthy()
        except (OSError, Failed) as error:
            raise Failed(f"after connection {i} of seed {seed}: {error}; it sent {data[:200].hex()}")
    check_healthy()
    time.sleep(0.5)
    if settings.pid:
        grown = anonymous_memory() - memory
        if grown > 5_000_000:
            raise Failed(f"memory grew by {grown} bytes")
        if descriptors() > open_files:
            raise Failed(f"{descriptors() - open_files} descriptors more than before")
