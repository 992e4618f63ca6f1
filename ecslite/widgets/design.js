// One or more designs over the same traffic: their figures side by side, and the board, waterfall and tables of one.
import { button, h } from "./dom.js";
import { createFigure } from "./figure.js";
import { createBoard } from "./board.js";
import { createWaterfall } from "./waterfall.js";
import { createAnatomy } from "./anatomy.js";
import { disclosure, eventTable, tableOf } from "./tables.js";

/** The unit of the panel in which a line is drawn. */
const unitOf = (figure, trace) => figure.layout[(trace.yaxis ?? "y").replace("y", "yaxis")]?.title?.text;

/** The lines of the run before, thin and grey, so that a change can be seen; none of a panel whose unit is another now. */
function ghostLines(figure, now) {
  return figure.data.filter((trace) => trace.mode !== "markers" && unitOf(figure, trace) === unitOf(now, trace)).map((trace) => ({
    ...trace, name: `${trace.name}, before`, fill: "none", mode: "lines", hoverinfo: "skip", hovertemplate: null, opacity: 0.55,
    line: { ...trace.line, color: "#7A828C", width: 1.2, dash: "dot" },
  }));
}

/** Shows answers inside its elements; `onShrink(control)` is asked for by a bar of the waterfall. */
export function createDesigns(spec, labels, { onShrink, name }) {
  const figures = h("div", { class: "ecs-figures" });
  const tabs = h("div", { class: "ecs-buttons ecs-tabs", role: "group", "aria-label": "Look inside" });
  const boardBox = h("div", { class: "ecs-board-box" });
  const boardPart = h("div", { class: "ecs-board-part", role: "group", "aria-label": "The board" }, h("p", { class: "ecs-step" }, "Look inside"), tabs, boardBox);
  const waterBox = h("div", { class: "ecs-water-part", role: "group", "aria-label": "Where the time went" });
  const anatomyBox = h("div", { class: "ecs-anatomy-part", role: "group", "aria-label": "A task that stops" });
  let made = [], shown = [], place = 0;
  const board = createBoard(boardBox, { onTime: (seconds) => made.forEach((each) => each.figure.at(seconds)) });
  const waterfall = createWaterfall(waterBox, { onAsk: (event) => board.explain(event), onShrink, shrinks: spec.shrinks, labels });
  const anatomy = createAnatomy(anatomyBox, { onAsk: (event) => board.explain(event) });
  const one = () => shown[place];
  // Of these, what the explorer's views do not give is not offered.
  const given = {
    table: disclosure("The numbers behind the figure", () => tableOf(one().table, `${name}.csv`)),
    events: disclosure("All events", () => tableOf(eventTable(one().events), `${name}-events.csv`)),
    bill: disclosure("What it costs", () => tableOf(one().bill, `${name}-bill.csv`)),
  };
  const leftOut = spec.left_out.length && disclosure("What this model leaves out", () => h("ul", {}, spec.left_out.map((words) => h("li", {}, words))));
  const tables = [...Object.values(given), leftOut].filter(Boolean);

  function box(label) {
    const el = h("div", { class: "ecs-figure-box" }, label && h("p", { class: "ecs-design" }, label));
    figures.append(el);
    return { el, figure: createFigure(el, { onTime: (seconds) => one().board && board.seek(seconds) }) };
  }

  function look(to) {
    place = to;
    [...tabs.children].forEach((tab, index) => tab.setAttribute("aria-pressed", String(index === place)));
    const answer = one();
    boardPart.hidden = !answer.board;
    if (answer.board) board.set(answer.board, answer.events);
    waterBox.hidden = !("waterfall" in answer);
    if (answer.waterfall) waterfall.set(answer.waterfall);
    anatomyBox.hidden = !("anatomy" in answer);
    if (answer.anatomy) anatomy.set(answer.anatomy);
    for (const [what, table] of Object.entries(given)) {
      table.el.hidden = !(what in answer);
      if (what in answer) table.refresh();
    }
  }

  /** Draws the figures again: with a prediction, the lines of the run before, and bands. */
  function draw({ prediction, before = null, bands = null, pictures = [] }) {
    shown.forEach((answer, index) => {
      const more = [...(before?.[index]?.figure ? ghostLines(before[index].figure, answer.figure) : []), ...(bands?.[index]?.traces ?? [])];
      const figure = more.length ? { ...answer.figure, data: [...more, ...answer.figure.data] } : answer.figure;
      made[index].figure.draw(figure, answer.alt, prediction, pictures[index] ?? null);
    });
  }

  return {
    els: [figures, boardPart, waterBox, anatomyBox, h("div", { class: "ecs-tables" }, tables.map((table) => table.el))],
    figures,
    draw,
    set(answer) {
      shown = [answer, ...(answer.others ?? [])];
      if (made.length !== shown.length) {
        figures.replaceChildren();
        made = shown.map((each) => box(each.label));
        figures.dataset.designs = made.length;
        tabs.hidden = made.length < 2;
        tabs.replaceChildren(...shown.map((each, index) => button(each.label || "The run", () => look(index), { "aria-pressed": "false" })));
      }
      look(Math.min(place, shown.length - 1));
    },
    redraw: () => made.forEach((each) => each.figure.redraw()),
    time: () => board.time(),
    seek: (seconds) => board.seek(seconds),
    destroy() {
      made.forEach((each) => each.figure.destroy());
      board.destroy();
    },
  };
}
