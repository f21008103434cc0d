"""A nightly job, for docker: flat JSON, a line over docker's 16 KiB, and an end without a newline.

Values come from the JSON file named on the command line.
"""

import json
import sys
import time

from loguru import logger

from logsetup import flat

v = json.load(open(sys.argv[1]))
flat()
log = logger.bind(tenant_id=v["tenant"], correlation_id=v["correlation_id"])
log.bind(operation="billing_started", status="started", started_ns=time.time_ns()).info("billing run for {}", v["period"])
log.bind(operation="card_charged", status="success", card_number=int(v["card_int"]), amount_cents=129900, currency="EUR").info(
    "charged card {} of {}", v["card_spaced"], v["email"]
)
log.bind(operation="card_charged", status="failure", response=json.dumps({"error": {"login": {"password": v["json_password"]}, "contact": v["json_email"]}})).error(
    "payment gateway refused: key {} is not allowed", v["stripe"]
)
print(f"plain text between: export AWS_ACCESS_KEY_ID={v['aws']} aws_secret_access_key={v['aws_secret']}", flush=True)
print(f"SSN check for {v['ssn']}: ok, mandate {v['mandate']}", flush=True)
log.bind(operation="report_built", status="success", nodes=[{"hits": n, "digest": v["digest"]} for n in range(230)], contact=v["report_email"]).info(
    "report built, duration_ms=48.251"
)
log.bind(operation="dsn", settings={"cache": {"redis_url": v["redis_url"]}, "X-Api-Key": v["x_api_key"], "secret_key": v["secret_key"]}).debug("settings")
try:
    raise ConnectionError(f"cannot reach {v['amqp_url']} with {{'user': 'billing', 'password': '{v['repr_password']}'}}")
except ConnectionError:
    log.bind(operation="billing_failed", status="failure").exception("billing failed")
sys.stdout.write(f"done, mail to {v['done_email']}")
sys.stdout.flush()
