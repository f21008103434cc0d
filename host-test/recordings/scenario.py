"""What is sent to the application and how it is configured: where every fake secret is planted."""

import json
import re

import check

SEED = 20251123
ACME, GLOBEX, NUMERIC = "tenant-acme-001", "7b3f0c52-9d1e-4a86-b5c4-0e9f6a2d8c31", "4711"
API = "pods/ai-agents_ai-agents-api"
WORKER = "pods/ai-agents_ai-agents-worker"
KLOG = "pods/cert-system_"


class Scenario:
    def __init__(self, f):
        self.f = f
        for tenant in (ACME, GLOBEX):
            f.keep(tenant, "tenant_id")
        self.git_sha = f.git_sha()
        self.redis_password = f.password("url_password")
        broker = f"redis://:{self.redis_password}@127.0.0.1:6379/0"
        openai, desk_key = f.vendor("openai"), f.token()
        shared = {"GIT_SHA": self.git_sha, "IMAGE": f.image("registry.example.com/ai-agents"), "BROKER_URL": broker}
        self.api_env = {
            **shared,
            "DATABASE_URL": f"postgresql://agents:{f.password('url_password')}@db.internal.example:5432/agents",
            "OPENAI_API_KEY": openai,
            "CLIENT_SECRET": f.token(),
            "PUBLIC_KEY": f.keep("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + f.pick("abcdefghijkmnpqrstuvwxyz23456789", 42) + " deploy", "public_key"),
            "UPSTREAM": "http://127.0.0.1:8100",
            "DESK_API_KEY": desk_key,
            "DESK_BASIC": "unused",
        }
        self.worker_env = {**self.api_env, "DESK_BASIC": f.basic()}
        self.requests = list(self.webhooks()) + list(self.others())
        self.values = self.edge_values() | self.billing_values()
        self.go_env = {
            "GIT_SHA": self.git_sha,
            "IMAGE": f.image("quay.example.com/cert-controller"),
            "ACCOUNT_EMAIL": f.email("acme"),
            "VAULT_URL": f"https://controller:{f.password('url_password')}@vault.example.com:8200/v1/auth",
            "API_TOKEN": f.token("password"),
            "SA_JWT": f.jwt(),
            "PRIVATE_KEY": f.pem("EC PRIVATE KEY"),
            "LEASE_ID": f.uuid("lease_id"),
            "CARD": f.card(" "),
            "SSN": f.ssn(),
        }
        self.java_env = {
            "GIT_SHA": f.git_sha(),
            "JDBC_URL": f"jdbc:postgresql://sync:{f.password('url_password')}@db.internal.example/tickets?ssl=true&password={f.password()}",
            "TICKET": f.keep("TKT-000777", "ticket_id"),
            "REQUESTER": f.email("vip"),
            "OPERATOR": f.email(domain="ops.example.net"),
            "CARD": f.card("-", prefix="51"),
            "KEYSTORE_PASSWORD": f.password(),
            "API_KEY": f.token("password"),
            "SSN": f.ssn(),
        }
        self.shell_env = {
            "TICKET": f.keep("INC0054321", "ticket_id"),
            "BASIC": f.basic(),
            "ETAG": f.sha256("etag"),
            "MYSQL_PASSWORD": f.password(),
            "GIT_PASSWORD": f.password("url_password"),
            "GIT_SHA": f.git_sha(),
            "NPM": f.vendor("npm"),
            "IMAGE": f.image("mysql"),
            "CLIENT_SECRET": f.token("password"),
        }

    def webhook(self, tenant, ticket, subject, description, headers=None, query="", **more):
        f = self.f
        payload = {
            "ticket_id": ticket, "subject": subject, "requester": f.email(), "description": description,
            "digest": "sha256:" + f.sha256(), "created_ns": 1763884800000000000 + f.random.randrange(10**12), **more,
        }
        f.keep(payload["created_ns"], "epoch_ns")
        return {
            "method": "POST", "url": f"/webhook/{tenant}{query}", "json": payload,
            "headers": {"X-Correlation-ID": f.uuid("correlation_id"), "User-Agent": "ServiceDesk-Webhook/3.2", **(headers or {})},
        }

    def webhooks(self):
        """Twelve tickets: some succeed at once, some after retries, some fail in three different ways."""
        f = self.f
        tkt = f.keep("TKT-000123", "ticket_id")
        yield self.webhook(
            ACME, tkt, "Cannot log in", f"Customer {f.email('billing')} cannot log in. password={f.password()} worked yesterday",
            {"Authorization": f"Bearer {f.bearer()}"}, "?token=" + f.token("password"))
        yield self.webhook(
            GLOBEX, f.keep("INC0012345", "ticket_id"), "Charged twice",
            f"Card {f.card(' ', known='4111111111111111')} was charged twice, SSN {f.ssn()} on file, also {f.card('-', known='378282246310005')}",
            {"Authorization": f"Basic {f.basic()}"}, fail=2)
        yield self.webhook(
            NUMERIC, f.digits_ticket(10), "Header dump",
            f"> GET /v1/me HTTP/1.1\n> Host: api.example.com\n> Authorization: Bearer {f.bearer()}\n> X-Api-Key: {f.token('password')}\n> Accept: */*\n",
            {"X-Api-Key": f.token()}, fail=1)
        yield self.webhook(
            ACME, f.digits_ticket(12), "Token does not expire", f"This token {f.jwt()} still works, id token too: {f.jwt()}.",
            {"Authorization": f"Bearer {f.jwt()}"})
        yield self.webhook(
            GLOBEX, f.luhn_ticket(), "Refund", f"please refund {f.card('-', known='5555555555554444')}, account holder SSN: {f.ssn()}",
            payment={"amount_cents": 129900, "card": int(f.card(known="6011111111111117"))})
        yield self.webhook(ACME, f.keep("TKT-000124", "ticket_id"), "Deploy key", f"is this ours?\n{f.pem()}thanks")
        yield self.webhook(
            NUMERIC, f.digits_ticket(16), "Custom fields", "see custom fields; password reset requested, max_tokens=4096",
            custom_fields=json.dumps({"login": {"user": "jd", "password": f.password("sensitive_key")}, "contact": f.email("custom"), "notes": f'mail to {f.email()}, "quoted"'}),
            fail=1)
        yield self.webhook(
            ACME, f.keep("TKT-000125", "ticket_id"), "Keys in the wiki",
            "found in the wiki: " + ", ".join(f"{k} {f.vendor(k)}" for k in ("aws", "github", "slack", "stripe", "openai", "google", "gitlab", "npm", "sendgrid")))
        yield self.webhook(
            GLOBEX, f.keep("チケット-42", "ticket_id"), f.keep("ログインできません 🔒", "non_ascii"),
            f"連絡先は{f.email(domain='mail.example.jp')}です。パスワード password={f.password()}、カード {f.card()}",
            score=0.4539578763621486)
        yield self.webhook(
            ACME, f.keep("TKT-000126", "ticket_id"), "Context fails", "knowledge base is locked",
            logins={"knowledge_base": {"user": "kb", "password": f.password("sensitive_key"), "expired": True, "api_key": f.token()}})
        yield self.webhook(
            GLOBEX, f.digits_ticket(14), "Desk is down",
            f"client_secret: {f.token('password')} and db at postgres://app:{f.password('url_password')}@10.2.3.4/app, amqp://mq:{f.password('url_password')}@mq:5672/%2f",
            fail=9)
        yield self.webhook(
            ACME, f.keep("TKT-000127", "ticket_id"), "Tenant without secret", "never gets that far",
            tenant_config={"url": "https://acme.example.com", "password": f.password("sensitive_key"), "apiKey": f.token()})
        for n in range(128, 132):
            yield self.webhook(ACME, f.keep(f"TKT-000{n}", "ticket_id"), "Printer", f"printer {n} is out of paper on floor {n % 7}",
                {"Authorization": f"{'bearer' if n % 2 else 'Bearer'} {f.bearer()}"}, fail=n % 2)

    def others(self):
        f = self.f
        yield {"method": "GET", "url": f"/tickets/search?email={f.email('search')}&page=2"}
        yield {"method": "GET", "url": f"/tickets/search?email={f.percent_email()}&page=1"}
        yield {"method": "GET", "url": f"/health?probe={f.uuid('probe')}", "headers": {"User-Agent": "kube-probe/1.29"}}
        yield {"method": "GET", "url": f"/legacy/export?access_token={f.token('password')}&tenant={ACME}"}
        yield {"method": "GET", "url": f"/legacy/callback?code=1&id_token={f.jwt()}&state={f.sha256('oauth_state')}"}
        yield {"method": "GET", "url": "/health", "headers": {"Referer": f"https://portal.example.com/reset?user={f.email('reset')}&api_key={f.token('password')}", "User-Agent": "Mozilla/5.0"}}
        yield {
            "method": "PUT", "url": f"/admin/credentials/{ACME}",
            "json": {
                "api_key": f.token(), "nested": {"apiKey": f.token(), "deeper": [{"X-Api-Key": f.token()}, {"client_secret": f.password("sensitive_key")}]},
                "password": f.password("sensitive_key"), "public_key": "ed25519:" + f.sha256("public_key"),
                "total_tokens": f.keep(9007199254740993, "big_integer"), "ratio": f.keep("0.30000000000000004", "float") and 0.1 + 0.2,
                "contacts": {f.email("key"): "owner"}, "note": f"rotated by {f.email()}",
            },
        }

    def edge_values(self):
        f = self.f
        return {
            "out_email": f.email("out"), "err_password": f.password(), "split_email": f.email("split"), "split_card": f.card(" "),
            "split_ssn": f.ssn(), "split_password": f.password(), "split_jwt": f.jwt(), "split_api_key": f.token(), "split_pem": f.pem("PRIVATE KEY"),
            "latin_email": f.email("latin"), "broken_password": f.password(), "sha": f.sha256(), "broken_secret": f.token(),
            "ja_ticket": f.keep("INC0077001", "ticket_id"), "ja_email": f.email("ja"), "ja_card": f.card(),
            "emoji_email": f.email("emoji"), "ansi_key": f.token("password"), "long_email": f.email("long"), "long_ssn": f.ssn(),
            "long_card": f.card("-"), "long_password": f.password(), "long_key": f.vendor("gitlab"), "long_jwt": f.jwt(),
            "last_email": f.email("last"), "ticket": f.keep("TKT-009001", "ticket_id"), "digests": [f.sha256("long_line_digest") for _ in range(12)],
        }

    def billing_values(self):
        f = self.f
        f.keep("テナント-東京", "tenant_id")
        f.keep("caf\ufffd ordered by", "text_beside_bad_bytes")
        return {
            "tenant": ACME, "correlation_id": f.uuid("correlation_id"), "period": f.keep("2026-11-01/2026-11-22", "period"),
            "card_int": f.card(prefix="55"), "card_spaced": f.card(" "), "email": f.email("invoice"), "json_password": f.password("sensitive_key"),
            "json_email": f.email(), "stripe": f.vendor("stripe"), "aws": f.vendor("aws"),
            "aws_secret": f.secret(f.pick("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789+", 40), "password"), "ssn": f.ssn(),
            "mandate": f.keep("MNDT-2026-000042", "mandate"), "digest": f.sha256(), "report_email": f.email("report"),
            "redis_url": f"redis://:{f.password('url_password')}@cache.example.com:6379/1", "x_api_key": f.token(), "secret_key": f.token(),
            "amqp_url": f"amqp://billing:{f.password('url_password')}@mq.example.com:5672/prod", "repr_password": f.password(),
            "done_email": f.email("done"),
        }

    def keep_from_logs(self):
        """Values made while recording: timestamps, durations, counts, positions in source files."""
        f = self.f
        for name in ("webhook_received", "job_queued", "enhancement_started", "context_gathered", "llm_synthesis", "api_call",
                     "enhancement_completed", "enhancement_failed", "webhook_rejected", "credentials_rotated", "card_charged"):
            f.keep(name, "operation")
        for name in ("total_tokens", "max_tokens", "public_key", "payload_sha256"):
            f.keep(name, "field_name")
        f.keep("password reset requested", "text")
        for where, kind, pattern, most in (
            (WORKER, "timestamp", r'"timestamp": "([^"]+)"', 5),
            (WORKER, "duration_ms", r'"duration_ms": (\d{2,}\.\d{3})\b', 5),
            (WORKER, "token_usage", r"total_tokens=\d+ max_tokens=\d+ model=[\w-]+", 5),
            (WORKER, "epoch_ns", r'"started_ns": (\d{19})', 3),
            (WORKER, "float_like_card", r'"score": (0\.4539578763621486)', 1),
            (API, "epoch_ns", r'"received_ns": (\d{19})', 3),
            (API, "job_id", r'"job_id": "([^"]+)"', 3),
            (API, "payload_sha256", r'"payload_sha256": "([^"]+)"', 3),
            (KLOG, "klog_header", r"[IWE]\d{4} [\d:.]+ +1 controller\.go:\d+\]", 9),
            ("pods/ingress-nginx_", "nginx_request_id", r"\b[0-9a-f]{32}$", 3),
            ("pods/ingress-nginx_", "nginx_time", r"\[\d\d/\w{3}/\d{4}:[\d:]{8} \+0000\]", 2),
            ("pods/ai-agents_ticket-sync", "java_frame", r"at (com\.example\.tickets\.TicketSync\.\w+\(TicketSync\.java:\d+\))", 4),
            ("docker/", "text", r"backup of .* written in 12\.345s", 1),
            ("docker/", "text", r"report built, duration_ms=48\.251", 1),
        ):
            found = {}
            for w in check.logs():
                if w.startswith(where):
                    for m in re.finditer(pattern, "\n".join(check.messages(w)), re.M):
                        found[m.group(m.lastindex or 0)] = kind
            for text in list(found)[:most]:
                f.keep(text, kind)
