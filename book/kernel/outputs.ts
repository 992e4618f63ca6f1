/** A cell's output: what it prints, shows and complains about, in the place where the book has its own. */

import { watchFigures } from "./figures.js";
import { mountFigure } from "../../ecslite/widgets/figure.js";
import { cleanHtml } from "./sanitise.js";
import type { Bundle, Display, Fault, Output, Stream } from "./protocol.js";

/** What makes views of widgets; see manager.ts. */
export interface Widgets {
  show(id: string, element: HTMLElement): Promise<void>;
}

/** More characters than this are not shown: a page of that length cannot be used. */
const MOST_CHARACTERS = 200_000;

const WIDGET = "application/vnd.jupyter.widget-view+json";
const PLOTLY = "application/vnd.plotly.v1+json";

export class OutputArea {
  private readonly area: HTMLElement;
  private stale = false;
  private characters = 0;
  private readonly named = new Map<string, HTMLElement>();

  constructor(
    cell: HTMLElement,
    private readonly widgets: Widgets,
  ) {
    this.area = cell.querySelector<HTMLElement>(".cell_output") ?? newArea(cell);
  }

  /** A run begins: what is shown stays until the first new output. */
  begin(): void {
    this.stale = true;
    this.characters = 0;
  }

  /** A run has ended: if it showed nothing, nothing of the last one stays. */
  finish(): void {
    this.clearStale();
  }

  /** Adds one output. */
  add(output: Output): void {
    if (output.type === "clear") return output.wait ? void (this.stale = true) : this.clear();
    if (output.type === "display" && output.update) return this.update(output);
    this.clearStale();
    if (output.type === "stream") this.stream(output);
    else if (output.type === "display") this.display(output);
    else this.fault(output);
  }

  private clearStale(): void {
    if (this.stale) this.clear();
  }

  private clear(): void {
    this.stale = false;
    this.named.clear();
    this.area.replaceChildren();
  }

  /** Text goes to the end of the last block of its kind. */
  private stream({ name, text }: Stream): void {
    if (this.characters > MOST_CHARACTERS) return;
    this.characters += text.length;
    const last = this.area.lastElementChild;
    const block = last?.matches(`.ecs-stream[data-name=${name}]`) ? last : this.append(streamBlock(name));
    block.querySelector("pre")!.append(text);
    if (this.characters > MOST_CHARACTERS) block.querySelector("pre")!.append("\n… and more, which is not shown.");
  }

  private display({ data, display_id }: Display): void {
    const place = this.append(element("div", "output ecs-display"));
    if (display_id) this.named.set(display_id, place);
    this.render(place, data);
  }

  private update({ data, display_id }: Display): void {
    const place = display_id ? this.named.get(display_id) : undefined;
    if (!place) return;
    place.replaceChildren();
    this.render(place, data);
  }

  /** The richest of the formats that the page can show. */
  private render(place: HTMLElement, data: Bundle): void {
    const widget = data[WIDGET] as { model_id: string } | undefined;
    const figure = data[PLOTLY] as { data: unknown[]; layout: object } | undefined;
    if (widget) void this.widget(place, widget.model_id);
    else if (figure) mountFigure(place, { figure, alt: String(data["text/plain"] ?? "A figure") });
    else if ("text/html" in data) place.append(cleanHtml(String(data["text/html"])));
    else if ("image/svg+xml" in data) place.append(cleanHtml(String(data["image/svg+xml"])));
    else if ("image/png" in data) place.append(image("png", data));
    else if ("image/jpeg" in data) place.append(image("jpeg", data));
    else place.append(preformatted(String(data["text/markdown"] ?? data["text/plain"] ?? "")));
    watchFigures(place);
  }

  private async widget(place: HTMLElement, id: string): Promise<void> {
    try {
      await this.widgets.show(id, place);
    } catch (error) {
      console.error("A widget could not be shown:", error);
      place.append(element("p", "ecs-error", `This widget could not be shown: ${(error as Error).message}`));
    }
  }

  /** The words first; Python's traceback is one press away. */
  private fault({ text, traceback, plain }: Fault): void {
    const box = this.append(element("div", "output ecs-error"));
    box.setAttribute("role", "alert");
    box.append(element("p", "ecs-error-text", text));
    const details = document.createElement("details");
    details.open = !plain && traceback.split("\n").length < 8;
    details.append(element("summary", "", "Python's traceback"), preformatted(traceback));
    box.append(details);
  }

  private append(block: HTMLElement): HTMLElement {
    this.area.append(block);
    return block;
  }
}

function newArea(cell: HTMLElement): HTMLElement {
  const area = element("div", "cell_output docutils container");
  cell.append(area);
  return area;
}

/** As MyST-NB shows a stream, so that a run looks like the book's own. */
function streamBlock(name: string): HTMLElement {
  const block = element("div", `output ecs-stream highlight ${name === "stderr" ? "stderr" : "stream"}`);
  block.dataset.name = name;
  block.append(document.createElement("pre"));
  return block;
}

function preformatted(text: string): HTMLElement {
  const block = element("div", "highlight");
  block.append(element("pre", "", text));
  return block;
}

function image(kind: "png" | "jpeg", data: Bundle): HTMLElement {
  const made = document.createElement("img");
  made.src = `data:image/${kind};base64,${String(data[`image/${kind}`]).trim()}`;
  made.alt = String(data["text/plain"] ?? "");
  return made;
}

function element(tag: string, kind: string, text = ""): HTMLElement {
  const made = document.createElement(tag);
  made.className = kind;
  made.textContent = text;
  return made;
}
