"""Who may connect, and who has left."""

import json
import socket
import struct
import time

from ..failure import expect, Failed
from ..fastcgi import connect, Reader, request, send, status
from ..helpers import free_port
from ..registry import circumstances
from ..site import ask, get, Site


@circumstances.case
def web_server_addresses():
    port = free_port()
    for allowed, accepts4, accepts6 in (("10.9.9.9", False, False), ("127.0.0.1", True, False), ("::1", False, True),
                                        ("10.9.9.9,127.0.0.1,::1", True, True), ("::ffff:127.0.0.1", True, False)):
        for host, wanted in (("127.0.0.1", accepts4), ("::1", accepts6)):
            address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            with Site(listen=address, environment={"FCGI_WEB_SERVER_ADDRS": allowed}):
                try:
                    got = get() == 200
                except (OSError, Failed):
                    got = False
                expect(got == wanted, f"with {allowed}, {host} was {'accepted' if got else 'refused'}")


@circumstances.case
def a_peer_that_left_before_it_was_accepted_is_no_refusal():
    listen = f"127.0.0.1:{free_port()}"
    with Site("--threads", "1", "--max-threads", "1", "--status-path", "/status", listen=listen,
              environment={"FCGI_WEB_SERVER_ADDRS": "127.0.0.1"}) as site:
        with connect(20) as busy:
            send(busy, request(uri=b"/test/block?ms=1000", keep=False))
            time.sleep(0.2)
            with connect() as gone:
                # Closed with a reset, so that its address is forgotten.
                gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            expect(status(Reader(busy).answer(20)) == 200, "not served")
        expect(json.loads(ask("/status.json"))["refused"] == {}, "counted as refused")
        expect("refused" not in site.log, f"logged {site.log!r}")


@circumstances.case
def a_web_server_whose_host_vanishes_is_found_out():
    port = free_port()
    with Site(listen=f"127.0.0.1:{port}"), connect() as s:
        send(s, request())
        Reader(s).answer()
        with open("/proc/net/tcp") as table:
            lines = [line.split() for line in table]
        ours = [line for line in lines if line[1] == f"0100007F:{port:04X}" and line[3] == "01"]
        expect(len(ours) == 1, f"{len(ours)} connections")
        # Which timer runs: 02 is that of keep-alive.
        expect(ours[0][5].startswith("02:"), f"the timer is {ours[0][5]}")
