"""What the command line says, and where the server is that a case has started."""

import argparse

settings = argparse.Namespace(
    # The program that a case starts, and how much longer than usual it may take.
    program=None, slow=1.0,
    # Where the server listens: a path, or HOST:PORT.
    socket=None,
    # What is asked for: something that is answered 200 at once, and a large download.
    uri="/bench/hello", download="/bench/hello",
    # Seconds for a normal request, and for whatever else a client waits for.
    within=0.1, patience=30.0,
    # What is known of the server: its threads, and its process if it can be looked at.
    workers=8, pid=0,
    # How long the cases about integrity run, and with how many clients.
    seconds=60.0, clients=40)


def is_sanitized():
    """Whether the program is taken for one that is built with a sanitizer: what it uses is not the server's."""
    return settings.slow >= 5


def reduced(count):
    """So many, or a twentieth for a sanitizer's build."""
    return count // 20 if is_sanitized() else count


def allowed(seconds):
    """So many seconds, or what `--slow` makes of them: for every wait for the program."""
    return seconds * settings.slow
