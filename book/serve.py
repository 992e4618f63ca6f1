"""`serve`: the built site on this machine, for this machine only."""

import http.server
import socket
import sys
from functools import partial
from pathlib import Path
from typing import ClassVar

from book.progress import BuildError

HOST = "127.0.0.1"
DEFAULT_PORT = 8000

TYPES = {
    "": "application/octet-stream",
    ".css": "text/css",
    ".gz": "application/gzip",
    ".html": "text/html",
    ".ipynb": "application/json",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".whl": "application/zip",
    ".woff2": "font/woff2",
}
"""By suffix, as the tables of operating systems differ: a browser refuses a module or WebAssembly of another type."""


class Handler(http.server.SimpleHTTPRequestHandler):
    """Static files; a browser asks each time whether its copy is still good, so a rebuilt page is seen at once."""

    extensions_map: ClassVar[dict[str, str]] = {**http.server.SimpleHTTPRequestHandler.extensions_map, **TYPES}
    protocol_version = "HTTP/1.1"

    def end_headers(self) -> None:
        """Adds what every answer carries."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """The book's own page for an address that does not exist."""
        page = Path(self.directory) / "404.html"
        if code != http.HTTPStatus.NOT_FOUND or not page.is_file():
            super().send_error(code, message, explain)
            return
        body = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Says nothing: a page asks for dozens of files."""


class Server(http.server.ThreadingHTTPServer):
    """One thread a request; a browser that goes away in the middle of an answer is no error."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Reports what is not a broken connection."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def check_port(port: int) -> None:
    """BuildError if something listens on the port already; asked before the build, so nobody waits for a refusal."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if probe.connect_ex((HOST, port)) == 0:
            raise BuildError(taken(port))


def taken(port: int) -> str:
    """The message for a port in use."""
    return f"Port {port} is in use by another program. Choose another: make serve PORT={port + 1}"


def parse_port(text: str) -> int:
    """A port number; BuildError for anything else."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise BuildError(f"PORT={text} is no port: use a number from 1 to 65535, for example PORT={DEFAULT_PORT}.")
    return int(text)


def server(directory: Path, port: int) -> Server:
    """A server of a folder, listening; port 0 takes any free one (`.server_port` says which)."""
    try:
        return Server((HOST, port), partial(Handler, directory=str(directory)))
    except PermissionError:
        raise BuildError(f"Port {port} is reserved for the system. Choose a higher one: make serve PORT=8000") from None
    except OSError:
        raise BuildError(taken(port)) from None


def serve(directory: Path, port: int) -> None:
    """Serves until Ctrl+C."""
    with server(directory, port) as running:
        print(f"The book is at http://{HOST}:{running.server_port}/ (Ctrl+C ends it)", flush=True)
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            print("\nThe server has ended.")
