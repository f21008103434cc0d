"""Sends the requests of a JSON file, one after the other, through the ingress on the loopback interface."""

import json
import sys

import httpx

with httpx.Client(base_url="http://127.0.0.1:8080", timeout=30) as client:
    for r in json.load(open(sys.argv[1])):
        client.request(r["method"], r["url"], headers=r.get("headers", {}), json=r.get("json"))
