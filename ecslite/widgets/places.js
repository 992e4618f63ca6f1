// Places on the board: who stands where, and since when, so that nothing jumps while a run is scrubbed.

/** Seconds for which something that has ended stays to be seen. */
export const LINGER = 45;

export const STAGES = {
  PROVISIONING: "start", PENDING: "start", ACTIVATING: "start", RUNNING: "run",
  DEACTIVATING: "end", STOPPING: "end", DEPROVISIONING: "end", STOPPED: "gone",
  Pending: "start", "Pending:Wait": "start", InService: "run", "Terminating:Wait": "end", Terminating: "end", Terminated: "gone",
};

export const HEALTH = {
  initial: ["…", "waits for its first health check"], healthy: ["✓", "healthy"], unhealthy: ["!", "unhealthy"],
  draining: ["↓", "draining"], unused: ["", "not registered"],
};

/** From when until when a task or an instance is on the board. */
export function span(states, from = states[0][0]) {
  const ended = states.find(([, state]) => STAGES[state] === "gone");
  return { from, until: ended ? ended[0] + LINGER : Infinity };
}

/** Gives each of `items` ({from, until}) a slot that it keeps and that is used again later; how many there are. */
export function giveSlots(items) {
  const slots = [];
  for (const item of [...items].sort((a, b) => a.from - b.from)) {
    const free = slots.findIndex((busyUntil) => busyUntil <= item.from);
    item.slot = free < 0 ? slots.length : free;
    slots[item.slot] = item.until;
  }
  return slots.length;
}
