// Elements and words: the few helpers that all widgets share. Text always becomes a text node, never markup.

/** An element with properties, attributes (aria-…, role, data-…), listeners (onclick: function) and children. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "class") element.className = value;
    else if (key in element && !key.startsWith("aria")) element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A button that never submits a form. */
export function button(words, onclick, props = {}) {
  return h("button", { type: "button", onclick, ...props }, words);
}

/** Sets an element's text only where it differs, so that live regions do not speak twice. */
export function say(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

/** Text as nodes: what stands in back ticks is code. */
export function rich(words) {
  return words.split("`").map((part, place) => (place % 2 ? h("code", {}, part) : part));
}

/** As `say`, with code where the text has back ticks. */
export function sayRich(element, words) {
  if (element.textContent !== words.replaceAll("`", "")) element.replaceChildren(...rich(words));
}

/** 750 seconds as "12:30", from one hour on "1:02:30". */
export function clock(seconds) {
  const whole = Math.floor(seconds);
  const pad = (value) => String(value).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours ? `${hours}:${pad(minutes)}:${pad(rest)}` : `${minutes}:${pad(rest)}`;
}

/** A moment as "minute 12.5". */
export function minuteWords(seconds) {
  return `minute ${Math.floor(seconds / 6 + 0.5) / 10}`;
}

/** A number with at most three significant digits, thousands with commas. */
export function numberWords(value) {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(3)));
}

/** An amount with its unit, "1 task" and "3 tasks". */
export function amountWords(value, unit) {
  const one = value === 1 && unit.endsWith("s") && !unit.includes("/") ? unit.slice(0, -1) : unit;
  return one ? `${numberWords(value)} ${one}` : numberWords(value);
}

/** The last entry of [[seconds, …], …] that holds at a moment, or null before the first. */
export function holding(steps, seconds) {
  let found = null;
  for (const step of steps) {
    if (step[0] > seconds) break;
    found = step;
  }
  return found;
}

/** Whether the reader asks for no motion, by the system's setting or VS Code's own; `changed` is told of a change. */
export function stillness(changed) {
  const system = matchMedia("(prefers-reduced-motion: reduce)");
  const editor = new MutationObserver(changed);
  editor.observe(document.body, { attributes: true, attributeFilter: ["class"] });
  system.addEventListener("change", changed);
  return {
    get matches() {
      return system.matches || document.body.classList.contains("vscode-reduce-motion");
    },
    end() {
      editor.disconnect();
      system.removeEventListener("change", changed);
    },
  };
}

/** A failure, said in its own box, so that one widget never takes another with it. */
export function failure(el, error) {
  el.replaceChildren(
    h("p", { class: "ecs-error", role: "alert" }, `This experiment could not be shown: ${error.message}. The rest of the page is not affected.`),
  );
  console.error(error);
}
