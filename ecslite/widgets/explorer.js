// The explorer: predict, run, change, and ask why. Still until a kernel is attached, and whole when it is lost.
import { amountWords, button, failure, h, say } from "./dom.js";
import { mountBoard } from "./board.js";
import { createControls, createPrediction } from "./controls.js";
import { createLine } from "./line.js";
import { createDesigns } from "./design.js";
import { hasAddress, linkTo, readLink } from "./link.js";

const SPEC_SCHEMA = 2;

/** What a page stores and a model carries must be of the form that this code reads. */
function checkSpec(spec) {
  if (spec?.schema !== SPEC_SCHEMA) throw new Error(`it was made for schema ${spec?.schema} and this page reads ${SPEC_SCHEMA}; build the book again`);
}

function sameSettings(one, other) {
  return JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());
}

const WAITING = {
  still: "",
  waking: "Starting Python in your browser …",
  live: "",
  running: "",
  lost: "",
};

/** The answers of all designs, the first one's own and the others. */
function designsOf(answer) {
  return answer ? [answer, ...(answer.others ?? [])] : null;
}

function build(el, { spec, result }, onWake) {
  checkSpec(spec);
  const picture = el.querySelector(".ecs-picture");
  const linked = readLink(spec.name, spec.controls);
  const start = { settings: Object.fromEntries(spec.controls.map((control) => [control.name, control.value])), seed: result.seed ?? spec.seed ?? 1 };
  let shown = result, before = null, bands = null, seed = linked?.seed ?? start.seed, ready = false, lecturing = false;

  const prediction = createPrediction(spec.prediction, () => {
    run.disabled = false;
    if (ready) draw();
  });
  const run = button("Run", begin, { class: "ecs-run", disabled: true });
  const skip = button("Skip", begin, { class: "ecs-quiet", title: "Go on without a prediction" });
  const reveal = button("Reveal the prediction", () => hide(false), { class: "ecs-quiet", hidden: true });
  const controls = createControls(spec.controls, () => ask());
  const another = button("New traffic", () => { seed += 1; ask(); }, { class: "ecs-quiet", disabled: true, title: "The same settings with other random arrivals" });
  const many = button(`${spec.band} runs`, () => line.send({ settings: controls.get(), seed, band: spec.band }), { class: "ecs-quiet", disabled: true, title: "The same settings with other traffic each time, as a band" });
  const reset = button("Reset", () => back(), { class: "ecs-quiet", disabled: true });
  const link = button("Link", copyLink, { class: "ecs-quiet", hidden: !hasAddress(), title: "Put these settings into the page's address, and copy it" });
  const lecture = button("Lecture", () => lecturing ? leaveLecture() : enterLecture(), { class: "ecs-quiet", "aria-pressed": "false", title: "Large type for a projector; a prediction stays hidden until you reveal it" });
  const progress = h("progress", { max: spec.band, value: 0, hidden: true, "aria-label": "Runs done" });
  const stop = button("Stop", () => line.stop(), { class: "ecs-quiet", hidden: true });
  const wait = h("span", { class: "ecs-wait" });
  const trouble = h("p", { class: "ecs-error", role: "alert", hidden: true });
  const outcome = h("span", {});
  const said = h("span", { class: "ecs-said" });
  const spread = h("span", { class: "ecs-said" });
  const sentence = h("p", { class: "ecs-sentence", "aria-live": "polite", tabIndex: -1 }, outcome, said, spread);
  const labels = Object.fromEntries(spec.controls.map((control) => [control.name, control.label]));
  const designs = createDesigns(spec, labels, { onShrink: (name) => controls.focus(name), name: spec.name });
  const line = createLine({ onWake, onResult: take, onState: (state) => mark(state) });

  function mark(state) {
    el.dataset.state = state;
    say(wait, WAITING[state] ?? "");
    el.setAttribute("aria-busy", String(state === "running" || state === "waking"));
    if (state !== "running") progress.hidden = stop.hidden = true;
  }

  // The first time, the controls go where the question is, or the link; Skip goes there too, without a word of one's own.
  function begin() {
    if (!ready) controls.set(linked?.settings ?? spec.prediction.settings ?? {});
    ready = true;
    el.dataset.stage = "explore";
    controls.enable();
    another.disabled = many.disabled = reset.disabled = false;
    if (document.activeElement === skip) sentence.focus();
    skip.hidden = true;
    ask();
  }

  function ask() {
    const settings = controls.get();
    if (!line.busy() && sameSettings(settings, shown.settings) && seed === shown.seed) {
      line.forget();
      if (ready) show(shown);
      return;
    }
    line.send({ settings, seed });
  }

  function back() {
    controls.set(start.settings);
    seed = start.seed;
    if (!line.busy() && sameSettings(result.settings, start.settings) && result.seed === seed) {
      line.forget();
      show(result);
    } else ask();
  }

  function take(answer) {
    trouble.hidden = !answer.error;
    say(trouble, answer.error ? `${answer.error} The last good result is still shown.` : "");
    if (answer.error || answer.stopped) return;
    if (answer.bands) showBands(answer);
    else show(answer);
  }

  function show(answer) {
    before = shown !== answer && ready ? shown : before;
    shown = answer;
    bands = null;
    say(outcome, answer.sentence);
    say(spread, "");
    designs.set(answer);
    draw();
  }

  function showBands(answer) {
    bands = answer.bands;
    say(spread, ` ${answer.sentence}`);
    draw();
  }

  function draw() {
    say(said, compared(shown));
    const value = ready && !hidden() ? prediction.get() : null;
    designs.draw({
      prediction: { panel: spec.prediction.panel, value, unit: spec.prediction.unit },
      before: bands ? null : designsOf(before), bands, pictures: designsOf(shown).map((each, place) => pictureOf(each) ?? (place ? null : picture)),
    });
  }

  function showPicture(source) {
    shown = { ...shown, picture: source };
    draw();
  }

  function compared(answer) {
    const value = prediction.get();
    if (!ready || value === null || hidden()) return "";
    const came = designsOf(answer).map((each) => `${amountWords(each.outcome, spec.prediction.unit)}${each.label ? ` (${each.label})` : ""}`);
    return ` You said ${amountWords(value, spec.prediction.unit)}, it came to ${came.join(" and ")}.`;
  }

  // A band tells how far it is

  function hear({ n, done, of }) {
    progress.hidden = stop.hidden = false;
    progress.value = done;
    say(wait, `Run ${done} of ${of}`);
    progress.dataset.n = n;
  }

  // The address, and the lecture

  function state() {
    return { settings: controls.get(), seed, prediction: prediction.get(), seconds: designs.time(), lecture: lecturing };
  }

  async function copyLink() {
    const address = linkTo(spec.name, state());
    history.replaceState(history.state, "", address);
    const copied = await navigator.clipboard?.writeText(address).then(() => true, () => false);
    say(wait, copied ? "The link is copied, and stands in the address bar." : "The link stands in the address bar.");
  }

  const hidden = () => el.dataset.hidden === "yes";

  function hide(yes) {
    el.dataset.hidden = yes ? "yes" : "no";
    reveal.hidden = !yes;
    if (ready) draw();
  }

  function enterLecture() {
    lecturing = true;
    el.dataset.lecture = "on";
    lecture.setAttribute("aria-pressed", "true");
    hide(true);
    if (hasAddress()) history.replaceState(history.state, "", linkTo(spec.name, state()));
    designs.redraw();
  }

  function leaveLecture() {
    lecturing = false;
    delete el.dataset.lecture;
    lecture.setAttribute("aria-pressed", "false");
    hide(false);
    designs.redraw();
  }

  const live = h("div", { class: "ecs-live" },
    h("div", { class: "ecs-top" }, h("p", { class: "ecs-question", role: "heading", "aria-level": "3" }, spec.question), spec.lead && h("p", { class: "ecs-lead" }, spec.lead)),
    h("div", { class: "ecs-predict", role: "group", "aria-label": "Your prediction" }, h("p", { class: "ecs-step" }, "Predict"), prediction.el, h("div", { class: "ecs-buttons" }, run, skip, reveal)),
    controls.el,
    h("div", { class: "ecs-buttons ecs-actions" }, another, many, reset, link, lecture, progress, stop, wait),
    trouble, sentence, designs.els,
  );
  el.dataset.stage = "predict";
  mark("still");
  el.querySelector(".ecs-still")?.remove();
  el.append(live);
  show(result);
  if (linked) restore();

  function restore() {
    controls.set(linked.settings);
    if (linked.prediction !== null) prediction.set(linked.prediction);
    if (linked.lecture) enterLecture();
    if (linked.seconds !== null) designs.seek(linked.seconds);
    say(wait, "Your link's settings are set: Run or Skip shows them.");
  }

  return {
    attach(model) {
      model.on("msg:custom", (message, buffers) => {
        if (message.type === "progress") hear(message);
        else if (message.picture) showPicture(message.picture);
        else loadPlotly(message, buffers, () => designs.redraw());
      });
      line.attach(model);
      if (!globalThis.Plotly) model.send({ type: "plotly.js wanted" });
    },
    detach(reason) {
      line.detach();
      mark("lost");
      say(wait, reason ? `Python has stopped: ${reason}. What is shown stays; change something to start it again.` : "");
    },
    state: () => ({ ...state(), state: el.dataset.state, shown: { n: shown.n, settings: shown.settings, seed: shown.seed } }),
    destroy() {
      line.detach();
      designs.destroy();
    },
  };
}

/** The small picture that Python sends where there is no plotly.js. */
function pictureOf(answer) {
  if (!answer.picture) return null;
  return document.importNode(new DOMParser().parseFromString(answer.picture, "image/svg+xml").documentElement, true);
}

/** Loads the plotly.js that Python has sent, once a page. */
function loadPlotly(message, buffers, done) {
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
