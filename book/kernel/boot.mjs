/** What the worker and the snapshot's maker must do alike. Plain JavaScript, as Node runs it without a build. */

/** Both sides must start with the same environment, the seed of hashes above all. */
export const ENVIRONMENT = { HOME: "/home/pyodide", PYTHONHASHSEED: "0" };

export const LIBRARY = "/lib/site";

/** Puts the packages' files in place. */
export function mount(py, site) {
  py.unpackArchive(site, "zip", { extractDir: LIBRARY });
}

/** From a bare Pyodide to one that can run cells. */
export function prepare(py, site) {
  mount(py, site);
  importBridge(py);
}

/** Makes what stands in LIBRARY importable, and imports the bridge. */
export function importBridge(py) {
  py.runPython(`import sys; sys.path.insert(0, "${LIBRARY}"); import page_bridge`);
}
