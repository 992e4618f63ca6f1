"""Run before the first warm-up: leaves compiled files beside the packages' sources.

Docstrings of the packages below ipywidgets are left out, as nobody reads them on a page; those of the engine stay.
"""

import py_compile
import sys
from importlib.util import cache_from_source
from pathlib import Path

WITH_DOCSTRINGS = {"ecslite", "page_bridge.py", "simpy"}

sys.dont_write_bytecode = False
for top in Path("/lib/site").iterdir():
    if top.name in WITH_DOCSTRINGS or top.suffix == ".dist-info":
        continue
    for source in [top] if top.suffix == ".py" else top.rglob("*.py"):
        py_compile.compile(str(source), cfile=cache_from_source(str(source)), optimize=2, quiet=1)
