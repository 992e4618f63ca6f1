"""Python's side of the page's kernel: runs cells, and carries outputs and widget messages to the page.

Imported before the memory snapshot is made, so everything here must survive being saved: it holds no JavaScript object
until `connect` is called, after the restore. A message is a dict as in protocol.ts, posted as JSON text with a list of
byte buffers beside it.
"""

import ast
import builtins
import getpass
import io
import json
import math
import re
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

import comm
from comm.base_comm import BaseComm, CommManager
from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell

import ecslite as ecs
from ecslite.widgets.shown import service_views

Message = dict[str, Any]

PROMPT_WRITES = 200
"""How many lines a cell prints that are posted one by one; after them, a few times a second: a flood stays usable."""

FLUSH_SECONDS = 0.05
"""Between two posts of a cell that prints a lot."""


class Page:
    """The way to the page, and whose turn it is: outputs go under the cell that runs, or whose widget was moved."""

    def __init__(self) -> None:
        self.post: Callable[[str, Sequence[bytes] | None], object] | None = None
        self.cell = ""

    def send(self, message: Message, buffers: Sequence[bytes] | None = None) -> None:
        """Posts a message; before `connect` it goes nowhere."""
        if self.post is not None:
            self.post(dumps(message), buffers or None)


PAGE = Page()


def dumps(message: Message) -> str:
    """JSON as JavaScript reads it: a number that JSON cannot hold becomes null."""
    try:
        return json.dumps(message, allow_nan=False, default=str)
    except ValueError:
        return json.dumps(without_nan(message), allow_nan=False, default=str)


def without_nan(value: Any) -> Any:
    """The same value with None for each NaN and infinity."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): without_nan(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(each) for each in value]
    return value


class Stream(io.TextIOBase):
    """sys.stdout or sys.stderr: what is printed goes under the running cell; without a page, where it always went."""

    def __init__(self, name: str, before: Any) -> None:
        self.name = name
        self.before = before
        self.held: list[str] = []
        self.posts = 0
        self.last = 0.0

    encoding = "utf-8"  # type: ignore[assignment]

    def writable(self) -> bool:
        """True, as print asks."""
        return True

    def write(self, text: str) -> int:
        """Keeps the text until a line ends."""
        if not isinstance(text, str):
            raise TypeError(f"write() takes text, not {type(text).__name__}")
        if PAGE.post is None:
            return int(self.before.write(text))
        self.held.append(text)
        if "\n" in text and (self.posts < PROMPT_WRITES or time.monotonic() - self.last > FLUSH_SECONDS):
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Posts what is held."""
        if self.held:
            text, self.held = "".join(self.held), []
            self.posts += 1
            self.last = time.monotonic()
            PAGE.send({"type": "stream", "cell": PAGE.cell, "name": self.name, "text": text})


def flush() -> None:
    """Posts what both streams hold, before anything else that must come after it."""
    sys.stdout.flush()
    sys.stderr.flush()


class PageDisplay(DisplayPublisher):
    """display(), and updates of what it displayed."""

    def publish(  # type: ignore[override]
        self, data: Message, metadata: Message | None = None, *, transient: Message | None = None, **keys: Any
    ) -> None:
        """Posts a MIME bundle."""
        show(data, metadata or {}, (transient or {}).get("display_id"), bool(keys.get("update", False)))

    def clear_output(self, wait: bool = False) -> None:
        """Empties the cell's output."""
        flush()
        PAGE.send({"type": "clear", "cell": PAGE.cell, "wait": wait})


class PageDisplayHook(DisplayHook):
    """The value of a cell's last expression."""

    def write_output_prompt(self) -> None:
        """Writes nothing: the page has no numbers."""

    def write_format_data(self, format_dict: Message, md_dict: Message | None = None) -> None:
        """Posts the value's MIME bundle."""
        show(format_dict, md_dict or {}, None, False)

    def finish_displayhook(self) -> None:
        """Writes no line end either."""
        flush()


def show(data: Message, metadata: Message, display_id: str | None, update: bool) -> None:
    """Posts one output."""
    flush()
    message = {"type": "display", "cell": PAGE.cell, "data": data, "metadata": metadata}
    PAGE.send({**message, "display_id": display_id, "update": update})


class NoHistory(HistoryManager):
    """Input history in memory only: there is no SQLite here."""

    def __init__(self, shell: Any = None, config: Any = None, **traits: Any) -> None:
        self.enabled = False
        super().__init__(shell=shell, config=config, **traits)


class CellNames(CachingCompiler):
    """Names a cell's code as a learner would in a traceback: `<cell 3>`."""

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        """The file name that a traceback shows."""
        return f"<cell {number}>"


class Shell(InteractiveShell):
    """IPython without a terminal: its display machinery, top-level await and magics, and no files."""

    compiler_class = CellNames

    def init_history(self) -> None:
        """No history file."""
        self.history_manager = NoHistory(shell=self, parent=self)
        self.configurables.append(self.history_manager)

    def enable_gui(self, gui: str | None = None) -> None:
        """There is none."""

    def ask_exit(self) -> None:
        """exit() and quit()."""
        print("exit() does nothing here: press Stop above to end the page's Python.")

    def showtraceback(self, exc_tuple: Any = None, *args: Any, **keys: Any) -> None:
        """Posts the error that is being handled, in words, with the traceback beside it."""
        _, error, trace = exc_tuple or sys.exc_info()
        if isinstance(error, SystemExit):
            self.ask_exit()
        elif error is not None:
            report(error, trace)

    def _format_exception_for_storage(self, *args: Any, **keys: Any) -> list[Any]:
        """Nothing: IPython would format every error in its longest form, for a history that is not kept."""
        return []

    def showsyntaxerror(self, *args: Any, **keys: Any) -> None:
        """As any other error."""
        self.showtraceback()

    showindentationerror = showsyntaxerror


def report(error: BaseException, trace: TracebackType | None) -> None:
    """Posts an error: one of ours is plain words already, another one starts with its name."""
    flush()
    ours = is_ours(error)
    name = type(error).__name__
    text = str(error) if ours else "".join(traceback.format_exception_only(error)).strip().splitlines()[-1]
    message = {"type": "error", "cell": PAGE.cell, "name": name, "text": text, "plain": ours}
    PAGE.send({**message, "traceback": traceback_text(error, trace)})


def is_ours(error: BaseException) -> bool:
    """True of an error that was written for a learner."""
    errors = sys.modules.get("ecslite.errors")
    return isinstance(error, RefusedHere) or (errors is not None and isinstance(error, errors.EcsliteError))


def traceback_text(error: BaseException, trace: TracebackType | None) -> str:
    """Python's own traceback from the cell on: what lies above it is this kernel."""
    while trace is not None and not trace.tb_frame.f_code.co_filename.startswith("<cell "):
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, trace)).rstrip()


class RefusedHere(RuntimeError):
    """Something that Python can do elsewhere and not on a page; the message says what to do instead."""


def refuse_input(prompt: object = "") -> str:
    """input() and getpass(): Python cannot wait for a keyboard inside a page."""
    raise RefusedHere("input() cannot ask you here: write the value into the cell instead, for example name = 'web'.")


class PageComm(BaseComm):
    """One widget's channel to the page."""

    def __init__(self, *args: Any, **keys: Any) -> None:
        self.cell = PAGE.cell
        super().__init__(*args, **keys)

    def publish_msg(
        self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **keys: Any
    ) -> None:
        """Posts comm_open, comm_msg or comm_close."""
        flush()
        message = {"type": msg_type, "comm": self.comm_id, "target": self.target_name}
        content = {"data": data or {}, "metadata": metadata or {}}
        PAGE.send({**message, **content}, [bytes(memoryview(each).cast("B")) for each in buffers or []])


COMMS = CommManager()


def receive(kind: str, comm_id: str, target: str, data: str, buffers: Any) -> None:
    """Hands a comm message of the page to its widget; what that prints goes under the widget's cell."""
    content = {"comm_id": comm_id, "target_name": target, "data": json.loads(data)}
    message = {"content": content, "buffers": [memoryview(bytes(each)) for each in buffers or []], "metadata": {}}
    channel = COMMS.get_comm(comm_id) if kind != "comm_open" else None
    before, PAGE.cell = PAGE.cell, getattr(channel, "cell", PAGE.cell)
    try:
        {"comm_open": COMMS.comm_open, "comm_msg": COMMS.comm_msg, "comm_close": COMMS.comm_close}[kind](
            None, None, message
        )
    except Exception as error:
        report(error, error.__traceback__)
    finally:
        flush()
        PAGE.cell = before


async def execute(cell: str, source: str, adopting: bool = False) -> bool:
    """Runs a cell; False if it ended with an error, which has been posted."""
    PAGE.cell = cell
    sys.stdout.posts = sys.stderr.posts = 0
    adopt(adopting)
    try:
        result = await SHELL.run_cell_async(source, store_history=True, transformed_cell=transform(source))
    finally:
        adopt(False)
        flush()
    return bool(result.success)


def transform(source: str) -> str:
    """The cell with its magics made Python; a cell that cannot be is left as it is, and its own error is shown."""
    try:
        return SHELL.transform_cell(source)
    except SyntaxError:
        return source


def adopt(flag: bool) -> None:
    """Tells explorers to take over the run that the page shows, instead of making one."""
    module = sys.modules.get("ecslite.widgets.explorer")
    if module is not None:
        module.ADOPTING = flag  # type: ignore[attr-defined]


def complete(source: str, cursor: int) -> str:
    """The names that may stand at the cursor and where their word begins, as JSON; magics and private names left out.

    `cursor` counts as JavaScript does, in UTF-16 units; so does the answer.
    """
    before = source.encode("utf-16-le")[: 2 * cursor].decode("utf-16-le", "replace")
    line = before.rpartition("\n")[2]
    word, matches = SHELL.complete("", line, len(line))
    tail = re.search(r"\w*$", word)
    assert tail is not None
    names = [match.rpartition(".")[2] for match in matches if not match.startswith("%")]
    shown = [name for name in names if not name.startswith("_") or tail[0].startswith("_")]
    return json.dumps({"from": cursor - len(tail[0]), "names": list(dict.fromkeys(shown))})


def needs_files(source: str) -> bool:
    """True if the cell imports something that is not in memory yet, or cannot be read as Python."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return True
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return any(name not in sys.modules for name in names)


def warm_engine() -> None:
    """Runs a small design and throws it away: the browser compiles for speed what has run a few times."""
    sim = ecs.Simulation(seed=1)
    front = ecs.LoadBalancer(sim, "front")
    web = ecs.TaskDefinition("web", cpu=256, memory=512)
    service = ecs.Service(ecs.Cluster(sim, "shop"), web, desired_count=2, load_balancer=front)
    ecs.TargetTracking(service, target=60, min_capacity=2, max_capacity=6)
    ecs.Traffic(sim, ecs.spike(base=2, peak=8, at_minute=3, for_minutes=12), cpu_seconds=0.12).to(front)
    dumps(service_views(sim.run(minutes=20)))


def connect(post: Callable[[str, Sequence[bytes] | None], object]) -> None:
    """Gives the bridge its way to the page."""
    PAGE.post = post


def install() -> Shell:
    """Puts the streams, the comms and the shell in their places; called once, when the module is imported."""
    sys.stdout, sys.stderr = Stream("stdout", sys.stdout), Stream("stderr", sys.stderr)
    builtins.input = refuse_input  # type: ignore[assignment]
    getpass.getpass = refuse_input  # type: ignore[assignment]
    comm.create_comm = PageComm
    comm.get_comm_manager = lambda: COMMS
    shell = Shell.instance(displayhook_class=PageDisplayHook, display_pub_class=PageDisplay)
    # Jedi reads source files, which are not there before the first cell needs them; live objects know their names.
    shell.Completer.use_jedi = False
    return shell


SHELL = install()
