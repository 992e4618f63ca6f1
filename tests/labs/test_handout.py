"""The repository that is handed out: all that a learner needs, and nothing that a learner must not have."""

from __future__ import annotations

import json
import zipfile
from urllib.parse import parse_qs, urlsplit

import papers
import pytest

from labs.__main__ import main
from labs.handout import LIBRARIES, Links, write_handout
from labs.lab import LABS, LabError, read_lab, sources

LINKS = Links("https://github.com/school/labs.git")
FIRST = "01-a-service-keeps-its-promise"


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory):
    """The folder of all labs."""
    folder = tmp_path_factory.mktemp("handout") / "labs"
    write_handout([read_lab(path) for path in sources()], folder)
    return folder


def test_it_holds_every_released_notebook_as_it_is(handed_out):
    made = {path.name: path.read_text(encoding="utf-8") for path in handed_out.glob("*.ipynb")}
    assert made == {path.name: path.read_text(encoding="utf-8") for path in (LABS / "released").glob("*.ipynb")}


def test_it_holds_no_solution_and_no_source_of_a_lab(handed_out):
    names = sorted(path.relative_to(handed_out).as_posix() for path in handed_out.rglob("*") if path.is_file())
    assert [name for name in names if not name.endswith(".ipynb")] == [
        ".devcontainer/devcontainer.json",
        ".gitignore",
        "README.md",
        "ecslite-0.1.0-py3-none-any.whl",
        "requirements.txt",
        "runtime.txt",
    ]
    with zipfile.ZipFile(handed_out / "ecslite-0.1.0-py3-none-any.whl") as wheel:
        assert [name for name in wheel.namelist() if not name.startswith("ecslite")] == []


def test_the_engine_and_what_it_imports_are_named_in_their_versions(handed_out):
    lines = (handed_out / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "./ecslite-0.1.0-py3-none-any.whl"
    assert [line.partition("==")[0] for line in lines[1:]] == list(LIBRARIES)


def test_the_dev_container_installs_them(handed_out):
    kept = json.loads((handed_out / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
    assert "-r requirements.txt" in kept["postCreateCommand"]


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(LabError, match="is not empty: name a new folder"):
        write_handout([papers.COUNTING], tmp_path)


def test_a_hub_pulls_the_repository_and_opens_the_lab_in_it():
    parts = urlsplit(LINKS.nbgitpuller("https://hub.school.example/", FIRST))
    assert (parts.netloc, parts.path) == ("hub.school.example", "/hub/user-redirect/git-pull")
    assert parse_qs(parts.query) == {
        "repo": ["https://github.com/school/labs"],
        "branch": ["main"],
        "urlpath": [f"lab/tree/labs/{FIRST}.ipynb"],
    }


def test_binder_and_codespaces_open_a_repository_on_github():
    assert LINKS.binder(FIRST) == f"https://mybinder.org/v2/gh/school/labs/main?labpath={FIRST}.ipynb"
    assert LINKS.codespaces() == "https://codespaces.new/school/labs?quickstart=1"


def test_a_branch_with_a_slash_is_one_part_of_binders_address():
    address = Links("https://github.com/school/labs", "autumn/2026").binder(FIRST)
    assert address == f"https://mybinder.org/v2/gh/school/labs/autumn%2F2026?labpath={FIRST}.ipynb"


def test_a_repository_elsewhere_has_a_hubs_link_alone():
    links = Links("https://gitlab.school.example/ecs/labs")
    assert (links.binder(FIRST), links.codespaces()) == (None, None)
    assert "gitlab.school.example" in links.nbgitpuller("https://hub.school.example", FIRST)


def test_what_is_no_repository_is_refused():
    with pytest.raises(LabError, match="is no repository: give its address"):
        Links("school/labs")


def test_the_links_of_all_labs_are_printed(capsys):
    assert main(["links", "https://github.com/school/labs", "--hub", "https://hub.school.example"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("Codespaces: https://codespaces.new/")
    assert len(said) == 1 + 3 * len(sources())


def test_one_lab_can_be_handed_out_alone(tmp_path, capsys):
    assert main(["handout", "--lab", FIRST, "--out", str(tmp_path / "one")]) == 0
    assert [path.stem for path in (tmp_path / "one").glob("*.ipynb")] == [FIRST]
    assert (tmp_path / "one/README.md").read_text(encoding="utf-8").startswith(f"# ECS by Experiment: {FIRST}\n")
    assert "requirements.txt" in capsys.readouterr().out


@pytest.mark.parametrize("path", [".devcontainer/devcontainer.json"])
def test_the_checkouts_own_dev_container_sets_everything_up(path):
    kept = json.loads((LABS.parent / path).read_text(encoding="utf-8"))
    assert "make setup" in kept["postCreateCommand"]


def test_binder_installs_the_checkouts_engine_with_its_widgets():
    assert ".[widgets]" in (LABS.parent / ".binder/requirements.txt").read_text(encoding="utf-8")
