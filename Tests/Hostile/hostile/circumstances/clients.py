"""Everything that any client can send, to a server of this case's own."""

from .. import registry
from ..failure import expect
from ..attacks.mutations import fuzz
from ..registry import circumstances
from ..settings import is_sanitized, settings
from ..site import hello_times, Site


@circumstances.case
def attacks():
    with Site("--threads", "8") as site:
        settings.__dict__.update(
            workers=8, pid=site.pid, within=0.1 * settings.slow, download="/test/resumable?n=1000000000")
        failed = [name for name in registry.attacks.cases if not registry.attacks.run(name)]
        expect(not failed, ", ".join(failed))
        code, _ = site.stop()
        expect(code == 0, f"exit status {code}")


@circumstances.case
def mutated_connections():
    with Site("--threads", "8") as site:
        settings.__dict__.update(workers=8, pid=0 if is_sanitized() else site.pid, within=0.1 * settings.slow)
        hello_times(500)
        fuzz(10_000, 20261121)
        code, _ = site.stop()
        expect(code == 0, f"exit status {code}")
