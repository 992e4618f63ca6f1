"""Python's side of the page's kernel: what a cell makes the page show, and how widgets talk to it."""

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
BRIDGE = HERE.parent.parent / "book" / "kernel" / "bridge.py"
WIDGET = "application/vnd.jupyter.widget-view+json"


def messages(*cells, tmp_path):
    """What the bridge posts while it runs the cells."""
    argv = [sys.executable, HERE / "bridge_child.py", BRIDGE, json.dumps(cells)]
    env = {**os.environ, "IPYTHONDIR": str(tmp_path)}
    done = subprocess.run(argv, capture_output=True, text=True, env=env, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def of_type(kind, posted):
    """The messages of one type."""
    return [message for message in posted if message["type"] == kind]


def one(kind, posted):
    """The only message of one type."""
    [message] = of_type(kind, posted)
    return message


def test_prints_and_the_last_value_come_in_the_order_in_which_they_are_made(tmp_path):
    """A print, an error stream's line and a value."""
    posted = messages("import sys\nprint('a')\nprint('b', file=sys.stderr)\n6 * 7", tmp_path=tmp_path)
    told = [message.get("text") or message.get("data", {}).get("text/plain") for message in posted]
    assert told == ["a\n", "b\n", "42", None]
    assert {"c1"} == {message["cell"] for message in posted if "cell" in message}


def test_a_line_is_shown_while_the_cell_still_runs(tmp_path):
    """Each of the first lines is a message of its own."""
    assert len(of_type("stream", messages("for i in range(3): print(i)", tmp_path=tmp_path))) == 3


def test_a_flood_of_lines_becomes_few_messages_and_loses_nothing(tmp_path):
    """Ten thousand lines."""
    streams = of_type("stream", messages("for i in range(10_000): print(i)", tmp_path=tmp_path))
    assert "".join(f"{i}\n" for i in range(10_000)) == "".join(message["text"] for message in streams)
    assert len(streams) < 1000


def test_an_error_starts_its_traceback_at_the_cell(tmp_path):
    """Nothing of IPython or of the bridge is in it."""
    fault = one("error", messages("def f():\n    return 1 / 0\nf()", tmp_path=tmp_path))
    assert fault["text"] == "ZeroDivisionError: division by zero"
    assert not fault["plain"]
    assert "return 1 / 0" in fault["traceback"]
    assert "IPython" not in fault["traceback"] and "bridge" not in fault["traceback"]


def test_an_error_of_ours_is_its_own_words(tmp_path):
    """EcsliteError's message was written for a learner."""
    fault = one("error", messages("import ecslite\nraise ecslite.EcsliteError('cpu=300: use 256')", tmp_path=tmp_path))
    assert (fault["text"], fault["plain"]) == ("cpu=300: use 256", True)


def test_python_that_is_none_is_an_error_in_words(tmp_path):
    """A syntax error."""
    posted = messages("for in", tmp_path=tmp_path)
    assert one("error", posted)["text"] == "SyntaxError: invalid syntax"
    assert not one("done", posted)["ok"]


def test_a_cell_after_a_failed_one_runs(tmp_path):
    """Values of before are still there."""
    posted = messages("x = 1\n1 / 0", "print(x)", tmp_path=tmp_path)
    assert one("stream", posted)["text"] == "1\n"


def test_await_works_in_a_cell(tmp_path):
    """Top-level await, as in a notebook."""
    posted = messages("import asyncio\nawait asyncio.sleep(0)\nprint('awake')", tmp_path=tmp_path)
    assert one("stream", posted)["text"] == "awake\n"


def test_input_says_what_to_do_instead(tmp_path):
    """No keyboard can be waited for."""
    fault = one("error", messages("input('name?')", tmp_path=tmp_path))
    assert fault["plain"]
    assert "write the value into the cell" in fault["text"]


def test_exit_ends_nothing(tmp_path):
    """exit() and sys.exit() both leave Python running."""
    posted = messages("exit()", "import sys; sys.exit(3)", "print('still here')", tmp_path=tmp_path)
    assert of_type("stream", posted)[-1]["text"] == "still here\n"
    assert not of_type("error", posted)


def test_a_number_that_json_cannot_hold_becomes_null(tmp_path):
    """NaN and infinity inside a displayed bundle."""
    source = "from IPython.display import display\ndisplay({'a/b+json': [1.5, float('nan'), float('inf')]}, raw=True)"
    assert one("display", messages(source, tmp_path=tmp_path))["data"]["a/b+json"] == [1.5, None, None]


def test_a_widget_opens_its_comms_before_it_is_shown(tmp_path):
    """The page must know the model when the view is asked for."""
    posted = messages("import ipywidgets\nipywidgets.IntSlider(value=3)", tmp_path=tmp_path)
    kinds = [message["type"] for message in posted]
    shown = one("display", posted)["data"][WIDGET]["model_id"]
    assert kinds.index("display") > max(i for i, kind in enumerate(kinds) if kind == "comm_open")
    assert shown in {message["comm"] for message in of_type("comm_open", posted)}


def test_what_a_control_prints_goes_under_the_cell_that_made_it(tmp_path):
    """Another cell has run since."""
    slider = "import ipywidgets\ns = ipywidgets.IntSlider()\ns.observe(lambda change: print(change.new), 'value')"
    moved = ["comm_msg", {"method": "update", "state": {"value": 7}, "buffer_paths": []}]
    posted = messages(slider, "1", moved, tmp_path=tmp_path)
    stream = one("stream", posted)
    assert (stream["text"], stream["cell"]) == ("7\n", "c1")


def test_bytes_of_a_widget_travel_beside_its_state(tmp_path):
    """An image of four bytes."""
    posted = messages("import ipywidgets\nipywidgets.Image(value=b'abcd')", tmp_path=tmp_path)
    assert [4] in [message["bytes"] for message in of_type("comm_open", posted)]


def test_only_an_adopting_cell_is_told_so(tmp_path):
    """The flag is back after the cell."""
    source = "import ecslite.widgets.explorer as e\nprint(e.ADOPTING)"
    posted = messages("import ecslite.widgets.explorer", f"# adopt\n{source}", source, tmp_path=tmp_path)
    assert [message["text"] for message in of_type("stream", posted)] == ["True\n", "False\n"]


def test_names_are_completed_from_the_live_objects_and_placed_as_javascript_counts(tmp_path):
    """After an import, beyond the line's start, and behind a character of two UTF-16 units."""
    asked = [["complete", "x = 1\necs.TaskDef", 17], ["complete", "'😀'; ecs.Simul", 15], ["complete", "%tim", 4]]
    posted = messages("import ecslite as ecs", *asked, tmp_path=tmp_path)
    found = [(each["from"], each["names"]) for each in of_type("completed", posted)]
    assert found == [(10, ["TaskDefinition"]), (10, ["Simulation"]), (1, [])]


def test_an_object_that_cannot_be_looked_at_has_no_names(tmp_path):
    """Its __dir__ raises."""
    broken = "class Broken:\n    def __dir__(self): raise RuntimeError('no')\nbroken = Broken()"
    posted = messages(broken, ["complete", "broken.", 7], tmp_path=tmp_path)
    assert one("completed", posted)["names"] == []
    assert of_type("error", posted) == []
