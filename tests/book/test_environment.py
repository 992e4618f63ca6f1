"""What a person is told who lacks something, and what the toolchain takes from .venv."""

import subprocess
import sys
from pathlib import Path

import pytest

from book import environment, toolchain
from book.__main__ import main
from book.paths import ROOT
from book.progress import BuildError, command


def test_an_old_python_is_named_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "OLDEST_PYTHON", (99, 0))
    with pytest.raises(BuildError, match=rf"Python 3\.{sys.version_info.minor}\.\d+ is too old .*`make setup PYTHON="):
        environment.create_venv(tmp_path)


def test_a_python_without_ensurepip_is_told_debians_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(BuildError, match=r"apt-get install python3\.\d+-venv"):
        environment.create_venv(tmp_path)


@pytest.mark.parametrize("step", ["setup", "port"])
def test_the_first_steps_need_no_package(step: str) -> None:
    imports = {"setup": "book.environment", "port": "book.serve"}[step]
    script = f"import book.__main__, {imports}, sys; print([m for m in sys.modules if 'site-packages' in m])"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {script}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_node_and_npm_come_from_the_wheel() -> None:
    versions = [
        subprocess.run([*words, "--version"], capture_output=True, text=True, check=True, env=toolchain.environment())
        for words in ([str(toolchain.node())], toolchain.npm())
    ]
    assert versions[0].stdout.startswith("v") and versions[1].stdout[0].isdigit()


def test_an_unknown_step_is_told_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert (main(["bok"]), "usage: python -m book STEP" in capsys.readouterr().err) == (1, True)


def test_a_failed_command_shows_its_last_lines_and_its_log(tmp_path: Path) -> None:
    script = "import sys; print('\\033[91mthis is why\\033[0m'); sys.exit(3)"
    with pytest.raises(BuildError) as failure:
        command("trial", [sys.executable, "-c", script], logs=tmp_path)
    assert str(failure.value).startswith("this is why\n\nThe step 'trial' failed")
    assert str(tmp_path / "trial.log") in str(failure.value)
