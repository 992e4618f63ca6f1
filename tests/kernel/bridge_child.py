"""Run by test_bridge.py in a process of its own, as the bridge takes over the streams: cells in, messages out."""

import asyncio
import importlib.util
import json
import sys

path, cells = sys.argv[1], json.loads(sys.argv[2])
spec = importlib.util.spec_from_file_location("page_bridge", path)
bridge = importlib.util.module_from_spec(spec)
sys.modules["page_bridge"] = bridge
spec.loader.exec_module(bridge)

messages = []


def post(text, buffers):
    """Keeps what would go to the page."""
    messages.append({**json.loads(text), "bytes": [len(each) for each in buffers or []]})


async def main():
    """Runs the cells. A list asks for names at a cursor, or is a comm message to the widget that was opened last."""
    for number, cell in enumerate(cells, 1):
        if cell[0] == "complete":
            messages.append({"type": "completed", **json.loads(bridge.complete(*cell[1:]))})
        elif isinstance(cell, list):
            opened = [each["comm"] for each in messages if each["type"] == "comm_open"]
            bridge.receive(cell[0], opened[-1], "", json.dumps(cell[1]), [])
        else:
            ok = await bridge.execute(f"c{number}", cell, adopting=cell.startswith("# adopt"))
            messages.append({"type": "done", "ok": ok})


bridge.connect(post)
asyncio.run(main())
print(json.dumps(messages), file=sys.__stdout__)
