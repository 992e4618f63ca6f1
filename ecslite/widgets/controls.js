// Controls: native inputs with their labels, units and values, and the prediction that comes before them.
import { amountWords, h, numberWords } from "./dom.js";

let nextId = 0;

function freshId(name) {
  nextId += 1;
  return `ecs-${name}-${nextId}`;
}

/** A slider with its value in words. */
function rangeControl(control, onChange) {
  const id = freshId(control.name);
  const output = h("output", { htmlFor: id, class: "ecs-value" });
  const input = h("input", {
    type: "range", id, name: control.name, min: control.min, max: control.max, step: control.step,
    oninput: () => { show(); onChange(); },
  });
  function show() {
    const words = amountWords(Number(input.value), control.unit);
    output.textContent = words;
    input.setAttribute("aria-valuetext", words);
  }
  const el = h("div", { class: "ecs-control" }, h("div", { class: "ecs-row" }, h("label", { htmlFor: id }, control.label), output), input);
  const set = (value) => { input.value = value; show(); };
  set(control.value);
  return { el, get: () => Number(input.value), set };
}

/** Two or three options as radio buttons. */
function radioControl(control, onChange) {
  const group = freshId(control.name);
  const inputs = control.options.map((_, place) => h("input", { type: "radio", name: group, value: place, onchange: onChange }));
  const options = control.options.map(([, label], place) => h("label", { class: "ecs-option" }, inputs[place], h("span", {}, label)));
  const el = h("fieldset", { class: "ecs-control ecs-radio" }, h("legend", {}, control.label), h("div", { class: "ecs-options" }, options));
  const get = () => control.options[inputs.findIndex((input) => input.checked)][0];
  const set = (value) => inputs.forEach((input, place) => { input.checked = control.options[place][0] === value; });
  set(control.value);
  return { el, get, set };
}

/** More options as a list to choose from. */
function selectControl(control, onChange) {
  const id = freshId(control.name);
  const options = control.options.map(([, label], place) => h("option", { value: place }, label));
  const input = h("select", { id, name: control.name, onchange: onChange }, options);
  const el = h("div", { class: "ecs-control" }, h("label", { htmlFor: id }, control.label), input);
  const get = () => control.options[Number(input.value)][0];
  const set = (value) => { input.value = String(control.options.findIndex(([known]) => known === value)); };
  set(control.value);
  return { el, get, set };
}

function controlOf(control, onChange) {
  if (control.kind === "range") return rangeControl(control, onChange);
  return control.options.length <= 3 ? radioControl(control, onChange) : selectControl(control, onChange);
}

/** All controls in one group, which is disabled until the reader has predicted or skipped. */
export function createControls(controls, onChange) {
  const made = new Map(controls.map((control) => [control.name, controlOf(control, onChange)]));
  const el = h("fieldset", { class: "ecs-controls", disabled: true }, h("legend", { class: "ecs-step" }, "Change it"));
  el.append(...[...made.values()].map((control) => control.el));
  return {
    el,
    enable: () => { el.disabled = false; },
    get: () => Object.fromEntries([...made].map(([name, control]) => [name, control.get()])),
    set: (values) => { for (const [name, value] of Object.entries(values)) made.get(name)?.set(value); },
    focus: (name) => made.get(name)?.el.querySelector("input, select")?.focus(),
  };
}

/** The prediction: a slider and a number that say the same, nothing said until the reader touches one of them. */
export function createPrediction(spec, onSet) {
  const id = freshId("prediction");
  const limits = { min: spec.min, max: spec.max, step: spec.step };
  let value = null;
  const slider = h("input", { type: "range", ...limits, "aria-labelledby": id, "aria-valuetext": "not set yet", oninput: () => take(slider.value) });
  slider.value = (spec.min + spec.max) / 2;
  const number = h("input", { type: "number", ...limits, inputMode: "decimal", "aria-labelledby": id, placeholder: "?", oninput: () => take(number.value, true) });
  const prompt = h("p", { class: "ecs-prompt", id }, spec.prompt);
  const ends = h("span", { class: "ecs-ends", "aria-hidden": "true" }, h("span", {}, numberWords(spec.min)), h("span", {}, numberWords(spec.max)));
  const el = h("div", { class: "ecs-prediction", "data-set": "no" }, prompt,
    h("div", { class: "ecs-guess" }, h("div", { class: "ecs-slide" }, slider, ends), number, h("span", { class: "ecs-unit" }, spec.unit)));

  function take(text, typed = false) {
    const wanted = Number(text);
    if (text === "" || Number.isNaN(wanted)) return;
    value = Math.min(Math.max(wanted, spec.min), spec.max);
    slider.value = value;
    if (!typed || wanted !== value) number.value = value;
    slider.setAttribute("aria-valuetext", amountWords(value, spec.unit));
    el.dataset.set = "yes";
    onSet(value);
  }

  return { el, get: () => value, set: (wanted) => take(String(wanted)) };
}
