// What VS Code's Jupyter extension does around its renderer: a kernel's connection, a loader of widgets' scripts that
// finds them in the Python environment, and a place for each output. The renderer itself is Microsoft's own file.
import { ServerConnection } from "@jupyterlab/services";
import { KernelConnection } from "@jupyterlab/services/lib/kernel/default";

const WIDGET = "application/vnd.jupyter.widget-view+json";

/** Scripts of widgets that the renderer does not hold: require.js is told where the environment has them. */
function scriptsIn(folder) {
  const known = new Set();
  return {
    widgetsRegisteredInRequireJs: known,
    async loadWidgetScript(name) {
      window.requirejs.config({ paths: { [name]: `${folder}/${name}/index` } });
      known.add(name);
    },
    successHandler() {},
    errorHandler(className, name, version, error) {
      console.error(`${name}@${version} has no ${className}: ${error}`);
    },
  };
}

function placeOfOutput() {
  const cell = document.querySelector("template").content.firstElementChild.cloneNode(true);
  document.querySelector("#container").append(cell);
  return cell.querySelector(".cell-output-ipywidget-background");
}

/** Connects to a kernel; `run(code)` then runs a cell and shows its widget, if it has one. */
window.connect = async ({ address, token, kernel, renderer }) => {
  const { activate } = await import(renderer);
  activate();
  window.vscIPyWidgets8.load();
  const connection = new KernelConnection({
    model: kernel,
    serverSettings: ServerConnection.makeSettings({ baseUrl: address, wsUrl: address.replace(/^http/, "ws"), token, appendToken: true }),
  });
  const manager = new window.vscIPyWidgets.WidgetManager(connection, undefined, scriptsIn("nbextensions"), () => {});

  async function show({ model_id: id }) {
    const el = placeOfOutput();
    const view = await manager.create_view(await manager.get_model(id), { el });
    await manager.display_view(undefined, view, { node: el });
  }

  window.run = async (code) => {
    const shown = [], said = [];
    const cell = connection.requestExecute({ code });
    cell.onIOPub = ({ header, content }) => {
      if (content.data?.[WIDGET]) shown.push(show(content.data[WIDGET]));
      if (header.msg_type === "error") said.push(`${content.ename}: ${content.evalue}`);
    };
    await cell.done;
    await Promise.all(shown);
    if (said.length) throw new Error(said.join("; "));
    return shown.length;
  };
};
