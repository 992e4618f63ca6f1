// The explorer: predict, run, change, and ask why. Still until a kernel is attached, and whole when it is lost.
import { amountWords, button, failure, h, say } from "./dom.js";
import { createFigure } from "./figure.js";
import { createBoard, mountBoard } from "./board.js";
import { disclosure, eventTable, tableOf } from "./tables.js";
import { createControls, createPrediction } from "./controls.js";

const SPEC_SCHEMA = 1;

/** What a page stores and a model carries must be of the form that this code reads. */
function checkSpec(spec) {
  if (spec?.schema !== SPEC_SCHEMA) throw new Error(`it was made for schema ${spec?.schema} and this page reads ${SPEC_SCHEMA}; build the book again`);
}

function sameSettings(one, other) {
  return JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());
}

/** One wish at a time goes to Python; of those that come meanwhile only the latest is kept. */
function createLine({ onWake, onResult, onState }) {
  let model = null, flying = null, wish = null, number = 0;

  function pump() {
    if (!wish || flying) return;
    if (!model) {
      onState("waking");
      onWake?.();
      return;
    }
    number += 1;
    flying = { n: number, ...wish };
    wish = null;
    onState("running");
    model.set("request", flying);
    model.save_changes();
  }

  function heard() {
    const result = model?.get("result");
    if (!flying || !result || result.n !== flying.n) return;
    flying = null;
    onState("live");
    onResult(result);
    pump();
  }

  return {
    send(settings, seed) {
      wish = { settings, seed };
      pump();
    },
    forget() {
      wish = null;
    },
    attach(newModel) {
      model?.off?.("change:result", heard);
      model = newModel;
      flying = null;
      model.on("change:result", heard);
      onState("live");
      pump();
    },
    detach() {
      model?.off?.("change:result", heard);
      model = null;
      // What was running is not asked again: it may be what the kernel died of.
      flying = null;
    },
    busy: () => flying !== null,
  };
}

const WAITING = {
  still: "",
  waking: "Starting Python in your browser …",
  live: "",
  running: "",
  lost: "",
};

function build(el, { spec, result }, onWake) {
  checkSpec(spec);
  const picture = el.querySelector(".ecs-picture");
  const start = { settings: Object.fromEntries(spec.controls.map((control) => [control.name, control.value])), seed: result.seed ?? spec.seed ?? 1 };
  let shown = result, seed = start.seed, ready = false;

  const prediction = createPrediction(spec.prediction, () => {
    run.disabled = false;
    if (ready) show(shown, false);
  });
  const run = button("Run", begin, { class: "ecs-run", disabled: true });
  const skip = button("Skip", begin, { class: "ecs-quiet", title: "Go on without a prediction" });
  const controls = createControls(spec.controls, () => ask());
  const another = button("New traffic", () => { seed += 1; ask(); }, { class: "ecs-quiet", disabled: true, title: "The same settings with other random arrivals" });
  const reset = button("Reset", () => back(), { class: "ecs-quiet", disabled: true });
  const wait = h("span", { class: "ecs-wait" });
  const trouble = h("p", { class: "ecs-error", role: "alert", hidden: true });
  const outcome = h("span", {});
  const said = h("span", { class: "ecs-said" });
  const sentence = h("p", { class: "ecs-sentence", "aria-live": "polite", tabIndex: -1 }, outcome, said);
  const figureBox = h("div", { class: "ecs-figure-box" });
  const boardBox = h("div", { class: "ecs-board-box" });
  const figure = createFigure(figureBox, { onTime: (seconds) => board.seek(seconds) });
  const board = createBoard(boardBox, { onTime: (seconds) => figure.at(seconds) });
  const line = createLine({ onWake, onResult: take, onState: (state) => mark(state) });
  const tables = [
    disclosure("The numbers behind the figure", () => tableOf(shown.table)),
    disclosure("All events", () => tableOf(eventTable(shown.events))),
    shown.bill && disclosure("What it costs", () => tableOf(shown.bill)),
    spec.left_out.length && disclosure("What this model leaves out", () => h("ul", {}, spec.left_out.map((words) => h("li", {}, words)))),
  ].filter(Boolean);

  function mark(state) {
    el.dataset.state = state;
    say(wait, WAITING[state] ?? "");
    el.setAttribute("aria-busy", String(state === "running" || state === "waking"));
  }

  // The first time, the controls go where the question is; Skip goes there too, without a word of one's own.
  function begin() {
    if (!ready) controls.set(spec.prediction.settings ?? {});
    ready = true;
    el.dataset.stage = "explore";
    controls.enable();
    another.disabled = reset.disabled = false;
    if (document.activeElement === skip) sentence.focus();
    skip.hidden = true;
    ask();
  }

  function ask() {
    const settings = controls.get();
    if (!line.busy() && sameSettings(settings, shown.settings) && seed === shown.seed) {
      line.forget();
      if (ready) show(shown, true);
      return;
    }
    line.send(settings, seed);
  }

  function back() {
    controls.set(start.settings);
    seed = start.seed;
    if (!line.busy() && sameSettings(result.settings, start.settings) && result.seed === seed) {
      line.forget();
      show(result, true);
    } else ask();
  }

  function take(answer) {
    trouble.hidden = !answer.error;
    say(trouble, answer.error ? `${answer.error} The last good result is still shown.` : "");
    if (!answer.error) show(answer, true);
  }

  function show(answer, whole) {
    shown = answer;
    say(outcome, answer.sentence);
    say(said, compared(answer));
    const value = ready ? prediction.get() : null;
    figure.draw(answer.figure, answer.alt, { panel: spec.prediction.panel, value, unit: spec.prediction.unit }, pictureOf(answer) ?? picture);
    if (!whole) return;
    board.set(answer.board, answer.events);
    for (const table of tables) table.refresh();
  }

  function showPicture(source) {
    shown = { ...shown, picture: source };
    show(shown, false);
  }

  function compared(answer) {
    const value = prediction.get();
    if (!ready || value === null) return "";
    return ` You said ${amountWords(value, spec.prediction.unit)}, it came to ${amountWords(answer.outcome, spec.prediction.unit)}.`;
  }

  const live = h("div", { class: "ecs-live" },
    h("div", { class: "ecs-top" }, h("p", { class: "ecs-question", role: "heading", "aria-level": "3" }, spec.question), spec.lead && h("p", { class: "ecs-lead" }, spec.lead)),
    h("section", { class: "ecs-predict", "aria-label": "Your prediction" }, h("p", { class: "ecs-step" }, "Predict"), prediction.el, h("div", { class: "ecs-buttons" }, run, skip)),
    controls.el,
    h("div", { class: "ecs-buttons ecs-actions" }, another, reset, wait),
    trouble, sentence, figureBox,
    h("section", { class: "ecs-board-part", "aria-label": "The board" }, h("p", { class: "ecs-step" }, "Look inside"), boardBox),
    h("div", { class: "ecs-tables" }, tables.map((table) => table.el)),
  );
  el.dataset.stage = "predict";
  mark("still");
  el.querySelector(".ecs-still")?.remove();
  el.append(live);
  show(result, true);

  return {
    attach(model) {
      model.on("msg:custom", (message, buffers) => {
        if (message.picture) showPicture(message.picture);
        else hear(message, buffers, () => figure.redraw());
      });
      line.attach(model);
      if (!globalThis.Plotly) model.send({ type: "plotly.js wanted" });
    },
    detach(reason) {
      line.detach();
      mark("lost");
      say(wait, reason ? `Python has stopped: ${reason}. What is shown stays; change something to start it again.` : "");
    },
    state: () => ({
      state: el.dataset.state, settings: controls.get(), seed, prediction: prediction.get(), seconds: board.time(), shown: { n: shown.n, settings: shown.settings, seed: shown.seed },
    }),
    destroy() {
      line.detach();
      figure.destroy();
      board.destroy();
    },
  };
}

/** The small picture that Python sends where there is no plotly.js. */
function pictureOf(answer) {
  if (!answer.picture) return null;
  return document.importNode(new DOMParser().parseFromString(answer.picture, "image/svg+xml").documentElement, true);
}

/** Loads the plotly.js that Python has sent, once a page. */
function hear(message, buffers, done) {
  if (message.type !== "plotly.js" || globalThis.Plotly) return;
  const source = new Blob(["{const define=undefined,module=undefined,exports=undefined;\n", buffers[0], "\n}"], { type: "text/javascript" });
  const script = h("script", { src: URL.createObjectURL(source), onload: done });
  document.head.append(script);
}

/** Shows an explorer in `el`, still until its handle's `attach(model)`; `onWake` is called when it wants a kernel. */
export function mount(el, { spec, result }, { onWake } = {}) {
  try {
    el.classList.add("ecs-explorer");
    return build(el, { spec, result }, onWake);
  } catch (error) {
    failure(el, error);
    return { attach() {}, detach() {}, destroy() {}, state: () => ({ state: "failed" }) };
  }
}

export default {
  render({ model, el }) {
    if (model.get("board")) {
      const board = mountBoard(el, { board: model.get("board"), events: model.get("events") });
      return () => board?.destroy();
    }
    const handle = mount(el, { spec: model.get("spec"), result: model.get("result") });
    handle.attach(model);
    return () => handle.destroy();
  },
};
