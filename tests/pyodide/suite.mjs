/**
 * node suite.mjs ROOT PYODIDE SITE_PACKAGES SCRIPT TESTS…: runs pytest in Pyodide, on the files of this machine.
 *
 * ROOT (the project), PYODIDE (npm's package) and SITE_PACKAGES (of .venv: pytest and hypothesis, in pure Python) are
 * folders; SCRIPT is the Python that starts pytest. The exit code is pytest's.
 */
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

const [root, pyodide, site, script, ...tests] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(path.join(pyodide, "pyodide.mjs")).href);
const env = {
  TESTS: tests.join(" "),
  HOME: "/home/pyodide",
  PYTHONHASHSEED: "0",
  PYTHONDONTWRITEBYTECODE: "1",
  PYTEST_DISABLE_PLUGIN_AUTOLOAD: "1",
};

async function run() {
  const py = await loadPyodide({ indexURL: pyodide + path.sep, env });
  for (const [place, folder] of [["/project", root], ["/packages", site]]) {
    py.FS.mkdirTree(place);
    py.mountNodeFS(place, folder);
  }
  py.runPython('import sys; sys.path[:0] = ["/project", "/project/tests", "/packages"]');
  return py.runPython(fs.readFileSync(script, "utf8"));
}

try {
  process.exit(await run());
} catch (error) {
  fs.writeSync(2, `${error.message}\n`); // not the error itself: Node would print Pyodide's source too
  process.exit(1);
}
