/** The book's own widgets: their code is on the page already, so the copy that Python would send is not used. */

import { DOMWidgetModel, DOMWidgetView } from "@jupyter-widgets/base";
import widgets from "../../ecslite/widgets/explorer.js";

export const OWN_MODULE = "ecslite";

type State = Record<string, unknown>;

/** The state of one of our widgets with this module's classes in it; undefined for any other widget. */
export function asOwn(state: State): State | undefined {
  if (!String(state._anywidget_id ?? "").startsWith("ecslite.")) return undefined;
  const { _esm, _css, ...rest } = state;
  const model = { _model_module: OWN_MODULE, _model_name: "OwnModel", _model_module_version: "1" };
  return { ...rest, ...model, _view_module: OWN_MODULE, _view_name: "OwnView", _view_module_version: "1" };
}

class OwnModel extends DOMWidgetModel {}

class OwnView extends DOMWidgetView {
  private leave: (() => void) | undefined;

  override render(): void {
    super.render();
    this.leave = widgets.render({ model: this.model, el: this.el });
  }

  override remove(): this {
    this.leave?.();
    return super.remove() as this;
  }
}

export const CLASSES: Record<string, unknown> = { OwnModel, OwnView };
