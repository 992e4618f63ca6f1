/** The page's code cells once Python runs: an editor and an output each. */

import { cellBar, sayOfDraft } from "./cellbars.js";
import { draft, keepDraft } from "./drafts.js";
import type { Cell } from "./facts.js";
import { makeEditor, type Editor, type EditorEvents } from "./editor.js";
import { OutputArea, type Widgets } from "./outputs.js";
import type { WorkerClient } from "./client.js";

const KEPT = "Your version. It is kept in this browser only; Reset brings the book's back.";
const NOT_KEPT = "Your version. This browser keeps nothing for the page, so it is gone after a reload.";

/** A code cell of the page that can be seen. */
export class LiveCell {
  readonly output: OutputArea;
  private readonly editor: Editor;

  constructor(
    readonly cell: Cell,
    readonly element: HTMLElement,
    widgets: Widgets,
    events: Pick<EditorEvents, "run" | "complete">,
  ) {
    this.output = new OutputArea(element, widgets);
    const source = draft(cell.id) ?? cell.source;
    const changed = (text: string) => this.keep(text);
    this.editor = makeEditor(element.querySelector(".highlight")!, source, { ...events, changed });
    this.reset.addEventListener("click", () => this.forgetDraft());
    if (source !== cell.source) this.keep(source);
    else sayOfDraft(cellBar(element), "");
  }

  private get reset(): HTMLButtonElement {
    return cellBar(this.element).querySelector("[data-cell-reset]")!;
  }

  private keep(source: string): void {
    const own = source !== this.cell.source;
    const kept = keepDraft(this.cell.id, own ? source : null);
    this.reset.disabled = !own;
    sayOfDraft(cellBar(this.element), own ? (kept ? KEPT : NOT_KEPT) : "");
  }

  /** Brings the book's version back. */
  forgetDraft(): void {
    this.editor.setSource(this.cell.source);
  }

  /** Runs what stands in the editor; the old output stays until the new one comes. False if it ended with an error. */
  async run(client: WorkerClient): Promise<boolean> {
    this.element.dataset.running = "";
    this.output.begin();
    const ok = await client.execute(this.cell.id, this.editor.source());
    delete this.element.dataset.running;
    this.output.finish();
    this.element.dataset.ran = ok ? "ok" : "failed";
    return ok;
  }
}
