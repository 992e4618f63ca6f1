// The boxes of the board: a task on a micro-VM of its own, and an instance that fills with tasks in CPU and memory.
import { button, h, holding, say } from "./dom.js";
import { HEALTH, STAGES } from "./places.js";

/** What a task is at a moment: state, health and the CPU it uses. */
function taskAt(task, seconds) {
  const state = (holding(task.states, seconds) ?? task.states[0])[1];
  const health = holding(task.target, seconds)?.[1] ?? "unused";
  const percent = state === "RUNNING" || state === "DEACTIVATING" ? task.use[Math.floor(seconds / 60)] ?? null : null;
  return { state, health, percent };
}

function taskWords(task, { state, health, percent }) {
  return `Task ${task.short} of ${task.revision}: ${state}, ${HEALTH[health]?.[1] ?? health}${percent === null ? "" : `, CPU ${percent} %`}. Why?`;
}

/** Keeps an element in step with its task, and says whether there was something to draw: only a change is drawn. */
function follower({ task, from, until }, el, draw) {
  let key = "";
  return (seconds) => {
    const [hidden, was] = [seconds < from || seconds >= until, el.hidden];
    el.hidden = hidden;
    if (hidden) return !was;
    const now = taskAt(task, seconds);
    const next = `${now.state}/${now.health}/${now.percent}`;
    if (next === key) return was;
    key = next;
    el.dataset.stage = STAGES[now.state] ?? "run";
    el.dataset.health = now.health;
    draw(now);
    el.setAttribute("aria-label", taskWords(task, now));
    return true;
  };
}

/** One task on Fargate: a micro-VM of its own, which fills up with the CPU it uses. */
export function taskBox({ task, from, until, slot }, ask) {
  const state = h("span", { class: "ecs-state" });
  const use = h("span", { class: "ecs-use" });
  const chip = h("span", { class: "ecs-chip" });
  const fill = h("span", { class: "ecs-fill", "aria-hidden": "true" });
  const name = h("span", { class: "ecs-name" }, task.short.slice(0, 6));
  const revision = h("span", { class: "ecs-revision" });
  const el = button([fill, h("span", { class: "ecs-head" }, name, revision, chip), state, use], () => ask(task), { class: "ecs-task", hidden: true });
  el.style.gridRow = slot + 1;
  const at = follower({ task, from, until }, el, (now) => {
    fill.style.height = `${Math.min(now.percent ?? 0, 100)}%`;
    say(state, now.state);
    say(chip, HEALTH[now.health]?.[0] ?? "");
    say(use, now.percent === null ? "" : `CPU ${now.percent} %`);
  });
  return { el, at, revision(words) { say(revision, words); } };
}

/** A task where room is short: a small square with its mark. */
export function taskChip({ task, from, until }, ask) {
  const el = button("", () => ask(task), { class: "ecs-task ecs-small", hidden: true });
  const at = follower({ task, from, until }, el, ({ state, health }) => {
    say(el, HEALTH[health]?.[0] || (STAGES[state] === "run" ? "●" : STAGES[state] === "start" ? "◌" : "×"));
  });
  return {
    el,
    at,
    revision(words) { el.dataset.revision = words; },
    holds: (seconds) => seconds >= from && seconds < until && STAGES[taskAt(task, seconds).state] !== "gone",
  };
}

/** Tasks laid corner to corner: what is left at the upper right is the room in both CPU and memory. */
function drawPlane(plane, instance, tasks) {
  let [x, y] = [0, 0];
  const rooms = tasks.map(({ task }) => {
    const [wide, high] = [(100 * task.cpu) / instance.cpu, (100 * task.memory) / instance.memory];
    const el = h("span", { class: "ecs-room", "data-revision": task.revision });
    el.style.cssText = `left:${x}%;bottom:${y}%;width:${wide}%;height:${high}%`;
    [x, y] = [x + wide, y + high];
    return el;
  });
  const used = h("span", { class: "ecs-used" });
  used.style.cssText = `width:${x}%;height:${y}%`;
  plane.replaceChildren(used, ...rooms);
  return [x, y];
}

/** A container instance with the tasks on it. */
export function instanceBox({ instance, from, until, slot }, placed, ask, askInstance) {
  const chips = placed.map((one) => ({ ...taskChip(one, ask), task: one.task }));
  const plane = h("span", { class: "ecs-plane", "aria-hidden": "true" });
  const state = h("span", { class: "ecs-state" });
  const use = h("span", { class: "ecs-use" });
  const head = button([h("span", { class: "ecs-name" }, instance.short), h("span", { class: "ecs-type" }, instance.type)], () => askInstance(instance), { class: "ecs-instance-head" });
  const box = h("div", { class: "ecs-chips" }, chips.map((chip) => chip.el));
  const el = h("div", { class: "ecs-instance", hidden: true }, head, plane, h("span", { class: "ecs-instance-foot" }, state, use), box);
  el.style.gridRow = slot + 1;
  let key = "";

  return {
    el,
    chips,
    /** How much there was to draw. */
    at(seconds) {
      const [hidden, was] = [seconds < from || seconds >= until, el.hidden];
      el.hidden = hidden;
      if (hidden) return Number(!was);
      const drawn = chips.filter((chip) => chip.at(seconds)).length;
      const here = chips.filter((chip) => chip.holds(seconds));
      const now = (holding(instance.states, seconds) ?? instance.states[0])[1];
      const next = `${now}/${here.map((chip) => chip.task.short).join()}`;
      if (next === key) return drawn + Number(was);
      key = next;
      el.dataset.stage = STAGES[now] ?? "run";
      const [cpu, memory] = drawPlane(plane, instance, here).map(Math.round);
      const [mine, most] = [here.filter((chip) => chip.task.eni).length, instance.task_enis];
      const enis = most === null ? "" : `, ${mine} of ${most} ENIs`;
      say(state, here.length || now !== "InService" ? now : "InService, empty");
      say(use, `CPU ${cpu} %, memory ${memory} %${most === null ? "" : `, ENI ${mine}/${most}`}`);
      el.dataset.empty = String(here.length === 0);
      head.setAttribute("aria-label", `Instance ${instance.short}, ${instance.type}: ${now}, ${here.length} task${here.length === 1 ? "" : "s"}, CPU ${cpu} % and memory ${memory} % reserved${enis}. Why?`);
      return drawn + here.length;
    },
  };
}
