"""The browsers of the tests are found where people have them, or installed."""

from pathlib import Path

import pytest

from book import browsers
from book.progress import BuildError


def a_program(folder: Path, name: str) -> str:
    """The path of an executable file."""
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


def test_a_browser_is_found_on_path(tmp_path: Path) -> None:
    chrome = a_program(tmp_path, "google-chrome")
    assert browsers.find("CHROMIUM", browsers.CHROMIUM_NAMES, {"PATH": str(tmp_path)}) == chrome


def test_a_stub_that_does_not_start_is_passed_over(tmp_path: Path) -> None:
    Path(a_program(tmp_path, "chromium")).write_text("#!/bin/sh\nexit 1\n")
    chrome = a_program(tmp_path, "chrome")
    assert browsers.find("CHROMIUM", browsers.CHROMIUM_NAMES, {"PATH": str(tmp_path)}) == chrome


def test_the_environment_variable_comes_before_path(tmp_path: Path) -> None:
    a_program(tmp_path, "chromium")
    mine = a_program(tmp_path, "my-chrome")
    assert browsers.find("CHROMIUM", browsers.CHROMIUM_NAMES, {"PATH": str(tmp_path), "CHROMIUM": mine}) == mine


def test_a_variable_that_names_no_program_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="CHROMIUM=/no/such is no program: give its full path, or unset CHROMIUM"):
        browsers.find("CHROMIUM", browsers.CHROMIUM_NAMES, {"PATH": str(tmp_path), "CHROMIUM": "/no/such"})


def test_no_browser_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browsers, "MAC", {"CHROMIUM": ()})
    assert browsers.find("CHROMIUM", browsers.CHROMIUM_NAMES, {"PATH": str(tmp_path)}) is None


def test_without_any_chromium_the_message_says_what_was_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browsers, "chromium", lambda: None)
    monkeypatch.setattr(browsers, "try_command", lambda name, argv: False)
    with pytest.raises(BuildError, match=r"neither Playwright nor apt-get could install it.*make test CHROMIUM="):
        browsers.ensure()


def test_debians_package_is_installed_where_playwright_cannot_download(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    def run(name: str, argv: list[str]) -> bool:
        ran.append(name)
        return name != "playwright"

    monkeypatch.setattr(browsers, "try_command", run)
    monkeypatch.setattr(browsers.shutil, "which", lambda name, path=None: f"/usr/bin/{name}")
    monkeypatch.setattr(browsers, "chromium", lambda: "/usr/bin/chromium" if "apt-chromium" in ran else None)
    monkeypatch.setattr(browsers, "firefox", lambda: "/usr/bin/firefox-esr")
    monkeypatch.setattr(browsers, "webkit", lambda: browsers.WebKit("driver", "/usr/lib/MiniBrowser", "screen"))
    assert (browsers.ensure(), ran) == (
        "/usr/bin/chromium; /usr/bin/firefox-esr; /usr/lib/MiniBrowser; /usr/bin/bwrap",
        ["playwright", "apt-update", "apt-chromium"],
    )


def test_a_missing_firefox_webkit_or_bubblewrap_is_a_message_and_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browsers, "chromium", lambda: "/usr/bin/chromium")
    monkeypatch.setattr(browsers, "firefox", lambda: None)
    monkeypatch.setattr(browsers, "webkit", lambda: None)
    monkeypatch.setattr(browsers, "bubblewrap", lambda: None)
    monkeypatch.setattr(browsers, "try_command", lambda name, argv: False)
    assert browsers.ensure() == (
        "/usr/bin/chromium; no Firefox to be had, so its test is skipped; no WebKit to be had, so its test is skipped; "
        "no bubblewrap to be had, so tests of a submission's sandbox are skipped"
    )
