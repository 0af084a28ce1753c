"""What the Python drivers share: the environment they are started with, and the lines they print.

A driver prints `ok WHAT` for each check that holds and `FAIL WHAT: expected …, got …` for each that does
not, and ends with status 1 when one failed. A check that raises fails its section, and the driver goes on
with the next one, so that one fault hides as little as possible.
"""

import contextlib
import os
import sys


def env(name):
    """The value of an environment variable that the driver cannot do without."""
    value = os.environ.get(name)
    if not value:
        sys.exit(f"FAIL {name}: expected an environment variable, got none")
    return value


class Check:
    def __init__(self):
        self.failed = 0

    def that(self, what, holds, expected, got):
        """Report one check: `holds` decides, `expected` and `got` are for the reader."""
        if holds:
            print(f"ok {what}", flush=True)
        else:
            self.failed += 1
            print(f"FAIL {what}: expected {expected}, got {got!r}", flush=True)

    def equal(self, what, got, expected):
        self.that(what, got == expected, repr(expected), got)

    def every(self, what, items, test, expected):
        """All of `items`, of which there must be one at least, pass `test`."""
        items = list(items)
        bad = [item for item in items if not test(item)]
        self.that(what, bool(items) and not bad, expected, bad[:3] if items else "nothing at all")

    @contextlib.contextmanager
    def section(self, name):
        """Turn an exception into a failed check."""
        try:
            yield
        except Exception as error:  # a client may raise anything at all
            self.that(name, False, "no error", error)

    @contextlib.contextmanager
    def raises(self, what, kind, test=lambda error: True):
        """The body must raise `kind` (for which `test` holds)."""
        try:
            yield
        except kind as error:
            self.that(what, test(error), f"a telling {kind.__name__}", error)
        except Exception as error:
            self.that(what, False, kind.__name__, error)
        else:
            self.that(what, False, kind.__name__, "no error")

    def done(self):
        sys.exit(1 if self.failed else 0)
