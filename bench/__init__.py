"""The measurements: what this costs, side by side with what others cost, and the budget beside each figure.

`python -m bench` runs them all, prints a table of each and writes it into bench/results.json; names after it run some.
"""
