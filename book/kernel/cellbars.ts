/** A bar under each code cell: it stands there from the start, so that nothing moves when Python runs. */

import { cellElement, type Cell } from "./facts.js";
import { draft } from "./drafts.js";

/** True of a cell whose source the page shows. */
export function isShown(element: HTMLElement | null): element is HTMLElement {
  return element?.querySelector(".cell_input .highlight pre") != null;
}

/** What a cell's bar can ask for, each with the cell's id. */
export interface CellActions {
  run(id: string): void;
  runAbove(id: string): void;
}

/** The still stage: puts Run, Run all above and Reset under each cell that can be seen. */
export function addCellBars(cells: Cell[], actions: CellActions): void {
  const shown = cells.filter(({ id }) => isShown(cellElement(id)));
  shown.forEach(({ id }, place) => {
    const made = document.createElement("div");
    made.className = "ecs-cell-bar";
    made.innerHTML = `<button type="button" class="ecs-button" data-cell-run>Run</button>
      ${place ? '<button type="button" class="ecs-button ecs-quiet" data-cell-above>Run all above</button>' : ""}
      <button type="button" class="ecs-button ecs-quiet" data-cell-reset disabled>Reset</button>
      <span class="ecs-draft-word"></span>`;
    made.querySelector("[data-cell-run]")!.addEventListener("click", () => actions.run(id));
    made.querySelector("[data-cell-above]")?.addEventListener("click", () => actions.runAbove(id));
    cellElement(id)!.querySelector(".cell_input")!.append(made);
    if (draft(id) !== null) sayOfDraft(made, "You changed this cell; your version comes back when Python starts.");
  });
}

/** The bar of a cell that can be seen. */
export function cellBar(element: HTMLElement): HTMLElement {
  return element.querySelector(".ecs-cell-bar")!;
}

/** What the bar says about the reader's own version of the cell. */
export function sayOfDraft(bar: HTMLElement, words: string): void {
  bar.querySelector(".ecs-draft-word")!.textContent = words;
}
