#!/usr/bin/env python3
"""Writes Sources/DownloadCore/Text/LatinFolding+Table.swift.

A letter folds to what the compatibility decomposition (NFKD) of the Unicode Character Database gives it, without the
combining marks. The letters that Unicode does not decompose (ø, ß, ł and so on) are named here. Run from the root of
the package:

    python3 Tools/generate-latin-folding.py
"""

import unicodedata

NAMED = {
    "Æ": "AE", "Ǽ": "AE", "Ǣ": "AE", "æ": "ae", "ǽ": "ae", "ǣ": "ae", "Œ": "OE", "œ": "oe", "Ø": "O", "Ǿ": "O",
    "ø": "o", "ǿ": "o", "ß": "ss", "ẞ": "SS", "Þ": "TH", "þ": "th", "Ð": "D", "Đ": "D", "Ɖ": "D", "ð": "d", "đ": "d",
    "Ħ": "H", "ħ": "h", "ı": "i", "ȷ": "j", "ĸ": "k", "Ł": "L", "ł": "l", "ƚ": "l", "Ŋ": "N", "ŋ": "n", "Ŧ": "T",
    "ŧ": "t", "Ƀ": "B", "ƀ": "b", "Ɨ": "I", "Ɛ": "E", "Ɔ": "O", "Ə": "E", "ə": "e", "ƒ": "f", "Ƒ": "F", "Ǥ": "G",
    "ǥ": "g", "Ƶ": "Z", "ƶ": "z", "Ⱥ": "A", "ⱥ": "a", "Ȼ": "C", "ȼ": "c", "Ɇ": "E", "ɇ": "e", "Ɉ": "J", "ɉ": "j",
    "Ɍ": "R", "ɍ": "r", "Ɏ": "Y", "ɏ": "y", "Ʉ": "U", "Ʈ": "T", "Ⱦ": "T", "Ƚ": "L",
}
BLOCKS = [(0x00A0, 0x024F), (0x1E00, 0x1EFF), (0x2070, 0x209C), (0x2C60, 0x2C7F), (0xFB00, 0xFB06), (0xFF10, 0xFF5A)]


def folded(character):
    if character in NAMED:
        return NAMED[character]
    decomposed = unicodedata.normalize("NFKD", character)
    text = "".join(NAMED.get(c, c) for c in decomposed if not unicodedata.combining(c))
    # Only letters and digits: a fullwidth "/" or "." must not become one.
    return text if text.isascii() and text.isalnum() else None


groups = {}
for first, last in BLOCKS:
    for value in range(first, last + 1):
        if text := folded(chr(value)):
            groups.setdefault(text, []).append(chr(value))
for character, text in NAMED.items():
    if character not in groups.setdefault(text, []):
        groups[text].append(character)

lines = []
for text, characters in sorted(groups.items()):
    name = f'        ("{text}", "{"".join(characters)}"),'
    assert len(name) <= 120, name
    lines.append(name)

with open("Sources/DownloadCore/Text/LatinFolding+Table.swift", "w", encoding="utf-8") as output:
    output.write(
        "// Written by Tools/generate-latin-folding.py from the Unicode Character Database "
        f"{unicodedata.unidata_version}: change that.\n\n"
        "extension LatinFolding {\n"
        "    /// ASCII letters and digits, each with the characters that fold to it.\n"
        "    static let groups: [(ascii: String, characters: String)] = [\n" + "\n".join(lines) + "\n    ]\n}\n"
    )
