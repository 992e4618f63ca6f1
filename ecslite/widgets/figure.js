// A figure: a Plotly spec drawn in the colours of the page, with a cursor that follows the board's time.
import { amountWords, h } from "./dom.js";

/** Below so many pixels the panels' headings are set smaller. */
const NARROW = 420;

const QUIET = { displayModeBar: false, responsive: false, showTips: false };

/** The page's own colours, as they stand now; plotly.js reads rgb() but no newer way of writing a colour. */
function figureColours(el) {
  const style = getComputedStyle(el);
  const parts = style.color.match(/^rgba?\((\d+), (\d+), (\d+)/);
  const grid = parts ? `rgba(${parts[1]},${parts[2]},${parts[3]},0.14)` : "rgba(128,136,148,0.22)";
  return { text: style.color, grid, background: style.backgroundColor };
}

function themedAxis(axis, colours) {
  return { ...axis, gridcolor: colours.grid, linecolor: colours.grid };
}

/** The layout in the page's colours; the spec itself is left as it is. */
function themedLayout(layout, colours, touch) {
  const themed = { ...layout, annotations: layout.annotations?.map((note) => ({ ...note })), autosize: true, dragmode: touch ? false : "zoom" };
  themed.font = { ...layout.font, color: colours.text, family: "inherit" };
  themed.hoverlabel = { bgcolor: colours.background, bordercolor: colours.grid, font: { color: colours.text } };
  for (const key of Object.keys(layout)) if (/^[xy]axis/.test(key)) themed[key] = themedAxis(layout[key], colours);
  return themed;
}

/** What the reader said, as a dashed line across its panel with its words on it. */
function ghostOf(layout, prediction, colours) {
  const axis = layout.meta?.panels?.[prediction?.panel];
  if (!axis || prediction.value === null) return null;
  const { value, unit } = prediction;
  const trace = {
    type: "scatter", mode: "lines", name: "Your prediction", x: [0, layout.meta.minutes], y: [value, value],
    yaxis: axis, line: { color: colours.text, dash: "dashdot", width: 1.5 }, hovertemplate: "%{y}", opacity: 0.8,
  };
  const note = {
    text: `you said ${amountWords(value, unit)}`, x: 0.012, xref: "paper", y: value, yref: axis,
    xanchor: "left", yanchor: "middle", showarrow: false, font: { size: 11 }, bgcolor: colours.background, borderpad: 1,
  };
  return { trace, note };
}

/** A figure inside `el`. `onTime(seconds)` is called when the reader presses a place on the axis of minutes. */
export function createFigure(el, { onTime } = {}) {
  const plot = h("div", { class: "ecs-plot", role: "img" });
  const cursor = h("div", { class: "ecs-cursor", "aria-hidden": "true" });
  const words = h("p", { class: "ecs-alt" });
  const box = h("div", { class: "ecs-plot-box" }, plot, cursor);
  el.append(box, h("details", { class: "ecs-details ecs-in-words" }, h("summary", {}, "The figure in words"), words));
  const touch = matchMedia("(pointer: coarse)").matches;
  let shown = null, seconds = null, listening = false, drawnWidth = 0;

  function draw(figure, alt, prediction = null, picture = null) {
    shown = { figure, alt, prediction, picture };
    box.style.minHeight = `${figure.layout.height ?? 500}px`;
    plot.setAttribute("aria-label", alt);
    words.textContent = alt;
    if (globalThis.Plotly) return react();
    if (picture) plot.replaceChildren(picture);
    return undefined;
  }

  function react() {
    const colours = figureColours(box);
    const layout = themedLayout(shown.figure.layout, colours, touch);
    const ghost = ghostOf(layout, shown.prediction, colours);
    const data = ghost ? [...shown.figure.data, ghost.trace] : shown.figure.data;
    if (ghost) layout.annotations = [...(layout.annotations ?? []), ghost.note];
    if (!plot.classList.contains("js-plotly-plot")) plot.replaceChildren();
    drawnWidth = plot.clientWidth;
    if (drawnWidth < NARROW) for (const note of layout.annotations ?? []) note.font = { ...note.font, size: 10 };
    layout.width = Math.max(drawnWidth, 240);
    const drawn = globalThis.Plotly.react(plot, data, layout, QUIET);
    listen();
    place();
    return drawn;
  }

  function listen() {
    if (listening || !onTime) return;
    listening = true;
    plot.on("plotly_click", (event) => onTime(event.points[0].x * 60));
    plot.on("plotly_relayout", place);
  }

  // The cursor is an element of its own: moving it costs no drawing.
  function place() {
    const axis = plot._fullLayout?.xaxis, size = plot._fullLayout?._size;
    const inside = axis && size && seconds !== null && seconds / 60 >= axis.range[0] && seconds / 60 <= axis.range[1];
    cursor.hidden = !inside;
    if (!inside) return;
    cursor.style.transform = `translateX(${axis._offset + axis.l2p(seconds / 60)}px)`;
    cursor.style.top = `${size.t}px`;
    cursor.style.height = `${size.h}px`;
  }

  function redraw() {
    if (shown && globalThis.Plotly) react();
  }

  const stop = onLook(el, redraw, () => plot.clientWidth !== drawnWidth && redraw());
  return {
    draw,
    redraw,
    at(moment) {
      seconds = moment;
      place();
    },
    destroy: stop,
  };
}

/** Calls `changed` when the theme becomes another and `resized` when `el` may have; returns what ends that. */
function onLook(el, changed, resized) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = new MutationObserver(changed);
  theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-vscode-theme-id"] });
  const size = new ResizeObserver(resized);
  size.observe(el);
  dark.addEventListener("change", changed);
  return () => {
    theme.disconnect();
    size.disconnect();
    dark.removeEventListener("change", changed);
  };
}

/** A plain figure: `data` is {figure, alt}; the still picture in `el` makes room for it. */
export function mountFigure(el, data) {
  const picture = el.querySelector(".ecs-picture");
  const figure = createFigure(el);
  el.querySelector(".ecs-still")?.remove();
  figure.draw(data.figure, data.alt, null, picture);
  return figure;
}
