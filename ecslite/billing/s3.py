"""What a run used of S3: storage by the month and requests by their tier. Deletions are free.

[S3 pricing; read 2026-11-24]
"""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum

from ecslite.billing.monthly import FreeTier, month_share
from ecslite.billing.networking import BYTES_PER_GB, values
from ecslite.billing.usage import Usage
from ecslite.sim.run import Run

__all__ = ["s3"]

CATEGORY = "S3"
THOUSAND = 1000

TIERS = {
    "Requests-Tier1": ("PUT, COPY, POST, LIST", "s3.standard.thousand_puts", 2000.0),
    "Requests-Tier2": ("GET and others", "s3.standard.thousand_gets", 20_000.0),
}
"""What each tier is, its price, and how many are free in each of the first twelve months."""

FREE_GB = 5.0


def s3(run: Run, free_tier: bool) -> Iterator[Usage]:
    """Storage and requests of each bucket."""
    # Model: what was slowed down (503) is not charged.
    gratis = FreeTier(run, free_tier)
    for bucket in run.of_kind("bucket"):
        sizes = [size or 0.0 for size in values(run, "BucketSizeBytes", bucket.id, "Average")]
        average = fsum(sizes) / len(sizes) / BYTES_PER_GB if sizes else 0.0
        months = month_share(run)
        formula = f"{average:.4f} GB on average × {months:.6f} months"
        storage = Usage(f"{bucket.id}: storage", CATEGORY, "s3.standard.gb_month", average * months, formula)
        yield from gratis.take(storage, "storage", FREE_GB)
        for tier, (what, price, monthly) in TIERS.items():
            many = fsum(value or 0.0 for value in values(run, tier, bucket.id, "Sum"))
            usage = Usage(f"{bucket.id}: {what}", CATEGORY, price, many / THOUSAND, f"{many:,.0f} / 1,000")
            yield from gratis.take(usage, tier, monthly / THOUSAND)
