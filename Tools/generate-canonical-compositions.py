#!/usr/bin/env python3
"""Writes Sources/DownloadArchives/Names/CanonicalForm+Table.swift from the Unicode Character Database.

What is composed stays composed in every later version (Unicode's stability policy), so the table grows by new
characters only. Run from the root of the package:

    python3 Tools/generate-canonical-compositions.py
"""

import unicodedata

WIDTH = 112

entries = []
for value in range(0x110000):
    character = chr(value)
    mapping = unicodedata.decomposition(character)
    if not mapping or mapping.startswith("<"):
        continue
    excluded = unicodedata.normalize("NFC", character) != character
    parts = [f"{int(part, 16):x}" for part in [f"{value:x}", *mapping.split()]]
    entries.append(("!" if excluded else "") + ".".join(parts))

lines, line = [], ""
for entry in entries:
    if len(line) + 1 + len(entry) > WIDTH:
        lines.append(line)
        line = ""
    line += (" " if line else "") + entry
lines.append(line)

with open("Sources/DownloadArchives/Names/CanonicalForm+Table.swift", "w", encoding="utf-8") as output:
    output.write(
        "// Written by Tools/generate-canonical-compositions.py from the Unicode Character Database "
        f"{unicodedata.unidata_version}.\n\n"
        "extension CanonicalForm {\n"
        "    /// Characters with their canonical decompositions, in hexadecimal; "
        "`!` marks those that are never composed.\n"
        "    static let entries: StaticString = \"\"\"\n"
        + "".join(f"        {line}\n" for line in lines)
        + '        """\n}\n'
    )
