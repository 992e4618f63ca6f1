// A link that restores an explorer: its settings stand in the address's fragment, as #x=NAME&peak=8&seed=7.

/** The settings in the address for the explorer of that name, or null. Values that a control cannot have are left out. */
export function readLink(name, controls) {
  const said = new URLSearchParams(location.hash.slice(1));
  if (said.get("x") !== name) return null;
  const settings = {};
  for (const control of controls) {
    const text = said.get(control.name);
    if (text === null) continue;
    const value = control.kind === "range" ? rangeValue(control, text) : choiceValue(control, text);
    if (value !== undefined) settings[control.name] = value;
  }
  const seed = Number(said.get("seed"));
  const prediction = said.get("said");
  return {
    settings,
    seed: Number.isInteger(seed) && seed > 0 ? seed : null,
    prediction: prediction === null || Number.isNaN(Number(prediction)) ? null : Number(prediction),
    seconds: said.has("t") ? Number(said.get("t")) || 0 : null,
    lecture: said.get("lecture") === "1",
  };
}

function rangeValue(control, text) {
  const value = Number(text);
  return text !== "" && value >= control.min && value <= control.max ? value : undefined;
}

function choiceValue(control, text) {
  return control.options.find(([value]) => String(value) === text)?.[0];
}

/** The address of this page with an explorer's state in it. */
export function linkTo(name, { settings, seed, prediction, seconds, lecture }) {
  const said = new URLSearchParams({ x: name, ...settings, seed });
  if (prediction !== null) said.set("said", prediction);
  if (seconds) said.set("t", Math.round(seconds));
  if (lecture) said.set("lecture", "1");
  return `${location.href.split("#")[0]}#${said}`;
}

/** Whether this page has an address that a reader can keep: an output in VS Code has none. */
export function hasAddress() {
  return !document.body.hasAttribute("data-vscode-theme-kind");
}
