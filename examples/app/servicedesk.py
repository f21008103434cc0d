"""What the worker calls: a stand-in for the service desk and the language model. Logs plain text.

A write with `fail=N` in its query is refused N times before it succeeds, so that the worker's retries are real.
"""

from collections import Counter

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

app = FastAPI()
refused = Counter()


@app.post("/v1/chat/completions")
async def complete(request: Request):
    body = await request.json()
    n = len(body["prompt"]) // 4
    print(f"completion for {request.headers['x-correlation-id']}: max_tokens={body['max_tokens']} prompt_tokens={n}", flush=True)
    return {
        "model": "fake-4o-mini",
        "text": "Restart the service and check the queue.",
        "usage": {"prompt_tokens": n, "completion_tokens": 118, "total_tokens": n + 118},
    }


@app.put("/api/v3/requests/{request_id}")
async def update(request_id: str, request: Request, fail: int = 0):
    if refused[request_id] < fail:
        refused[request_id] += 1
        print(f"overloaded, refusing {request_id}; request headers follow", flush=True)
        for k, v in request.headers.items():
            print(f"> {k.title()}: {v}", flush=True)
        return JSONResponse({"error": "overloaded"}, status_code=503)
    return {"ok": True}
