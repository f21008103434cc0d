/** The tab of cases: its text is the file that `podsieve test` reads, and it is run as one types. */
import { yaml } from "@codemirror/lang-yaml";
import type { CaseResult, CasesResult } from "./api";
import { attempt } from "./attempt";
import { withCase, type Case } from "./casefile";
import { button, byId, el, pick, plural, save } from "./dom";
import { Editor } from "./editor";
import { event } from "./status";

const HINT =
  "Select a text in the lines or in the result, and say that it must be redacted, or kept:\nthe case is written here, as podsieve test reads it.";

export class Cases {
  readonly #editor: Editor;
  readonly #list = byId("case-list", HTMLElement);
  readonly #summary = byId("case-summary", HTMLElement);
  readonly #unused = byId("cases-unused", HTMLDetailsElement);
  readonly #toPolicy: (at: { line: number; column: number }) => void;
  readonly #tab = byId("cases-count", HTMLElement);
  /** The last case is one that was just added, and nobody knows yet how it ends. */
  #added: Case | null = null;

  constructor(changed: (text: string) => void, toPolicy: (at: { line: number; column: number }) => void) {
    this.#toPolicy = toPolicy;
    this.#editor = new Editor(byId("cases-editor", HTMLElement), {
      label: "Cases, in YAML",
      extensions: [yaml()],
      hint: HINT,
      changed,
    });
    byId("cases-open", HTMLButtonElement).addEventListener("click", () =>
      pick(".yaml,.yml,.json", (file) =>
        attempt(
          `${file.name} could not be opened`,
          file.text().then((text) => (this.#editor.text = text)),
        ),
      ),
    );
    byId("cases-save", HTMLButtonElement).addEventListener("click", () =>
      save("cases.yaml", this.#editor.text, "application/yaml"),
    );
  }

  add(added: Case): void {
    this.#added = added;
    this.#editor.text = withCase(this.#editor.text, added);
  }

  #tellAdded(last: CaseResult | undefined): void {
    if (!this.#added) return;
    const must = this.#added.kind === "redact" ? "must be redacted" : "must be kept";
    this.#added = null;
    const ends = last ? (last.passed ? "it passes" : "it fails") : "but the file of cases has a mistake";
    event(`A case was added: ${must}; ${ends}.`, { bad: !last?.passed });
  }

  show({ wrongs, cases, unused }: CasesResult): void {
    const failures = cases.flatMap((each) => each.failures);
    this.#editor.mark([...wrongs, ...failures]);
    const passed = cases.filter((each) => each.passed).length;
    this.#tab.textContent = wrongs.length > 0 ? "!" : cases.length > 0 ? `${passed}/${cases.length}` : "";
    const [wrong] = wrongs;
    const summary = wrong
      ? `Line ${wrong.line}, column ${wrong.column}: ${wrong.what}`
      : cases.length > 0
        ? `${passed} of ${plural(cases.length, "case")} passed.`
        : "No cases yet.";
    // It is read out when it changes.
    if (this.#summary.textContent !== summary) this.#summary.textContent = summary;
    this.#tellAdded(wrong ? undefined : cases.at(-1));
    this.#summary.classList.toggle("bad", wrongs.length > 0 || passed < cases.length);
    this.#list.replaceChildren(
      ...cases.map((each) => {
        const name = each.name || `the case of line ${each.line}`;
        const at = each.failures[0] ?? { line: each.line, column: 1 };
        const item = el(
          "li",
          { class: each.passed ? "passed" : "failed" },
          el("b", {}, each.passed ? "✓ pass" : "✗ fail"),
          " ",
          button(name, () => this.#editor.goTo(at), { class: "link" }),
        );
        for (const failure of each.failures) item.append(el("p", {}, failure.what));
        return item;
      }),
    );
    this.#unused.hidden = unused.length === 0 || cases.length === 0;
    this.#unused.replaceChildren(
      el("summary", {}, `${plural(unused.length, "part")} of the policy that no case tries`),
      ...unused.map((each) =>
        el(
          "p",
          {},
          button(`Line ${each.line}`, () => this.#toPolicy(each), { class: "link" }),
          ` ${each.what}`,
        ),
      ),
    );
  }
}
