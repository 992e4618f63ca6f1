"""The memory snapshot of the built kernel, started in Node: no browser is needed to see whether it holds."""

import gzip
import json
import subprocess
from pathlib import Path

import pytest

from book import toolchain
from book.paths import KERNEL

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def posted():
    """What Python says to the page after a start from the snapshot."""
    argv = [toolchain.node(), HERE / "restore.mjs", KERNEL]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=120, env=toolchain.environment())
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def test_a_cell_runs_from_the_snapshot_before_any_file_is_there(posted):
    """The engine and the widgets are in memory."""
    assert "True\n" in [
        message["text"] for message in posted if message["type"] == "stream" and message["cell"] == "c1"
    ]


def test_a_widget_is_shown_from_the_snapshot(posted):
    """Its model is announced to the page."""
    assert "IntSliderModel" in [m["data"]["state"]["_model_name"] for m in posted if m["type"] == "comm_open"]


def test_a_cell_that_imports_more_waits_for_the_files(posted):
    """And one that does not, does not."""
    [needs] = [message for message in posted if message["type"] == "needs_files"]
    assert (needs["known"], needs["other"]) == (False, True)


def test_a_module_outside_the_snapshot_can_be_imported_once_the_files_are_there(posted):
    """From the standard library and from the site's archive."""
    assert "imported\n" in [message.get("text") for message in posted if message.get("cell") == "c2"]


def test_the_snapshot_remembers_nothing_of_its_warm_up():
    """A checksum that gzip verifies, and no name that the warm-up's cells have set."""
    memory = gzip.decompress((KERNEL / "snapshot.bin.gz").read_bytes())
    assert len(memory) % 16 == 0
    assert b"page_bridge" in memory


def test_a_snapshot_leaves_out_what_pyodide_brings_and_is_whole_again_afterwards():
    """A changed constant is kept; another build of Pyodide is refused."""
    done = subprocess.run(
        [toolchain.node(), HERE / "own_bytes.mjs"], capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(done.stdout) == {
        "same": True,
        "refused": "the snapshot was made with another build of Pyodide",
        "missing": True,
    }
