// Cards of serverless parts: counts as stacks, rates, and cells with their heat.
import { button, h, holding, numberWords, say } from "./dom.js";

const MOST_BLOCKS = 40;
const HEAT = ["cold", "warm", "hot", "full"];

/** A count as a number and a stack of blocks, up to what can be told apart. */
function stackOf({ label, look, steps }) {
  const blocks = h("span", { class: "ecs-blocks", "aria-hidden": "true" });
  const value = h("strong", {});
  const el = h("div", { class: "ecs-stack", "data-look": look }, value, h("span", {}, label), blocks);
  let shown = -1;
  return {
    el,
    at(seconds) {
      const count = holding(steps, seconds)?.[1] ?? 0;
      if (count === shown) return `${numberWords(count)} ${label}`;
      shown = count;
      say(value, numberWords(count));
      const wanted = Math.min(count, MOST_BLOCKS);
      while (blocks.children.length > wanted) blocks.lastChild.remove();
      while (blocks.children.length < wanted) blocks.append(h("span", {}));
      blocks.dataset.more = String(count > MOST_BLOCKS);
      return `${numberWords(count)} ${label}`;
    },
  };
}

function rateOf({ label, bad, values }) {
  const value = h("strong", {});
  const el = h("div", { class: "ecs-rate", "data-bad": String(bad) }, value, h("span", {}, label));
  return {
    el,
    at(seconds) {
      const rate = values[Math.min(Math.floor(seconds / 60), values.length - 1)] ?? 0;
      say(value, numberWords(rate));
      el.dataset.some = String(bad && rate > 0);
      return `${numberWords(rate)} ${label}`;
    },
  };
}

/** A partition or a prefix: how hot it is in words and in fill, never by colour alone. */
function cellOf({ label, steps }, { cell, hottest }) {
  const value = h("strong", {});
  const fill = h("span", { class: "ecs-fill", "aria-hidden": "true" });
  const el = h("div", { class: "ecs-cell" }, fill, value, h("span", {}, label));
  return {
    el,
    at(seconds) {
      const heat = holding(steps, seconds)?.[1] ?? 0, share = hottest ? heat / hottest : 0;
      say(value, numberWords(heat));
      fill.style.height = `${Math.min(100 * share, 100)}%`;
      el.dataset.heat = HEAT[share >= 1 ? 3 : share >= 0.6 ? 2 : share >= 0.2 ? 1 : 0];
      el.hidden = steps.length > 0 && seconds < steps[0][0];
      return `${cell} ${label}: ${numberWords(heat)}`;
    },
  };
}

/** A card; `ask(card)` explains the part as it stands. */
export function cardBox(card, ask) {
  const counts = card.counts.map(stackOf), rates = card.rates.map(rateOf), cells = card.cells.map((cell) => cellOf(cell, card));
  const title = card.dead_letters_of ? `Dead-letter queue ${card.name}` : `${card.word} ${card.name}`;
  const head = button(title, () => ask(card), { class: "ecs-card-head" });
  const el = h("div", { class: "ecs-card", "data-kind": card.kind, "data-dead": String(Boolean(card.dead_letters_of)) }, head,
    counts.length > 0 && h("div", { class: "ecs-stacks" }, counts.map((one) => one.el)),
    rates.length > 0 && h("div", { class: "ecs-rates" }, rates.map((one) => one.el)),
    cells.length > 0 && h("div", { class: "ecs-cells" }, cells.map((one) => one.el)));
  return {
    el,
    at(seconds) {
      const words = [...counts, ...rates, ...cells].map((one) => one.at(seconds));
      head.setAttribute("aria-label", `${title}: ${words.join(", ")}. Why?`);
    },
  };
}
