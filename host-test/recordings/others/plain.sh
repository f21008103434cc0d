#!/bin/sh
# What a shell job prints when it is run with too much tracing; values come from the environment.
echo "+ curl -v https://desk.example.com/api/v3/requests/$TICKET"
cat <<END >&2
> GET /api/v3/requests/$TICKET HTTP/1.1
> Host: desk.example.com
> Authorization: Basic $BASIC
> Accept: */*
< HTTP/1.1 200 OK
< Date: Mon, 23 Nov 2026 08:00:00 GMT
< ETag: "$ETAG"
END
echo "+ mysql --user=sync --password=$MYSQL_PASSWORD desk"
echo "+ git clone https://deploy:$GIT_PASSWORD@git.example.com/ai-agents.git"
echo "Note: switching to '$GIT_SHA'."
echo "+ npm config set //registry.npmjs.org/:_authToken $NPM"
echo "password reset requested for tenant-acme-001; max_tokens=4096"
echo "backup of $IMAGE written in 12.345s"
printf 'client_secret: %s' "$CLIENT_SECRET"
