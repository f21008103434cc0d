#!/usr/bin/env python3
"""Checks the recordings against `planted.jsonl` and `kept.jsonl`.

Every listed text must occur in its file: in the text a line has once partial lines are joined, or in a string
inside it after JSON unescaping (JSON inside strings too). Every rule must be planted with three different
secrets at least, at least three secrets must lie across a P/F boundary, and no path of the recording machine
may be in a file.

Usage: check.py            (exit status 0 when all is well)
"""

import collections
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
RULES = "email card ssn bearer basic jwt pem url_password password vendor_key sensitive_key".split()
CRI = re.compile(rb"^(\S+) (stdout|stderr) ([PF])(?::\S+)?(?: (.*))?$", re.S)


def logs():
    """The recorded files, as paths relative to this directory."""
    found = [*HERE.glob("pods/*/*/*.log"), *HERE.glob("docker/*/*.log")]
    return sorted(str(p.relative_to(HERE)) for p in found)


def messages(where):
    """The messages of a file as the application wrote them, partial lines joined; bytes become U+FFFD only
    where they are not UTF-8."""
    part = collections.defaultdict(bytes)
    for line in (HERE / where).read_bytes().split(b"\n"):
        if not line:
            continue
        if where.startswith("docker/"):
            entry = json.loads(line)
            key, text = entry["stream"], entry["log"].encode()
            whole, text = text.endswith(b"\n"), text.rstrip(b"\n")
        else:
            _, key, tag, text = CRI.match(line).groups()
            whole, text = tag == b"F", text or b""
        part[key] += text
        if whole:
            yield part.pop(key).decode(errors="replace")
    for rest in part.values():
        yield rest.decode(errors="replace")


def strings(text):
    """Every string and number in `text`, if it is JSON, and in JSON inside these."""
    todo = [text]
    while todo:
        s = todo.pop()
        if not s.lstrip().startswith(("{", "[")):
            continue
        try:
            values = [json.loads(s)]
        except ValueError:
            continue
        while values:
            v = values.pop()
            if isinstance(v, dict):
                values += [*v.keys(), *v.values()]
            elif isinstance(v, list):
                values += v
            elif isinstance(v, str):
                todo.append(v)
                yield v
            else:
                yield json.dumps(v)


def text_of(where):
    """All a substring search has to look at."""
    out = []
    for m in messages(where):
        out.append(m)
        out += strings(m)
    return "\0".join(out)


def main():
    texts = {w: text_of(w) for w in logs()}
    raw = {w: (HERE / w).read_bytes() for w in texts}
    wrong = []
    count, kinds, across = collections.Counter(), collections.Counter(), 0
    seen = set()
    planted = [json.loads(line) for line in (HERE / "planted.jsonl").read_text().splitlines()]
    kept = [json.loads(line) for line in (HERE / "kept.jsonl").read_text().splitlines()]
    for p in planted:
        count[p["rule"]] += p["secret"] not in seen
        seen.add(p["secret"])
        if p["secret"] not in texts.get(p["where"], ""):
            wrong.append(f"planted {p['rule']} not found in {p['where']}")
        elif p["secret"].encode() not in raw[p["where"]] and b" P " in raw[p["where"]]:
            across += 1
    for k in kept:
        kinds[k["kind"]] += 1
        if k["text"] not in texts.get(k["where"], ""):
            wrong.append(f"kept {k['kind']} {k['text']!r} not found in {k['where']}")
        for p in planted:
            if p["secret"] in k["text"] or (k["text"] in p["secret"] and k["where"] == p["where"]):
                wrong.append(f"kept {k['text']!r} overlaps a planted {p['rule']}")
    wrong += [f"{r} planted {count[r]} times only" for r in RULES if count[r] < 3]
    wrong += [f"unknown rule {r}" for r in count if r not in RULES]
    if across < 3:
        wrong.append(f"{across} secrets across a P/F boundary only")
    if len(kept) < 60:
        wrong.append(f"{len(kept)} kept values only")
    for w, b in raw.items():
        wrong += [f"{w} holds {p}" for p in (b"/root/", b"/home/", bytes(HERE), b"/tmp/podsieve") if p in b]
    total = sum(map(len, raw.values()))
    if total > 700_000:
        wrong.append(f"recordings are {total} bytes")
    for w in texts:
        print(f"{len(raw[w]):8} bytes {raw[w].count(10):5} lines  {w}")
    print(f"{total:8} bytes in {len(raw)} files")
    print(f"planted {len(planted)} ({len(seen)} different):", dict(count), f"across P/F: {across}")
    print(f"kept {len(kept)}:", dict(kinds))
    for w in wrong:
        print("wrong:", w, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
