/** Recorded lines to begin with: see host-test/recordings. Their secrets are made up. */
import celery from "../samples/celery.log?raw";
import docker from "../samples/docker.log?raw";
import fastapi from "../samples/fastapi.log?raw";
import headers from "../samples/headers.log?raw";
import nearMisses from "../samples/near-misses.log?raw";
import traceback from "../samples/traceback.log?raw";

export interface Sample {
  name: string;
  text: string;
  /** Where the kubelet had it: the tag is made of it. */
  path: string;
}

const PODS = "/var/log/pods/ai-agents_";

export const samples: readonly Sample[] = [
  {
    name: "Celery worker, JSON, as the kubelet writes it",
    text: celery,
    path: `${PODS}ai-agents-worker-6b7c9d8f4-abcde_71ab63f1-457e-4b9d-8f00-c3acfe7c5be8/worker/0.log`,
  },
  {
    name: "FastAPI with loguru, traceback with variables",
    text: fastapi,
    path: `${PODS}ai-agents-api-7d9f6c5b8d-x2x4q_8d623cf2-b3ee-4445-84c0-cc0546f55a57/api/0.log`,
  },
  { name: "docker's json-file", text: docker, path: "" },
  {
    name: "Java stack traces",
    text: traceback,
    path: `${PODS}ticket-sync-29384710-q7w2e_39895613-a06e-4729-b7ce-99047db72c76/sync/0.log`,
  },
  {
    name: "Headers, one a line",
    text: headers,
    path: `${PODS}servicedesk-stub-0_ec7abb11-cd84-47f4-bf25-3e7e0a257b17/stub/0.log`,
  },
  { name: "Cards, addresses and near misses, as text", text: nearMisses, path: "" },
];
