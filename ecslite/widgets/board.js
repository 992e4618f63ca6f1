// The board: the running system at any moment of its run. Nothing moves until it is pressed.
import { button, clock, failure, h, holding, minuteWords, numberWords, say, stillness } from "./dom.js";
import { createWhy, eventSentence } from "./why.js";

const SPEEDS = [["1", "1 min/s"], ["3", "3 min/s"], ["10", "10 min/s"]];
const LINGER = 45; // seconds for which a stopped task stays to be seen
const STAGES = {
  PROVISIONING: "start", PENDING: "start", ACTIVATING: "start", RUNNING: "run",
  DEACTIVATING: "end", STOPPING: "end", DEPROVISIONING: "end", STOPPED: "gone",
};
const HEALTH = {
  initial: ["…", "waits for its first health check"], healthy: ["✓", "healthy"], unhealthy: ["!", "unhealthy"],
  draining: ["↓", "draining"], unused: ["", "not registered"],
};

/** Gives every task a place in its zone that it keeps, and that is used again once it has gone. */
function placesOf(board) {
  const zones = [...new Set(board.tasks.map((task) => task.zone))].sort();
  const free = new Map(zones.map((zone) => [zone, []]));
  const tasks = board.tasks.map((task) => {
    const stopped = task.states.find(([, state]) => state === "STOPPED");
    return { task, from: task.states[0][0], until: stopped ? stopped[0] + LINGER : Infinity };
  });
  for (const placed of tasks.sort((a, b) => a.from - b.from)) {
    const slots = free.get(placed.task.zone);
    const slot = slots.findIndex((busyUntil) => busyUntil <= placed.from);
    placed.slot = slot < 0 ? slots.length : slot;
    slots[placed.slot] = placed.until;
  }
  return { zones, tasks, rows: Math.max(1, ...[...free.values()].map((slots) => slots.length)) };
}

/** One Fargate task: a micro-VM of its own, which fills up with the CPU it uses. */
function taskBox({ task, from, until, slot }, ask) {
  const state = h("span", { class: "ecs-state" });
  const use = h("span", { class: "ecs-use" });
  const chip = h("span", { class: "ecs-chip" });
  const fill = h("span", { class: "ecs-fill", "aria-hidden": "true" });
  const name = h("span", { class: "ecs-name" }, task.short.slice(0, 6));
  const el = button([fill, h("span", { class: "ecs-head" }, name, chip), state, use], () => ask(task), { class: "ecs-task" });
  el.style.gridRow = slot + 1;

  function at(seconds) {
    el.hidden = seconds < from || seconds >= until;
    if (el.hidden) return;
    const [, now] = holding(task.states, seconds) ?? task.states[0];
    const health = holding(task.target, seconds)?.[1] ?? "unused";
    const percent = now === "RUNNING" || now === "DEACTIVATING" ? task.use[Math.floor(seconds / 60)] ?? null : null;
    el.dataset.stage = STAGES[now] ?? "run";
    el.dataset.health = health;
    fill.style.height = `${Math.min(percent ?? 0, 100)}%`;
    say(state, now);
    say(chip, HEALTH[health]?.[0] ?? "");
    say(use, percent === null ? "" : `CPU ${percent} %`);
    el.setAttribute("aria-label", `Task ${task.short}: ${now}, ${HEALTH[health]?.[1] ?? health}${percent === null ? "" : `, CPU ${percent} %`}. Why?`);
  }
  return { el, at };
}

/** Marks over the slider: decisions and faults, so that the eye finds them. */
function marksOf(board, events) {
  const signs = { scaling: "▲", fault: "✕", traffic: "●" };
  return events.filter((event) => signs[event.kind]).map((event) => {
    const mark = h("span", { class: "ecs-mark", "data-kind": event.kind }, signs[event.kind]);
    mark.style.left = `${(event.time / board.seconds) * 100}%`;
    return mark;
  });
}

function counter(label, props = {}) {
  const value = h("strong", {});
  const tag = props.onclick ? "button" : "div";
  const el = h(tag, { class: "ecs-counter", ...(props.onclick ? { type: "button" } : {}), ...props }, value, h("span", {}, label));
  return { el, set: (words) => say(value, words) };
}

/** The first moment at which as many tasks run as are desired: a board that opens there has something to show. */
function settled(board) {
  const first = board.running.find(([moment, count]) => count > 0 && count >= (holding(board.desired, moment)?.[1] ?? 0));
  return first ? Math.min(first[0] + 60, board.seconds) : 0;
}

/** A board inside `el`; `onTime(seconds)` is told of every moment shown. */
export function createBoard(el, { onTime } = {}) {
  let board = null, events = [], boxes = [], seconds = null, playing = 0, before = 0, explained = Infinity;
  const motion = stillness();
  const why = createWhy({ onTime: (moment) => seek(moment) });
  const scrub = h("input", { type: "range", min: 0, step: 5, "aria-label": "Time in the run", class: "ecs-scrub", oninput: () => { pause(); seek(Number(scrub.value)); } });
  const moment = h("output", { class: "ecs-time" });
  const marks = h("div", { class: "ecs-marks", "aria-hidden": "true" });
  const play = button("Play", () => (playing ? pause() : start()), { class: "ecs-play" });
  const speed = h("select", { "aria-label": "Speed" }, SPEEDS.map(([value, label]) => h("option", { value }, label)));
  speed.value = "3";
  const next = button("Next event", () => step((event) => event.kind !== "load_balancer"));
  const decision = button("Next scaling decision", () => step((event) => event.kind === "scaling"));
  const desired = counter("desired", { class: "ecs-counter ecs-desired", onclick: () => explain(holding(board.desired, seconds)?.[2]) });
  const running = counter("running", { class: "ecs-counter ecs-running", onclick: () => explain(holding(board.running, seconds)?.[2]) });
  const rate = counter("requests/s");
  const failed = counter("failed/s", { class: "ecs-counter ecs-failed" });
  const balancer = h("div", { class: "ecs-balancer" });
  const lanes = h("div", { class: "ecs-lanes" });
  const feed = h("ul", { class: "ecs-feed", "aria-label": "The latest events" });
  el.append(
    h("div", { class: "ecs-player" },
      h("div", { class: "ecs-timeline" }, marks, scrub),
      h("div", { class: "ecs-buttons" }, play, speed, next, decision, moment)),
    h("div", { class: "ecs-stage" }, h("div", { class: "ecs-counters" }, rate.el, failed.el, desired.el, running.el), balancer, lanes),
    h("div", { class: "ecs-below" }, h("section", { "aria-label": "Events up to this moment" }, h("p", { class: "ecs-why-title", role: "heading", "aria-level": "4" }, "Up to this moment"), feed), why.el),
  );

  function set(newBoard, newEvents) {
    pause();
    [board, events] = [newBoard, newEvents];
    scrub.max = board.seconds;
    marks.replaceChildren(...marksOf(board, events));
    drawBalancer();
    drawLanes();
    why.clear();
    seek(Math.min(seconds ?? settled(board), board.seconds));
  }

  function drawLanes() {
    const { zones, tasks, rows } = placesOf(board);
    lanes.style.setProperty("--rows", rows);
    lanes.classList.toggle("ecs-tight", rows > 4);
    const lane = new Map(zones.map((zone) => [zone, h("div", { class: "ecs-lane" })]));
    boxes = tasks.map((placed) => taskBox(placed, askTask));
    tasks.forEach((placed, place) => lane.get(placed.task.zone).append(boxes[place].el));
    lanes.replaceChildren(...zones.map((zone) => h("div", { class: "ecs-zone" }, h("span", { class: "ecs-zone-name" }, zone), lane.get(zone))));
  }

  function drawBalancer() {
    const known = board.load_balancer;
    balancer.hidden = rate.el.hidden = failed.el.hidden = !known;
    if (!known) return;
    const dots = h("span", { class: "ecs-dots", "aria-hidden": "true" });
    const label = button([h("span", { class: "ecs-name" }, `Load balancer ${known.name}`), dots], askBalancer, { class: "ecs-alb" });
    balancer.replaceChildren(label);
  }

  function seek(to) {
    seconds = Math.max(0, Math.min(to, board.seconds));
    explained = Infinity;
    scrub.value = seconds;
    scrub.setAttribute("aria-valuetext", minuteWords(seconds));
    say(moment, `${clock(seconds)}`);
    for (const box of boxes) box.at(seconds);
    showCounts();
    showTargets();
    showFeed();
    onTime?.(seconds);
  }

  function showCounts() {
    const [wanted, have] = [holding(board.desired, seconds)?.[1] ?? 0, holding(board.running, seconds)?.[1] ?? 0];
    desired.set(String(wanted));
    running.set(String(have));
    running.el.dataset.short = have < wanted;
    const known = board.load_balancer, minute = Math.floor(seconds / 60);
    if (!known) return;
    rate.set(numberWords((known.requests[minute] ?? known.requests.at(-1) ?? 0) / 60));
    const lost = (known.errors[minute] ?? 0) / 60;
    failed.set(numberWords(lost));
    failed.el.dataset.some = lost > 0;
  }

  function showTargets() {
    const dots = balancer.querySelector(".ecs-dots");
    if (!dots) return;
    const states = board.tasks.map((task) => holding(task.target, seconds)?.[1]).filter((state) => state && state !== "unused");
    const key = states.join();
    if (dots.dataset.key === key) return;
    dots.dataset.key = key;
    dots.replaceChildren(...states.map((state) => h("span", { class: "ecs-chip", "data-health": state }, HEALTH[state]?.[0] ?? "?")));
    const healthy = states.filter((state) => state === "healthy").length;
    balancer.firstChild.setAttribute("aria-label", `Load balancer ${board.load_balancer.name}: ${healthy} healthy of ${states.length} targets. Why?`);
  }

  function showFeed() {
    const past = events.filter((event) => event.time <= seconds && event.kind !== "load_balancer").slice(-4).reverse();
    const key = past.map((event) => event.id).join();
    if (feed.dataset.key === key) return;
    feed.dataset.key = key;
    feed.replaceChildren(...past.map((event) =>
      h("li", { "data-kind": event.kind }, h("span", { class: "ecs-when" }, clock(event.time)),
        button(event.text, () => explain(event.id), { class: "ecs-event", title: "Why?" }))));
  }

  function explain(id) {
    if (id === null || id === undefined) return;
    pause();
    why.show(events, id);
  }

  function askTask(task) {
    const state = holding(task.states, seconds), target = holding(task.target, seconds);
    explain(target && target[0] > state[0] ? target[2] : state?.[2]);
  }

  function askBalancer() {
    const past = events.filter((event) => event.time <= seconds && (event.kind === "target" || event.kind === "load_balancer"));
    explain(past.at(-1)?.id);
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
    seek(seconds + passed * Number(speed.value) * 60);
    if (seconds >= board.seconds) pause();
    else playing = requestAnimationFrame(frame);
  }

  function pause() {
    if (playing) cancelAnimationFrame(playing);
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
  motion.addEventListener("change", onMotion);
  onMotion();
  return {
    set,
    seek,
    time: () => seconds,
    explain,
    destroy() {
      pause();
      screen.disconnect();
      motion.removeEventListener("change", onMotion);
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
