"""What a function gets where nothing else is said: times that AWS gives as ranges or not at all, and AWS's limits."""

from __future__ import annotations

from ecslite.sim.distributions import LogNormal

__all__ = [
    "BILLED_RESTORE_SHARE",
    "IDLE_SECONDS",
    "INIT",
    "PROVISIONED_INIT_LIMIT",
    "RESTORE",
    "SNAPSHOT_INIT_LIMIT",
    "TIMEOUT",
]

IDLE_SECONDS = 600.0
"""How long an idle environment is kept. AWS does not document it: ten minutes were measured
[Mahmoudi and Khazaei, SimFaaS, CLOSER 2021]."""

INIT = LogNormal(0.4, 0.5)
"""INIT where nothing else is said. AWS gives only a range: under 100 ms to over 1 s
[Lambda Developer Guide, lambda-runtime-environment; read 2026-11-24]."""

RESTORE = LogNormal(0.2, 0.3)
"""RESTORE of a snapshot where nothing else is said: AWS calls it sub-second
[Lambda Developer Guide, snapstart; read 2026-11-24]."""

BILLED_RESTORE_SHARE = 0.25
# Model: of RESTORE AWS bills the time in which the runtime is loaded and hooks run, and not that in which the snapshot
# comes [Lambda Developer Guide, snapstart-monitoring; read 2026-11-25]. How much that is depends on the code: in public
# REPORT lines it is a twelfth to over a half, mostly a fifth to a half.

TIMEOUT = 3
"""Seconds; Lambda's own default [Lambda Developer Guide, configuration-timeout; read 2026-11-24]."""

PROVISIONED_INIT_LIMIT = SNAPSHOT_INIT_LIMIT = 130.0
"""Seconds that INIT may take of a provisioned environment, or of one from which a snapshot is made; or the function's
timeout where that is longer [Lambda Developer Guide, lambda-runtime-environment; read 2026-11-24]."""
