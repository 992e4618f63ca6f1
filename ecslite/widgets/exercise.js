// An exercise: an answer that is checked at once, before any kernel runs. What was answered is kept in the browser.
import { amountWords, button, h, rich, say, sayRich } from "./dom.js";

const KEPT = "ecs-answers";

/** Right answers that are less than half a day apart are one: what was known this morning is not yet known for good. */
const APART = 12 * 60 * 60 * 1000;

/** What this browser has kept of answers: {name: {right, at: milliseconds, times: n, row: right ones running}}. */
export function keptAnswers() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "{}");
  } catch {
    return {}; // a store that is full, forbidden or broken loses a memory, not the page
  }
}

export function keepAnswer(name, right) {
  const kept = keptAnswers(), before = kept[name], at = Date.now();
  const again = before?.right && at - before.at < APART;
  const row = right ? (before?.row ?? 0) + (again ? 0 : 1) : 0;
  kept[name] = { right, at: right && again ? before.at : at, times: (before?.times ?? 0) + 1, row };
  try {
    localStorage.setItem(KEPT, JSON.stringify(kept));
  } catch {
    // As above: the answer is still checked.
  }
}

/** Deletes all answers that this browser has kept. */
export function forgetAnswers() {
  try {
    localStorage.removeItem(KEPT);
  } catch {
    // A browser that refuses storage has kept nothing.
  }
}

/** Text for an attribute, which holds no code. */
const plain = (words) => words.replaceAll("`", "");

function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Whether an answer is right. */
export function isRight({ answer }, given) {
  if (answer.kind === "number") return typeof given === "number" && Math.abs(given - answer.right) <= answer.tolerance;
  return same(given, answer.right);
}

/** What is said to an answer, in the words of Exercise.check. */
export function verdictOf(data, given) {
  if (isRight(data, given)) return "That is right.";
  const told = data.wrong.find(([known]) => same(known, given))?.[1] ?? data.otherwise;
  const shown = typeof given === "number" ? amountWords(given, data.answer.unit) : Array.isArray(given) ? given.join(", ") : given;
  return `You said ${shown}. ${told}`;
}

/** The input of a kind of answer: its element, and `get` for what was answered (null where nothing was). */
function inputOf({ name, answer }) {
  if (answer.kind === "number") {
    const input = h("input", { type: "number", step: "any", inputMode: "decimal", "aria-label": "Your answer" });
    const el = h("label", { class: "ecs-guess" }, input, h("span", { class: "ecs-unit" }, answer.unit));
    return { el, get: () => (input.value === "" ? null : Number(input.value)) };
  }
  if (answer.kind === "choice") {
    const radios = answer.options.map((option) => h("input", { type: "radio", name: `ecs-${name}`, value: option }));
    const labels = answer.options.map((option, place) => h("label", { class: "ecs-option" }, radios[place], h("span", {}, ...rich(option))));
    const el = h("div", { class: "ecs-options ecs-column", role: "radiogroup", "aria-label": "Your answer" }, labels);
    return { el, get: () => radios.find((radio) => radio.checked)?.value ?? null };
  }
  return orderInput(answer);
}

/** Steps to be put in order, each with a button up and a button down. */
function orderInput({ options }) {
  const order = [...options];
  const list = h("ol", { class: "ecs-order", "aria-label": "Your order" });
  const said = h("p", { class: "ecs-hint", role: "status" });
  let touched = false;

  function move(step, by) {
    const from = order.indexOf(step), to = from + by;
    if (to < 0 || to >= order.length) return;
    touched = true;
    order.splice(from, 1);
    order.splice(to, 0, step);
    draw();
    say(said, `“${plain(step)}” is step ${to + 1} of ${order.length}.`);
    list.children[to].querySelector(by < 0 ? "button" : "button:last-of-type").focus();
  }

  function draw() {
    list.replaceChildren(...order.map((step, place) => h("li", {}, h("span", {}, ...rich(step)), h("span", { class: "ecs-buttons" },
      button("↑", () => move(step, -1), { class: "ecs-quiet", "aria-label": `Move “${plain(step)}” up`, "aria-disabled": String(place === 0) }),
      button("↓", () => move(step, 1), { class: "ecs-quiet", "aria-label": `Move “${plain(step)}” down`, "aria-disabled": String(place === order.length - 1) })))));
  }

  draw();
  return { el: h("div", {}, list, said), get: () => (touched ? [...order] : null) };
}

/** Puts the answer's input into an exercise's still form; `onAnswer(right)` is told of each answer. */
export function mountExercise(el, data, { onAnswer } = {}) {
  const input = inputOf(data);
  const said = h("p", { class: "ecs-verdict", role: "status" });
  const check = button("Check", () => {
    const given = input.get();
    if (given === null) return say(said, "Give an answer first; a guess is welcome.");
    const right = isRight(data, given);
    said.dataset.right = String(right);
    sayRich(said, `${right ? "✓ " : ""}${verdictOf(data, given)}`);
    keepAnswer(data.name, right);
    el.dispatchEvent(new CustomEvent("ecs:answer", { bubbles: true, detail: { name: data.name, right } }));
    return onAnswer?.(right);
  });
  el.querySelector(".ecs-answer").replaceChildren(input.el, h("div", { class: "ecs-buttons" }, check), said);
  input.el.addEventListener("keydown", (event) => event.key === "Enter" && event.target.matches("input") && check.click());
  const before = keptAnswers()[data.name];
  if (before) say(said, before.right ? "You answered this rightly before." : "You have tried this before.");
  return { destroy() {} };
}
