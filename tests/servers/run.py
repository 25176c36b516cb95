"""Runs a server that was not made for tests: finds it a port, says when it answers, and ends it with its own input.

    python run.py [--set NAME=VALUE]... [--path /health] -- COMMAND [ARGUMENT]...

`{port}` and `{folder}` in values and arguments become the port and an empty folder that is removed at the end. Prints
the port as the only line of standard output; what the server says goes to standard error.
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

from lifeline import end_with_input

# Between choosing a port and the server's taking it, another may take it.
TRIES = 3
SECONDS_TO_ANSWER = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int, path: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(f"http://127.0.0.1:{port}{path}", timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def start(options: argparse.Namespace, folder: str) -> tuple[subprocess.Popen[bytes], int] | None:
    """The server and its port once it answers; nothing if it ended or did not answer."""
    port = free_port()
    named = [text.replace("{port}", str(port)).replace("{folder}", folder) for text in options.set]
    command = [text.replace("{port}", str(port)).replace("{folder}", folder) for text in options.command]
    environment = os.environ | dict(text.split("=", 1) for text in named)
    server = subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr.fileno(), start_new_session=True
    )
    running.append(server)
    until = time.monotonic() + SECONDS_TO_ANSWER
    while time.monotonic() < until and server.poll() is None:
        if answers(port, options.path) and server.poll() is None:
            return server, port
        time.sleep(0.05)
    end(folder=None)
    return None


running: list[subprocess.Popen[bytes]] = []
# That its input has ended, and the server with it: then how the server ended is nobody's fault.
is_over = threading.Event()


def end_all(folder: str) -> None:
    is_over.set()
    end(folder)


def end(folder: str | None) -> None:
    """Kills what was started, and all that it started."""
    for server in running:
        try:
            os.killpg(server.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    if folder:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--path", default="/")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="tattletrail-server-")
    end_with_input(lambda: end_all(folder))
    for _ in range(TRIES):
        if started := start(options, folder):
            server, port = started
            print(port, flush=True)
            code = server.wait()
            end(folder)
            return 0 if is_over.is_set() else code
    end(folder)
    print(f"{options.command[0]} did not answer", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
