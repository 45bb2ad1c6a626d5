#!/usr/bin/env python3
"""Starts the program in circumstances that a running server can't be brought into, and checks how it takes them.

    process.py PROGRAM [all | NAME... | list] [--slow FACTOR]

PROGRAM is built with `swift build -c release --product testsite`. The cases about nginx need it, and
use the files of deploy/nginx. The cases named load-… and soak-… take minutes and a machine of their own: they run only
when they are named.
One line for each case: "ok NAME figures" or "FAIL NAME why". The exit status is 1 after any failure.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

from hostile.cli import process_main  # noqa: E402  (the path is set above)

if __name__ == "__main__":
    sys.exit(process_main(__doc__))
