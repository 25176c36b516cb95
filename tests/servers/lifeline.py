"""A server lives as long as its standard input: whoever started it holds the other end, and drops it even when killed."""

import os
import sys
import threading
from collections.abc import Callable


def end_with_input(at_end: Callable[[], None] = lambda: None) -> None:
    """Ends this process as soon as its standard input ends, after `at_end`."""

    def wait() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        try:
            at_end()
        finally:
            os._exit(0)

    threading.Thread(target=wait, daemon=True).start()
