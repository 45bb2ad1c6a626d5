"""What is known of the attacked server's process."""

import os

from ..settings import settings


def anonymous_memory():
    """Bytes of anonymous memory (RssAnon) of the server when --pid tells which it is."""
    if not settings.pid:
        return 0
    with open(f"/proc/{settings.pid}/status", encoding="ascii", errors="replace") as f:
        return next(int(line.split()[1]) * 1024 for line in f if line.startswith("RssAnon:"))


def descriptors():
    return len(os.listdir(f"/proc/{settings.pid}/fd")) if settings.pid else 0
