/** A bar under each code cell: it stands there from the start, so that nothing moves when Python runs. */

import { cellElement, type Cell } from "./facts.js";

/** True of a cell whose source the page shows. */
export function isShown(element: HTMLElement | null): element is HTMLElement {
  return element?.querySelector(".cell_input .highlight pre") != null;
}

/** The still stage: puts Run and Reset under each cell that can be seen; `run` is called with the cell's id. */
export function addCellBars(cells: Cell[], run: (id: string) => void): void {
  for (const { id } of cells) {
    const element = cellElement(id);
    if (!isShown(element)) continue;
    const made = document.createElement("div");
    made.className = "ecs-cell-bar";
    made.innerHTML = `<button type="button" class="ecs-button" data-cell-run>Run</button>
      <button type="button" class="ecs-button ecs-quiet" data-cell-reset disabled>Reset</button>`;
    made.querySelector("[data-cell-run]")!.addEventListener("click", () => run(id));
    element.querySelector(".cell_input")!.append(made);
  }
}

/** The bar of a cell that can be seen. */
export function cellBar(element: HTMLElement): HTMLElement {
  return element.querySelector(".ecs-cell-bar")!;
}
