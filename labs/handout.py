"""A repository to hand out: the learners' notebooks, the engine as a wheel, and all that starts them.

GitHub Classroom takes it as a template, nbgitpuller and Binder as it is, and so does a zip on a learning platform. It
needs nothing but Python and PyPI: the engine's wheel lies in it. It holds no solution and no hidden check.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from labs.lab import LABS, Lab, LabError
from labs.notebooks import released, text

__all__ = ["Links", "write_handout"]

LIBRARIES = ("simpy", "ipywidgets", "anywidget", "plotly")
"""What the engine and its widgets import, in the versions that the book was built with."""

README = """# {title}

{labs}

## In a browser, with nothing to install

On GitHub: *Code, Codespaces, Create codespace*. A link from your teacher may open a JupyterHub or Binder instead.
On Binder download your notebook before you leave: what is there goes away.

## On your own computer

You need Python 3.11 or newer.

    python -m venv .venv
    .venv/bin/pip install -r requirements.txt jupyterlab
    .venv/bin/jupyter lab

On Windows it is `.venv\\Scripts\\pip` and `.venv\\Scripts\\jupyter`.

## Hand in

Write your id into the cell that asks for it, and your answers into the cells with three dots.
Run all cells from the top, and save. Then commit and push, or upload the notebook, as your teacher says.
"""

DEV_CONTAINER = {
    "name": "ECS by Experiment, labs",
    "image": "mcr.microsoft.com/devcontainers/python:3.13-bookworm",
    "postCreateCommand": "pip install --user -r requirements.txt ipykernel",
    "customizations": {"vscode": {"extensions": ["ms-python.python", "ms-toolsai.jupyter"]}},
}

IGNORED = ".venv/\n.ipynb_checkpoints/\n__pycache__/\n"

BINDER_PYTHON = "python-3.12\n"
"""repo2docker's own default may be older than the engine asks for."""


def write_handout(labs: Sequence[Lab], folder: Path) -> list[Path]:
    """Write the repository into an empty or new folder; the files, in order."""
    if folder.exists() and any(folder.iterdir()):
        raise LabError(f"{folder} is not empty: name a new folder")
    from book.wheels import write_engine  # noqa: PLC0415 - the book's build, which only this needs

    folder.mkdir(parents=True, exist_ok=True)
    write_engine(folder)
    wheel = next(folder.glob("ecslite-*.whl")).name
    listed = "\n".join(f"- [{lab.name}]({lab.name}.ipynb)" for lab in labs)
    files = {
        "README.md": README.format(title=_title(labs), labs=listed),
        "requirements.txt": "\n".join([f"./{wheel}", *_pins(), ""]),
        "runtime.txt": BINDER_PYTHON,
        ".devcontainer/devcontainer.json": json.dumps(DEV_CONTAINER, indent=2) + "\n",
        ".gitignore": IGNORED,
        **{f"{lab.name}.ipynb": text(released(lab)) for lab in labs},
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _title(labs: Sequence[Lab]) -> str:
    return "The labs of ECS by Experiment" if len(labs) > 1 else f"ECS by Experiment: {labs[0].name}"


def _pins() -> list[str]:
    """The lines of the checkout's requirements.txt for what a lab imports."""
    locked = (LABS.parent / "requirements.txt").read_text(encoding="utf-8")
    return [line for name in LIBRARIES for line in re.findall(rf"^{name}==\S+", locked, re.MULTILINE)]


class Links:
    """Addresses that open a lab of a handed-out repository, such as https://github.com/school/labs."""

    def __init__(self, repository: str, branch: str = "main") -> None:
        parts = urlsplit(repository.removesuffix(".git").rstrip("/"))
        if parts.scheme != "https" or len(parts.path.split("/")) < 3:
            raise LabError(f"{repository!r} is no repository: give its address, such as https://github.com/school/labs")
        self._address, self._branch = parts.geturl(), branch
        self._host, self._path = parts.netloc, parts.path.strip("/")

    def nbgitpuller(self, hub: str, lab: str) -> str:
        """Pulls the repository into the learner's home on a JupyterHub, and opens the lab.

        [nbgitpuller documentation, "nbgitpuller URL Options": repo, branch, urlpath]
        """
        folder = self._path.rpartition("/")[2]
        asked = {"repo": self._address, "branch": self._branch, "urlpath": f"lab/tree/{folder}/{lab}.ipynb"}
        return f"{hub.rstrip('/')}/hub/user-redirect/git-pull?{urlencode(asked)}"

    def binder(self, lab: str) -> str | None:
        """Opens the lab on mybinder.org; None of a repository that is not on GitHub. [Binder documentation, labpath]"""
        if self._host != "github.com":
            return None
        at = f"{self._path}/{quote(self._branch, safe='')}"
        return f"https://mybinder.org/v2/gh/{at}?{urlencode({'labpath': f'{lab}.ipynb'})}"

    def codespaces(self) -> str | None:
        """Opens the repository in GitHub Codespaces; None of one that is not on GitHub."""
        return f"https://codespaces.new/{self._path}?quickstart=1" if self._host == "github.com" else None
