/** The page's worker: Python, started from its memory snapshot or from wheels, and everything that runs it. */

import { ENVIRONMENT, mount, prepare, restore } from "./boot.mjs";
import { PROTOCOL, type Complete, type Execute, type FromWorker, type Start, type ToKernelComm, type ToWorker } from "./protocol.js";
import type { PyodideAPI } from "pyodide";
import type { PyProxy } from "pyodide/ffi";

interface Bridge extends PyProxy {
  connect(post: (text: string, buffers: PyProxy | null) => void): void;
  execute(cell: string, source: string, adopting: boolean): Promise<boolean>;
  receive(kind: string, comm: string, target: string, data: string, buffers: Uint8Array[]): void;
  complete(source: string, cursor: number): string;
  needs_files(source: string): boolean;
  warm_engine(): void;
}

/** The size of the unpacked snapshot. */
declare const ECS_SNAPSHOT_BYTES: number;

const base = new URL("./", self.location.href);
const folder = new URL("pyodide/", base);
let bridge: Promise<Bridge>;
let files: () => Promise<void> = async () => {};
let turn: Promise<void> = Promise.resolve();

/** True while the engine is made warm, and once the reader has asked Python for something. */
let warming = false;
let asked = false;

/** Runs that make the engine fast, milliseconds before the first and between two. */
const WARM_RUNS = 8;
const WARM_AFTER = 600;
const WARM_PAUSE = 30;

function say(message: FromWorker): void {
  self.postMessage(message);
}

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === "start") bridge = start(data);
  else if (data.type === "ping") say({ type: "pong" });
  else if (data.type === "complete") turn = turn.then(() => complete(data));
  else if (data.type === "execute") turn = turn.then(() => execute(data));
  else void receive(data);
};

/** Starts Python; what went wrong is said in words, and the page decides what to do next. */
async function start(wish: Start): Promise<Bridge> {
  if (wish.lock) holdLock(wish.lock);
  try {
    const py = wish.snapshot ? await fromSnapshot(wish.version) : await fromWheels(wish.version);
    if (wish.interrupt) py.setInterruptBuffer(wish.interrupt);
    const found = py.pyimport("page_bridge") as Bridge;
    found.connect(post);
    performance.mark("ecs:python");
    say({ type: "ready", protocol: PROTOCOL, by: wish.snapshot ? "snapshot" : "wheels" });
    setTimeout(() => warmUp(found, WARM_RUNS), WARM_AFTER);
    return found;
  } catch (error) {
    say({ type: "failed", during: "start", text: String(error) });
    return new Promise(() => {});
  }
}

/** While the reader still reads: a few short runs, each of which a wish of theirs ends for good. */
function warmUp(python: Bridge, runs: number): void {
  if (asked || !runs) return;
  warming = true;
  python.warm_engine();
  setTimeout(() => warmUp(python, runs - 1), WARM_PAUSE);
}

/** The page waits for the same lock, and so learns at once when this worker is gone, whatever ended it. */
function holdLock(name: string): void {
  void navigator.locks.request(name, () => new Promise(() => {}));
}

async function fromSnapshot(version: string): Promise<PyodideAPI> {
  const memory = new Uint8Array(ECS_SNAPSHOT_BYTES);
  const packed = fetched("snapshot.bin.gz", version);
  const py = await restore(folder, folder.href, memory, async (target) => unpack(await packed, target));
  files = once(async () => mount(py, await library(version)));
  return py;
}

/** Python's files are fetched and put in place when the first cell may need them; a second time, unless it failed, they are there. */
function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    done.catch(() => (done = undefined));
    return done;
  };
}

async function fromWheels(version: string): Promise<PyodideAPI> {
  const [{ loadPyodide }, site] = await Promise.all([core(), library(version)]);
  const py = await loadPyodide({ indexURL: folder.href, env: ENVIRONMENT });
  prepare(py, site);
  return py;
}

function core(): Promise<typeof import("pyodide")> {
  return import(new URL("pyodide.mjs", folder).href);
}

async function library(version: string): Promise<Uint8Array> {
  const response = await fetched("site.zip", version);
  return new Uint8Array(await response.arrayBuffer());
}

/** Unpacks a gzip file into `target` as it arrives; its checksum is verified on the way. */
async function unpack(packed: Response, target: Uint8Array): Promise<void> {
  const reader = packed.body!.pipeThrough(new DecompressionStream("gzip")).getReader();
  let end = 0;
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    target.set(value!, end); // beyond the end of the target this throws
    end += value!.length;
  }
  if (end !== target.length) throw new Error(`the snapshot has ${end} bytes, and this page was built for ${target.length}`);
  performance.mark("ecs:snapshot");
}

async function fetched(name: string, version: string): Promise<Response> {
  const response = await fetch(new URL(`${name}?v=${version}`, base));
  if (!response.ok) throw new Error(`${name}: the server answered ${response.status}`);
  return response;
}

/** Passes on a message of the bridge: JSON text, and a Python list of bytes beside it. */
function post(text: string, buffers: PyProxy | null): void {
  const message = JSON.parse(text);
  message.buffers = buffers ? buffers.toJs() : [];
  say(message);
}

async function execute(wish: Execute): Promise<void> {
  const python = await bridge;
  try {
    asked ||= !wish.early;
    const needed = python.needs_files(wish.source);
    if (!wish.early || needed) await files().catch((error) => needed && missFiles(wish.cell, error));
    say({ type: "done", id: wish.id, ok: await python.execute(wish.cell, wish.source, wish.adopting) });
  } catch (error) {
    broken(error);
  }
}

/** Python goes on without its files: only imports of what is not in memory fail, and this says why. */
function missFiles(cell: string, error: unknown): void {
  const text = `Python's files could not be fetched (${error}), so some imports fail. Are you offline? Run the cell again when you are not.\n`;
  say({ type: "stream", cell, name: "stderr", text });
}

async function complete({ id, source, cursor }: Complete): Promise<void> {
  const python = await bridge;
  try {
    await files().catch(() => {}); // IPython's completer has modules that are not in memory
    say({ type: "completed", id, ...JSON.parse(python.complete(source, cursor)) });
  } catch (error) {
    broken(error);
  }
}

async function receive(wish: ToKernelComm): Promise<void> {
  const python = await bridge;
  const target = wish.type === "comm_open" ? wish.target : "";
  asked ||= warming;
  try {
    python.receive(wish.type, wish.comm, target, JSON.stringify(wish.data), wish.buffers);
    say({ type: "done", id: wish.id, ok: true });
  } catch (error) {
    broken(error);
  }
}

/** The bridge catches what Python raises: what arrives here is Python itself at its end, out of memory for one. */
function broken(error: unknown): void {
  say({ type: "failed", during: "run", text: String(error) });
}
