"""Parameters that are cut, endless or not fit."""

from .server import anonymous_memory
from ..expectations import expect_not_served
from ..failure import Failed
from ..fastcgi import begin, connect, pair, PARAMS, params, record, request, send, STDIN
from ..registry import attacks
from ..settings import settings


@attacks.case
def params_two_gigabytes():
    data = begin() + record(PARAMS, b"\x01\xff\xff\xff\xfe")
    assert len(data) == 29
    for _ in range(5):
        expect_not_served(data)
        expect_not_served(data, half_close=True)


@attacks.case
def params_name_two_gigabytes():
    expect_not_served(begin() + record(PARAMS, b"\xff\xff\xff\xff\x01"))


@attacks.case
def params_cut_between_pairs():
    whole = params()
    cut = len(pair(b"REQUEST_METHOD", b"GET")) + len(pair(b"REQUEST_URI", settings.uri.encode()))
    expect_not_served(begin() + record(PARAMS, whole[:cut]), half_close=True)


@attacks.case
def params_cut_within_pair():
    expect_not_served(begin() + record(PARAMS, params()[:-1] + b"\x05\x05A") + record(PARAMS) + record(STDIN))


@attacks.case
def empty_pairs_without_end():
    full = record(PARAMS, b"\0" * 65534)
    before = anonymous_memory()
    with connect() as s:
        data = begin() + full * 16
        for _ in range(100):
            if not send(s, data if _ == 0 else full * 16):
                break
    grown = anonymous_memory() - before
    if before and grown > 50_000_000:
        raise Failed(f"memory grew by {grown // 1_000_000} MB")


@attacks.case
def one_byte_pairs_without_end():
    with connect() as s:
        for _ in range(200):
            if not send(s, (begin() if _ == 0 else b"") + record(PARAMS, b"\1\0A" * 20000)):
                return
    raise Failed("12 MB of parameters were taken")


@attacks.case
def tiny_records_without_end():
    with connect() as s:
        send(s, begin())
        for _ in range(300):
            if not send(s, record(PARAMS, b"\1") * 1 + record(STDIN, rid=2) * 1000):
                return
    raise Failed("300,000 empty records were taken")


@attacks.case
def equals_sign_in_name():
    expect_not_served(request(extra=[(b"REMOTE_USER=admin", b"x")]))


@attacks.case
def nul_in_value():
    expect_not_served(request(extra=[(b"HTTP_X", b"a\0b")]))


@attacks.case
def nul_in_name():
    expect_not_served(request(extra=[(b"HTTP\0X", b"a")]))


@attacks.case
def empty_name():
    expect_not_served(request(extra=[(b"", b"a")]))
