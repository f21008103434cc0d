-- The four jobs as a careful user tunes them: a plain `find`, which LuaJIT compiles, stands in front of each pattern,
-- which it does not compile; a tag is taken apart once; nothing is written that did not change.

local find, gsub, match = string.find, string.gsub, string.match
local pairs, type = pairs, type

local severities = {}
for name, severity in pairs({
  trace = "trace", debug = "debug", info = "info", warn = "warn", warning = "warn",
  error = "error", fatal = "fatal", critical = "fatal",
}) do
  severities[name] = severity
  severities[name:upper()] = severity
end

local function redact_text(text)
  if find(text, "@", 1, true) then
    text = gsub(text, "(%w+://[^:/@%s]+):[^@/%s]+@", "%1:[REDACTED:url_password]@")
    text = gsub(text, "[%w._%%+-]+@[%w-]+%.[%w.-]+", "[REDACTED:email]")
  end
  if find(text, "eyJ", 1, true) then
    text = gsub(text, "eyJ[%w_-]+%.eyJ[%w_-]+%.[%w_-]+", "[REDACTED:jwt]")
  end
  if find(text, "earer ", 1, true) then
    text = gsub(text, "[Bb]earer +[%w._~+/=-]+", "Bearer [REDACTED:bearer]")
  end
  if find(text, "asic ", 1, true) then
    text = gsub(text, "[Bb]asic +[%w+/=]+", "Basic [REDACTED:basic]")
  end
  if find(text, "sk_live_", 1, true) then
    text = gsub(text, "sk_live_%w+", "[REDACTED:stripe_key]")
  end
  if find(text, "AKIA", 1, true) then
    text = gsub(text, "AKIA[%u%d]+", "[REDACTED:aws_key]")
  end
  if find(text, "gh", 1, true) then
    text = gsub(text, "gh[pousr]_%w+", "[REDACTED:github_token]")
  end
  if find(text, "xox", 1, true) then
    text = gsub(text, "xox[abprs]%-[%w-]+", "[REDACTED:slack_token]")
  end
  if find(text, "assword=", 1, true) then
    text = gsub(text, "[Pp]assword=[^%s&\",;]+", "password=[REDACTED:password]")
  end
  if find(text, "%d%d%d%d[ -]?%d%d%d%d[ -]?%d%d%d%d") then
    text = gsub(text, "%d%d%d%d[ -]?%d%d%d%d[ -]?%d%d%d%d[ -]?%d%d%d%d", "[REDACTED:card]")
  end
  if find(text, "%d%-%d%d%-%d%d%d") then
    text = gsub(text, "%d%d%d%-%d%d%-%d%d%d%d", "[REDACTED:ssn]")
  end
  return text
end

local function redact(record)
  for key, value in pairs(record) do
    local kind = type(value)
    if kind == "string" then
      local text = redact_text(value)
      if text ~= value then
        record[key] = text
      end
    elseif kind == "table" then
      redact(value)
    end
  end
end

-- What a tag says, kept for the next record with it.
local origins = setmetatable({}, {
  __index = function(origins, tag)
    local origin = {}
    local namespace, pod, id, container = match(tag, "%.pods%.([^_]+)_([^_]+)_([^.]+)%.([^.]+)%.")
    if namespace then
      origin.kubernetes = { namespace_name = namespace, pod_name = pod, pod_id = id, container_name = container }
      origin.service = gsub(pod, "%-%w+%-%w+$", "")
    end
    origins[tag] = origin
    return origin
  end,
})

-- A service's name as it stands in an archive's tag.
local names = setmetatable({}, {
  __index = function(names, service)
    local name = gsub(service, "[^%w_-]", "_")
    names[service] = name
    return name
  end,
})

function filter(tag, timestamp, record)
  redact(record)

  local origin = origins[tag]
  record.kubernetes = origin.kubernetes
  local service = record.service or origin.service or "unknown"
  record.service = service
  local severity = severities[record.level]
  record.severity = severity

  if record.operation then
    record.archive_tag = "archive.audit." .. names[service]
  elseif severity == "error" or severity == "fatal" then
    record.archive_tag = "archive.error." .. names[service]
  end
  -- 2: the time is as it was.
  return 2, timestamp, record
end
