"""A WebKit by WebDriver: WebKitGTK's MiniBrowser on a screen of its own, driven over plain HTTP."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from book.browsers import WebKit

SCREEN = ["-screen", "0", "1280x900x24", "-nolisten", "tcp"]


class Session:
    """One window."""

    def __init__(self, driver: str, browser: str) -> None:
        self.driver = driver
        options = {"webkitgtk:browserOptions": {"binary": browser, "args": ["--automation"]}}
        answer = self.call("/session", {"capabilities": {"alwaysMatch": options}})
        self.path = f"/session/{answer['sessionId']}"

    def call(self, path: str, content: dict[str, Any]) -> Any:
        """A command's answer."""
        data = json.dumps(content).encode()
        request = urllib.request.Request(self.driver + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)["value"]

    def open(self, address: str) -> None:
        """Goes to a page."""
        self.call(f"{self.path}/url", {"url": address})

    def run(self, script: str) -> Any:
        """What a script returns in the page."""
        return self.call(f"{self.path}/execute/sync", {"script": script, "args": []})

    def until(self, condition: str, seconds: float = 120) -> None:
        """Waits until an expression is true."""
        end = time.monotonic() + seconds
        while not self.run(f"return {condition}"):
            assert time.monotonic() < end, f"did not become true in {seconds:.0f} s: {condition}"
            time.sleep(0.1)


@contextmanager
def webkit(found: WebKit) -> Iterator[Session]:
    """A session in a fresh browser."""
    reading, writing = os.pipe()
    screen = subprocess.Popen(
        [found.screen, "-displayfd", str(writing), *SCREEN], pass_fds=[writing], stderr=subprocess.DEVNULL
    )
    os.close(writing)
    with os.fdopen(reading) as said:
        display = f":{said.readline().strip()}"
    port = free_port()
    environment = {**os.environ, "DISPLAY": display, "NO_AT_BRIDGE": "1", "WEBKIT_DISABLE_COMPOSITING_MODE": "1"}
    if os.geteuid() == 0:  # WebKit's sandbox refuses root
        environment["WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS"] = "1"
    driver = subprocess.Popen([found.driver, f"--port={port}", "--host=127.0.0.1"], env=environment)
    try:
        wait_for(port)
        yield Session(f"http://127.0.0.1:{port}", found.browser)
    finally:
        for each in (driver, screen):
            each.terminate()
            each.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, seconds: float = 20) -> None:
    """Waits until somebody listens on a port."""
    end = time.monotonic() + seconds
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < end, f"nobody listens on port {port}"
        time.sleep(0.1)
