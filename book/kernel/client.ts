/** One worker, seen from the page: starts it, sends it messages, and notices when it is gone. */

import {
  PROTOCOL,
  type CommMessage,
  type CommOpen,
  type Execute,
  type FromWorker,
  type Output,
  type Ready,
  type Completed,
  type ToKernelComm,
  type ToWorker,
} from "./protocol.js";

/** How long a cell or a control may take, or be silent on its progress, before the worker is given up. */
export const RUN_LIMIT_SECONDS = 60;

/** How often a worker without work is asked whether it is there, where the browser has no locks. */
const PING_SECONDS = 5;

export type Loss = "stopped" | "limit" | "start" | "crash" | "memory";

export interface Listener {
  output(output: Output): void;
  comm(message: CommOpen | CommMessage): void;
  busy(busy: boolean): void;
  lost(why: Loss, text: string): void;
}

interface Pending {
  settle(ok: boolean): void;
  timer: number;
}

type Names = Pick<Completed, "from" | "names">;

const NONE: Names = { from: 0, names: [] };

type Unnumbered<T> = T extends unknown ? Omit<T, "id"> : never;

export class WorkerClient {
  private readonly worker: Worker;
  private readonly pending = new Map<string, Pending>();
  private readonly interrupt = crossOriginIsolated ? new Uint8Array(new SharedArrayBuffer(1)) : null;
  private count = 0;
  private completing: { id: string; settle(found: Names): void } | undefined;
  private gone = false;
  private ping = 0;
  private started!: { resolve(by: Ready["by"]): void; reject(error: Error): void };

  constructor(
    assets: URL,
    private readonly version: string,
    private readonly listener: Listener,
  ) {
    this.worker = new Worker(new URL(`worker.js?v=${version}`, assets), { type: "module", name: "python" });
    this.worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.take(data);
    this.worker.onerror = (event) => this.lose("crash", event.message || "the worker failed");
    this.worker.onmessageerror = () => this.lose("crash", "a message could not be read");
  }

  /** Resolves when Python runs; rejects when it cannot start. */
  start(snapshot: boolean): Promise<Ready["by"]> {
    const lock = navigator.locks ? `ecs-${crypto.randomUUID()}` : "";
    const ready = new Promise<Ready["by"]>((resolve, reject) => (this.started = { resolve, reject }));
    this.post({ type: "start", protocol: PROTOCOL, snapshot, version: this.version, lock, interrupt: this.interrupt });
    void ready.then(() => (lock ? this.waitForEnd(lock) : this.askRegularly())).catch(() => {});
    return ready;
  }

  /** Runs a cell; resolves with false if it ended with an error, and when the worker was lost. */
  execute(cell: string, source: string, how: Partial<Pick<Execute, "adopting" | "early">> = {}): Promise<boolean> {
    return this.ask({ type: "execute", cell, source, adopting: false, early: false, ...how });
  }

  /** The names that may stand at the cursor; none while Python is busy with something else. */
  complete(source: string, cursor: number): Promise<Names> {
    this.completing?.settle(NONE);
    this.completing = undefined;
    if (this.gone || this.pending.size > 0) return Promise.resolve(NONE);
    const id = `c${(this.count += 1)}`;
    return new Promise((settle) => {
      this.completing = { id, settle };
      this.post({ type: "complete", id, source, cursor });
    });
  }

  /** Sends a comm message; resolves when Python has dealt with it. */
  send(message: Unnumbered<ToKernelComm>): Promise<boolean> {
    return this.ask(message);
  }

  /** True if what runs could be interrupted without ending the worker. */
  tryInterrupt(): boolean {
    if (!this.interrupt || this.gone) return false;
    this.interrupt[0] = 2;
    return true;
  }

  /** Ends the worker; what was asked of it resolves with false. */
  end(): void {
    this.gone = true;
    clearInterval(this.ping);
    this.completing?.settle(NONE);
    this.worker.terminate();
    for (const { settle, timer } of this.pending.values()) {
      clearTimeout(timer);
      settle(false);
    }
    this.pending.clear();
  }

  private ask(message: Unnumbered<Exclude<ToWorker, { type: "start" | "ping" | "complete" }>>): Promise<boolean> {
    if (this.gone) return Promise.resolve(false);
    const id = `m${(this.count += 1)}`;
    return new Promise((settle) => {
      this.pending.set(id, { settle, timer: this.limit() });
      if (this.pending.size === 1) this.listener.busy(true);
      this.post({ ...message, id } as ToWorker);
    });
  }

  private limit(): number {
    return window.setTimeout(() => this.lose("limit", ""), RUN_LIMIT_SECONDS * 1000);
  }

  /** A widget has changed, as the progress bar of long work does: whoever waits may wait on. */
  private waitOn(): void {
    for (const asked of this.pending.values()) {
      clearTimeout(asked.timer);
      asked.timer = this.limit();
    }
  }

  private post(message: ToWorker): void {
    this.worker.postMessage(message);
  }

  private take(message: FromWorker): void {
    if (this.gone) return;
    if (message.type === "ready") this.greet(message);
    else if (message.type === "done") this.finish(message.id, message.ok);
    else if (message.type === "failed") this.fail(message.during, message.text);
    else if (message.type === "completed") this.named(message);
    else if (message.type === "pong") this.answered = true;
    else if (message.type.startsWith("comm_")) {
      this.waitOn();
      this.listener.comm(message as CommOpen | CommMessage);
    }
    else this.listener.output(message as Output);
  }

  /** An answer to an older question comes too late. */
  private named(message: Completed): void {
    if (message.id === this.completing?.id) this.completing.settle(message);
  }

  private greet({ protocol, by }: Ready): void {
    if (protocol === PROTOCOL) this.started.resolve(by);
    else this.fail("start", `the worker speaks protocol ${protocol}, the page ${PROTOCOL}`);
  }

  private finish(id: string, ok: boolean): void {
    const asked = this.pending.get(id);
    if (!asked) return;
    clearTimeout(asked.timer);
    this.pending.delete(id);
    asked.settle(ok);
    if (this.pending.size === 0) this.listener.busy(false);
  }

  private fail(during: "start" | "run", text: string): void {
    if (during === "run") this.lose(/memory/i.test(text) ? "memory" : "crash", text);
    else this.started.reject(new Error(text));
  }

  private lose(why: Loss, text: string): void {
    if (this.gone) return;
    this.end();
    this.started?.reject(new Error(text));
    this.listener.lost(why, text);
  }

  /** The worker holds this lock as long as it lives: to get it is to know that the worker is gone, and at once. */
  private waitForEnd(lock: string): void {
    void navigator.locks.request(lock, () => this.lose("crash", "the worker ended"));
  }

  private answered = true;

  private askRegularly(): void {
    this.ping = window.setInterval(() => {
      if (this.pending.size > 0) return;
      if (!this.answered) return this.lose("crash", "the worker gave no answer");
      this.answered = false;
      this.post({ type: "ping" });
    }, PING_SECONDS * 1000);
  }
}
