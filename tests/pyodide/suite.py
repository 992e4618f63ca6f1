"""Run by suite.mjs in Pyodide: pytest over the folders in TESTS, without the fixtures that need a browser."""

import os

import pytest
from hypothesis import settings

os.chdir("/project")

# Fewer examples than in CPython: here it is asked whether the engine behaves alike, not whether it is right.
settings.register_profile("pyodide", deadline=None, derandomize=True, max_examples=10, database=None)
settings.load_profile("pyodide")

# The last expression is what runPython returns: pytest's exit code.
int(pytest.main(["-q", "--noconftest", "-p", "no:cacheprovider", "-W", "error", *os.environ["TESTS"].split()]))
