// The numbers in full, each table one press away.
import { button, clock, h } from "./dom.js";

/** One value as a field of a CSV file [RFC 4180]; what a spreadsheet would take for a formula is made text. */
function csvField(value) {
  const text = value === null ? "" : String(value);
  const safe = typeof value === "string" && /^[=+\-@]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A table as the text of a CSV file. */
export function csvOf({ columns, rows }) {
  return [columns, ...rows].map((row) => row.map(csvField).join(",")).join("\r\n") + "\r\n";
}

function download(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/** A table of {caption, columns, rows}; numbers are set to the right. With a file's name it can be kept as CSV. */
export function tableOf(data, file) {
  if (!file) return scrolling(data);
  return h("div", {}, h("div", { class: "ecs-buttons" }, button("Download as CSV", () => download(file, csvOf(data)), { class: "ecs-quiet" })), scrolling(data));
}

function scrolling({ caption, columns, rows }) {
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
