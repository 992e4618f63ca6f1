// The stage: counters, load balancers, zones with their instances and tasks, and cards, all at one moment.
import { button, h, holding, numberWords, say } from "./dom.js";
import { HEALTH, giveSlots, span } from "./places.js";
import { instanceBox, taskBox, taskChip } from "./boxes.js";
import { cardBox } from "./cards.js";

/** More tasks than this in a zone are drawn small. */
const MANY = 12;

function counter(label, props = {}) {
  const value = h("strong", {});
  const tag = props.onclick ? "button" : "div";
  const el = h(tag, { class: "ecs-counter", ...(props.onclick ? { type: "button" } : {}), ...props }, value, h("span", {}, label));
  return { el, set: (words) => say(value, words) };
}

/** Counters of a service: what is wanted and what runs, with its deployments. */
function serviceRow(service, many, explain) {
  const of = many ? ` ${service.name}` : "";
  let seconds = 0;
  const why = (steps) => () => explain(holding(steps, seconds)?.[2]);
  const desired = counter(`desired${of}`, { class: "ecs-counter ecs-desired", onclick: why(service.desired) });
  const running = counter(`running${of}`, { class: "ecs-counter ecs-running", onclick: why(service.running) });
  const states = service.deployments.map((deployment) => {
    const el = button("", () => explain(holding(deployment.states, seconds)?.[2]), { class: "ecs-deployment", hidden: true });
    return { deployment, el };
  });
  const deployments = h("div", { class: "ecs-deployments", "aria-label": "Deployments", role: "group" }, states.map(({ el }) => el));
  return {
    els: [desired.el, running.el],
    deployments,
    at(moment) {
      seconds = moment;
      const [wanted, have] = [holding(service.desired, seconds)?.[1] ?? 0, holding(service.running, seconds)?.[1] ?? 0];
      desired.set(String(wanted));
      running.set(String(have));
      running.el.dataset.short = have < wanted;
      const begun = states.filter(({ deployment }) => deployment.states[0][0] <= seconds);
      deployments.hidden = begun.length < 2;
      for (const { deployment, el } of states) {
        const state = holding(deployment.states, seconds)?.[1];
        el.hidden = !state || !begun.slice(-3).some((one) => one.deployment === deployment);
        say(el, `${deployment.revision} ${state}`);
        el.dataset.state = state;
      }
    },
  };
}

/** A load balancer with its traffic, a dot for each target, and the weights of its target groups. */
function balancerRow(known, board, many, ask) {
  const of = many ? ` ${known.name}` : "";
  const rate = counter(`requests/s${of}`);
  const failed = counter(`failed/s${of}`, { class: "ecs-counter ecs-failed" });
  const dots = h("span", { class: "ecs-dots", "aria-hidden": "true" });
  const weights = h("span", { class: "ecs-weights" });
  const el = button([h("span", { class: "ecs-name" }, `Load balancer ${known.name}`), weights, dots], () => ask(known), { class: "ecs-alb" });
  const tasks = board.tasks.filter((task) => known.services.includes(task.service) && task.target.length > 0);
  let key = "";
  return {
    els: [rate.el, failed.el],
    el,
    at(seconds) {
      const minute = Math.floor(seconds / 60), lost = (known.errors[minute] ?? 0) / 60;
      rate.set(numberWords((known.requests[minute] ?? known.requests.at(-1) ?? 0) / 60));
      failed.set(numberWords(lost));
      failed.el.dataset.some = lost > 0;
      say(weights, known.weights.map((one) => `${one.group} ${holding(one.steps, seconds)?.[1] ?? 0}`).join(" : "));
      const states = tasks.map((task) => holding(task.target, seconds)?.[1]).filter((state) => state && state !== "unused");
      if (states.join() === key) return;
      key = states.join();
      dots.replaceChildren(...states.slice(0, 60).map((state) => h("span", { class: "ecs-chip", "data-health": state }, HEALTH[state]?.[0] ?? "?")));
      const healthy = states.filter((state) => state === "healthy").length;
      el.setAttribute("aria-label", `Load balancer ${known.name}: ${healthy} healthy of ${states.length} targets. Why?`);
    },
  };
}

/** Marks revisions on tasks where a service has had more than one: ":2", say. */
function markRevisions(board, boxes) {
  const several = new Set(board.services.filter((service) => new Set(service.deployments.map((one) => one.revision)).size > 1).map((one) => one.name));
  for (const { task, box } of boxes) if (several.has(task.service)) box.revision(`:${task.revision.split(":").at(-1)}`);
}

/** A zone: its instances, then its tasks on Fargate. */
function zoneLane(zone, board, asks) {
  const instances = board.instances.filter((one) => one.zone === zone).map((instance) => ({ instance, ...span(instance.states) }));
  const alone = board.tasks.filter((task) => task.zone === zone && !task.instance).map((task) => ({ task, ...span(task.states) }));
  const [rows, taskRows] = [giveSlots(instances), giveSlots(alone)];
  const hosts = instances.map((placed) => {
    const on = board.tasks.filter((task) => task.instance === placed.instance.id).map((task) => ({ task, ...span(task.states, task.placed ?? task.states[0][0]) }));
    return instanceBox(placed, on, asks.task, asks.instance);
  });
  const small = taskRows > MANY;
  const tasks = alone.map((placed) => ({ task: placed.task, box: (small ? taskChip : taskBox)(placed, asks.task) }));
  const hostLane = h("div", { class: "ecs-lane ecs-hosts" }, hosts.map((host) => host.el));
  hostLane.style.setProperty("--rows", rows);
  const taskLane = h("div", { class: small ? "ecs-chips" : "ecs-lane" }, tasks.map(({ box }) => box.el));
  taskLane.style.setProperty("--rows", Math.max(taskRows, rows ? 0 : 1));
  const el = h("div", { class: "ecs-zone" }, h("span", { class: "ecs-zone-name" }, zone), rows > 0 && hostLane, (taskRows > 0 || !rows) && taskLane);
  const chips = hosts.flatMap((host) => host.chips.map((chip) => ({ task: chip.task, box: chip })));
  return { el, rows: taskRows, boxes: [...hosts, ...tasks.map(({ box }) => box)], marked: [...tasks, ...chips] };
}

/** Tasks for which there is no room yet. */
function waitingRow(board, ask) {
  const waits = board.tasks.filter((task) => task.placed !== null || !task.zone).map((task) => ({
    task, from: task.states[0][0], until: task.placed ?? span(task.states).until,
  })).filter((one) => one.until - one.from > 1);
  const boxes = waits.map((placed) => taskChip(placed, ask));
  const el = h("div", { class: "ecs-waiting" }, h("span", { class: "ecs-zone-name" }, "waiting for room"), h("div", { class: "ecs-chips" }, boxes.map((box) => box.el)));
  return {
    el: waits.length ? el : null,
    at(seconds) {
      for (const box of boxes) box.at(seconds);
      el.dataset.some = String(boxes.some((box) => !box.el.hidden));
    },
  };
}

/** All of a board at one moment. `explain(event)` shows a chain of causes; `past(wanted)` finds the last event so far. */
export function createStage(board, { explain, past }) {
  let now = 0;
  const asks = {
    task(task) {
      const state = holding(task.states, now), target = holding(task.target, now);
      explain(target && target[0] > state[0] ? target[2] : state?.[2]);
    },
    instance: (instance) => explain((holding(instance.states, now) ?? instance.states[0])[2]),
    balancer: () => explain(past((event) => event.kind === "target" || event.kind === "load_balancer")?.id),
    card: (card) => explain(past((event) => event.subject === card.name)?.id ?? card.event),
  };
  const services = board.services.map((service) => serviceRow(service, board.services.length > 1, explain));
  const balancers = board.load_balancers.map((known) => balancerRow(known, board, board.load_balancers.length > 1, asks.balancer));
  const lanes = board.zones.map((zone) => zoneLane(zone, board, asks));
  const waiting = waitingRow(board, asks.task);
  const cards = board.cards.map((card) => cardBox(card, asks.card));
  markRevisions(board, lanes.flatMap((lane) => lane.marked));
  const counters = [...balancers, ...services].flatMap((one) => one.els);
  const zones = h("div", { class: "ecs-lanes" }, lanes.map((lane) => lane.el));
  zones.classList.toggle("ecs-tight", lanes.some((lane) => lane.rows > 4));
  const el = h("div", { class: "ecs-stage" },
    counters.length > 0 && h("div", { class: "ecs-counters" }, counters),
    services.map((one) => one.deployments), balancers.map((one) => one.el), waiting.el, lanes.length > 0 && zones,
    cards.length > 0 && h("div", { class: "ecs-cards" }, cards.map((card) => card.el)));
  const moving = [...services, ...balancers, waiting, ...cards], boxes = lanes.flatMap((lane) => lane.boxes);
  let turn = 0;
  return {
    el,
    /** All at a moment; once `most` changes are drawn, what is left has its turn in the next frame. */
    at(seconds, most = Infinity) {
      now = seconds;
      for (const one of moving) one.at(seconds);
      for (let seen = 0, drawn = 0; seen < boxes.length && drawn < most; seen += 1) {
        drawn += Number(boxes[turn].at(seconds));
        turn = (turn + 1) % boxes.length;
      }
    },
  };
}
