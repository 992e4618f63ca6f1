/** The page's code cells once Python runs: an editor and an output each. */

import { cellBar } from "./cellbars.js";
import type { Cell } from "./facts.js";
import { makeEditor, type Editor } from "./editor.js";
import { OutputArea, type Widgets } from "./outputs.js";
import type { WorkerClient } from "./client.js";

/** A code cell of the page that can be seen. */
export class LiveCell {
  readonly output: OutputArea;
  private readonly editor: Editor;
  private readonly reset: HTMLButtonElement;

  constructor(
    readonly cell: Cell,
    readonly element: HTMLElement,
    widgets: Widgets,
    run: (cell: LiveCell) => void,
  ) {
    this.output = new OutputArea(element, widgets);
    this.reset = cellBar(element).querySelector("[data-cell-reset]")!;
    this.editor = makeEditor(element.querySelector(".highlight")!, cell.source, {
      run: () => run(this),
      changed: (source) => (this.reset.disabled = source === cell.source),
    });
    this.reset.addEventListener("click", () => this.editor.setSource(cell.source));
  }

  /** Runs what stands in the editor; the old output stays until the new one comes. */
  async run(client: WorkerClient): Promise<void> {
    this.element.dataset.running = "";
    this.output.begin();
    const ok = await client.execute(this.cell.id, this.editor.source());
    delete this.element.dataset.running;
    this.output.finish();
    this.element.dataset.ran = ok ? "ok" : "failed";
  }
}
