"""Fake secrets, and values that only look like secrets, all from one seed.

`Fakes` hands out values and remembers them: what must not survive with its rule, what must survive with
its kind. Nothing here opens anything: domains are reserved ones, card numbers are well-known test numbers
or random numbers with a valid check digit, keys are random letters behind a vendor's prefix, and the
private keys are random bytes behind the first bytes of a DER header.

The prefixes of vendor keys are put together from parts, so that secret scanners stay quiet about this file.
"""

import base64
import hashlib
import hmac
import json
import random
import string
import uuid

ALNUM = string.ascii_letters + string.digits
UPPER32 = string.ascii_uppercase + "234567"
URLSAFE = ALNUM + "-_"

# Kind of vendor key: (prefix in parts, alphabet and length of what follows, in turn).
VENDORS = {
    "aws": (["AK", "IA"], [(UPPER32, 16)]),
    "github": (["gh", "p_"], [(ALNUM, 36)]),
    "slack": (["xo", "xb-"], [("123456789", 12), "-", ("123456789", 13), "-", (ALNUM, 24)]),
    "stripe": (["sk_", "live_"], [(ALNUM, 24)]),
    "openai": (["s", "k-"], [(ALNUM, 48)]),
    "google": (["AI", "za"], [(URLSAFE[:-2], 35)]),
    "gitlab": (["gl", "pat-"], [(ALNUM, 20)]),
    "npm": (["np", "m_"], [(ALNUM, 36)]),
    "sendgrid": (["S", "G."], [(ALNUM, 22), ".", (ALNUM, 43)]),
}
FIRST = "jane omar lucia wei anna piotr fatima noah greta tomas".split()
LAST = "doe haddad moreno zhang novak obrien keller silva lind sato".split()


def luhn_digit(digits):
    """The check digit that makes `digits` plus it pass the Luhn test."""
    total = 0
    for i, c in enumerate(reversed(digits)):
        d = int(c) * (2 if i % 2 == 0 else 1)
        total += d - 9 if d > 9 else d
    return str(-total % 10)


def luhn_ok(digits):
    return luhn_digit(digits[:-1]) == digits[-1]


class Fakes:
    """Every method returns a value not handed out before and notes it; `rule` overrides the rule noted."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.planted = {}  # secret text -> rule
        self.kept = {}  # text -> kind

    # ---- what must not survive

    def secret(self, text, rule):
        assert text not in self.planted and len(text) >= 8, text
        self.planted[text] = rule
        return text

    def pick(self, alphabet, n):
        return "".join(self.random.choice(alphabet) for _ in range(n))

    def email(self, tag="", domain="example.com"):
        while True:
            name = f"{self.random.choice(FIRST)}.{self.random.choice(LAST)}{self.random.randrange(10, 99)}"
            text = f"{name}{'+' + tag if tag else ''}@{domain}"
            if text not in self.planted:
                return self.secret(text, "email")

    def percent_email(self):
        """An address as a browser puts it into a query string."""
        text = self.email()
        self.planted.pop(text)
        return self.secret(text.replace("@", "%40"), "email")

    def card(self, sep="", known=None, prefix="4", length=16):
        digits = known or prefix + self.pick(string.digits, length - 1 - len(prefix))
        digits = digits if known else digits + luhn_digit(digits)
        groups = [4, 6, 5] if len(digits) == 15 else [4] * (len(digits) // 4)
        parts, at = [], 0
        for g in groups:
            parts.append(digits[at : at + g])
            at += g
        return self.secret(sep.join(parts), "card")

    def ssn(self):
        area = self.random.choice([a for a in range(1, 900) if a != 666])
        return self.secret(
            f"{area:03}-{self.random.randrange(1, 100):02}-{self.random.randrange(1, 10000):04}", "ssn"
        )

    def bearer(self):
        return self.secret(self.pick(URLSAFE, 1) + self.pick(ALNUM, 39), "bearer")

    def basic(self):
        text = f"svc-{self.pick(string.ascii_lowercase, 6)}:{self.pick(ALNUM, 14)}"
        return self.secret(base64.b64encode(text.encode()).decode(), "basic")

    def jwt(self):
        def part(b):
            return base64.urlsafe_b64encode(b).rstrip(b"=").decode()

        claims = {"sub": self.pick(string.digits, 8), "iss": "https://idp.example.com", "exp": 1893456000}
        text = part(b'{"alg":"HS256","typ":"JWT"}') + "." + part(json.dumps(claims, separators=(",", ":")).encode())
        mac = hmac.new(self.random.randbytes(32), text.encode(), hashlib.sha256).digest()
        return self.secret(text + "." + part(mac), "jwt")

    def pem(self, label="RSA PRIVATE KEY"):
        """A private key block; the middle line of its body is what is noted."""
        body = base64.b64encode(b"\x30\x82\x02\x5c\x02\x01\x00\x02\x81\x81\x00" + self.random.randbytes(597)).decode()
        lines = [body[i : i + 64] for i in range(0, len(body), 64)]
        self.secret(lines[len(lines) // 2], "pem")
        return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----"]) + "\n"

    def password(self, rule="password"):
        words = ["Summer", "Orchid", "Falcon", "Copper", "Velvet", "Harbor"]
        return self.secret(f"{self.random.choice(words)}-{self.pick(ALNUM, 10)}", rule)

    def token(self, rule="sensitive_key", n=32):
        return self.secret(self.pick(string.hexdigits.lower()[:16], n), rule)

    def vendor(self, kind):
        parts, tail = VENDORS[kind]
        tail = [t if isinstance(t, str) else self.pick(*t) for t in tail]
        return self.secret("".join(parts + tail), "vendor_key")

    # ---- what must survive

    def keep(self, text, kind):
        self.kept[str(text)] = kind
        return text

    def uuid(self, kind="uuid"):
        return self.keep(str(uuid.UUID(bytes=self.random.randbytes(16), version=4)), kind)

    def sha256(self, kind="sha256"):
        return self.keep(self.random.randbytes(32).hex(), kind)

    def image(self, name):
        return self.keep(f"{name}@sha256:{self.random.randbytes(32).hex()}", "image_digest")

    def git_sha(self):
        return self.keep(self.random.randbytes(20).hex(), "git_sha")

    def digits_ticket(self, n):
        """A ticket id of `n` digits that fails the Luhn test."""
        while True:
            text = self.random.choice("235679") + self.pick(string.digits, n - 1)
            if not luhn_ok(text):
                return self.keep(text, "ticket_id")

    def luhn_ticket(self):
        """A ticket id that is a card number by every rule; only its field says what it is."""
        text = "4" + self.pick(string.digits, 14)
        return self.keep(text + luhn_digit(text), "ticket_id_passing_luhn")
