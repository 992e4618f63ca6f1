"""Run before the memory snapshot is made: imports what chapters use, and pays for first calls at build time."""

import gc
import json

import ipywidgets
import page_bridge

import ecslite as ecs
from ecslite.widgets.shown import service_views

CELLS = ["1 + 1", "print('a')", "1 / 0", "a b", "raise __import__('ecslite').EcsliteError('a')"]
"""A value, a text, an error, Python that is none, and an error of ours."""


def try_widgets() -> None:
    """Makes and closes the kinds of widget that chapters use."""
    made = [
        ipywidgets.FloatSlider(),
        ipywidgets.IntSlider(),
        ipywidgets.Dropdown(options=["a"]),
        ipywidgets.Button(),
        ipywidgets.Label("a"),
        ipywidgets.HTML(),
        ipywidgets.Output(),
    ]
    box = ipywidgets.VBox(made)
    page_bridge.SHELL.display_formatter.format(box)
    made[0].value = 1.0
    for each in [*made, box]:
        each.close()


def try_engine() -> None:
    """Runs a small design, and makes all that an explorer shows of it.

    Lists that the engine reads from files are read here: an explorer may run before the files are mounted.
    """
    ecs.instance_type("m5.large")
    sim = ecs.Simulation(seed=1)
    cluster = ecs.Cluster(sim, "shop")
    front = ecs.LoadBalancer(sim, "front")
    web = ecs.TaskDefinition("web", cpu=256, memory=512)
    ecs.Service(cluster, web, desired_count=2, load_balancer=front)
    ecs.Traffic(sim, ecs.constant(5)).to(front)
    json.dumps(service_views(sim.run(minutes=5)))


def run_to_end(coroutine) -> None:
    """Runs a coroutine that never waits, without an event loop."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise RuntimeError("the warm-up waited for something")


def main() -> None:
    """Widgets, the engine, and a cell of each kind; then nothing of it is left."""
    try_widgets()
    try_engine()
    for source in [
        "1 + 1",
        "print('a')",
        "1 / 0",
        "a b",
        "from ecslite.errors import EcsliteError\nraise EcsliteError('a')",
    ]:
        run_to_end(page_bridge.execute("", source))
    page_bridge.SHELL.reset(new_session=True)
    gc.collect()


main()
