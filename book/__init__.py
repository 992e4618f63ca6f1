"""The book's build: from chapters and labs to a static site.

`python -m book STEP` runs one step; the Makefile names the steps. `setup` and `port` run in any Python >= 3.11 with
nothing installed, so their modules (paths, stamps, progress, environment, toolchain, serve) use the standard library
alone. All other steps run in .venv.
"""
