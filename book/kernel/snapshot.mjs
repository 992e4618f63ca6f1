/**
 * node snapshot.mjs OUT: starts Pyodide, imports and warms up what a chapter uses, and saves its memory.
 *
 * The page starts from that memory (worker.ts), with the same environment variables and the same Pyodide build.
 */
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import zlib from "node:zlib";
import { pathToFileURL } from "node:url";
import { ENVIRONMENT, prepare } from "./boot.mjs";

/** Starts, prepares, warms up, saves. */
async function make(out) {
  const pyodide = path.join(out, "pyodide");
  const { loadPyodide } = await import(pathToFileURL(path.join(pyodide, "pyodide.mjs")).href);
  const py = await loadPyodide({ indexURL: pyodide + path.sep, env: ENVIRONMENT, _makeSnapshot: true });
  prepare(py, new Uint8Array(fs.readFileSync(path.join(out, "site.zip"))));
  py.runPython(fs.readFileSync(new URL("./warm_up.py", import.meta.url), "utf8"));
  const packed = zlib.gzipSync(py.makeMemorySnapshot(), { level: 9 });
  fs.writeFileSync(path.join(out, "snapshot.bin.gz"), packed);
}

try {
  await make(path.resolve(process.argv[2]));
  process.exit(0);
} catch (error) {
  fs.writeSync(2, `${error.message || error.stack || error}\n`); // Node's own report would print Pyodide's source, a line of a megabyte
  process.exit(1);
}
