// The numbers in full, each table one press away.
import { clock, h } from "./dom.js";

/** A table of {caption, columns, rows}; numbers are set to the right. */
export function tableOf({ caption, columns, rows }) {
  const head = h("tr", {}, columns.map((words) => h("th", { scope: "col" }, words)));
  const cell = (value) => h("td", { class: typeof value === "number" ? "ecs-number" : "" }, value === null ? "–" : String(value));
  const body = rows.map((row) => h("tr", {}, row.map(cell)));
  const table = h("table", {}, h("caption", {}, caption), h("thead", {}, head), h("tbody", {}, body));
  // It scrolls by itself on a narrow screen, so it must be reachable by keyboard.
  return h("div", { class: "ecs-scroll", tabIndex: 0, role: "region", "aria-label": caption }, table);
}

/** The events as a table. */
export function eventTable(events) {
  const rows = events.map((event) => [clock(event.time), event.kind.replace("_", " "), event.text]);
  return { caption: "What happened", columns: ["Time", "Kind", "Event"], rows };
}

/** A disclosure whose content is made when it is first opened. */
export function disclosure(summary, make) {
  const el = h("details", { class: "ecs-details" }, h("summary", {}, summary));
  const box = h("div");
  el.append(box);
  el.addEventListener("toggle", () => el.open && box.replaceChildren(make()));
  return { el, refresh: () => el.open && box.replaceChildren(make()) };
}
