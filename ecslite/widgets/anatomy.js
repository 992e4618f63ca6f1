// The anatomy of a 502: one task that stops, and every request that it had in hand with its fate.
import { amountWords, button, clock, h } from "./dom.js";

const NS = "http://www.w3.org/2000/svg";
const WIDE = 640, LEFT = 8, RIGHT = 8, TOP = 8, STEP = 4, FOOT = 24;

function s(tag, attributes, ...children) {
  const element = document.createElementNS(NS, tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** A request as a line from its arrival to its end: a dot where it was answered, a cross where it was lost. */
function requestLine([arrival, end, fate], y, across) {
  const well = fate === "answered";
  const [from, to] = [across(arrival), across(end)];
  const mark = well ? s("circle", { cx: to, cy: y, r: 2 }) : s("path", { d: `M${to - 3} ${y - 3}l6 6m0-6l-6 6` });
  return s("g", { class: well ? "ecs-answered" : "ecs-lost" }, s("path", { d: `M${from} ${y}H${to}` }), mark);
}

function drawing(data) {
  const height = TOP + Math.max(data.requests.length, 6) * STEP + FOOT;
  const across = (seconds) => LEFT + (Math.min(Math.max(seconds, data.begin), data.end) - data.begin) / (data.end - data.begin) * (WIDE - LEFT - RIGHT);
  const svg = s("svg", { viewBox: `0 0 ${WIDE} ${height}`, role: "img", "aria-label": data.alt, class: "ecs-anatomy" });
  data.phases.forEach((phase, place) => {
    const x = across(phase.begin);
    const band = s("rect", { x, y: 0, width: Math.max(across(phase.end) - x, 1), height: height - FOOT, class: `ecs-phase ecs-phase-${place % 2}` });
    svg.append(band, s("path", { d: `M${x} 0V${height - FOOT}`, class: "ecs-phase-edge" }));
  });
  data.requests.forEach((request, place) => svg.append(requestLine(request, TOP + place * STEP, across)));
  for (const moment of [data.begin, data.end]) {
    const label = s("text", { x: across(moment), y: height - 8, "text-anchor": moment === data.begin ? "start" : "end" });
    label.textContent = clock(moment);
    svg.append(label);
  }
  return svg;
}

/** An anatomy inside `el`; `onAsk(event)` explains a phase. */
export function createAnatomy(el, { onAsk }) {
  const title = h("p", { class: "ecs-step" });
  const words = h("p", { class: "ecs-lead" });
  const phases = h("div", { class: "ecs-buttons" });
  const box = h("div", {});
  const key = h("p", { class: "ecs-hint" }, "Each line is a request, from its arrival to its end: ● answered, × lost. Press a phase for its cause.");
  el.append(title, words, phases, box, key);
  return {
    set(data) {
      const there = data && !data.absent;
      phases.hidden = box.hidden = key.hidden = !there;
      title.textContent = data?.title ?? "One task stops";
      words.textContent = there ? data.alt : data?.absent ?? "";
      if (!there) return;
      phases.replaceChildren(...data.phases.map((phase) => button(
        `${phase.label} (${amountWords(Math.round((phase.end - phase.begin) * 10) / 10, "seconds")})`, () => onAsk(phase.event),
        { title: `What sets it: ${phase.shortened_by}` })));
      box.replaceChildren(drawing(data));
    },
  };
}
