-- The four jobs as they are commonly written: behind the `parser` filter, which lifts the JSON out of `log`, every
-- pattern over every string. Digits come last: tokens hold some that look like a card.

local patterns = {
  { "(%w+://[^:/@%s]+):[^@/%s]+@", "%1:[REDACTED:url_password]@" },
  { "[%w._%%+-]+@[%w-]+%.[%w.-]+", "[REDACTED:email]" },
  { "eyJ[%w_-]+%.eyJ[%w_-]+%.[%w_-]+", "[REDACTED:jwt]" },
  { "[Bb]earer +[%w._~+/=-]+", "Bearer [REDACTED:bearer]" },
  { "[Bb]asic +[%w+/=]+", "Basic [REDACTED:basic]" },
  { "sk_live_%w+", "[REDACTED:stripe_key]" },
  { "AKIA[%u%d]+", "[REDACTED:aws_key]" },
  { "gh[pousr]_%w+", "[REDACTED:github_token]" },
  { "xox[abprs]%-[%w-]+", "[REDACTED:slack_token]" },
  { "[Pp]assword=[^%s&\",;]+", "password=[REDACTED:password]" },
  { "%d%d%d%d[ -]?%d%d%d%d[ -]?%d%d%d%d[ -]?%d%d%d%d", "[REDACTED:card]" },
  { "%d%d%d%-%d%d%-%d%d%d%d", "[REDACTED:ssn]" },
}

local severities = {
  trace = "trace", debug = "debug", info = "info", warn = "warn", warning = "warn",
  error = "error", fatal = "fatal", critical = "fatal",
}

local function redact(record)
  for key, value in pairs(record) do
    if type(value) == "string" then
      for _, pattern in ipairs(patterns) do
        value = string.gsub(value, pattern[1], pattern[2])
      end
      record[key] = value
    elseif type(value) == "table" then
      redact(value)
    end
  end
end

function filter(tag, timestamp, record)
  redact(record)

  local namespace, pod, id, container = string.match(tag, "%.pods%.([^_]+)_([^_]+)_([^.]+)%.([^.]+)%.")
  if namespace then
    record["kubernetes"] = { namespace_name = namespace, pod_name = pod, pod_id = id, container_name = container }
    if not record["service"] then
      record["service"] = string.gsub(pod, "%-%w+%-%w+$", "")
    end
  end
  if record["level"] then
    record["severity"] = severities[string.lower(record["level"])]
  end

  local service = string.gsub(record["service"] or "unknown", "[^%w_-]", "_")
  if record["operation"] then
    record["archive_tag"] = "archive.audit." .. service
  elseif record["severity"] == "error" or record["severity"] == "fatal" then
    record["archive_tag"] = "archive.error." .. service
  end
  return 1, timestamp, record
end
