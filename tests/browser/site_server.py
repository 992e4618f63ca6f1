"""The built book on a plain static server, under a sub-path, as a host of project pages would serve it."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

PREFIX = "/some/sub-path"


class Handler(http.server.SimpleHTTPRequestHandler):
    """Static files below PREFIX, and nothing else."""

    def translate_path(self, path: str) -> str:
        inside = path.removeprefix(PREFIX) if path.startswith(PREFIX + "/") else "/no-such-file"
        return super().translate_path(inside)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@contextmanager
def served(folder: Path, sent: list[str] | None = None) -> Iterator[str]:
    """The address of a folder, while it is served. The paths that are sent in full, and not from the visitor's cache,
    are added to `sent`."""

    class Notes(Handler):
        def send_response(self, code: int, message: str | None = None) -> None:
            """Notes an answer with a body."""
            if sent is not None and code == HTTPStatus.OK:
                sent.append(self.path)
            super().send_response(code, message)

    def handler(*args: object) -> Handler:
        return Notes(*args, directory=str(folder))  # type: ignore[arg-type]

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{PREFIX}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
