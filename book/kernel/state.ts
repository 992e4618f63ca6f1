/** Where the kernel stands, in one place: `document.documentElement.dataset.kernel`. Styles and tests read it there. */

export type KernelState = "off" | "starting" | "ready" | "busy" | "lost";

export function kernelState(): KernelState {
  return (document.documentElement.dataset.kernel ?? "off") as KernelState;
}

/** Sets the state, and tells the page with an `ecs:kernel` event; `words` say it to a person. */
export function setKernelState(state: KernelState, words: string): void {
  if (kernelState() === state && state !== "off") return;
  document.documentElement.dataset.kernel = state;
  document.dispatchEvent(new CustomEvent("ecs:kernel", { detail: { state, words } }));
}
