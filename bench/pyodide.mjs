// Runs Python code in npm's Pyodide under Node: node pyodide.mjs PYODIDE_FOLDER, with {code, mounts} as JSON on stdin.
// Each of `mounts` is [path in Pyodide, folder here]; they are put before sys.path. Prints what `code` prints.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
const { code, mounts } = JSON.parse(readFileSync(0, "utf8"));
const { loadPyodide } = await import(pathToFileURL(join(folder, "pyodide.mjs")).href);
const pyodide = await loadPyodide({ indexURL: folder, env: { PYTHONHASHSEED: "0", PYTHONDONTWRITEBYTECODE: "1" } });
for (const [inside, here] of mounts) pyodide.mountNodeFS(inside, here);
pyodide.globals.set("mounts", pyodide.toPy(mounts.map(([inside]) => inside)));
pyodide.runPython("import sys, os\nfor each in mounts: sys.path.insert(0, os.path.dirname(each))");
try {
  pyodide.runPython(code);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
