/** Completion and explanations in the policy's editor, by podsieve's schema and its list of detectors. */
import { autocompletion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { hoverTooltip } from "@codemirror/view";
import type { Extension } from "@codemirror/state";
import type { Detector } from "./api";
import { about, names, values, type Option, type Schema } from "./schema";
import { placeAt, placesToWrite, type Path, type Place } from "./yaml";
import { el } from "./dom";

const GROUPS: Option[] = [
  { label: "all", about: "All detectors." },
  { label: "pii", about: "Personal data." },
  { label: "secrets", about: "All detectors but those of personal data." },
];

/** What the names of detectors in a policy mean. */
function detectorOptions(detectors: Detector[]): Option[] {
  return [
    ...GROUPS,
    ...detectors.map(({ name, on }) => ({
      label: name,
      about: `A built-in detector, ${on ? "on" : "off"} by default.`,
    })),
  ];
}

/** Whether names of rules stand there as values: `rule` of allow, `redacted` of a condition. */
function namesRules(path: Path): boolean {
  const last = path.at(-1) === 0 ? path.at(-2) : path.at(-1);
  return (path[0] === "allow" && last === "rule") || last === "redacted";
}

/** What may be written at a place. */
export function optionsAt(schema: Schema, detectors: Detector[], place: Place): Option[] {
  const { path, name } = place;
  if (name) {
    const within = path.slice(0, -1);
    const isDetectors = within.length === 1 && within[0] === "detectors";
    return isDetectors ? detectorOptions(detectors) : names(schema, within);
  }
  return namesRules(path) ? [...values(schema, path), ...detectorOptions(detectors)] : values(schema, path);
}

/** What is to be known of the word at a place; "" if nothing. */
export function aboutPlace(schema: Schema, detectors: Detector[], place: Place, word: string): string {
  const { path, name } = place;
  if ((name && path.length === 2 && path[0] === "detectors") || (!name && namesRules(path))) {
    return detectorOptions(detectors).find((option) => option.label === word)?.about ?? "";
  }
  return about(schema, path);
}

/** The extension for the editor. */
export function assist(schema: Schema, detectors: Detector[]): Extension {
  const complete = (context: CompletionContext): CompletionResult | null => {
    const text = context.state.doc.toString();
    const { from, places } = placesToWrite(text, context.pos);
    if (from === context.pos && !context.explicit) return null;
    const options = places.flatMap((place) =>
      optionsAt(schema, detectors, place).map(({ label, about }) => ({
        label,
        info: about || undefined,
        type: place.name ? "property" : "enum",
        apply: place.name && !/^\s*:/.test(text.slice(context.pos)) ? `${label}: ` : label,
      })),
    );
    return options.length > 0 ? { from, options, validFor: /^[\w-]*$/ } : null;
  };
  const hover = hoverTooltip((view, position) => {
    const text = view.state.doc.toString();
    const place = placeAt(text, position);
    const told = place && aboutPlace(schema, detectors, place, text.slice(place.from, place.to));
    if (!told) return null;
    return {
      pos: place.from,
      end: place.to,
      above: true,
      create: () => ({ dom: el("div", { class: "about" }, told) }),
    };
  });
  return [autocompletion({ override: [complete], icons: false }), hover];
}
