#!/usr/bin/env python3
"""Attacks a FastCGI socket and checks that it goes on serving.

    attack.py SOCKET [all | NAME... | list | fuzz COUNT SEED] [--uri /bench/hello] [--within 0.1]

SOCKET is a path or HOST:PORT. Each case ends with a normal request on a fresh connection, which must be answered
within the time given. One line for each case: "ok NAME" or "FAIL NAME why". The exit status is 1 after any failure.
For the cases that hold connections open, tell the number of workers with --workers.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

from hostile.cli import attack_main  # noqa: E402  (the path is set above)

if __name__ == "__main__":
    sys.exit(attack_main(__doc__))
