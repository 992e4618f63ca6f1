"""How Chromium is started for tests: quiet, and in a world without other hosts."""

from __future__ import annotations

OTHER_HOSTS_DO_NOT_EXIST = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    OTHER_HOSTS_DO_NOT_EXIST,
)
"""Chromium's flags: no network of its own, and no other host for the page."""
