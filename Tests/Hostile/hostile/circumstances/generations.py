"""Contents that are generated once, in a spool, and whose clients leave."""

import random
import tempfile

from ..failure import expect
from ..fastcgi import body, connect, Reader, request, send, status
from ..registry import circumstances
from ..settings import reduced, settings
from ..site import get, Site


def numbers(key, size):
    return request(uri=f"/spooled/numbers?n={size}&key={key}".encode(), keep=False)


def take_some(clients, size):
    """Each client takes up to so many bytes of its content of `size` bytes, and leaves."""
    connections = []
    try:
        for key, count in clients:
            s = connect(20)
            connections.append((s, count))
            send(s, numbers(key, size))
        for s, count in connections:
            while count > 0:
                piece = s.recv(min(count, 65536))
                if not piece:
                    break
                count -= len(piece)
    finally:
        for s, _ in connections:
            s.close()


@circumstances.case
def generations_whose_clients_leave_leave_the_program_whole():
    """Generators of a spool, cancelled midway on threads that come and go, do no harm to each other or the program."""
    chance = random.Random(7)
    size = reduced(30_000_005)
    expected = b"".join(b"%015d\n" % line for line in range(size // 16 + 1))[:size]
    begun, whole = 0, 0
    # One client takes its bytes after the other.
    limit = ["--write-limit", str(60 * settings.slow)]
    with tempfile.TemporaryDirectory(prefix="process-") as spool, Site("--spool", spool, *limit) as site:
        for turn in range(8):
            take_some([(f"{turn}-{key}", chance.randrange(0, size)) for key in range(6)], size)
            begun += 6
            expect(site.process.poll() is None, f"the program ended with {site.process.poll()}")
            expect(get(within=20) == 200, "not served after they had left")
            # Those who stay are not harmed.
            with connect(20) as s:
                send(s, numbers(f"whole-{turn}", size))
                got = Reader(s).answer(20)
            expect(status(got) == 200 and body(got) == expected, "a content that was wanted is not whole")
            whole += 1
    return f"{begun} left midway, {whole} whole"
