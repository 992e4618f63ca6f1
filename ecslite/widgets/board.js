// The board: the running system at any moment of its run. Nothing moves until it is pressed.
import { button, clock, failure, h, holding, minuteWords, say, stillness } from "./dom.js";
import { createWhy } from "./why.js";
import { createStage } from "./stage.js";

const BOARD_SCHEMA = 2;
/** Changes of tasks and instances that a frame of a playing board draws: 200 at once would take longer than a frame. */
const A_FRAME = 24;
const SPEEDS = [["1", "1 min/s"], ["3", "3 min/s"], ["10", "10 min/s"]];

/** Marks over the slider: decisions and faults, so that the eye finds them. */
function marksOf(board, events) {
  const signs = { scaling: "▲", fault: "✕", traffic: "●" };
  return events.filter((event) => signs[event.kind]).slice(0, 200).map((event) => {
    const mark = h("span", { class: "ecs-mark", "data-kind": event.kind }, signs[event.kind]);
    mark.style.left = `${(event.time / board.seconds) * 100}%`;
    return mark;
  });
}

/** The first moment at which as many tasks run as are desired: a board that opens there has something to show. */
function settled(board) {
  const service = board.services[0];
  if (!service) return Math.min(60, board.seconds);
  const first = service.running.find(([moment, count]) => count > 0 && count >= (holding(service.desired, moment)?.[1] ?? 0));
  return first ? Math.min(first[0] + 60, board.seconds) : 0;
}

/** A board inside `el`; `onTime(seconds)` is told of every moment shown. */
export function createBoard(el, { onTime } = {}) {
  let board = null, events = [], stage = null, seconds = null, playing = 0, before = 0, explained = Infinity;
  const motion = stillness(() => onMotion());
  const why = createWhy({ onTime: (moment) => seek(moment) });
  const scrub = h("input", { type: "range", min: 0, step: 5, "aria-label": "Time in the run", class: "ecs-scrub", oninput: () => { pause(); seek(Number(scrub.value)); } });
  const moment = h("output", { class: "ecs-time" });
  const marks = h("div", { class: "ecs-marks", "aria-hidden": "true" });
  const play = button("Play", () => (playing ? pause() : start()), { class: "ecs-play" });
  const speed = h("select", { "aria-label": "Speed" }, SPEEDS.map(([value, label]) => h("option", { value }, label)));
  speed.value = "3";
  const next = button("Next event", () => step((event) => event.kind !== "load_balancer"));
  const decision = button("Next scaling decision", () => step((event) => event.kind === "scaling" || event.kind === "capacity"));
  const feed = h("ul", { class: "ecs-feed", "aria-label": "The latest events" });
  const place = h("div", {});
  el.append(
    h("div", { class: "ecs-player" },
      h("div", { class: "ecs-timeline" }, marks, scrub),
      h("div", { class: "ecs-buttons" }, play, speed, next, decision, moment)),
    place,
    h("div", { class: "ecs-below" }, h("div", { role: "group", "aria-label": "Events up to this moment" }, h("p", { class: "ecs-why-title", role: "heading", "aria-level": "4" }, "Up to this moment"), feed), why.el),
  );

  function set(newBoard, newEvents) {
    if (newBoard.schema !== BOARD_SCHEMA) throw new Error(`the board was made for schema ${newBoard.schema} and this page reads ${BOARD_SCHEMA}; build the book again`);
    pause();
    [board, events] = [newBoard, newEvents];
    scrub.max = board.seconds;
    marks.replaceChildren(...marksOf(board, events));
    decision.hidden = !events.some((event) => event.kind === "scaling" || event.kind === "capacity");
    stage = createStage(board, { explain, past: (wanted) => events.filter((event) => event.time <= seconds && wanted(event)).at(-1) });
    place.replaceChildren(stage.el);
    why.clear();
    seek(Math.min(seconds ?? settled(board), board.seconds));
  }

  function seek(to, most) {
    seconds = Math.max(0, Math.min(to, board.seconds));
    explained = Infinity;
    scrub.value = seconds;
    scrub.setAttribute("aria-valuetext", minuteWords(seconds));
    say(moment, `${clock(seconds)}`);
    stage.at(seconds, most);
    showFeed();
    onTime?.(seconds);
  }

  function showFeed() {
    const past = events.slice(0, firstAfter(seconds)).filter((event) => event.kind !== "load_balancer").slice(-4).reverse();
    const key = past.map((event) => event.id).join();
    if (feed.dataset.key === key) return;
    feed.dataset.key = key;
    feed.replaceChildren(...past.map((event) =>
      h("li", { "data-kind": event.kind }, h("span", { class: "ecs-when" }, clock(event.time)),
        button(event.text, () => explain(event.id), { class: "ecs-event", title: "Why?" }))));
  }

  /** The place of the first event after a moment; events stand in the order of time. */
  function firstAfter(time) {
    let [low, high] = [0, events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (events[middle].time <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function explain(id) {
    if (id === null || id === undefined) return;
    pause();
    why.show(events, id);
  }

  function step(wanted) {
    pause();
    // Of several events in one moment, each gets its turn.
    const ahead = (event) => event.time > seconds || (event.time === seconds && event.id > explained);
    const found = events.find((event) => ahead(event) && wanted(event)) ?? events.find(wanted);
    if (!found) return;
    seek(found.time);
    explained = found.id;
    explain(found.id);
  }

  function start() {
    if (seconds >= board.seconds) seek(0);
    say(play, "Pause");
    before = 0;
    playing = requestAnimationFrame(frame);
  }

  function frame(now) {
    const passed = before ? Math.min((now - before) / 1000, 0.1) : 0;
    before = now;
    seek(seconds + passed * Number(speed.value) * 60, A_FRAME);
    if (seconds >= board.seconds) pause();
    else playing = requestAnimationFrame(frame);
  }

  function pause() {
    if (playing) {
      cancelAnimationFrame(playing);
      stage.at(seconds);
    }
    playing = 0;
    say(play, "Play");
  }

  function onMotion() {
    play.disabled = speed.disabled = motion.matches;
    play.title = motion.matches ? "Your system asks for no motion: use the slider or the steps." : "";
    if (motion.matches) pause();
  }

  const screen = new IntersectionObserver(([entry]) => !entry.isIntersecting && pause());
  screen.observe(el);
  onMotion();
  return {
    set,
    seek,
    time: () => seconds,
    explain,
    destroy() {
      pause();
      screen.disconnect();
      motion.end();
    },
  };
}

/** A plain board: `data` is {board, events}. */
export function mountBoard(el, data) {
  try {
    const box = h("div", { class: "ecs-board-box" });
    el.querySelector(".ecs-still")?.remove();
    el.classList.add("ecs-board");
    el.append(box);
    const made = createBoard(box);
    made.set(data.board, data.events);
    return made;
  } catch (error) {
    return failure(el, error);
  }
}
