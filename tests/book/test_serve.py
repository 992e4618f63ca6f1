"""The server of `make serve`: a browser gets the types it insists on, and a port in use gets a useful message."""

import http.client
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from book.progress import BuildError
from book.serve import HOST, check_port, parse_port, server


@pytest.fixture
def site(tmp_path: Path) -> Iterator[int]:
    """The port of a served folder."""
    for name in ("index.html", "a.mjs", "a.wasm", "a.js", "a.json", "a.whl", "a.bin.gz", "a.css", "a.svg", "404.html"):
        (tmp_path / name).write_text(name)
    with server(tmp_path, 0) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running.server_port
        running.shutdown()
        thread.join()


def ask(port: int, path: str, method: str = "GET", headers: dict[str, str] | None = None) -> http.client.HTTPResponse:
    """The answer to one request, read to its end."""
    connection = http.client.HTTPConnection(HOST, port)
    connection.request(method, path, headers=headers or {})
    answer = connection.getresponse()
    answer.body = answer.read()  # type: ignore[attr-defined]
    connection.close()
    return answer


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.mjs", "text/javascript"),
        ("a.js", "text/javascript"),
        ("a.wasm", "application/wasm"),
        ("a.json", "application/json"),
        ("a.css", "text/css"),
        ("a.svg", "image/svg+xml"),
        ("a.bin.gz", "application/gzip"),
        ("a.whl", "application/zip"),
    ],
)
def test_files_have_the_types_that_browsers_insist_on(site: int, name: str, kind: str) -> None:
    assert ask(site, f"/{name}").headers["Content-Type"] == kind


def test_a_gzipped_file_is_handed_out_as_it_is(site: int) -> None:
    assert ask(site, "/a.bin.gz").headers["Content-Encoding"] is None


def test_a_browser_asks_each_time_and_an_unchanged_file_is_not_sent_again(site: int) -> None:
    first = ask(site, "/a.js")
    again = ask(site, "/a.js", headers={"If-Modified-Since": first.headers["Last-Modified"]})
    assert (first.headers["Cache-Control"], again.status) == ("no-cache", 304)


def test_an_unknown_address_gets_the_books_own_page(site: int) -> None:
    answer = ask(site, "/no/such/page.html")
    assert (answer.status, answer.body) == (404, b"404.html")  # type: ignore[attr-defined]


def test_head_gets_no_body(site: int) -> None:
    answers = [ask(site, path, method="HEAD") for path in ("/a.js", "/missing")]
    assert [answer.body for answer in answers] == [b"", b""]  # type: ignore[attr-defined]


def test_a_port_in_use_is_named_with_the_way_to_another(site: int) -> None:
    with pytest.raises(BuildError, match=rf"Port {site} is in use.*make serve PORT={site + 1}"):
        check_port(site)


def test_a_server_on_a_port_in_use_says_the_same(site: int, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=f"Port {site} is in use"):
        server(tmp_path, site)


@pytest.mark.parametrize("text", ["0", "65536", "eight", "-1", "80.5", ""])
def test_a_port_that_is_none_is_refused_with_the_rule(text: str) -> None:
    with pytest.raises(BuildError, match="from 1 to 65535"):
        parse_port(text)


def test_a_port_is_read() -> None:
    assert parse_port("8001") == 8001
