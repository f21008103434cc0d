"""The webhook API: takes tickets, queues a job for each, and logs far too much about them."""

import hashlib
import os
import time
import uuid

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from loguru import logger

from logsetup import serialized
from tasks import enhance_ticket

serialized()
app = FastAPI()


@app.on_event("startup")
async def startup():
    logger.bind(
        operation="startup",
        build={"git_sha": os.environ["GIT_SHA"], "image": os.environ["IMAGE"]},
        settings={
            "database": {"url": os.environ["DATABASE_URL"], "pool_size": 5},
            "broker": {"url": os.environ["BROKER_URL"]},
            "llm": {"api_key": os.environ["OPENAI_API_KEY"], "max_tokens": 4096},
            "oauth": {"client_id": "ai-agents", "client_secret": os.environ["CLIENT_SECRET"]},
            "public_key": os.environ["PUBLIC_KEY"],
        },
    ).info("api starting, database {}", os.environ["DATABASE_URL"])


def verify(config, payload):
    """The signature check that fails for a tenant that has no secret."""
    if "webhook_secret" not in config:
        raise KeyError(f"no webhook secret in {config!r}")
    return payload


@app.post("/webhook/{tenant_id}")
async def webhook(tenant_id: str, request: Request):
    started = time.perf_counter()
    body = await request.body()
    payload = await request.json()
    correlation_id = request.headers.get("x-correlation-id") or str(uuid.uuid4())
    log = logger.bind(tenant_id=tenant_id, ticket_id=payload["ticket_id"], correlation_id=correlation_id)
    log.bind(
        operation="webhook_received",
        status="received",
        payload_sha256=hashlib.sha256(body).hexdigest(),
        received_ns=time.time_ns(),
        request={"method": request.method, "path": request.url.path, "headers": dict(request.headers)},
        payload=payload,
    ).info("webhook received: {}", payload["subject"])
    if payload.get("tenant_config"):
        try:
            verify(payload["tenant_config"], payload["subject"])
        except KeyError:
            log.bind(operation="webhook_rejected", status="failure").exception("signature check failed")
            return JSONResponse({"error": "rejected"}, status_code=401)
    job = enhance_ticket.delay(tenant_id, correlation_id, payload)
    log.bind(
        operation="job_queued",
        status="queued",
        job_id=job.id,
        duration_ms=round((time.perf_counter() - started) * 1000, 3),
    ).info("job queued for {}", payload.get("requester", "unknown"))
    return {"job_id": job.id}


@app.get("/tickets/search")
async def search(email: str):
    logger.bind(operation="ticket_search", status="success", results=0).info("search for requester {}", email)
    return []


@app.put("/admin/credentials/{tenant_id}")
async def rotate(tenant_id: str, request: Request):
    logger.bind(
        operation="credentials_rotated", status="success", tenant_id=tenant_id, change=await request.json()
    ).warning("credentials rotated")
    return {"ok": True}


@app.get("/health")
async def health():
    return {"ok": True}
