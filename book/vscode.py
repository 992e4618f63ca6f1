"""`browsers`, too: what VS Code shows a notebook's widgets with, for the tests; nothing of it is in the site.

Microsoft publishes the renderer of its Jupyter extension on npm, as one file that holds all it needs. Beside that file
the package asks for 150 others, one of which is not to be had, so that `npm install` fails: the file is taken out of
the package itself, which must be the very one that is pinned here.
"""

import base64
import hashlib
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from book import toolchain
from book.paths import BUILD
from book.progress import BuildError, command
from book.stamps import digest, unless_fresh

FOLDER = BUILD / "vscode"
"""Where the files are, by their own names."""


class Package(NamedTuple):
    """A package of npm's, of which one file is wanted."""

    name: str
    version: str
    integrity: str
    """What npm calls so: the hash that the package must have."""
    wanted: str

    @property
    def archive(self) -> str:
        """The name that `npm pack` gives the package."""
        return f"{self.name.removeprefix('@').replace('/', '-')}-{self.version}.tgz"


PACKAGES = (
    Package(
        "@vscode/jupyter-ipywidgets8",
        "1.0.9",
        "sha512-bocCThfa4JDIDd7qCFAfW3HpzHfTLYxOTpTbiDfw4DXOUjKHnr6ObkMBiIkuzYPRybh5bY4FhYLemuDuTvIbpQ==",
        "package/dist/ipywidgets.js",
    ),
    Package(
        "requirejs",
        "2.3.7",
        "sha512-DouTG8T1WanGok6Qjg2SXuCMzszOo0eHeH9hDZ5Y4x8Je+9JB38HdTLT4/VA8OaUhBa0JPVHJ0pyBkM1z+pDsw==",
        "package/require.js",
    ),
)


def ensure() -> str:
    """The files in FOLDER; BuildError where npm cannot be reached, or has other bytes than those pinned here."""
    inputs = digest(also=[repr(package) for package in PACKAGES])
    return unless_fresh("vscode", inputs, FOLDER, lambda: fetch(PACKAGES, FOLDER))


def fetch(packages: Sequence[Package], folder: Path) -> str:
    """Fetches the packages and writes the file wanted of each into the folder; what was fetched, in words."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"{package.name}@{package.version}" for package in packages]
    # What npm has in its cache need not be fetched again: the hash says whether it is the same.
    argv = [*toolchain.npm(), "pack", "--prefer-offline", "--pack-destination", folder, *names]
    command("npm-vscode", argv, env=toolchain.environment())
    for package in packages:
        archive = folder / package.archive
        unpack(archive, package, folder)
        archive.unlink()
    return f"{', '.join(names)} fetched"


def unpack(archive: Path, package: Package, folder: Path) -> None:
    """Writes the file wanted of a package; BuildError when the package is not the one that is pinned."""
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != package.integrity:
        raise BuildError(f"npm's {package.name}@{package.version} is {found}, and must be {package.integrity}.")
    with tarfile.open(archive) as packed:
        file = packed.extractfile(package.wanted)
        if file is None:
            raise BuildError(f"{package.name}@{package.version} has no file {package.wanted}.")
        (folder / Path(package.wanted).name).write_bytes(file.read())
