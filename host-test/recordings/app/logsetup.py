"""Logging of the two services: JSON by loguru on standard error, nothing in files."""

import json
import logging
import os
import sys
import traceback

from loguru import logger


class Intercept(logging.Handler):
    """Hands records of the standard library's logging (celery, httpx) to loguru."""

    def emit(self, record):
        logger.opt(exception=record.exc_info, depth=6).log(
            record.levelname if record.levelname in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL") else record.levelno,
            record.getMessage(),
        )


def intercept(*names):
    for name in names:
        log = logging.getLogger(name)
        log.handlers, log.propagate = [Intercept()], False
        log.setLevel(logging.INFO)


def serialized():
    """loguru's own form, `{"text": ..., "record": {...}}`; `diagnose` shows variables in tracebacks."""
    logger.remove()
    logger.configure(patcher=lambda r: r["extra"].setdefault("service", os.environ["SERVICE"]))
    logger.add(sys.stderr, serialize=True, backtrace=True, diagnose=True, level="DEBUG")


def flat():
    """One flat object a record, with the fields of `extra` beside the usual ones."""

    def sink(message):
        r = message.record
        out = {
            "timestamp": r["time"].isoformat(),
            "level": r["level"].name,
            "message": r["message"],
            "service": os.environ["SERVICE"],
            **r["extra"],
        }
        if r["exception"]:
            out["exception"] = "".join(traceback.format_exception(*r["exception"]))
        print(json.dumps(out, default=str), file=sys.stderr, flush=True)

    logger.remove()
    logger.add(sink, level="DEBUG")
