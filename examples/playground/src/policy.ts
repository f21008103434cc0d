/** The tab of the policy: its editor, and what goes in and out. */
import { yaml } from "@codemirror/lang-yaml";
import type { Wrong } from "./api";
import { assist } from "./assist";
import { attempt } from "./attempt";
import { button, byId, el, pick, plural, save, size } from "./dom";
import { Editor } from "./editor";
import { Broken, Engine } from "./engine";
import type { Schema } from "./schema";
import { POLICY, fromFragment, toFragment } from "./share";
import { packed } from "./wasm";
import type { About } from "./worker";

export class Policy {
  readonly #editor: Editor;
  readonly #notes = byId("policy-notes", HTMLElement);
  readonly #wrongs = byId("policy-wrongs", HTMLElement);
  readonly #engine: () => Engine;
  #standard = "";

  constructor(engine: () => Engine, changed: (text: string) => void) {
    this.#engine = engine;
    this.#editor = new Editor(byId("policy-editor", HTMLElement), {
      label: "Policy, in YAML",
      extensions: [yaml()],
      hint: "An empty policy is the default one.",
      changed: (text) => {
        // What was said was about another text.
        this.#notes.replaceChildren();
        changed(text);
      },
    });
    const click = (id: string, act: () => void) => byId(id, HTMLButtonElement).addEventListener("click", act);
    click("policy-default", () => this.set(this.#standard));
    click("policy-open", () => pick(".yaml,.yml,.json,.toml", (file) => this.take(file)));
    click("policy-save", () => save("policy.yaml", this.#editor.text, "application/yaml"));
    click("policy-share", () => attempt("There is no link", this.#share()));
    click("policy-bake", () => void this.#bake());
  }

  get text(): string {
    return this.#editor.text;
  }

  /** What is known as soon as podsieve runs. The policy is that of the address, or the default one. */
  async start(about: About): Promise<void> {
    this.#standard = about.policy;
    this.#editor.extend(assist(JSON.parse(about.schema) as Schema, about.detectors));
    this.set(about.policy);
    await this.#fromAddress();
    // A link that is opened where the page is open already.
    addEventListener("hashchange", () => void this.#fromAddress());
  }

  async #fromAddress(): Promise<void> {
    try {
      const text = await fromFragment(location.hash);
      if (text !== null) this.set(text);
    } catch {
      this.#say(
        `The policy in this link is damaged, or longer than ${size(POLICY)}: it was not taken. Ask for the link again, or for the file.`,
      );
    }
  }

  /** The whole text anew; what was said of the one before goes. */
  set(text: string): void {
    this.#notes.replaceChildren();
    this.#editor.text = text;
  }

  goTo(at: { line: number; column: number }): void {
    this.#editor.goTo(at);
  }

  show(wrongs: Wrong[]): void {
    this.#editor.mark(wrongs);
    this.#wrongs.replaceChildren(
      ...wrongs.map((wrong) => {
        const name = `Line ${wrong.line}, column ${wrong.column}`;
        const to = button(name, () => this.#editor.goTo(wrong), { class: "link" });
        return el("li", {}, to, `: ${wrong.what}`);
      }),
    );
  }

  /** A policy, or by its name the rules of gitleaks. */
  take(file: File): void {
    attempt(`${file.name} could not be opened`, this.#open(file));
  }

  async #open(file: File): Promise<void> {
    if (file.size > POLICY) {
      this.#say(`${file.name} has ${size(file.size)}: this page takes policies of up to ${size(POLICY)}.`);
      return;
    }
    const text = await file.text();
    if (!file.name.endsWith(".toml")) {
      this.set(text);
      return;
    }
    const imported = await this.#engine().call("gitleaks", { name: file.name, text });
    if ("error" in imported) {
      this.#say(imported.error);
      return;
    }
    this.set(imported.policy);
    const { rules, taken } = imported;
    this.#say(
      `${file.name}: ${taken} of ${plural(rules, "rule")} taken.`,
      ...imported.notes.map(
        ({ line, rule, left_out, what }) =>
          `Line ${line}${rule ? `, ${rule}` : ""}: ${left_out ? "left out" : "changed"}: ${what}`,
      ),
    );
  }

  #say(what: string, ...details: string[]): void {
    this.#notes.replaceChildren(el("p", {}, what));
    if (details.length > 0)
      this.#notes.append(el("ul", {}, ...details.map((detail) => el("li", {}, detail))));
  }

  async #share(): Promise<void> {
    const address = new URL(await toFragment(this.#editor.text), location.href).href;
    history.replaceState(null, "", address);
    const field = el("input", { readonly: "", value: address, "aria-label": "Link to this policy" });
    try {
      await navigator.clipboard.writeText(address);
      this.#say(
        "A link with this policy in it, and nothing else, is in the clipboard and in the address bar.",
      );
    } catch {
      this.#say("A link with this policy in it, and nothing else:");
    }
    this.#notes.append(field);
  }

  /** In a worker of its own: it takes a second. */
  async #bake(): Promise<void> {
    this.#say("Baking …");
    const engine = new Engine();
    const policy = this.#editor.text;
    try {
      await engine.about;
      const baked = await engine.call("bake", { packed: packed(), policy });
      if ("module" in baked) {
        save("podsieve.wasm", baked.module, "application/wasm");
        const which = policy === this.#editor.text ? "this policy" : "the policy of before your last change";
        this.#say(`podsieve.wasm follows ${which}: it is what Fluent Bit's wasm_path names.`);
      } else this.#notBaked(baked.error);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      this.#notBaked(error.message);
    } finally {
      engine.end("done");
    }
  }

  #notBaked(why: string): void {
    this.#say("This page cannot bake this policy:", ...why.split("\n"));
    this.#notes.append(
      el(
        "p",
        {},
        "The command can, if there are no mistakes in it and the keys of hashes are where it says:",
      ),
      el("pre", {}, "podsieve bake --output podsieve.wasm policy.yaml"),
    );
  }
}
