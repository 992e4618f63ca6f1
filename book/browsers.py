"""`browsers`: finds Chromium, Firefox and WebKit for the tests, and bubblewrap for the labs' tests, or installs them.

Chromium: $CHROMIUM, then PATH, then Playwright's own; else Playwright downloads its own, else Debian's package is
installed. Firefox: $FIREFOX, then PATH, else Debian's package. WebKit: Debian's WebKitGTK. bubblewrap: PATH, else
Debian's package. These three may stay missing, and their tests are then skipped with a message.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from book.progress import BuildError, command

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FIREFOX_NAMES = ("firefox-esr", "firefox")

MAC = {
    "CHROMIUM": (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ),
    "FIREFOX": ("/Applications/Firefox.app/Contents/MacOS/firefox",),
}
"""Where macOS keeps programs that are not on PATH."""


def chromium() -> str | None:
    """The path of a Chromium or Chrome, or None."""
    return find("CHROMIUM", CHROMIUM_NAMES) or playwrights_own()


def firefox() -> str | None:
    """The path of a Firefox, or None."""
    return find("FIREFOX", FIREFOX_NAMES)


class WebKit(NamedTuple):
    """The three programs of a WebKit that tests can drive."""

    driver: str
    browser: str
    screen: str


def webkit() -> WebKit | None:
    """Debian's WebKitGTK with its driver and a screen for it, or None."""
    driver, screen = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
    found = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
    return WebKit(driver, str(found[-1]), screen) if driver and screen and found else None


def bubblewrap() -> str | None:
    """The path of the program that labs/sandbox.py starts submissions with, or None."""
    return shutil.which("bwrap")


def find(variable: str, names: Iterable[str], environ: Mapping[str, str] = os.environ) -> str | None:
    """The program that an environment variable names, else the first of `names` on PATH, else None."""
    chosen = environ.get(variable)
    if chosen:
        found = shutil.which(chosen, path=environ.get("PATH"))
        if not found:
            raise BuildError(f"{variable}={chosen} is no program: give its full path, or unset {variable}.")
        return found
    candidates = (shutil.which(name, path=environ.get("PATH")) for name in [*names, *MAC[variable]])
    return next((path for path in candidates if path and starts(path)), None)


def starts(path: str) -> bool:
    """True if the program starts: some systems have a stub of that name, or lack a library that it needs."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def playwrights_own() -> str | None:
    """The Chromium that Playwright has downloaded, or None."""
    script = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    path = done.stdout.strip()
    return path if path and Path(path).is_file() and starts(path) else None


def ensure() -> str:
    """The browsers, installed where they are missing; BuildError without a Chromium, a message without another."""
    found = chromium() or install_chromium()
    other = firefox() or install_firefox()
    third = webkit() or install_webkit()
    fourth = bubblewrap() or install_bubblewrap()
    return "; ".join(
        [
            found,
            other or "no Firefox to be had, so its test is skipped",
            third.browser if third else "no WebKit to be had, so its test is skipped",
            fourth or "no bubblewrap to be had, so tests of a submission's sandbox are skipped",
        ]
    )


def install_chromium() -> str:
    """Installs a Chromium; the path of it."""
    if try_command("playwright", [sys.executable, "-m", "playwright", "install", "chromium"]) and (
        own := playwrights_own()
    ):
        return own
    if install_debian("chromium") and (found := chromium()):
        return found
    raise BuildError(
        "The browser tests need Chromium or Chrome. None is on PATH, and neither Playwright nor apt-get "
        "could install it (see _build/logs). Install one, or name one: make test CHROMIUM=/path/to/chrome"
    )


def install_firefox() -> str | None:
    """Installs Debian's Firefox; the path of it, or None."""
    return firefox() if install_debian("firefox-esr") else None


def install_webkit() -> WebKit | None:
    """Installs Debian's WebKitGTK and what it needs to be driven; where they are, or None."""
    return webkit() if install_debian("webkit2gtk-driver") and install_debian("xvfb") else None


def install_bubblewrap() -> str | None:
    """Installs Debian's bubblewrap; the path of it, or None."""
    return bubblewrap() if install_debian("bubblewrap") else None


def install_debian(package: str) -> bool:
    """True if apt-get could install the package, as root or by a sudo that asks no password."""
    if not shutil.which("apt-get"):
        return False
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if sudo and not shutil.which("sudo"):
        return False
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
    update = try_command("apt-update", [*sudo, *quiet, "update"])
    return update and try_command(f"apt-{package}", [*sudo, *quiet, "install", "--no-install-recommends", package])


def try_command(name: str, argv: list[str]) -> bool:
    """True if the command succeeded; its output is in _build/logs/NAME.log."""
    try:
        command(name, argv)
    except BuildError:
        return False
    return True
