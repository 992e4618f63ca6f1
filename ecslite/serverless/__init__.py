"""AWS's serverless parts, as stations: so far, functions."""

from ecslite.serverless.function import Function

__all__ = ["Function"]
