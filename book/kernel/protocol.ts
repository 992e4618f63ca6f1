/** What the page and its worker say to each other. Both sides are built from this file; `PROTOCOL` tells a stale one. */

export const PROTOCOL = 1;

/** A MIME bundle: one output in several formats. */
export type Bundle = Record<string, unknown>;

/** The bytes that travel beside a widget's state. */
export type Buffers = Uint8Array[];

export interface CommOpen {
  type: "comm_open";
  comm: string;
  target: string;
  data: Bundle;
  metadata: Bundle;
  buffers: Buffers;
}

export interface CommMessage {
  type: "comm_msg" | "comm_close";
  comm: string;
  data: Bundle;
  metadata: Bundle;
  buffers: Buffers;
}

/** From the page: how to start. */
export interface Start {
  type: "start";
  protocol: number;
  /** False: start from wheels. */
  snapshot: boolean;
  /** Changes with every build, so that a browser's cache never mixes two of them. */
  version: string;
  /** A lock that the worker holds as long as it lives; "" where the browser has none. */
  lock: string;
  /** One byte that interrupts Python when it is 2; only where the page is cross-origin isolated. */
  interrupt: Uint8Array | null;
}

/** From the page: run a cell. */
export interface Execute {
  type: "execute";
  id: string;
  cell: string;
  source: string;
  /** True: the cell's explorer takes over the run that the page already shows. */
  adopting: boolean;
  /** True: a cell of the book's own that Start runs; if all that it imports is in memory, it does not wait for files. */
  early: boolean;
}

/** From the page: which names may stand at the cursor, an offset into the source? */
export interface Complete {
  type: "complete";
  id: string;
  source: string;
  cursor: number;
}

export interface Ping {
  type: "ping";
}

/** From the page: a comm message, answered by `idle` with the same id once Python has dealt with it. */
export type ToKernelComm = (CommOpen | CommMessage) & { id: string };

export type ToWorker = Start | Execute | Complete | Ping | ToKernelComm;

/** From the worker: Python runs. */
export interface Ready {
  type: "ready";
  protocol: number;
  by: "snapshot" | "wheels";
}

/** From the worker: it could not start, or Python itself broke. Nothing works in it any more. */
export interface Failed {
  type: "failed";
  during: "start" | "run";
  text: string;
}

export interface Stream {
  type: "stream";
  cell: string;
  name: "stdout" | "stderr";
  text: string;
}

export interface Display {
  type: "display";
  cell: string;
  data: Bundle;
  metadata: Bundle;
  /** Names an output that a later message may replace. */
  display_id: string | null;
  update: boolean;
}

export interface Clear {
  type: "clear";
  cell: string;
  /** True: clear when the next output comes. */
  wait: boolean;
}

export interface Fault {
  type: "error";
  cell: string;
  name: string;
  text: string;
  /** True: the text was written for a learner and says what to do. */
  plain: boolean;
  traceback: string;
}

/** What a cell puts under itself. */
export type Output = Stream | Display | Clear | Fault;

/** From the worker: a cell or a comm message has been dealt with. */
export interface Done {
  type: "done";
  id: string;
  ok: boolean;
}

/** From the worker: the names, and the offset at which the word they complete begins. */
export interface Completed {
  type: "completed";
  id: string;
  from: number;
  names: string[];
}

export interface Pong {
  type: "pong";
}

export type FromWorker = Ready | Failed | Output | Done | Completed | Pong | CommOpen | CommMessage;
