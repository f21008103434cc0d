-- The least that a filter in Lua can do: two patterns over the whole body, and a tag.

function envoy_on_request(handle)
  local body = handle:body()
  if not body then
    return
  end
  local text, mails = string.gsub(body:getBytes(0, body:length()), "%f[%w._+-][%w._+-]+@[%w-]+%.[%w.-]+", "[REDACTED:email]")
  local text, cards = string.gsub(text, "%d%d%d%d[ -]?%d%d%d%d[ -]?%d%d%d%d[ -]?%d%d%d%d", "[REDACTED:card]")
  if mails + cards > 0 then
    handle:headers():replace("content-length", tostring(body:setBytes(text)))
  end
  handle:headers():replace("x-archive-tag", mails + cards > 0 and "sensitive" or "standard")
end
