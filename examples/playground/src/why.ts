/** Why something was found, beside the mark that one points at or moves to. */
import { button, el } from "./dom";
import { markOf, type Mark } from "./record";

/** Milliseconds until it opens under a pointer, and until it closes behind it. */
const OPEN = 80;
const CLOSE = 250;

const ACTIONS: Record<string, string> = {
  redact: "redacted",
  mask: "masked",
  hash: "replaced by a hash",
  remove: "removed",
  keep: "kept",
};

/** A text in which what stands between backticks is code. */
function coded(text: string): (Node | string)[] {
  return text.split("`").map((part, index) => (index % 2 === 1 ? el("code", {}, part) : part));
}

export interface WhyActions {
  toPolicy: (at: { line: number; column: number }) => void;
  addCase: (kind: "redact" | "keep", mark: Mark) => void;
}

export class Why {
  readonly #box: HTMLElement;
  readonly #actions: WhyActions;
  #mark: HTMLElement | null = null;
  #timer = 0;

  /** `box` is a popover; `within` holds the marks. */
  constructor(box: HTMLElement, within: HTMLElement, actions: WhyActions) {
    this.#box = box;
    this.#actions = actions;
    const markAt = (event: Event) => (event.target as Element).closest<HTMLElement>("mark");
    within.addEventListener("pointerover", (event) => this.#soon(markAt(event)));
    within.addEventListener("pointerout", (event) => markAt(event) && this.#soon(null));
    box.addEventListener("pointerover", () => clearTimeout(this.#timer));
    box.addEventListener("pointerleave", () => this.#soon(null));
    within.addEventListener("focusin", (event) => {
      const mark = markAt(event);
      if (mark) this.#open(mark);
      else this.close();
    });
    within.addEventListener("focusout", () => this.#soon(null));
    box.addEventListener("focusin", () => clearTimeout(this.#timer));
    box.addEventListener("focusout", () => this.#soon(null));
    within.addEventListener("click", (event) => {
      const mark = markAt(event);
      if (mark && getSelection()?.isCollapsed !== false) this.#enter(mark);
    });
    within.addEventListener("keydown", (event) => {
      const mark = markAt(event);
      if (!mark || (event.key !== "Enter" && event.key !== " ")) return;
      event.preventDefault();
      this.#enter(mark);
    });
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.#mark) return;
      this.#leave();
    });
    // A mark that is gone has nothing to say.
    new MutationObserver(() => {
      if (this.#mark?.isConnected === false) this.close();
    }).observe(within, { childList: true });
  }

  /** Closes it; who was in it is back at the mark. */
  #leave(): void {
    const back = this.#box.contains(document.activeElement) ? this.#mark : null;
    this.close();
    back?.focus({ preventScroll: true });
    // Coming back is not asking again.
    if (back) this.close();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#mark?.removeAttribute("aria-describedby");
    this.#mark = null;
    if (this.#box.matches(":popover-open")) this.#box.hidePopover();
  }

  #soon(mark: HTMLElement | null): void {
    clearTimeout(this.#timer);
    if (mark === this.#mark) return;
    const stays = () => this.#box.contains(document.activeElement) || this.#mark === document.activeElement;
    this.#timer = window.setTimeout(
      () => {
        if (mark) this.#open(mark);
        else if (!stays()) this.close();
      },
      mark ? OPEN : CLOSE,
    );
  }

  #enter(mark: HTMLElement): void {
    this.#open(mark);
    this.#box.querySelector("button")?.focus({ preventScroll: true });
  }

  #open(mark: HTMLElement): void {
    clearTimeout(this.#timer);
    const of = markOf(mark);
    if (!of || mark === this.#mark) return;
    this.close();
    this.#mark = mark;
    this.#box.replaceChildren(this.#text(of), this.#buttons(of));
    this.#box.showPopover();
    mark.setAttribute("aria-describedby", "why-text");
    const at = mark.getClientRects()[0] ?? mark.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.#box;
    const edge = document.documentElement.clientWidth - width - 8;
    const above = at.bottom + height + 8 > innerHeight && at.top > height + 8;
    this.#box.style.left = `${Math.max(Math.min(at.left, edge), 8) + scrollX}px`;
    this.#box.style.top = `${(above ? at.top - height - 4 : at.bottom + 4) + scrollY}px`;
  }

  #text({ found }: Mark): HTMLElement {
    const where =
      found.path === "" ? "" : found.in_key ? `in the name \`${found.path}\`` : `in \`${found.path}\``;
    const became = found.kept === null ? (ACTIONS[found.action] ?? found.action) : `kept: ${found.kept}`;
    return el(
      "div",
      { id: "why-text" },
      el("p", { class: "rule" }, el("b", {}, found.rule), " ", ...coded(became)),
      el("p", {}, "Why: ", ...coded(found.why)),
      el("p", { class: "where" }, ...coded(where)),
    );
  }

  #buttons(mark: Mark): HTMLElement {
    const leave = (act: () => void) => () => {
      this.#leave();
      act();
    };
    const made = el("div", { class: "actions" });
    for (const at of mark.found.at) {
      made.append(
        button(
          `${at.what.replaceAll("`", "")}, line ${at.line}`,
          leave(() => this.#actions.toPolicy(at)),
        ),
      );
    }
    made.append(
      button(
        "Must redact",
        leave(() => this.#actions.addCase("redact", mark)),
      ),
      button(
        "Must keep",
        leave(() => this.#actions.addCase("keep", mark)),
      ),
    );
    return made;
  }
}
