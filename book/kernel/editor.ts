/** A CodeMirror editor in the place of a cell's highlighted source, of the same size and type. */

import { autocompletion, closeBrackets, closeBracketsKeymap, type CompletionContext } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentLess, indentMore } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, keymap } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

export interface Editor {
  source(): string;
  setSource(source: string): void;
}

export interface Completions {
  from: number;
  names: string[];
}

export interface EditorEvents {
  run(): void;
  changed(source: string): void;
  /** The names that Python knows at the cursor (an offset into the source), and where the word begins. */
  complete(source: string, cursor: number): Promise<Completions>;
}

const HINT = "Python code. Shift and Enter run it; Control and Space complete a name; Escape, then Tab, leave the editor.";

/** Replaces the `pre` in `block`; the place keeps its height. */
export function makeEditor(block: HTMLElement, source: string, events: EditorEvents): Editor {
  const pre = block.querySelector("pre")!;
  const place = document.createElement("div");
  place.className = "ecs-editor";
  matchType(place, pre);
  const view = new EditorView({ state: EditorState.create({ doc: source, extensions: extensions(events) }) });
  place.append(view.dom);
  pre.replaceWith(place);
  return {
    source: () => view.state.doc.toString(),
    setSource: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
  };
}

function extensions(events: EditorEvents) {
  const run = () => {
    events.run();
    return true;
  };
  const keys = [
    { key: "Shift-Enter", run },
    { key: "Ctrl-Enter", mac: "Cmd-Enter", run },
    { key: "Tab", run: indentMore, shift: indentLess },
    ...closeBracketsKeymap,
    ...historyKeymap,
    ...defaultKeymap,
  ];
  return [
    keymap.of(keys),
    history(),
    drawSelection(),
    closeBrackets(),
    autocompletion({ override: [(context) => complete(events, context)] }),
    bracketMatching(),
    indentOnInput(),
    indentUnit.of("    "),
    python(),
    syntaxHighlighting(classHighlighter),
    EditorView.contentAttributes.of({ "aria-label": HINT, tabindex: "0" }),
    EditorView.updateListener.of((update) => update.docChanged && events.changed(update.state.doc.toString())),
  ];
}

/** Asks the live Python after a dot or two letters, or when the reader asks. */
async function complete(events: EditorEvents, context: CompletionContext) {
  if (!context.explicit && !context.matchBefore(/\.\w*$|\w{2,}$/)) return null;
  const { from, names } = await events.complete(context.state.doc.toString(), context.pos);
  if (context.aborted || names.length === 0) return null;
  return { from, options: names.map((label) => ({ label })), validFor: /^\w*$/ };
}

/** The theme's own type and space, so that no line moves when the editor takes the place of the text. */
function matchType(place: HTMLElement, pre: HTMLElement): void {
  const { fontFamily, fontSize, lineHeight, paddingTop, paddingLeft, marginTop, marginBottom } = getComputedStyle(pre);
  Object.assign(place.style, { fontFamily, fontSize, lineHeight, marginTop, marginBottom });
  place.style.setProperty("--ecs-pad-y", paddingTop);
  place.style.setProperty("--ecs-pad-x", paddingLeft);
  place.style.minHeight = `${pre.getBoundingClientRect().height}px`;
}
