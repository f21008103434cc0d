/** What a JSON Schema says of a place: the part of it that podsieve's schema uses, and no more. */
import type { Path } from "./yaml";

export interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  description?: string;
  anyOf?: Schema[];
  type?: string | string[];
  enum?: (string | number | boolean | null)[];
  const?: string | number | boolean;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
}

/** A name or value that may be written, and what it is. */
export interface Option {
  label: string;
  about: string;
}

/** All that a place may be: references followed, alternatives side by side. */
function alternatives(root: Schema, schema: Schema): Schema[] {
  if (schema.anyOf) {
    return schema.anyOf.flatMap((each) => alternatives(root, { description: schema.description, ...each }));
  }
  const to = schema.$ref && root.$defs?.[schema.$ref.replace("#/$defs/", "")];
  if (!to) return [schema];
  // What is said where it is used is said of this use.
  return alternatives(root, { ...to, description: schema.description ?? to.description });
}

/** What the schema says of the value at a path. */
export function at(root: Schema, path: Path): Schema[] {
  let schemas = alternatives(root, root);
  for (const step of path) {
    schemas = schemas.flatMap((schema) => {
      if (step === 0) return schema.items ? alternatives(root, schema.items) : [];
      const next = schema.properties?.[step] ?? schema.additionalProperties;
      return typeof next === "object" ? alternatives(root, next) : [];
    });
  }
  return schemas;
}

function firstOf(schemas: Schema[]): string {
  return schemas.find((schema) => schema.description)?.description ?? "";
}

/** The members that may stand in the object at a path. */
export function names(root: Schema, path: Path): Option[] {
  const found = new Map<string, string>();
  for (const schema of at(root, path)) {
    for (const name of Object.keys(schema.properties ?? {})) {
      if (!found.has(name)) found.set(name, about(root, [...path, name]));
    }
  }
  return [...found].map(([label, about]) => ({ label, about }));
}

/** The values that may stand at a path, where there are only so many. */
export function values(root: Schema, path: Path): Option[] {
  const schemas = at(root, path);
  const found = new Set<string>();
  for (const schema of schemas) {
    for (const value of schema.enum ?? (schema.const === undefined ? [] : [schema.const])) {
      if (value !== null) found.add(String(value));
    }
  }
  // `on` and `off` are how podsieve writes them.
  if (found.has("on")) for (const other of ["true", "false"]) found.delete(other);
  return [...found].map((label) => ({ label, about: firstOf(schemas) }));
}

/** What the schema says of a member, and what it may be. */
export function about(root: Schema, path: Path): string {
  const schemas = at(root, path);
  const may = values(root, path).map((option) => option.label);
  const needed = at(root, path.slice(0, -1)).some((schema) => schema.required?.includes(String(path.at(-1))));
  return [
    firstOf(schemas),
    may.length > 0 ? `One of ${may.join(", ")}.` : "",
    needed ? "It must be there." : "",
  ]
    .filter(Boolean)
    .join(" ");
}
