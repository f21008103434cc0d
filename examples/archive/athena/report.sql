-- The report of a month, one query after the other, the same text for Athena, Trino and DuckDB. An error is a status that
-- says so, or a severity of error or worse, as in `podsieve report`.

-- name: events
SELECT
  count(*) AS events,
  min(ts) AS first_record,
  max(ts) AS last_record,
  count_if(status IN ('failure', 'failed', 'error')) AS failures,
  count_if(coalesce(status IN ('failure', 'failed', 'error'), FALSE)
    OR coalesce(severity IN ('error', 'fatal'), FALSE)) AS errors,
  count(DISTINCT tenant_id) AS tenants,
  count(DISTINCT object) AS objects
FROM period;

-- name: by_operation
SELECT
  operation,
  count(*) AS events,
  count_if(coalesce(status IN ('failure', 'failed', 'error'), FALSE)
    OR coalesce(severity IN ('error', 'fatal'), FALSE)) AS errors
FROM period WHERE operation IS NOT NULL GROUP BY operation ORDER BY operation;

-- name: by_service
SELECT
  coalesce(service, '(none)') AS service,
  count(*) AS events,
  count_if(coalesce(status IN ('failure', 'failed', 'error'), FALSE)
    OR coalesce(severity IN ('error', 'fatal'), FALSE)) AS errors
FROM period GROUP BY coalesce(service, '(none)') ORDER BY 1;

-- name: tenants
SELECT tenant_id, count(*) AS events FROM period WHERE tenant_id IS NOT NULL
GROUP BY tenant_id ORDER BY events DESC, tenant_id;

-- name: latency
-- Approximate in Athena and Trino, exact in DuckDB.
SELECT
  operation,
  count(duration_ms) AS durations,
  approx_percentile(duration_ms, 0.5) AS p50,
  approx_percentile(duration_ms, 0.95) AS p95,
  approx_percentile(duration_ms, 0.99) AS p99,
  max(duration_ms) AS longest
FROM period WHERE operation IS NOT NULL AND duration_ms IS NOT NULL GROUP BY operation ORDER BY operation;

-- name: redactions_by_rule
SELECT rule, sum(n) AS redacted FROM redactions GROUP BY rule ORDER BY rule;

-- name: redactions_by_day
SELECT CAST(ts AS date) AS day, rule, sum(n) AS redacted
FROM redactions GROUP BY CAST(ts AS date), rule ORDER BY 1, 2;

-- name: policies
SELECT policy, count(*) AS events, min(ts) AS first_record, max(ts) AS last_record
FROM period WHERE policy IS NOT NULL GROUP BY policy ORDER BY policy;

-- name: masked
SELECT masked, count(*) AS events FROM period WHERE masked IS NOT NULL GROUP BY masked ORDER BY masked;

-- name: gaps
-- Silences of a service of more than five minutes and of ten times its median distance, but for the one at its end.
WITH distances AS (
  SELECT service, lag(ts) OVER (PARTITION BY service ORDER BY ts) AS from_ts, ts AS to_ts FROM period
),
usual AS (
  SELECT service, approx_percentile(CAST(date_diff('millisecond', from_ts, to_ts) AS double), 0.5) AS usual_ms
  FROM distances WHERE from_ts IS NOT NULL GROUP BY service
)
SELECT d.service, d.from_ts, d.to_ts, date_diff('second', d.from_ts, d.to_ts) AS seconds
FROM distances d JOIN usual u ON d.service = u.service
WHERE date_diff('millisecond', d.from_ts, d.to_ts) > greatest(300000, 10 * u.usual_ms)
ORDER BY d.service, d.from_ts;

-- name: duplicates
-- Rows that say the same as one before in all that identifies a record. `podsieve report` compares whole lines.
SELECT coalesce(sum(copies - 1), 0) AS duplicates
FROM (
  SELECT count(*) AS copies FROM period
  GROUP BY time_text, pod_id, container_name, stream, service, operation, status, severity, tenant_id, ticket_id,
    correlation_id, duration_ms, body
  HAVING count(*) > 1
) AS repeated;

-- name: out_of_order
-- A table has no order of lines, so this is one of objects: records older than the newest one of the object before. For
-- the order of lines take `podsieve report`.
WITH spans AS (
  SELECT tag, pod_id, object, max(ts) AS newest FROM period GROUP BY tag, pod_id, object
),
earlier AS (
  SELECT tag, pod_id, object, max(newest) OVER (PARTITION BY tag, pod_id ORDER BY object
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS newest_before
  FROM spans
)
SELECT count(*) AS out_of_order
FROM period p JOIN earlier e ON p.tag = e.tag AND p.pod_id = e.pod_id AND p.object = e.object
WHERE p.ts < e.newest_before;
