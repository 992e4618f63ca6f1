/** anywidget's package is a module of the old kind, which bundle.mjs turns into one with a default export. */
declare module "anywidget" {
  export default function make(base: typeof import("@jupyter-widgets/base")): Record<string, unknown>;
}
