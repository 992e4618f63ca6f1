/** The live stage: editors, widgets and outputs. Loaded at Start, or when the page is idle before it. */

import { cellElement, type Cell, type PageFacts } from "./facts.js";
import { isShown } from "./cellbars.js";
import { LiveCell } from "./cells.js";
import { detachExplorers, explorerIn } from "./explorers.js";
import { Manager } from "./manager.js";
import type { WorkerClient } from "./client.js";
import type { CommMessage, CommOpen, Fault, Output } from "./protocol.js";

declare const ECS_VERSION: string;

const WIDGET = "application/vnd.jupyter.widget-view+json";

class LiveStage {
  private client!: WorkerClient;
  private manager!: Manager;
  private readonly cells = new Map<string, LiveCell>();
  private readonly adopting = new Set<string>();
  private adopted: Promise<void> = Promise.resolve();

  constructor(
    private readonly facts: PageFacts,
    private readonly wish: (id: string) => void,
  ) {}

  /** Runs the set-up cells and adopts the explorers; right after, the editors take their places. */
  async begin(client: WorkerClient): Promise<void> {
    this.client = client;
    this.manager = new Manager(client);
    await Promise.all(this.facts.cells.map((cell) => this.prepare(cell)));
    await this.adopted;
    setTimeout(() => this.addEditors()); // in a turn of their own: the explorers answer before
  }

  /** Runs the cell that stands in the editor. */
  async run(id: string): Promise<void> {
    this.addEditors();
    await this.cells.get(id)?.run(this.client);
  }

  /** Runs the cells above one in the page's order; the first that fails is the last. */
  async runAbove(id: string): Promise<void> {
    this.addEditors();
    for (const [above, cell] of this.cells) {
      if (above === id || !(await cell.run(this.client))) return;
    }
  }

  forgetDrafts(): void {
    for (const cell of this.cells.values()) cell.forgetDraft();
  }

  output(output: Output): void {
    if (this.adopting.has(output.cell)) return this.adopt(output);
    const cell = this.cells.get(output.cell);
    if (cell) cell.output.add(output);
    else if (output.type === "error") this.hiddenFault(output);
  }

  comm(message: CommOpen | CommMessage): void {
    this.manager.take(message);
  }

  end(words: string): void {
    detachExplorers(words);
  }

  /** Runs a cell that Start must run; the worker takes them in the order of the page. What they print is there already. */
  private async prepare(cell: Cell): Promise<void> {
    const explorer = cell.tags.includes("explorer");
    if (!explorer && !cell.tags.includes("setup")) return;
    this.adopting.add(cell.id);
    await this.client.execute(cell.id, cell.source, { adopting: explorer, early: true });
    this.adopting.delete(cell.id);
  }

  /** The explorer that stands on the page becomes the view of the model that its cell has made. */
  private adopt(output: Output): void {
    if (output.type === "error") return this.hiddenFault(output);
    const view = output.type === "display" ? output.data[WIDGET] : undefined;
    const handle = explorerIn(cellElement(output.cell));
    if (!handle || !view) return;
    const model = this.manager.model((view as { model_id: string }).model_id);
    this.adopted = Promise.all([this.adopted, model]).then(([, found]) => handle.attach(found));
  }

  /** A cell that Start runs has failed: the book was built with it, so this is for its authors. */
  private hiddenFault({ cell, text, traceback }: Fault): void {
    console.error(`Cell ${cell} failed at the start: ${text}\n${traceback}`);
  }

  private addEditors(): void {
    for (const cell of this.facts.cells) {
      const element = cellElement(cell.id);
      if (!isShown(element) || this.cells.has(cell.id)) continue;
      const widgets = { show: (id: string, place: HTMLElement) => this.manager.show(id, place) };
      const complete = (source: string, cursor: number) => this.client.complete(source, cursor);
      this.cells.set(cell.id, new LiveCell(cell, element, widgets, { run: () => this.wish(cell.id), complete }));
    }
  }
}

/** The style of ipywidgets' controls, which only a live page has. */
function addStyle(assets: URL): void {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL(`widgets.css?v=${ECS_VERSION}`, assets).href;
  document.head.append(link);
}

/** The live stage of this page; `run` runs a cell, and starts Python if it must. */
export function goLive(facts: PageFacts, run: (id: string) => void): LiveStage {
  addStyle(facts.assets);
  return new LiveStage(facts, run);
}
