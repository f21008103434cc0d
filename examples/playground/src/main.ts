/**
 * The page. A line goes from the editor (or a file) to a worker (`engine`, `worker`), comes back as records
 * (`api`), and is shown with its marks (`result`, `record`, `why`) and counts (`counts`).
 */
import { EditorState } from "@codemirror/state";
import "./style.css";
import type { Counts, Options } from "./api";
import { attempt } from "./attempt";
import { Cases } from "./cases";
import { CountsPanel } from "./counts";
import { byId, count, el, pick, plural, size } from "./dom";
import { onDrop } from "./drop";
import { Editor } from "./editor";
import { Live } from "./engine";
import { FILE, LogFile, TEXT } from "./file";
import { Policy } from "./policy";
import type { Mark } from "./record";
import { PAGE, Result } from "./result";
import { samples } from "./samples";
import { checked, NotSelected, selectedIn, selectedInLines, type Selected } from "./selection";
import { sourceOf } from "./source";
import { event as happened, status } from "./status";
import { tabs } from "./tabs";
import { textOf } from "./text";
import { Why } from "./why";

const form = byId("form", HTMLSelectElement);
const tag = byId("tag", HTMLInputElement);
const fn = byId("function", HTMLSelectElement);
const sample = byId("sample", HTMLSelectElement);
const list = byId("records", HTMLOListElement);
const marker = byId("marker", HTMLElement);

let options: Options = { form: "auto", tag: "", function: "pipeline", filter: null, skip: 0, show: PAGE };
/** The tag that the records have: the field may hold a path. */
let tagTaken = "";
/** Where something was selected last. */
let selected: Selected | "lines" | null = null;
let mistakes = 0;
/** What the status line said last, for a policy with mistakes changes no more than that line. */
let told = { text: "", figures: "" };

const live = new Live(
  { policy: "", cases: "", text: "", options },
  (ran, input) => {
    if (ran.wrongs) {
      mistakes = ran.wrongs.length;
      policy.show(ran.wrongs);
    }
    if (ran.cases) cases.show(ran.cases);
    tagTaken = ran.tag;
    if (file.open) {
      if (ran.wrongs?.length === 0) file.again(live.policy, options);
      else if (ran.wrongs) say(told.text, told.figures);
      return;
    }
    const from = performance.now();
    result.show(ran.shown, input.options.skip, ran.counts.matching);
    tell(ran.counts, true, `${(ran.took + performance.now() - from).toFixed(1)} ms`);
  },
  (why) =>
    status(`podsieve stopped: ${why}. It was started anew; the result follows when something changes.`, {
      bad: true,
    }),
);

const policy = new Policy(
  () => live.engine,
  (text) => live.update({ policy: text }),
);
const cases = new Cases((text) => live.update({ cases: text }), toPolicy);
const lines = new Editor(byId("lines-editor", HTMLElement), {
  label: "Log lines",
  // As in a file: other characters than this one end no line.
  extensions: [EditorState.lineSeparator.of("\n")],
  hint: "Paste log lines, or drop a file.",
  changed: (text) => {
    selected = null;
    if (sample.value === "" || text !== samples[Number(sample.value)]?.text) own();
    refresh({ skip: 0 }, text);
  },
  selected: () => {
    if (lines.selected !== "") selected = "lines";
  },
});
const showTab = tabs(byId("tabs", HTMLElement));
const counts = new CountsPanel(byId("counts", HTMLElement), (filter) => refresh({ filter, skip: 0 }));
const result = new Result(list, byId("pages", HTMLElement), toPolicy, (skip) => refresh({ skip }));
new Why(byId("why", HTMLElement), list, {
  toPolicy,
  addCase: (kind, { shown, found }: Mark) => addCase(kind, { text: found.text, source: sourceOf(shown) }),
});
const file = new LogFile({
  begun: () => {
    result.show([], options.skip, 0, false);
    say("Reading the file …");
  },
  progress: (progress) => {
    result.append(progress.shown, options.skip, progress.counts.matching, false);
    tell(progress.counts, false, "so far");
  },
  done: (ran, bytes) => {
    tagTaken = ran.tag;
    tell(ran.counts, true, `${size(bytes)} in ${(ran.took / 1000).toFixed(1)} s`);
    result.append(ran.shown, options.skip, ran.counts.matching, true);
  },
  cancelled: () => status("Cancelled: the result is that of the beginning of the file."),
  broken: (why) => status(`The file could not be read: ${why}. Drop it again.`, { bad: true }),
  closed: () => refresh({ skip: 0 }),
});

/** Everything anew, by other options or lines. */
function refresh(change: Partial<Options> = {}, text = lines.text): void {
  options = { ...options, ...change };
  live.update({ options, text: file.open ? "" : text });
  file.again(live.policy, options);
}

/** The lines are not a sample any more: its name goes, and its tag. */
function own(): void {
  sample.value = "";
  if (!samples.some(({ path }) => path !== "" && path === tag.value)) return;
  tag.value = "";
  options = { ...options, tag: "" };
}

/** The counts, `whole` unless more may follow, and the line above the result. */
function tell(of: Counts, whole: boolean, figures: string): void {
  counts.show(of, whole);
  byId("taken", HTMLElement).textContent = form.value === "auto" && of.records > 0 ? of.form : "";
  byId("nothing", HTMLElement).hidden = of.matching > 0;
  const filtered = options.filter ? `, ${count(of.matching)} shown` : "";
  const lost = of.lost > 0 ? `, ${count(of.lost)} lost` : "";
  say(`${plural(of.records, "record")}, ${count(of.changed)} redacted${filtered}${lost}.`, figures);
}

function say(text: string, figures = ""): void {
  told = { text, figures };
  const before =
    mistakes > 0 ? `The policy has ${plural(mistakes, "mistake")}: this is by the one before. ` : "";
  status(before + text, { bad: mistakes > 0, figures });
}

function toPolicy(at: { line: number; column: number }): void {
  showTab("policy-tab");
  policy.goTo(at);
}

/** Lines as text in the editor if they are few, else as a file. */
async function take(taken: File): Promise<void> {
  if (taken.size > FILE) {
    status(
      `${taken.name} has ${size(taken.size)}; this page reads up to ${size(FILE)}. On the command line: podsieve explain ${taken.name}, or podsieve run.`,
      { bad: true },
    );
    return;
  }
  const text = taken.size <= TEXT ? await textOf(taken) : null;
  options = { ...options, skip: 0 };
  own();
  if (text === null) {
    lines.text = "";
    file.read(taken, live.policy, options);
  } else {
    file.close();
    lines.text = text;
    // The editor may have had the same text behind a file.
    refresh();
  }
}

function takeLines(taken: File): void {
  attempt(`${taken.name} could not be read`, take(taken));
}

function takeSample(index: number): void {
  const chosen = samples[index];
  if (!chosen) return;
  file.close();
  tag.value = chosen.path;
  form.value = "auto";
  options = { ...options, tag: chosen.path, form: "auto", skip: 0 };
  lines.text = chosen.text;
  refresh();
}

function addCase(kind: "redact" | "keep", of: Selected): void {
  cases.add({ kind, text: of.text, source: of.source, tag: tagTaken, function: options.function });
  showTab("cases-tab");
}

/** A case of what is selected, wherever that is. */
function addSelected(kind: "redact" | "keep"): void {
  hideMarker();
  try {
    const of =
      selected && selected !== "lines" ? checked(selected) : selectedInLines(lines, result.records, options);
    addCase(kind, of);
  } catch (error) {
    if (!(error instanceof NotSelected)) throw error;
    happened(error.message, { bad: true });
  }
}

function hideMarker(): void {
  if (marker.matches(":popover-open")) marker.hidePopover();
}

/** The two buttons, beside what was just selected. */
function showMarker({ left, bottom }: { left: number; bottom: number }): void {
  if (!marker.matches(":popover-open")) marker.showPopover();
  const edge = document.documentElement.clientWidth - marker.offsetWidth - 8;
  marker.style.left = `${Math.max(Math.min(left, edge), 8) + scrollX}px`;
  marker.style.top = `${bottom + 6 + scrollY}px`;
}

document.addEventListener("selectionchange", () => {
  const now = selectedIn(list);
  if (now) selected = now;
  // It is gone, unless by moving to a button that is about it.
  else if (selected !== "lines" && !document.activeElement?.matches("[data-must]")) selected = null;
});
document.addEventListener("pointerup", (event) => {
  if (marker.contains(event.target as Node)) return;
  // The selection is settled after the event.
  setTimeout(() => {
    const inRecord = selectedIn(list);
    if (inRecord) showMarker(inRecord.rect);
    else if (event.target === byId("lines-editor", HTMLElement) && lines.selected.trim() !== "") {
      showMarker({ left: event.clientX, bottom: event.clientY + 8 });
    } else hideMarker();
  });
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hideMarker();
  if (!event.altKey || event.ctrlKey || event.metaKey) return;
  const kind = ({ KeyR: "redact", KeyK: "keep" } as const)[event.code];
  if (!kind) return;
  // On a Mac these keys write something.
  const writes = event.target instanceof Element && event.target.matches(".editor, input");
  if (writes && (event.target.id !== "lines-editor" || lines.selected === "")) return;
  event.preventDefault();
  addSelected(kind);
});
for (const kind of ["redact", "keep"] as const) {
  for (const each of document.querySelectorAll<HTMLElement>(`[data-must=${kind}]`)) {
    // The selection stays.
    each.addEventListener("pointerdown", (event) => event.preventDefault());
    each.addEventListener("click", () => addSelected(kind));
  }
}

form.addEventListener("change", () => refresh({ form: form.value, skip: 0 }));
fn.addEventListener("change", () => refresh({ function: fn.value, skip: 0 }));
tag.addEventListener("input", () => refresh({ tag: tag.value.trim(), skip: 0 }));
sample.append(...samples.map(({ name }, index) => new Option(name, String(index))));
sample.addEventListener("change", () => {
  if (sample.value !== "") takeSample(Number(sample.value));
});
byId("lines-open", HTMLButtonElement).addEventListener("click", () => pick("", takeLines));
onDrop((dropped, on) => (on.closest("#policy-panel") ? policy.take(dropped) : takeLines(dropped)));
addEventListener(
  "paste",
  (event) => {
    if (!(event.target instanceof Element) || event.target.id !== "lines-editor") return;
    const text = lines.with(event.clipboardData?.getData("text/plain") ?? "");
    if (text.length <= TEXT) return;
    event.preventDefault();
    event.stopPropagation();
    takeLines(new File([text], "pasted lines"));
  },
  true,
);

byId("skip", HTMLAnchorElement).addEventListener("click", (event) => {
  // The fragment is the policy's.
  event.preventDefault();
  byId("result", HTMLElement).focus();
});

// All is loaded. From now on not even this page's server may be asked for scripts and styles.
document.head.append(
  el("meta", {
    "http-equiv": "Content-Security-Policy",
    content: "script-src 'wasm-unsafe-eval'; style-src 'none'; worker-src blob:",
  }),
);

async function start(): Promise<void> {
  const about = await live.engine.about;
  byId("version", HTMLElement).textContent = about.version;
  await policy.start(about);
  sample.value = "0";
  takeSample(0);
}
attempt("podsieve does not start", start());
