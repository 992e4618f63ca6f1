"""JupyterLite's build is not believed: what it made is looked at before it takes its place in the site."""

import json
from pathlib import Path

import pytest

from book import lite
from book.progress import BuildError


def built(folder: Path, settings: dict[str, object], files: tuple[str, ...] = ()) -> Path:
    """A folder as JupyterLite builds it."""
    (folder / "files").mkdir()
    (folder / "jupyter-lite.json").write_text(json.dumps(settings))
    for name in files:
        (folder / "files" / name).touch()
    return folder


@pytest.fixture(autouse=True)
def one_released_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    """The labs that the site should hold."""
    monkeypatch.setattr(lite, "released", lambda: [Path("01-lab.ipynb")])


def test_a_good_build_passes(tmp_path: Path) -> None:
    lite.check(built(tmp_path, lite.front_end_settings(), ("01-lab.ipynb",)))


@pytest.mark.parametrize("lost", ["pyodideUrl", "disablePyPIFallback"])
def test_a_build_that_lost_a_setting_is_refused_as_it_would_ask_another_host(tmp_path: Path, lost: str) -> None:
    settings = json.loads(json.dumps(lite.front_end_settings()))
    del settings["jupyter-config-data"]["litePluginSettings"][f"{lite.KERNEL_EXTENSION}:kernel"][lost]
    with pytest.raises(BuildError, match="would ask a CDN"):
        lite.check(built(tmp_path, settings, ("01-lab.ipynb",)))


@pytest.mark.parametrize("files", [(), ("01-lab.ipynb", "01-lab-with-solutions.md")])
def test_a_build_without_a_lab_or_with_something_more_is_refused(tmp_path: Path, files: tuple[str, ...]) -> None:
    with pytest.raises(BuildError, match=r"should hold \['01-lab.ipynb'\]"):
        lite.check(built(tmp_path, lite.front_end_settings(), files))


def test_a_missing_pyodide_folder_names_the_step_that_makes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lite, "KERNEL", tmp_path)
    with pytest.raises(BuildError, match="run `python -m book kernel` first"):
        lite.lock_names()


def test_a_lab_names_its_language_so_that_jupyterlite_asks_nothing() -> None:
    notebook = {"metadata": {"kernelspec": {"name": "python3"}}, "cells": []}
    assert lite.for_browser(notebook) == {
        "metadata": {"kernelspec": {"name": "python3"}, "language_info": {"name": "python"}},
        "cells": [],
    }


def test_a_page_of_jupyterlite_names_its_icon_and_its_language() -> None:
    page = lite.with_icon("<html>\n<head>\n</head></html>")
    assert page == '<html lang="en">\n<head>\n    <link rel="icon" href="favicon.ico">\n</head></html>'


def test_a_page_of_jupyterlite_looks_whether_the_browser_keeps_anything() -> None:
    page = lite.with_warning("<body><main></main></body>")
    assert page == '<body><main></main><script type="module" src="../lite_storage.js"></script></body>'


def test_without_any_storage_a_notebook_is_kept_in_memory() -> None:
    settings = json.loads(json.dumps(lite.front_end_settings()))["jupyter-config-data"]
    assert settings["enableMemoryStorage"] is True
