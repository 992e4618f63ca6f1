/** What the worker and the snapshot's maker must do alike. Plain JavaScript, as Node runs it without a build. */

import { putBack, snapshotIn } from "./own_bytes.mjs";

/**
 * Both sides must start with the same environment, the seed of hashes above all. Without the tables of columns, which
 * only tracebacks read, the snapshot is smaller.
 */
export const ENVIRONMENT = { HOME: "/home/pyodide", PYTHONHASHSEED: "0", PYTHONNODEBUGRANGES: "1" };

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

/**
 * A Python that goes on from a memory snapshot; `folder` is the URL of Pyodide's files, `indexURL` their place.
 * Pyodide would wait for the snapshot: `fill` fills `file` while Pyodide, asked for first, is fetched and compiled.
 */
export async function restore(folder, indexURL, file, fill) {
  const module = import(new URL("pyodide.asm.mjs", folder).href);
  const { loadPyodide } = await import(new URL("pyodide.mjs", folder).href);
  const snapshot = snapshotIn(file);
  let filled;
  const createPyodideModule = async (settings) => {
    const create = (await module).default;
    const [made] = await Promise.all([create(settings), filled]);
    putBack(file, made.HEAPU8);
    return makeRoom(made, snapshot.length);
  };
  const python = loadPyodide({ indexURL, env: ENVIRONMENT, _loadSnapshot: snapshot, createPyodideModule });
  filled = fill(file);
  const [py] = await Promise.all([python, filled]);
  return py;
}

/** The memory of a module as `restore` finds it, before anything of a snapshot is in it. */
export async function bareMemory(folder, indexURL, snapshot) {
  const { default: create } = await import(new URL("pyodide.asm.mjs", folder).href);
  const { loadPyodide } = await import(new URL("pyodide.mjs", folder).href);
  return new Promise((resolve, reject) => {
    const createPyodideModule = async (settings) => {
      const made = await create(settings);
      resolve(made.HEAPU8.slice());
      return new Promise(() => {}); // this module is not wanted any further
    };
    loadPyodide({ indexURL, env: ENVIRONMENT, _loadSnapshot: snapshot, createPyodideModule }).catch(reject);
  });
}

const STEP = 1 << 20;

/** Grows a fresh module's memory to the snapshot's size, as Pyodide itself does not; the snapshot overwrites all of it. */
function makeRoom(module, bytes) {
  while (module.HEAPU8.length < bytes) {
    if (!module._malloc(bytes - module.HEAPU8.length + STEP)) throw new Error(`there is no memory of ${bytes} bytes`);
  }
  return module;
}
