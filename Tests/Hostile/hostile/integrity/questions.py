"""What is asked for, by chance, and the bytes that must come."""

import functools


KINDS = ("closure", "closure", "closure", "elsewhere", "texts", "substrings", "bytes", "slices", "iterator",
         "async", "async", "stream", "own", "memory")


MAXIMUM, MAXIMUM_SHIFT = 4_194_304, 2_097_152


@functools.cache
def known():
    """What the program has in ErraticBytes."""
    mask = (1 << 64) - 1
    numbers = (block * 0x9E3779B97F4A7C15 & mask for block in range((MAXIMUM + MAXIMUM_SHIFT) // 16))
    return b"".join(b"%016x" % (number ^ number >> 29) for number in numbers)


class Question:
    """One request to the erratic view, by chance, and a check of its answer that sees the bytes as they come."""

    def __init__(self, chance):
        self.kind = chance.choice(KINDS)
        self.size = chance.choice((
            chance.randrange(200), chance.randrange(100_000), 65_504 + chance.randrange(-600, 40),
            chance.randrange(1_000_000), chance.randrange(1_000_000), chance.randrange(MAXIMUM)))
        self.shift = chance.randrange(MAXIMUM_SHIFT)
        self.is_declared = chance.random() < 0.5
        self.end, self.throws, self.range = self.size, False, None
        wish = chance.random()
        if wish < 0.1:
            self.throws = True
            self.end = chance.choice((self.size, chance.randrange(self.size + 1)))
        elif wish < 0.15 and self.is_declared:
            self.end = min(MAXIMUM, max(0, self.size + chance.choice((-1, 1, -70_000, 70_000))))
        elif wish < 0.3 and self.is_declared and self.size:
            self.range = self.random_ranges(chance)
        self.is_stubborn = chance.random() < 0.1
        self.target = f"/test/erratic?as={self.kind}&seed={chance.getrandbits(60)}&n={self.size}&shift={self.shift}"
        for name, wanted in (("size", self.is_declared), ("tag", self.range), ("throws", self.throws),
                             ("stubborn", self.is_stubborn)):
            if wanted:
                self.target += f"&{name}=1"
        if self.end != self.size:
            self.target += f"&end={self.end}"
        # Whether a whole answer is a lie.
        self.must_fail = self.throws or self.is_declared and self.end != self.size

    def random_ranges(self, chance):
        places = sorted(chance.sample(range(self.size + 1), min(self.size + 1, chance.choice((2, 2, 2, 6)))))
        # Ranges that touch would be joined.
        return [(a, b) for a, b in zip(places[::2], places[1::2])][:3]

    @property
    def extra(self):
        """The request's header fields, as the protocol names them."""
        return [(b"HTTP_RANGE", self.range_value.encode())] if self.range else []

    @property
    def range_value(self):
        return "bytes=" + ",".join(f"{a}-{b - 1}" for a, b in self.range)

    def __str__(self):
        return self.target + (f" Range: {self.range_value}" if self.range else "")
