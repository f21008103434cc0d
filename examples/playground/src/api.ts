/** What podsieve's module answers: the shapes of its JSON, see filters/browser. Lines and columns count from 1. */

/** A mistake and where it is. A column counts characters (code points). */
export interface Wrong {
  line: number;
  column: number;
  what: string;
}

/** A record before and after. */
export interface Shown {
  /** The record's last line in the input. */
  line: number;
  tag: string;
  form: string;
  /** The record as Fluent Bit hands it over: JSON, if the input was. */
  record: string;
  /** The line as the application wrote it; the texts of all pieces are the whole. */
  before: Piece[];
  /** The record as it leaves, member by member; none if it is lost. */
  fields: Field[];
  /** The same as one JSON text. */
  output: string;
  lost: string | null;
  found: Found[];
  route: { tag: string; by: string; line?: number; column?: number } | null;
}

/** A text, and the index in `found` if something was found there. */
export interface Piece {
  text: string;
  found?: number;
}

/** A member of a record: its value is JSON. `added` is what podsieve put there. */
export interface Field {
  name: string;
  pieces: Piece[];
  added: boolean;
}

export interface Found {
  rule: string;
  /** Where it was, `a.b[0]`. */
  path: string;
  in_key: boolean;
  text: string;
  why: string;
  action: string;
  /** Why it stayed; null if it did not. */
  kept: string | null;
  /** Entries of the policy that took part. */
  at: Wrong[];
}

export interface Counts {
  bytes: number;
  lines: number;
  records: number;
  lost: number;
  /** Records in which something was redacted. */
  changed: number;
  /** Records that pass the filter. */
  matching: number;
  rules: { name: string; found: number; kept: number; records: number }[];
  fields: { name: string; found: number }[];
  /** The name "" is no route. */
  routes: { name: string; records: number }[];
  form: string;
}

/** Which records are shown; all of it must fit. */
export interface Filter {
  rule?: string;
  field?: string;
  route?: string;
  kept?: boolean;
}

export interface Options {
  form: string;
  tag: string;
  function: string;
  filter: Filter | null;
  /** So many of the records that pass are left out, then so many are shown. */
  skip: number;
  show: number;
}

export interface CaseResult {
  name: string;
  line: number;
  passed: boolean;
  failures: Wrong[];
}

export interface CasesResult {
  wrongs: Wrong[];
  cases: CaseResult[];
  /** Parts of the policy that no case tries, and where they are in it. */
  unused: Wrong[];
}

export interface Detector {
  name: string;
  on: boolean;
}

export interface Note {
  line: number;
  rule: string | null;
  left_out: boolean;
  what: string;
}

export type Gitleaks = { policy: string; notes: Note[]; rules: number; taken: number } | { error: string };
