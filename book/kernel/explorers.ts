/** Explorers of the page: mounted in the still stage, attached to their models when Python runs. */

import { mount } from "../../ecslite/widgets/explorer.js";

/** What the page does with a mounted explorer. */
export interface Handle {
  attach(model: unknown): void;
  detach(reason: string): void;
}

const handles = new Map<Element, Handle>();

/** What is in an explorer that works without Python: the board, the figure, and what stands in disclosures. */
const WITHOUT_PYTHON = ".ecs-board-part, .ecs-figure-box, .ecs-tables";

/** Keys that only pass by. */
const PASSING = new Set(["Tab", "Shift", "Control", "Alt", "Meta", "Escape"]);

/** Calls `onTouch` once, when the reader first puts a pointer or a key to a control that will need Python. */
export function onFirstTouch(root: ParentNode, onTouch: () => void): void {
  const explorers = [...root.querySelectorAll<HTMLElement>(".ecs-explorer")];
  const heard = (event: Event): void => {
    const control = (event.target as Element).closest("input, select, button");
    if (!control || control.closest(WITHOUT_PYTHON)) return;
    if (event instanceof KeyboardEvent && PASSING.has(event.key)) return;
    for (const each of explorers) ["pointerdown", "keydown"].forEach((kind) => each.removeEventListener(kind, heard));
    onTouch();
  };
  for (const each of explorers) ["pointerdown", "keydown"].forEach((kind) => each.addEventListener(kind, heard));
}

/** Mounts the explorers under `root`; `onWake` is called when one is touched that has no model yet. */
export function mountExplorers(root: ParentNode, onWake: () => void): void {
  for (const element of root.querySelectorAll<HTMLElement>(".ecs-explorer")) {
    const text = element.querySelector("script.ecs-data")?.textContent;
    if (!text || handles.has(element)) continue;
    try {
      handles.set(element, mount(element, JSON.parse(text), { onWake }));
    } catch (error) {
      console.error("An explorer could not be mounted; its still picture stays:", error);
    }
  }
}

/** The mounted explorer in a cell's output, if there is one. */
export function explorerIn(cell: Element | null): Handle | undefined {
  const element = cell?.querySelector(".ecs-explorer");
  return element ? handles.get(element) : undefined;
}

/** Tells all explorers that their models are gone. */
export function detachExplorers(reason: string): void {
  for (const handle of handles.values()) handle.detach(reason);
}
