"""Output that is hard on a log collector; every write goes out at once, so that the monitor sees it alone.

Values come from the JSON file named on the command line.
"""

import json
import os
import random
import sys
import time

SPLIT = 8192  # bytes conmon reads at once, and so the size of a part of a long line


def put(data, fd=1):
    data = data if isinstance(data, bytes) else data.encode()
    while data:
        data = data[os.write(fd, data) :]
    time.sleep(0.05)


def in_two(before, secret, after, fd=1):
    """One line, cut by the monitor in the middle of the secret."""
    half = len(secret) // 2
    put(before + secret[:half], fd)
    put(secret[half:] + after + "\n", fd)


def long_line(size, at, ticket, digests):
    """A flat JSON record of about `size` bytes; `at` maps an offset to what must lie across it."""
    rng = random.Random(size)
    words = "queue worker ticket restart node cluster printer mailbox vpn session cache index timeout replica".split()
    out = json.dumps({"timestamp": "2026-11-23T08:00:00.123456+00:00", "level": "DEBUG", "service": "log-edge",
                      "operation": "context_dump", "status": "success", "tenant_id": "tenant-acme-001",
                      "ticket_id": ticket, "total_tokens": size})[:-1] + ', "message": "context dump: '
    while len(out) < size:
        cut = next((o for o in sorted(at) if o > len(out)), None)
        if cut and cut - len(out) <= 120:
            secret = at[cut]
            label, secret = secret if isinstance(secret, (list, tuple)) else ("", secret)
            pad = cut - len(out) - len(secret) // 2 - len(label)
            out += "." * (pad - 1) + " " + label + secret + " "
            continue
        if digests and rng.random() < 0.01:
            out += f"sha256:{digests.pop()} "
        elif rng.random() < 0.1:
            out += f"{rng.random():.4f} "
        else:
            out += rng.choice(words) + " "
    return out + '"}\n'


def main():
    v = json.load(open(sys.argv[1]))
    put("both streams at once: out begins, ")
    put("err begins, ", 2)
    put(f"out goes on with {v['out_email']}, ")
    put(f"err goes on with password={v['err_password']}, ", 2)
    put("out ends\n")
    put("err ends\n", 2)
    in_two("login of ", v["split_email"], " was refused")
    in_two("charged card ", v["split_card"], " twice")
    in_two("SSN ", v["split_ssn"], " on file", 2)
    in_two("db_password=", v["split_password"], "; retrying", 2)
    in_two("Authorization: Bearer ", v["split_jwt"], "")
    in_two('{"level":"info","message":"token refresh","api_key":"', v["split_api_key"], '","status":"success"}')
    put(v["split_pem"].replace("\n", "\\n")[:500])
    put(v["split_pem"].replace("\n", "\\n")[500:] + "\n")
    put(b"latin-1 caf\xe9 ordered by " + v["latin_email"].encode() + b"\n")
    put(b"\xff\xfe broken \xc3 password=" + v["broken_password"].encode() + b" \xf0\x9f\x98 end " + v["sha"].encode() + b"\n")
    put(b'{"level":"warn","message":"bad bytes \xe2\x82 in json","client_secret":"' + v["broken_secret"].encode() + b'"}\n')
    put(f"チケット {v['ja_ticket']} の連絡先は{v['ja_email']}です。カード番号：{v['ja_card']}。\n")
    put(f'{{"level":"INFO","message":"✅ 完了 🎉 通知先 {v["emoji_email"]}","tenant_id":"テナント-東京","operation":"enhancement_completed"}}\n')
    put(f"\x1b[31merror\x1b[0m colour in text, api_key=\x1b[1m{v['ansi_key']}\x1b[0m\n")
    put("carriage return at the end\r\n")
    put("\n")
    put("   \n")
    put("\ttabs\tand a NUL \x00 in the middle\n")
    put(long_line(20_000, {SPLIT: v["long_email"], 2 * SPLIT: ["ssn ", v["long_ssn"]]}, v["ticket"], v["digests"][:3]))
    put(long_line(100_000, {SPLIT * 4: ["card ", v["long_card"]], SPLIT * 9: ["password=", v["long_password"]]}, v["ticket"], v["digests"][3:8]))
    put(long_line(180_000, {SPLIT * 7: v["long_key"], SPLIT * 20: ["Bearer ", v["long_jwt"]]}, v["ticket"], v["digests"][8:]))
    put(f"last words without a newline, mail {v['last_email']}")


main()
