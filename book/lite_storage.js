// In JupyterLite's pages: says so when the browser's storage does not work, as the notebook is then kept nowhere.

const WORDS =
  "This browser's storage does not work, so your notebook may be gone when this page is closed. " +
  "Download it first: File, Download.";

const PROBE = "ecs-storage-probe";

/** Resolves with a database, or fails as the browser does. */
function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(PROBE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("probe");
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

/** Resolves once something is written, or fails as the browser does. */
async function keeps() {
  const database = await opened();
  await new Promise((resolve, reject) => {
    const writing = database.transaction("probe", "readwrite");
    writing.oncomplete = resolve;
    writing.onerror = writing.onabort = () => reject(writing.error);
    writing.objectStore("probe").put("kept", "key");
  });
  database.close();
  indexedDB.deleteDatabase(PROBE);
}

/** Shows the words at the foot of the page. */
function warn() {
  const line = document.createElement("p");
  line.id = "ecs-not-kept";
  line.setAttribute("role", "alert");
  line.textContent = WORDS;
  line.style.cssText =
    "position:fixed;inset:auto 0 0 0;margin:0;padding:0.6em 1em;z-index:10000;background:#7a1f00;color:#fff;font:15px sans-serif";
  document.body.append(line);
}

keeps().catch(warn);
