/** The page that asks again: questions of all chapters, those first that the reader is about to forget. */

import { forgetAnswers, keptAnswers } from "../../ecslite/widgets/exercise.js";
import { plan, type Kept, type Question } from "./due.js";

/** As many as one visit takes. */
const AT_ONCE = 10;

/** Puts today's questions first under `root`, and the rest behind a button. */
export function mountAgain(root: HTMLElement): void {
  const places = new Map<string, { el: HTMLElement; home: HTMLElement }>();
  const questions: Question[] = [];
  const parts = [...root.querySelectorAll<HTMLElement>("section[data-chapter]")];
  for (const home of parts) {
    for (const el of home.querySelectorAll<HTMLElement>("[data-question]")) {
      questions.push({ name: el.dataset.question!, chapter: home.dataset.chapter! });
      places.set(el.dataset.question!, { el, home });
    }
  }
  const words = make("p", "ecs-again-words");
  words.setAttribute("role", "status");
  const today = make("section", "ecs-today");
  today.setAttribute("aria-label", "To answer now");
  const all = button("Show all questions", () => show(all.getAttribute("aria-pressed") !== "true"));
  const remove = button("Delete my answers", ask);
  const bar = make("div", "ecs-again-bar");
  bar.append(all, remove);
  root.prepend(words, bar, today);
  root.addEventListener("ecs:answer", count);
  arrange();

  function arrange(): void {
    for (const { el, home } of places.values()) home.append(el);
    const { due, unseen } = now();
    today.replaceChildren(...[...due, ...unseen].slice(0, AT_ONCE).map((name) => places.get(name)!.el));
    count();
    show(false);
  }

  function now() {
    const kept = keptAnswers() as Record<string, Kept>;
    const begun = parts.filter((part) => (JSON.parse(part.dataset.exercises!) as string[]).some((name) => kept[name]));
    return plan(questions, kept, new Set(begun.map((part) => part.dataset.chapter!)), Date.now());
  }

  /** Says what is left; what was answered stays where it is, so that nothing moves under the reader's hand. */
  function count(): void {
    const { due, unseen, next } = now();
    words.textContent = sentence(due.length, unseen.length, next);
  }

  /** Shows all chapters' questions, or today's alone. */
  function show(everything: boolean): void {
    all.setAttribute("aria-pressed", String(everything));
    for (const part of parts) part.hidden = !everything || part.querySelector("[data-question]") === null;
  }

  function ask(): void {
    if (remove.dataset.sure !== "yes") {
      remove.dataset.sure = "yes";
      remove.textContent = "Delete all my answers in this browser?";
      return;
    }
    forgetAnswers();
    location.reload();
  }
}

/** What is to be done today, in words. */
export function sentence(due: number, unseen: number, next: number | null): string {
  if (due + unseen > 0) {
    const parts = [due > 0 ? `${due} to be asked again` : "", unseen > 0 ? `${unseen} not answered yet` : ""];
    return `${parts.filter(Boolean).join(", ")}, of the chapters that you have begun.`;
  }
  if (next === null) return "You have answered nothing yet. Begin a chapter, or look at all questions.";
  const day = new Date(next).toLocaleDateString("en", { weekday: "long", day: "numeric", month: "long" });
  return `Nothing is due. The next question comes on ${day}.`;
}

function make(name: string, className: string): HTMLElement {
  const made = document.createElement(name);
  made.className = className;
  return made;
}

function button(text: string, press: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "ecs-button ecs-quiet";
  made.textContent = text;
  made.addEventListener("click", press);
  return made;
}
