"""Logging of the two services: JSON by loguru on standard error, one record a line.

Python writes to standard error at once, and the kubelet keeps both streams of a container in one file: where this
repository says stdout, either will do.

`LOG_LEVEL` is the lowest level that is written (INFO). While `LOG_FILE_ENABLED` is true the same lines also go to
`LOG_DIR` (logs), as `<service>.log`: the first phase of the migration in README.md. Standard error always has them.
"""

import json
import logging
import os
import pathlib
import sys
import traceback
from logging.handlers import RotatingFileHandler

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


def level():
    return os.environ.get("LOG_LEVEL", "INFO").upper()


def log_file():
    """Where records go besides standard error, or None."""
    if os.environ.get("LOG_FILE_ENABLED", "false").lower() not in ("1", "true", "yes", "on"):
        return None
    folder = pathlib.Path(os.environ.get("LOG_DIR", "logs"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{os.environ['SERVICE']}.log"


def serialized():
    """loguru's own form, `{"text": ..., "record": {...}}`; `diagnose` shows variables in tracebacks, secrets too."""
    logger.remove()
    logger.configure(patcher=lambda r: r["extra"].setdefault("service", os.environ["SERVICE"]))
    options = {"serialize": True, "backtrace": True, "diagnose": True, "level": level()}
    logger.add(sys.stderr, **options)
    if file := log_file():
        logger.add(file, rotation="10 MB", retention=5, **options)


def flat():
    """One flat object a record, with the fields of `extra` beside the usual ones."""

    def line(message):
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
        return json.dumps(out, default=str)

    logger.remove()
    logger.add(lambda message: print(line(message), file=sys.stderr, flush=True), level=level())
    if file := log_file():
        rotating = RotatingFileHandler(file, maxBytes=10_000_000, backupCount=5, encoding="utf-8")
        logger.add(lambda message: rotating.emit(logging.makeLogRecord({"msg": line(message)})), level=level())
