/** node bundle.mjs OUT VERSION: bundles the page's scripts and styles into OUT. */
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const [out, version] = process.argv.slice(2);
const here = path.dirname(fileURLToPath(import.meta.url));

/** html-manager carries the widgets of ipywidgets 7, which nothing of ours makes, and a loader that asks a CDN. */
const withoutVersion7 = {
  name: "without-version-7",
  setup(build) {
    build.onResolve({ filter: /^@jupyter-widgets\/(base7|controls7)|^\.\/libembed-amd$/ }, ({ path }) => ({ path, namespace: "empty" }));
    build.onLoad({ filter: /.*/, namespace: "empty" }, () => ({ contents: "module.exports = {};" }));
  },
};

/** html-manager's modules ask for style sheets and icon fonts; widgets.css has what is needed of them. */
const withoutStyles = {
  name: "without-styles",
  setup(build) {
    build.onResolve({ filter: /\.css$/ }, ({ path, kind }) =>
      kind === "import-statement" || kind === "require-call" ? { path, namespace: "empty" } : undefined,
    );
  },
};

/** anywidget's package calls AMD's `define`; a bundle wants an export. */
const anywidgetAsModule = {
  name: "anywidget-as-module",
  setup(build) {
    build.onLoad({ filter: /anywidget[\\/]dist[\\/]index\.js$/ }, ({ path }) => {
      const source = fs.readFileSync(path, "utf8");
      const contents = source.replace(/define\(\["@jupyter-widgets\/base"\], (\w+)\);/, "export { $1 as default };");
      if (contents === source) throw new Error(`${path} no longer ends with define(["@jupyter-widgets/base"], ...)`);
      return { contents };
    });
  },
};

/** A gzip file ends with the size of what is packed in it. */
function unpackedBytes(file) {
  return fs.readFileSync(file).readUInt32LE(fs.statSync(file).size - 4);
}

const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  outdir: path.resolve(out),
  logLevel: "warning",
  define: {
    ECS_VERSION: JSON.stringify(version),
    ECS_SNAPSHOT_BYTES: String(unpackedBytes(path.resolve(out, "snapshot.bin.gz"))),
    global: "globalThis", "process.env": "{}", __webpack_public_path__: "globalThis.__webpack_public_path__",
  },
  loader: { ".svg": "dataurl" },
  legalComments: "linked",
  plugins: [withoutVersion7, withoutStyles, anywidgetAsModule],
};

fs.rmSync(path.join(common.outdir, "chunks"), { recursive: true, force: true });
await esbuild.build({
  ...common,
  entryPoints: ["page.ts", "live.ts"],
  splitting: true, // the two share the explorers that the page has mounted
  chunkNames: "chunks/[name]-[hash]",
});
await esbuild.build({ ...common, entryPoints: ["worker.ts", "page.css", "widgets.css"] });
