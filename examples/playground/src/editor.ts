/** A text editor. Each is in a shadow root of its own: there CodeMirror needs no style element, which our policy forbids. */
import { completionKeymap } from "@codemirror/autocomplete";
import { history, historyKeymap, standardKeymap, toggleComment } from "@codemirror/commands";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, StateEffect, type Extension, type Text } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  placeholder,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Wrong } from "./api";

const theme = EditorView.theme({
  "&": { height: "100%", color: "var(--ink)", backgroundColor: "var(--field)", fontSize: "var(--mono-size)" },
  // The element around it shows the focus.
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--ink)", paddingBlock: "0.5rem" },
  ".cm-gutters": { backgroundColor: "var(--field)", color: "var(--muted)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--hint)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--selection)",
  },
  ".cm-selectionMatch": { backgroundColor: "var(--hint)" },
  ".cm-placeholder": { color: "var(--muted)", whiteSpace: "pre-wrap" },
  ".cm-tooltip, .cm-panels": {
    backgroundColor: "var(--paper)",
    color: "var(--ink)",
    border: "1px solid var(--line)",
    borderRadius: "4px",
  },
  ".cm-tooltip .about, .cm-completionInfo, .cm-diagnostic": {
    padding: "0.35rem 0.6rem",
    maxWidth: "24rem",
    fontFamily: "var(--sans)",
    fontSize: "0.85rem",
  },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    backgroundColor: "var(--accent)",
    color: "var(--on-accent)",
  },
  ".cm-diagnostic-error": { borderLeft: "4px solid var(--bad)" },
  ".cm-textfield, .cm-button": {
    font: "inherit",
    color: "inherit",
    backgroundColor: "var(--field)",
    backgroundImage: "none",
  },
});

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--key)" },
  { tag: [tags.string, tags.attributeValue], color: "var(--text)" },
  { tag: tags.comment, color: "var(--muted)" },
  { tag: [tags.punctuation, tags.separator], color: "var(--muted)" },
]);

/**
 * Typing over a selection. Chromium would keep the looks of what it replaces, in a style attribute that our
 * Content-Security-Policy forbids.
 */
const typeOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { data: text, inputType } = event;
    const { main } = view.state.selection;
    if (inputType !== "insertText" || text === null || main.empty || view.composing) return false;
    const insert = () => view.state.update(view.state.replaceSelection(text), { userEvent: "input.type" });
    const handled = view.state
      .facet(EditorView.inputHandler)
      .some((handler) => handler(view, main.from, main.to, text, insert));
    if (!handled) view.dispatch(insert());
    return true;
  },
});

/** Where a mistake is in a text: from a character of a line to the end of the word. */
function place(text: Text, wrong: Wrong): { from: number; to: number } {
  const line = text.line(Math.min(Math.max(wrong.line, 1), text.lines));
  const before = Array.from(line.text)
    .slice(0, Math.max(wrong.column - 1, 0))
    .join("").length;
  const from = line.from + Math.min(before, line.length);
  const word = /^(?:"[^"]*"|'[^']*'|[\w.-]+|\S)?/.exec(line.text.slice(before))?.[0].length ?? 0;
  return { from, to: from + word };
}

export interface EditorOptions {
  label: string;
  extensions?: Extension[];
  hint?: string;
  changed: (text: string) => void;
  /** Another text is selected. */
  selected?: () => void;
}

export class Editor {
  readonly view: EditorView;

  constructor(parent: HTMLElement, { label, extensions = [], hint = "", changed, selected }: EditorOptions) {
    const root = parent.attachShadow({ mode: "open" });
    const base = [
      lineNumbers(),
      highlightSpecialChars(),
      history(),
      drawSelection(),
      highlightActiveLine(),
      highlightSelectionMatches(),
      lintGutter(),
      typeOver,
      theme,
      syntaxHighlighting(colours),
      placeholder(hint),
      EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
      // Tab leaves the editor.
      keymap.of([
        ...completionKeymap,
        ...lintKeymap,
        ...searchKeymap,
        ...historyKeymap,
        ...standardKeymap,
        { key: "Mod-/", run: toggleComment },
      ]),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) changed(this.text);
        if (update.selectionSet) selected?.();
      }),
    ];
    this.view = new EditorView({
      state: EditorState.create({ extensions: [base, extensions] }),
      parent: root,
      root,
    });
    if (root.adoptedStyleSheets.length === 0)
      throw new Error("this browser has no constructable style sheets");
  }

  get text(): string {
    return this.view.state.doc.toString();
  }

  /** Takes the place of the whole text; undo brings the old one back. */
  set text(text: string) {
    this.view.dispatch({
      changes: { from: 0, to: this.view.state.doc.length, insert: text },
      selection: { anchor: 0 },
      scrollIntoView: true,
    });
  }

  /** Adds what was not known when the editor was made. */
  extend(extension: Extension): void {
    this.view.dispatch({ effects: StateEffect.appendConfig.of(extension) });
  }

  /** What is selected, without the end of its last line: three clicks select that, too. */
  get selected(): string {
    const { from, to } = this.view.state.selection.main;
    return this.view.state.sliceDoc(from, to).replace(/[\r\n]+$/, "");
  }

  /** The line, from 1, in which the selection ends. */
  get line(): number {
    const { state } = this.view;
    return state.doc.lineAt(state.selection.main.from + this.selected.length).number;
  }

  /** Marks mistakes in the place of those that were marked. */
  mark(wrongs: Wrong[], severity: "error" | "warning" = "error"): void {
    const text = this.view.state.doc;
    const marks = wrongs.map((wrong) => ({ ...place(text, wrong), severity, message: wrong.what }));
    this.view.dispatch(setDiagnostics(this.view.state, marks));
  }

  /** The whole text with another one in the place of what is selected. */
  with(text: string): string {
    const { from, to } = this.view.state.selection.main;
    return this.view.state.sliceDoc(0, from) + text + this.view.state.sliceDoc(to);
  }

  /** Moves there, for someone who is to change something. */
  goTo(at: { line: number; column: number }): void {
    const { from } = place(this.view.state.doc, { ...at, what: "" });
    this.view.dispatch({
      selection: { anchor: from },
      effects: EditorView.scrollIntoView(from, { y: "center" }),
    });
    this.view.focus();
  }
}
