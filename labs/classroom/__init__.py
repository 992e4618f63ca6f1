"""A class: who handed in what, graded side by side, and what is written about it."""
