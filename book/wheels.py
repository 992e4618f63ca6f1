"""The Python packages that run in the browser: which, where from, and in which form they are shipped.

All are pure Python, in the versions that requirements.txt pins, fetched by pip from PyPI and kept in a cache.
"""

import hashlib
import json
import re
import sys
import tomllib
import zipfile
from collections.abc import Iterable
from email.message import Message
from email.parser import Parser
from pathlib import Path

from book.paths import ROOT, VENV
from book.progress import BuildError, command
from book.stamps import files

ON_THE_PAGE = [
    "anywidget",
    "asttokens",
    "comm",
    "executing",
    "ipython",
    "ipython-pygments-lexers",
    "ipywidgets",
    "matplotlib-inline",
    "prompt-toolkit",
    "psygnal",
    "pure-eval",
    "pygments",
    "simpy",
    "six",
    "stack-data",
    "traitlets",
    "typing-extensions",
    "wcwidth",
]
"""What a chapter can import, with what that needs."""

IN_THE_LABS = ["jedi", "jupyterlab-widgets", "packaging", "parso", "pexpect", "ptyprocess"]
"""What JupyterLite's Python kernel needs beside them."""

EXTRA_PINS = {"micropip": "0.11.1"}
"""Packages that exist for Pyodide alone, so requirements.txt cannot hold them."""

KERNEL_WHEELS = "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension/static/pypi"
"""Where jupyterlite-pyodide-kernel keeps the wheels of its kernel, under .venv."""

LEFT_OUT = re.compile(
    r"(^|/)(tests?|test_[^/]*\.py|labextension|nbextension)(/|$)|\.data/|\.(pyi|js|css|png)$"
    r"|^(prompt_toolkit|wcwidth|IPython/terminal|IPython/external)/"
    r"|^pygments/lexers/(?!__init__|_mapping|python|special|data|shell)"
)
"""Files of a wheel that no page imports: tests, front ends for Jupyter, the terminal, and Pygments' 500 languages."""

SAME_DATE = (2020, 1, 1, 0, 0, 0)
"""The date of each file in our archives, so that the same content gives the same bytes."""


def pins() -> list[str]:
    """`name==version` of all packages that are fetched from PyPI."""
    locked = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    wanted = sorted([*ON_THE_PAGE, *IN_THE_LABS])
    missing = [name for name in wanted if name not in locked]
    if missing:
        raise BuildError(f"requirements.txt pins no {', '.join(missing)}, and the browser's Python needs it.")
    return [f"{name}=={version}" for name, version in [*((n, locked[n]) for n in wanted), *EXTRA_PINS.items()]]


def download(cache: Path) -> str:
    """Fetches the wheels that the cache does not hold; wheels of other versions are removed."""
    cache.mkdir(parents=True, exist_ok=True)
    held = {f"{name}=={version}": path for path in cache.glob("*.whl") for name, version in [name_version(path)]}
    missing = [pin for pin in pins() if pin not in held]
    for pin, path in held.items():
        if pin not in pins():
            path.unlink()
    if missing:
        pip = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-deps", "--dest", cache]
        pure = ["--only-binary=:all:", "--platform=any", "--implementation=py", "--abi=none", "--python-version=3.14"]
        command("wheels", [*pip, *pure, *missing])
    return f"{len(missing)} wheels fetched"


def name_version(wheel: Path) -> tuple[str, str]:
    """The package's name, as requirements.txt spells it, and its version."""
    name, version = wheel.name.split("-")[:2]
    return canonical(name), version


def canonical(name: str) -> str:
    """A package's name in the one spelling that compares."""
    return re.sub(r"[-_.]+", "-", name).lower()


def shipped(cache: Path) -> list[Path]:
    """All wheels of the Pyodide folder but ecslite's own."""
    kernel = sorted((VENV / KERNEL_WHEELS).glob("*.whl"))
    if not kernel:
        raise BuildError(f"jupyterlite-pyodide-kernel has no wheels in {VENV / KERNEL_WHEELS}: run `make setup` again.")
    newest = [path for path in kernel if not path.name.startswith("widgetsnbextension-3")]
    return [*sorted(cache.glob("*.whl")), *newest]


def engine_files() -> list[Path]:
    """ecslite's files, as its wheel holds them."""
    return [path for path in files(ROOT / "ecslite") if path.suffix in {".py", ".json", ".js", ".css", ".typed"}]


def engine_content() -> dict[str, bytes]:
    """ecslite's files by their names in an archive."""
    return {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in engine_files()}


def write_engine(folder: Path) -> None:
    """ecslite's wheel, written here: a build by setuptools takes seconds and gives the same files."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    name, version = project["name"], project["version"]
    requires = [*project["dependencies"], *project["optional-dependencies"]["widgets"]]
    head = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    content = engine_content()
    info = f"{name}-{version}.dist-info"
    content[f"{info}/METADATA"] = "\n".join([*head, *(f"Requires-Dist: {each}" for each in requires), ""]).encode()
    content[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: book\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    content[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*content, f"{info}/RECORD"]).encode()
    write_zip(folder / f"{name}-{version}-py3-none-any.whl", content)


def write_site(cache: Path, bridge: Path, target: Path) -> None:
    """One archive of all Python files of the page: its libraries, ecslite and the bridge."""
    content = {**engine_content(), "page_bridge.py": bridge.read_bytes()}
    for wheel in sorted(cache.glob("*.whl")):
        if name_version(wheel)[0] in ON_THE_PAGE:
            with zipfile.ZipFile(wheel) as archive:
                content |= {name: archive.read(name) for name in archive.namelist() if wanted(name)}
    write_zip(target, content)


def wanted(name: str) -> bool:
    """True of a file that an import may need."""
    return not name.endswith("/") and not LEFT_OUT.search(name)


def write_zip(target: Path, content: dict[str, bytes]) -> None:
    """A compressed archive that is the same bytes whenever its content is the same."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(content):
            info = zipfile.ZipInfo(name, SAME_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content[name])


def write_lock(original: Path, folder: Path) -> None:
    """pyodide-lock.json for the wheels of `folder`: the original's hashes are of other files."""
    lock = json.loads(original.read_text())
    found = {canonical(str(metadata(path)["Name"])): path for path in sorted(folder.glob("*.whl"))}
    lock["packages"] = {name: entry(path, found) for name, path in found.items()}
    (folder / "pyodide-lock.json").write_text(json.dumps(lock, indent=1, sort_keys=True) + "\n")


def metadata(wheel: Path) -> Message:
    """The wheel's METADATA."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return Parser().parsestr(archive.read(name).decode())


def entry(wheel: Path, known: Iterable[str]) -> dict[str, object]:
    """A wheel's entry of pyodide-lock.json."""
    facts = metadata(wheel)
    return {
        "depends": sorted(needs(facts) & set(known)),
        "file_name": wheel.name,
        "imports": top_names(wheel),
        "install_dir": "site",
        "name": str(facts["Name"]),
        "package_type": "package",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "unvendored_tests": False,
        "version": str(facts["Version"]),
    }


def needs(facts: Message) -> set[str]:
    """The names of the packages that a package requires, extras left out."""
    lines = [str(line) for line in facts.get_all("Requires-Dist") or []]
    names = [re.match(r"[\w.-]+", line) for line in lines if not re.search(r"extra\s*==", line)]
    return {canonical(name.group()) for name in names if name}


def top_names(wheel: Path) -> list[str]:
    """The modules that a wheel brings, so that Pyodide loads it when one of them is imported."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name.endswith(".py") and ".dist-info/" not in name]
    return sorted({name.split("/")[0].removesuffix(".py") for name in names if ".data/" not in name})
