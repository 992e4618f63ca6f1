/** The bar above the article: Start, Stop, Restart, and what the kernel is doing, in words. */

import type { KernelState } from "./state.js";

const EXPLANATION = "Python runs in your browser. Nothing leaves your machine.";

const SHOWN: Record<KernelState, string[]> = {
  off: ["start"],
  starting: ["start"],
  ready: ["restart"],
  busy: ["stop"],
  lost: ["restart"],
};

export interface Actions {
  start(): void;
  stop(): void;
  restart(): void;
}

/** Makes the bar at the top of the article and keeps it in step with the kernel. */
export function addToolbar(actions: Actions): void {
  const bar = document.createElement("div");
  bar.className = "ecs-bar";
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "Python on this page");
  const buttons = {
    start: button("Start", "data-kernel-start", actions.start),
    stop: button("Stop", "data-kernel-stop", actions.stop),
    restart: button("Restart", "data-kernel-restart", actions.restart),
  };
  const status = document.createElement("span");
  status.className = "ecs-status";
  status.setAttribute("role", "status");
  status.textContent = EXPLANATION;
  bar.append(...Object.values(buttons), status);
  place(bar);
  const show = (state: KernelState, words: string) => {
    const held = bar.contains(document.activeElement);
    buttons.restart.classList.toggle("ecs-quiet", state === "ready");
    for (const [name, each] of Object.entries(buttons)) each.hidden = !SHOWN[state].includes(name);
    buttons.start.setAttribute("aria-disabled", String(state === "starting"));
    status.textContent = words || EXPLANATION;
    if (held && document.activeElement?.matches("[hidden]")) Object.values(buttons).find((each) => !each.hidden)?.focus();
  };
  show("off", "");
  document.addEventListener("ecs:kernel", (event) => {
    const { state, words } = (event as CustomEvent<{ state: KernelState; words: string }>).detail;
    show(state, words);
  });
}

function button(text: string, mark: string, press: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "ecs-button";
  made.textContent = text;
  made.setAttribute(mark, "");
  made.addEventListener("click", press);
  return made;
}

/** After the page's title, which stays the first thing of the article. */
function place(bar: HTMLElement): void {
  const title = document.querySelector("article h1");
  if (title) title.after(bar);
  else (document.querySelector("article") ?? document.body).prepend(bar);
}
