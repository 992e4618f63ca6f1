/** The page's Python: one worker at a time, shared by all cells and widgets, started, stopped and started again. */

import { WorkerClient, RUN_LIMIT_SECONDS, type Loss } from "./client.js";
import { kernelState, setKernelState } from "./state.js";
import type { PageFacts } from "./facts.js";
import type { Output } from "./protocol.js";

declare const ECS_VERSION: string;

/** What the live stage does with a kernel; see live.ts. */
export interface Stage {
  /** A fresh kernel runs: run the page's cells that everything else needs. */
  begin(client: WorkerClient): Promise<void>;
  /** Runs the cell as it stands in its editor. */
  run(id: string): Promise<void>;
  /** Runs the cells above it, in the page's order, up to the first that fails. */
  runAbove(id: string): Promise<void>;
  /** Every editor shows the book's version again. */
  forgetDrafts(): void;
  output(output: Output): void;
  comm: ConstructorParameters<typeof WorkerClient>[2]["comm"];
  /** The kernel is gone; what is on the page stays. */
  end(words: string): void;
}

const WORDS: Record<Loss, string> = {
  stopped: "Stopped. What you typed and drew is still here; values in Python are gone. Restart to go on.",
  limit: `Stopped after ${RUN_LIMIT_SECONDS} s: a cell or a control took longer. What you typed and drew is still here. Restart to go on.`,
  start: "Python could not start in this browser. Everything on the page can still be read. Restart to try again.",
  crash: "Python's worker has ended unexpectedly. What you typed and drew is still here. Restart to go on.",
  memory: "Python ran out of memory. What you typed and drew is still here. Restart to go on.",
};

const READY = "Python is ready. It runs in your browser; nothing leaves your machine.";

export class Session {
  private client: WorkerClient | undefined;
  private stage: Promise<Stage> | undefined;
  private starting: Promise<void> = Promise.resolve();

  constructor(readonly facts: PageFacts) {}

  /** Starts Python if it is off or lost; resolves when the page is live, or when it could not be made so. */
  start(): Promise<void> {
    if (kernelState() === "off" || kernelState() === "lost") this.starting = this.begin();
    return this.starting;
  }

  private async begin(): Promise<void> {
    performance.mark("ecs:start");
    setKernelState("starting", "Starting Python in your browser…");
    try {
      const [client, stage] = await Promise.all([this.boot(), this.load()]);
      await stage.begin(client);
      if (this.client !== client) return;
    } catch (error) {
      console.error("The page's Python could not start:", error);
      this.lost("start");
      return;
    }
    performance.mark("ecs:live");
    performance.measure("ecs:start-to-live", "ecs:start", "ecs:live");
    setKernelState("ready", READY);
    document.dispatchEvent(new CustomEvent("ecs:ready"));
  }

  /** Runs a cell, after starting Python if it must. */
  async run(id: string): Promise<void> {
    await this.start();
    if (this.client) await (await this.load()).run(id);
  }

  /** Runs all cells above one, after starting Python if it must. */
  async runAbove(id: string): Promise<void> {
    await this.start();
    if (this.client) await (await this.load()).runAbove(id);
  }

  /** The reader has deleted their versions of the cells. */
  forgetDrafts(): void {
    void this.stage?.then((stage) => stage.forgetDrafts());
  }

  /** Interrupts what runs; where the browser does not let us, ends the worker. */
  stop(): void {
    if (!this.client?.tryInterrupt()) this.lost("stopped");
  }

  /** Ends the worker, if there is one, and starts a fresh one. */
  async restart(): Promise<void> {
    if (kernelState() !== "lost") this.lost("stopped");
    await this.start();
  }

  /** Fetches the live stage's code ahead of time. */
  load(): Promise<Stage> {
    const address = new URL(`live.js?v=${ECS_VERSION}`, this.facts.assets).href;
    this.stage ??= import(address).then(({ goLive }) => goLive(this.facts, (id: string) => void this.run(id)) as Stage);
    this.stage.catch(() => (this.stage = undefined));
    return this.stage;
  }

  /** A worker in which Python runs: from the snapshot, or, when that fails for any reason, from wheels. */
  private async boot(): Promise<WorkerClient> {
    if (new URLSearchParams(location.search).get("snapshot") !== "off") {
      try {
        return await this.worker(true);
      } catch (error) {
        console.warn("Python did not start from its memory snapshot, so it starts from wheels:", error);
      }
    }
    return this.worker(false);
  }

  private async worker(snapshot: boolean): Promise<WorkerClient> {
    this.client?.end();
    const client: WorkerClient = new WorkerClient(this.facts.assets, ECS_VERSION, {
      output: (output) => void this.stage?.then((stage) => stage.output(output)),
      comm: (message) => void this.stage?.then((stage) => stage.comm(message)),
      busy: (busy) => this.busy(busy),
      lost: (why) => this.client === client && kernelState() !== "starting" && this.lost(why),
    });
    this.client = client;
    document.documentElement.dataset.kernelBy = await client.start(snapshot);
    return client;
  }

  private busy(busy: boolean): void {
    if (kernelState() === "starting" || kernelState() === "lost") return;
    setKernelState(busy ? "busy" : "ready", busy ? "Python is working…" : READY);
  }

  private lost(why: Loss): void {
    this.client?.end();
    this.client = undefined;
    setKernelState("lost", WORDS[why]);
    void this.stage?.then((stage) => stage.end(WORDS[why]));
  }
}
