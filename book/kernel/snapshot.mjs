/**
 * node snapshot.mjs OUT LIBRARY MEMORY: starts Pyodide, imports and warms up what a chapter uses, and saves its memory.
 *
 * The page starts from that memory (worker.ts), with the same environment variables and the same Pyodide build.
 * LIBRARY is a folder with the page's Python files, MEMORY the file to write. It is done twice: the first time leaves
 * compiled files in LIBRARY, so that the memory of the second time is not full of what a compiler leaves behind.
 */
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { ENVIRONMENT, LIBRARY, bareMemory, importBridge } from "./boot.mjs";
import { withoutOwn } from "./own_bytes.mjs";
import { zeroFreeMemory } from "./zero.mjs";

const [out, library, memory] = process.argv.slice(2).map((each) => path.resolve(each));
const pyodide = path.join(out, "pyodide");
const { loadPyodide } = await import(pathToFileURL(path.join(pyodide, "pyodide.mjs")).href);

/** A Python in which everything has been imported and run once. */
async function warm(compile) {
  const py = await loadPyodide({ indexURL: pyodide + path.sep, env: ENVIRONMENT, _makeSnapshot: true });
  py.mountNodeFS(LIBRARY, library);
  if (compile) py.runPython(fs.readFileSync(new URL("./compile.py", import.meta.url), "utf8"));
  importBridge(py);
  py.runPython(fs.readFileSync(new URL("./warm_up.py", import.meta.url), "utf8"));
  return py;
}

try {
  await warm(true);
  const py = await warm(false);
  zeroFreeMemory(py);
  const snapshot = py.makeMemorySnapshot();
  const bare = await bareMemory(pathToFileURL(pyodide + path.sep).href, pyodide + path.sep, snapshot);
  fs.writeFileSync(memory, withoutOwn(snapshot, bare));
  process.exit(0);
} catch (error) {
  // Not the error itself: Node would print Pyodide's source with it, a line of a megabyte.
  fs.writeSync(2, `${error.message || error.stack || error}\n`);
  process.exit(1);
}
