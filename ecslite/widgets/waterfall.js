// The waterfall: every span between a change of traffic and the help that came, as a bar that says what shortens it.
import { amountWords, button, clock, h, minuteWords } from "./dom.js";

/** How long a span is, in words. */
function lengthWords({ begin, end }) {
  const seconds = end - begin;
  return seconds < 120 ? amountWords(Math.round(seconds * 10) / 10, "seconds") : amountWords(Math.round(seconds / 6) / 10, "minutes");
}

/** A waterfall inside `el`. `onAsk(event)` explains a span; `shrinks` names the control behind a kind of span. */
export function createWaterfall(el, { onAsk, onShrink, shrinks = {}, labels = {} }) {
  const title = h("p", { class: "ecs-step" });
  const words = h("p", { class: "ecs-lead" });
  const list = h("ol", { class: "ecs-water" });
  const said = h("div", { class: "ecs-span-said", role: "status" });
  el.append(title, words, list, said);

  function press(bar, pressed) {
    for (const other of list.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === pressed));
    const control = shrinks[bar.kind];
    const change = control && button(`Change it: ${labels[control] ?? control}`, () => onShrink(control), { class: "ecs-quiet" });
    said.replaceChildren(
      h("p", {}, h("strong", {}, `${bar.label}, ${lengthWords(bar)}.`), ` What shortens it: ${bar.shortened_by}.`),
      h("div", { class: "ecs-buttons" }, change));
    onAsk(bar.event);
  }

  function row(bar, { begin, end }) {
    const whole = Math.max(end - begin, 1);
    const fill = h("span", { class: "ecs-span", "data-kind": bar.kind });
    fill.style.marginLeft = `${((bar.begin - begin) / whole) * 100}%`;
    fill.style.width = `${Math.max(((bar.end - bar.begin) / whole) * 100, 0.5)}%`;
    const pressed = button(
      [h("span", { class: "ecs-span-name" }, bar.label), h("span", { class: "ecs-span-track", "aria-hidden": "true" }, fill), h("span", { class: "ecs-span-length" }, lengthWords(bar))],
      () => press(bar, pressed),
      { "aria-pressed": "false", "aria-label": `${bar.label}: ${lengthWords(bar)}, from ${minuteWords(bar.begin)}. Why?` });
    return h("li", {}, pressed);
  }

  return {
    set(data) {
      const there = data && !data.absent;
      list.hidden = said.hidden = !there;
      title.textContent = data?.title ?? "Where did the time go?";
      said.replaceChildren();
      words.textContent = there ? `${amountWords((data.end - data.begin) / 60, "minutes")}, from ${clock(data.begin)} to ${clock(data.end)}. Press a bar.` : data?.absent ?? "";
      list.replaceChildren(...(there ? data.bars.map((bar) => row(bar, data)) : []));
    },
  };
}
