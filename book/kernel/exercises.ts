/** Exercises of the page: live from the start, since their answers need no Python. */

import { mountExercise } from "../../ecslite/widgets/exercise.js";

/** Mounts the exercises under `root`; one that fails stays in its still form, with hints and solution. */
export function mountExercises(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>(".ecs-exercise")) {
    const text = element.querySelector("script.ecs-data")?.textContent;
    if (!text) continue;
    try {
      mountExercise(element, JSON.parse(text));
    } catch (error) {
      console.error("An exercise could not be mounted; its hints and solution stay:", error);
    }
  }
}
