/** node restore.mjs KERNEL: starts Python from the built snapshot as the worker does, runs two cells, prints messages. */
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import zlib from "node:zlib";
import { pathToFileURL } from "node:url";
import { mount, restore } from "../../book/kernel/boot.mjs";

const kernel = process.argv[2];
const pyodide = path.join(kernel, "pyodide") + path.sep;

async function run() {
  const memory = zlib.gunzipSync(fs.readFileSync(path.join(kernel, "snapshot.bin.gz")));
  const py = await restore(pathToFileURL(pyodide), pyodide, new Uint8Array(memory), async () => {});
  const messages = [];
  const bridge = py.pyimport("page_bridge");
  bridge.connect((text) => messages.push(JSON.parse(text)));
  await bridge.execute("c1", "import ipywidgets, ecslite\nprint(ecslite.Simulation(seed=1) is not None)\nipywidgets.IntSlider()");
  messages.push({ type: "needs_files", known: bridge.needs_files("import ecslite"), other: bridge.needs_files("import cgitb2") });
  mount(py, new Uint8Array(fs.readFileSync(path.join(kernel, "site.zip"))));
  await bridge.execute("c2", "import colorsys, pygments.lexers.data\nprint('imported')");
  return messages;
}

try {
  fs.writeSync(1, JSON.stringify(await run()));
  process.exit(0);
} catch (error) {
  fs.writeSync(2, `${error.message || error.stack}\n`); // not the error itself: Node would print Pyodide's source too
  process.exit(1);
}
