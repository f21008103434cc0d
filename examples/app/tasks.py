"""The Celery worker: gathers context for a ticket, asks a language model, writes the answer back."""

import json
import os
import time

import httpx
from celery import Celery
from celery.signals import setup_logging, worker_ready
from loguru import logger

from logsetup import flat, intercept

celery = Celery("ai-agents", broker=os.environ["BROKER_URL"])
celery.conf.broker_connection_retry_on_startup = True
celery.conf.worker_hijack_root_logger = False

NODES = ("ticket_history", "knowledge_base", "ip_lookup")


@setup_logging.connect
def configure(**_):
    flat()
    intercept("celery", "httpx", "kombu")


@worker_ready.connect
def ready(**_):
    logger.bind(operation="startup", status="success", git_sha=os.environ["GIT_SHA"], image=os.environ["IMAGE"]).info(
        "worker ready, broker {}", os.environ["BROKER_URL"]
    )


def call(log, method, url, **kwargs):
    """An API call with up to three tries."""
    for attempt in (1, 2, 3):
        started = time.perf_counter()
        answer = httpx.request(method, url, **kwargs)
        done = log.bind(
            operation="api_call", attempt=attempt, http_status=answer.status_code, url=url,
            duration_ms=round((time.perf_counter() - started) * 1000, 3),
        )
        if answer.status_code < 500:
            done.bind(status="success").info("api call succeeded")
            return answer
        done.bind(status="retry", request_headers=dict(kwargs.get("headers", {}))).warning(
            "api call failed with {}, request headers {}", answer.status_code, dict(kwargs.get("headers", {}))
        )
        time.sleep(0.02 * attempt)
    raise RuntimeError(f"gave up on {method} {url} after 3 tries")


def gather(node, payload):
    """One source of context; a ticket can carry credentials of its own for one of them."""
    login = payload.get("logins", {}).get(node)
    if login and login.get("expired"):
        raise PermissionError(f"login refused by {node}: {login!r}")
    return {"node": node, "hits": len(payload["description"]) % 7}


@celery.task(name="ai_agents.enhance_ticket")
def enhance_ticket(tenant_id, correlation_id, payload):
    started = time.perf_counter()
    log = logger.bind(tenant_id=tenant_id, ticket_id=payload["ticket_id"], correlation_id=correlation_id)
    log.bind(operation="enhancement_started", status="started", started_ns=time.time_ns()).info(
        "enhancement started: {}", payload["description"]
    )
    base = os.environ["UPSTREAM"]
    try:
        for node in NODES:
            at = time.perf_counter()
            found = gather(node, payload)
            log.bind(
                operation="context_gathered", status="success", node=node, hits=found["hits"],
                score=payload.get("score", 0.8125), duration_ms=round((time.perf_counter() - at) * 1000, 3),
                source_digest=payload.get("digest"),
            ).info("context gathered from {}", node)
        answer = call(
            log, "POST", f"{base}/v1/chat/completions",
            headers={"Authorization": f"Bearer {os.environ['OPENAI_API_KEY']}", "X-Correlation-ID": correlation_id},
            json={"prompt": payload["description"], "max_tokens": 4096},
        ).json()
        usage = answer["usage"]
        log.bind(operation="llm_synthesis", status="success", model=answer["model"], usage=usage, max_tokens=4096).info(
            "llm synthesis done: total_tokens={} max_tokens=4096 model={}", usage["total_tokens"], answer["model"]
        )
        call(
            log, "PUT", f"{base}/api/v3/requests/{correlation_id}?fail={payload.get('fail', 0)}&api_key={os.environ['DESK_API_KEY']}",
            headers={"Authorization": f"Basic {os.environ['DESK_BASIC']}", "X-Api-Key": os.environ["DESK_API_KEY"]},
            json={"note": answer["text"]},
        )
    except Exception:
        log.bind(
            operation="enhancement_failed", status="failure",
            duration_ms=round((time.perf_counter() - started) * 1000, 3), raw_event=json.dumps(payload),
        ).exception("enhancement failed")
        return
    log.bind(
        operation="enhancement_completed", status="success",
        duration_ms=round((time.perf_counter() - started) * 1000, 3), raw_event=json.dumps(payload, ensure_ascii=False),
    ).success("enhancement completed, requester {} notified", payload.get("requester", "unknown"))
