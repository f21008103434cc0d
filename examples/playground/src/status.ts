/** The line above the result, what happened beside it, and what screen readers are told: not more than one can hear. */
import { byId } from "./dom";

/** Milliseconds of quiet before something is read out. */
const QUIET = 900;

const line = byId("status", HTMLElement);
const live = byId("live", HTMLElement);
let timer = 0;

/** Says how things are. `bad` is what someone should do something about. `figures` change too often to be read out. */
export function status(text: string, { bad = false, figures = "" } = {}): void {
  line.textContent = figures === "" ? text : `${text} ${figures}`;
  line.classList.toggle("bad", bad);
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    if (live.textContent !== text) live.textContent = text;
  }, QUIET);
}

/** Milliseconds for which it is shown that something happened. */
const SHOWN = 10_000;

const happened = byId("event", HTMLElement);
let shown = 0;

/** Says that something happened: the next result does not take its place. `bad` as above. */
export function event(text: string, { bad = false } = {}): void {
  happened.textContent = text;
  happened.classList.toggle("bad", bad);
  clearTimeout(shown);
  shown = window.setTimeout(() => happened.replaceChildren(), SHOWN);
}
