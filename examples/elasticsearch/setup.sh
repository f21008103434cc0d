#!/usr/bin/env bash
# Policy, template, data stream and roles, for Elasticsearch or with `opensearch` as the argument for OpenSearch. Run it
# again after each change: it replaces what is there, but for the data stream and for ISM's policy, whose version it takes.
#
#   ES_URL=https://elasticsearch.logging:9200 ES_CA=ca.crt ES_ADMIN=admin.netrc ./setup.sh
#
# ES_ADMIN is a netrc file (`machine elasticsearch.logging login elastic password ...`, mode 0600): a password on a command
# line is in every process list. An existing index keeps its mapping until the next rollover: ES_ROLLOVER=1 does it now.
set -euo pipefail
cd "$(dirname "$0")"
kind=${1:-elasticsearch}
index=${ES_INDEX:-ai-agents}
if [ "$index" != ai-agents ]; then
  echo "setup.sh: the files name the data stream ai-agents: change them for $index" >&2
  exit 2
fi

call() { # method, path, file
  local options=(--silent --show-error --fail-with-body --request "$1" --header 'content-type: application/json')
  [ -z "${ES_CA:-}" ] || options+=(--cacert "$ES_CA")
  [ -z "${ES_ADMIN:-}" ] || options+=(--netrc-file "$ES_ADMIN")
  [ -z "${3:-}" ] || options+=(--data-binary "@$3")
  curl "${options[@]}" "${ES_URL:?}$2"
}
put() { # path, file
  printf '%s: ' "$1"
  call PUT "$1" "${2:-}"
  echo
}

# The template last but one: the data stream takes what it says when it is made, and it is made here lest the first
# record make an index of that name, with every field it has.
case $kind in
  elasticsearch)
    put /_ilm/policy/ai-agents ilm-policy.json
    put /_index_template/ai-agents index-template.json
    put /_security/role/ai-agents-writer role-writer.json
    put /_security/role/ai-agents-reader role-reader.json
    ;;
  opensearch)
    version=$(call GET /_plugins/_ism/policies/ai-agents 2>/dev/null |
      sed -nE 's/.*"_seq_no" ?: ?([0-9]+).*"_primary_term" ?: ?([0-9]+).*/?if_seq_no=\1\&if_primary_term=\2/p') || version=
    put "/_plugins/_ism/policies/ai-agents$version" opensearch/ism-policy.json
    put /_index_template/ai-agents opensearch/index-template.json
    put /_plugins/_security/api/roles/ai-agents-writer opensearch/role-writer.json
    put /_plugins/_security/api/roles/ai-agents-reader opensearch/role-reader.json
    ;;
  *)
    echo "setup.sh: elasticsearch or opensearch, not $kind" >&2
    exit 2
    ;;
esac

if call GET "/_data_stream/$index" >/dev/null 2>&1; then
  echo "/_data_stream/$index: there"
  if [ -n "${ES_ROLLOVER:-}" ]; then
    call POST "/$index/_rollover"
    echo
  fi
else
  put "/_data_stream/$index"
fi
