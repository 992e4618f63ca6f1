/** Plain figures and boards of the page: each is made live once it comes near the screen. */

import { mountBoard } from "../../ecslite/widgets/board.js";
import { mountFigure } from "../../ecslite/widgets/figure.js";

/** How far below the screen a figure is drawn already. */
const NEAR = "400px";

const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      liven(target as HTMLElement);
    }
  },
  { rootMargin: NEAR },
);

/** Watches the figures and boards under `root`. */
export function watchFigures(root: ParentNode): void {
  root.querySelectorAll("figure.ecs-figure, div.ecs-board").forEach((element) => near.observe(element));
}

/** Draws one from its data, in the place of its still picture; if that fails, the picture stays. */
function liven(element: HTMLElement): void {
  const text = element.querySelector("script.ecs-data")?.textContent;
  if (!text || (element.matches(".ecs-figure") && !("Plotly" in globalThis))) return;
  try {
    const data = JSON.parse(text);
    if (element.matches(".ecs-figure")) mountFigure(element, data);
    else mountBoard(element, data);
  } catch (error) {
    console.error("A figure could not be drawn; its still picture stays:", error);
  }
}
