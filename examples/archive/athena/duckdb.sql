-- The same views in DuckDB, over objects that lie in a folder or a bucket. The test sets `objects`:
--   SET VARIABLE objects = 's3://ai-agents-logs/archive.*/*/*/*/*.jsonl.gz';

CREATE OR REPLACE MACRO approx_percentile(x, p) AS quantile_disc(x, p);

CREATE OR REPLACE VIEW records AS
SELECT
  CAST(CAST("time" AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS TIMESTAMP) AS ts,
  regexp_extract(filename, '(archive\.[^/]+)/(\d{4}/\d\d/\d\d)/[^/]+$', 1) AS tag,
  regexp_extract(filename, '(archive\.[^/]+)/(\d{4}/\d\d/\d\d)/[^/]+$', 2) AS day,
  filename AS object,
  service,
  coalesce(operation, "extra.operation") AS operation,
  coalesce(status, "extra.status") AS status,
  severity,
  coalesce(tenant_id, "extra.tenant_id") AS tenant_id,
  coalesce(ticket_id, "extra.ticket_id") AS ticket_id,
  coalesce(correlation_id, "extra.correlation_id") AS correlation_id,
  coalesce(duration_ms, "extra.duration_ms") AS duration_ms,
  "time" AS time_text,
  stream,
  coalesce(message, log) AS body,
  kubernetes.pod_id AS pod_id,
  kubernetes.container_name AS container_name,
  podsieve.policy AS policy,
  podsieve.error AS masked,
  podsieve.redacted AS redacted
FROM read_json(getvariable('objects'), format = 'newline_delimited', compression = 'gzip', filename = true,
  ignore_errors = true, maximum_object_size = 16777216, columns = {
    'time': 'VARCHAR', 'stream': 'VARCHAR', 'level': 'VARCHAR', 'severity': 'VARCHAR', 'message': 'VARCHAR',
    'log': 'VARCHAR', 'service': 'VARCHAR', 'operation': 'VARCHAR', 'status': 'VARCHAR', 'tenant_id': 'VARCHAR',
    'ticket_id': 'VARCHAR', 'correlation_id': 'VARCHAR', 'duration_ms': 'DOUBLE', 'extra.operation': 'VARCHAR',
    'extra.status': 'VARCHAR', 'extra.tenant_id': 'VARCHAR', 'extra.ticket_id': 'VARCHAR',
    'extra.correlation_id': 'VARCHAR', 'extra.duration_ms': 'DOUBLE',
    'kubernetes': 'STRUCT(namespace_name VARCHAR, pod_name VARCHAR, pod_id VARCHAR, container_name VARCHAR)',
    'podsieve': 'STRUCT(redacted MAP(VARCHAR, INTEGER), policy VARCHAR, error VARCHAR)', 'archive_tag': 'VARCHAR'});

CREATE OR REPLACE VIEW period AS
SELECT * FROM records
WHERE day BETWEEN '2026/10/31' AND '2026/12/07'
  AND ts >= TIMESTAMP '2026-11-01 00:00:00' AND ts < TIMESTAMP '2026-12-01 00:00:00';

CREATE OR REPLACE VIEW redactions AS
SELECT ts, service, entry.key AS rule, entry.value AS n
FROM (SELECT ts, service, unnest(map_entries(redacted)) AS entry FROM period);
