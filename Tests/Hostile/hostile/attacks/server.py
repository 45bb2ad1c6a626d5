"""What is known of the attacked server's process."""

import os

from ..settings import settings


def resident():
    """Resident bytes of the server when --pid tells which it is."""
    if not settings.pid:
        return 0
    with open(f"/proc/{settings.pid}/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def descriptors():
    return len(os.listdir(f"/proc/{settings.pid}/fd")) if settings.pid else 0
