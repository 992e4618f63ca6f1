/** When a question is asked again: the days grow with each time that its answer was known. */

/** What the browser keeps of a question; `row` is how many times running, on different days, the answer was right. */
export interface Kept {
  right: boolean;
  at: number;
  times: number;
  row?: number;
}

export interface Question {
  name: string;
  chapter: string;
}

export interface Plan {
  /** To be asked now: the wrongly answered first, then those that have waited longest. */
  due: string[];
  /** Not answered yet, of chapters that were begun. */
  unseen: string[];
  /** When the next one comes, in milliseconds; null if none waits. */
  next: number | null;
}

const DAY = 24 * 60 * 60 * 1000;

/** Days until a question comes again, by how often its answer was known in a row. */
const DAYS = [1, 3, 7, 21];

/** The moment at which a question is due. */
export function dueAt({ right, at, row = 1 }: Kept): number {
  return right ? at + DAYS[Math.min(Math.max(row, 1), DAYS.length) - 1]! * DAY : at;
}

/** What to ask now. `begun` are the chapters of which any exercise has been answered. */
export function plan(questions: Question[], kept: Record<string, Kept>, begun: Set<string>, now: number): Plan {
  const seen = questions.flatMap(({ name }) => (kept[name] ? [{ name, ...kept[name], from: dueAt(kept[name]) }] : []));
  const due = seen.filter(({ from }) => from <= now).sort((one, other) => Number(one.right) - Number(other.right) || one.from - other.from);
  const later = seen.filter(({ from }) => from > now).map(({ from }) => from);
  return {
    due: due.map(({ name }) => name),
    unseen: questions.filter(({ name, chapter }) => !kept[name] && begun.has(chapter)).map(({ name }) => name),
    next: later.length > 0 ? Math.min(...later) : null,
  };
}
