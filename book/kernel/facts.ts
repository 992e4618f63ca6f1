/** What the page says about itself in its JSON block: where the assets are, and its code cells. */

export interface Cell {
  id: string;
  source: string;
  tags: string[];
}

export interface PageFacts {
  assets: URL;
  cells: Cell[];
}

/** Reads the block; a page without one has no cells. */
export function readFacts(): PageFacts {
  const block = document.getElementById("ecs-page")?.textContent;
  const facts = block ? JSON.parse(block) : { assets: "_static/ecs/", cells: [] };
  return { assets: new URL(facts.assets, document.baseURI), cells: facts.cells };
}

/** The element of a rendered cell; null for a hidden one. */
export function cellElement(id: string): HTMLElement | null {
  return document.querySelector(`div.cell[data-cell="${CSS.escape(id)}"]`);
}
