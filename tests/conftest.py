"""Shared by all tests: the folder of scenarios is importable, and hypothesis repeats itself."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")
