"""The measurements: what this costs, side by side with what others cost, and the budget beside each figure.

`python -m bench` runs them all, prints a table and writes bench/results.json; names after it run some.
"""
