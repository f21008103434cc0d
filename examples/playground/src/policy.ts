/** The tab of the policy: its editor, and what goes in and out. */
import { yaml } from "@codemirror/lang-yaml";
import type { Wrong } from "./api";
import { assist } from "./assist";
import { byId, el, pick, plural, save } from "./dom";
import { Editor } from "./editor";
import { Broken, Engine } from "./engine";
import type { Schema } from "./schema";
import { fromFragment, toFragment } from "./share";
import { modules } from "./wasm";
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
      changed,
    });
    const click = (id: string, act: () => void) => byId(id, HTMLButtonElement).addEventListener("click", act);
    click("policy-default", () => this.set(this.#standard));
    click("policy-open", () => pick(".yaml,.yml,.json,.toml", (file) => void this.open(file)));
    click("policy-save", () => save("policy.yaml", this.#editor.text, "application/yaml"));
    click("policy-share", () => void this.#share());
    click("policy-bake", () => void this.#bake());
  }

  get text(): string {
    return this.#editor.text;
  }

  /** What is known as soon as podsieve runs. The policy is that of the address, or the default one. */
  async start(about: About): Promise<void> {
    this.#standard = about.policy;
    this.#editor.extend(assist(JSON.parse(about.schema) as Schema, about.detectors));
    let text = about.policy;
    try {
      text = (await fromFragment(location.hash)) ?? text;
    } catch {
      this.#say(
        "The policy in this link is damaged: this is the default one. Ask for the link again, or for the file.",
      );
    }
    this.#editor.text = text;
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
        const to = el(
          "button",
          { type: "button", class: "link" },
          `Line ${wrong.line}, column ${wrong.column}`,
        );
        to.addEventListener("click", () => this.#editor.goTo(wrong));
        return el("li", {}, to, `: ${wrong.what}`);
      }),
    );
  }

  /** A policy, or by its name the rules of gitleaks. */
  async open(file: File): Promise<void> {
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
      ...imported.notes.map((note) => `Line ${note.line}${note.rule ? `, ${note.rule}` : ""}: ${note.what}`),
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
    try {
      await engine.about;
      const baked = await engine.call("bake", { modules: modules(), policy: this.#editor.text });
      if ("module" in baked) {
        save("podsieve.wasm", baked.module, "application/wasm");
        this.#say("podsieve.wasm follows this policy: it is what Fluent Bit's wasm_path names.");
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
