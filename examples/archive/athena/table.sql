-- The archive as a table of Athena, one partition for each tag and day. Nothing has to be added as days come: partitions
-- are projected. Put your services into `enum`: what is not named there is silently not in any answer, and
-- `aws s3 ls s3://ai-agents-logs/` lists what there is. Rows without a partition in the WHERE clause read all of it.
CREATE EXTERNAL TABLE archive (
  `time` string,
  `stream` string,
  `level` string,
  `severity` string,
  `message` string,
  `log` string,
  `service` string,
  `operation` string,
  `status` string,
  `tenant_id` string,
  `ticket_id` string,
  `correlation_id` string,
  `duration_ms` double,
  `extra_operation` string,
  `extra_status` string,
  `extra_tenant_id` string,
  `extra_ticket_id` string,
  `extra_correlation_id` string,
  `extra_duration_ms` double,
  `kubernetes` struct<namespace_name:string,pod_name:string,pod_id:string,container_name:string>,
  `podsieve` struct<redacted:map<string,int>,policy:string,error:string>,
  `archive_tag` string
)
PARTITIONED BY (`tag` string, `day` string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
-- extra.operation is the column extra_operation; a line that is no JSON is a row of nulls and not the end of the query.
WITH SERDEPROPERTIES ('dots.in.keys' = 'true', 'ignore.malformed.json' = 'true')
LOCATION 's3://ai-agents-logs/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.tag.type' = 'enum',
  'projection.tag.values' = 'archive.audit.api,archive.audit.worker,archive.audit.log-edge,archive.error.cert-controller',
  'projection.day.type' = 'date',
  'projection.day.format' = 'yyyy/MM/dd',
  'projection.day.range' = '2025/01/01,NOW+1DAYS',
  'projection.day.interval' = '1',
  'projection.day.interval.unit' = 'DAYS',
  'storage.location.template' = 's3://ai-agents-logs/${tag}/${day}/'
)
