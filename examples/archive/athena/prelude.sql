-- What the queries of report.sql are asked of, in Athena (engine 3) and Trino. duckdb.sql makes the same of the same objects.
-- Run table.sql first, and this with the month that you want: it stands in `period`, and nowhere else.

CREATE OR REPLACE VIEW records AS
SELECT
  CAST(at_timezone(from_iso8601_timestamp_nanos("time"), 'UTC') AS timestamp(6)) AS ts,
  tag,
  day,
  "$path" AS object,
  service,
  coalesce(operation, extra_operation) AS operation,
  coalesce(status, extra_status) AS status,
  severity,
  coalesce(tenant_id, extra_tenant_id) AS tenant_id,
  coalesce(ticket_id, extra_ticket_id) AS ticket_id,
  coalesce(correlation_id, extra_correlation_id) AS correlation_id,
  coalesce(duration_ms, extra_duration_ms) AS duration_ms,
  "time" AS time_text,
  stream,
  coalesce(message, log) AS body,
  kubernetes.pod_id AS pod_id,
  kubernetes.container_name AS container_name,
  podsieve.policy AS policy,
  podsieve.error AS masked,
  podsieve.redacted AS redacted
FROM archive;

-- The day of an object is that of its first record, and of what Fluent Bit uploads at its end that of the upload: so objects
-- of a few days before and behind are read as well, and the record's own time decides.
CREATE OR REPLACE VIEW period AS
SELECT * FROM records
WHERE day BETWEEN '2026/10/31' AND '2026/12/07'
  AND ts >= TIMESTAMP '2026-11-01 00:00:00' AND ts < TIMESTAMP '2026-12-01 00:00:00';

CREATE OR REPLACE VIEW redactions AS
SELECT p.ts, p.service, r.rule, r.n
FROM period p CROSS JOIN UNNEST(p.redacted) AS r (rule, n);
