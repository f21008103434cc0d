/** The line above the result, and what screen readers are told of it: not more often than one can hear. */
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
