/** The line below the page's bar that says where the reader's own versions of cells are kept, and deletes them. */

import { drafts, keepDraft } from "./drafts.js";

/** Shows the line while there is something to say; `forgotten` is called after the reader has deleted their versions. */
export function addDraftBar(forgotten: () => void): void {
  const line = document.createElement("p");
  line.className = "ecs-drafts";
  const words = document.createElement("span");
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "ecs-button ecs-quiet";
  remove.textContent = "Delete my versions";
  remove.addEventListener("click", () => {
    drafts().forEach((cell) => keepDraft(cell, null));
    forgotten();
    document.querySelector<HTMLElement>(".ecs-bar button:not([hidden])")?.focus();
  });
  line.append(words, " ", remove);
  document.querySelector(".ecs-bar")!.append(line);
  const show = () => {
    const count = drafts().length;
    line.hidden = count === 0;
    words.textContent = `You have changed ${count === 1 ? "a cell" : `${count} cells`} of this page. Your versions are kept in this browser only (its local storage).`;
  };
  document.addEventListener("ecs:drafts", show);
  show();
}
