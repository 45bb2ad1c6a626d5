#!/usr/bin/env python3
"""Checks every byte of what the program serves to many clients at once: views that pause anywhere, clients of every
speed.

    integrity.py PROGRAM [all | NAME... | list] [--seconds 60] [--seed 1] [--clients 40] [--rounds 1] [--slow FACTOR]

PROGRAM is built with `swift build -c release --product testsite`; its view /test/erratic makes content of which each
byte depends on its place alone. Each case runs for so many seconds, and each round with another seed. One line for each
case: "ok NAME figures", or "FAIL NAME why" with the seed to repeat it. The exit status is 1 after any failure.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

from hostile.cli import integrity_main  # noqa: E402  (the path is set above)

if __name__ == "__main__":
    sys.exit(integrity_main(__doc__))
