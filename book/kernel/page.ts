/** The still stage: what every page does before Python starts, and the way to the live stage. */

import { readFacts } from "./facts.js";
import { addCellBars } from "./cellbars.js";
import { addDraftBar } from "./draftbar.js";
import { watchFigures } from "./figures.js";
import { mountExercises } from "./exercises.js";
import { mountExplorers, onFirstTouch } from "./explorers.js";
import { Session } from "./session.js";
import { addToolbar } from "./toolbar.js";

const facts = readFacts();
const session = new Session(facts);

document.documentElement.dataset.kernel = "off";
watchFigures(document);
mountExercises(document);
askAgain();
listenToFullscreen();
mountExplorers(document, () => void session.start());
if (facts.cells.length > 0) {
  addToolbar({
    start: () => void session.start(),
    stop: () => session.stop(),
    restart: () => void session.restart(),
  });
  addCellBars(facts.cells, {
    run: (id) => void session.run(id),
    runAbove: (id) => void session.runAbove(id),
  });
  addDraftBar(() => session.forgetDrafts());
  if (!savesData()) {
    whenIdle(() => void session.load());
    onFirstTouch(document, () => void session.start());
  }
}

/** The page that asks again has code of its own. */
function askAgain(): void {
  const root = document.querySelector<HTMLElement>(".ecs-again");
  if (root) void import("./again.js").then(({ mountAgain }) => mountAgain(root));
}

/** Readers who save data load Python by a press and no sooner. */
function savesData(): boolean {
  return (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
}

/** After the page is drawn and quiet. */
function whenIdle(call: () => void): void {
  const idle = () => ("requestIdleCallback" in window ? requestIdleCallback(call) : setTimeout(call, 2000));
  if (document.readyState === "complete") idle();
  else window.addEventListener("load", idle, { once: true });
}

/** The theme's button, whose handler in an attribute the page's policy would not run. */
function listenToFullscreen(): void {
  const { toggleFullScreen } = globalThis as { toggleFullScreen?: () => void };
  for (const each of document.querySelectorAll("[data-ecs-fullscreen]")) each.addEventListener("click", () => toggleFullScreen?.());
}
