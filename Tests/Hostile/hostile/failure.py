"""How a case fails."""


class Failed(Exception):
    pass


def expect(condition, text):
    if not condition:
        raise Failed(text)
