// Why: an event's chain of causes in sentences, from its root to the event asked about.
import { button, clock, h, minuteWords } from "./dom.js";

/** The events from the root cause to the one with that id. An event's place in the list is its id. */
export function chainOf(events, id) {
  const chain = [];
  for (let event = events[id]; event; event = event.cause === null ? null : events[event.cause]) chain.unshift(event);
  return chain;
}

/** One event with its moment. */
export function eventSentence(event) {
  return `At ${clock(event.time)} (${minuteWords(event.time)}): ${event.text}`;
}

/** A panel that explains events; `onTime(seconds)` takes the board to a link's moment. */
export function createWhy({ onTime }) {
  const heading = h("p", { class: "ecs-why-title", role: "heading", "aria-level": "4" }, "Why?");
  const chain = h("ol", { class: "ecs-chain" });
  const hint = h("p", { class: "ecs-hint" }, "Press a part or an event, and its causes stand here in words.");
  const said = h("p", { class: "ecs-why-said", role: "status" });
  const el = h("div", { class: "ecs-why", role: "group", "aria-label": "Why it happened" }, heading, said, hint, chain);

  function link(event, last) {
    const moment = button(clock(event.time), () => onTime(event.time), {
      class: "ecs-moment", title: "Go to this moment", "aria-label": `Go to ${minuteWords(event.time)}`,
    });
    const words = h("span", {}, event.text);
    return h("li", { class: last ? "ecs-effect" : "", "data-kind": event.kind }, moment, words);
  }

  return {
    el,
    show(events, id) {
      const links = chainOf(events, id);
      hint.hidden = links.length > 0;
      chain.replaceChildren(...links.map((event, place) => link(event, place === links.length - 1)));
      const length = links.length - 1;
      const words = length > 0 ? `${length} cause${length > 1 ? "s" : ""} led to it, the first on top.` : "Nothing in the run caused it: it is where a chain begins.";
      said.textContent = links.length ? words : "";
    },
    clear() {
      hint.hidden = false;
      chain.replaceChildren();
      said.textContent = "";
    },
  };
}
