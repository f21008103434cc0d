//! The names of the built-in rules.

use super::RuleId;

/// What stands in a mark and in the audit, in the order of the audit.
pub(super) const RULES: &[&str] = &[
    "email",
    "card",
    "ssn",
    "bearer",
    "basic",
    "jwt",
    "private_key",
    "url_password",
    "password",
    "api_key",
    "secret",
    "token",
    "authorization",
    "cookie",
    "credentials",
    "webhook_url",
    "1password_token",
    "adafruit_key",
    "adobe_secret",
    "age_key",
    "airtable_token",
    "alibaba_key",
    "anthropic_key",
    "apify_token",
    "artifactory_token",
    "atlassian_token",
    "aws_key",
    "brevo_key",
    "buildkite_token",
    "circleci_token",
    "clojars_token",
    "contentful_token",
    "databricks_token",
    "deno_token",
    "digitalocean_token",
    "docker_token",
    "doppler_token",
    "dropbox_token",
    "duffel_token",
    "dynatrace_token",
    "easypost_key",
    "elevenlabs_key",
    "facebook_token",
    "figma_token",
    "firecrawl_key",
    "fly_token",
    "flutterwave_key",
    "frameio_token",
    "github_token",
    "gitlab_token",
    "google_key",
    "grafana_token",
    "groq_key",
    "harness_token",
    "heroku_key",
    "hubspot_token",
    "hugging_face_token",
    "infracost_key",
    "langfuse_key",
    "langsmith_key",
    "launchdarkly_key",
    "linear_key",
    "mailersend_token",
    "mailgun_key",
    "mapbox_token",
    "netlify_token",
    "new_relic_key",
    "notion_token",
    "npm_token",
    "nuget_key",
    "nvidia_key",
    "octopus_key",
    "openai_key",
    "openrouter_key",
    "openshift_token",
    "perplexity_key",
    "pinecone_key",
    "plaid_token",
    "planetscale_token",
    "posthog_key",
    "postman_key",
    "prefect_token",
    "pulumi_token",
    "pypi_token",
    "readme_key",
    "replicate_token",
    "rubygems_key",
    "crates_token",
    "scalingo_token",
    "sendgrid_key",
    "sentry_token",
    "settlemint_token",
    "shippo_token",
    "shopify_token",
    "slack_token",
    "sonar_token",
    "sourcegraph_token",
    "square_token",
    "stripe_key",
    "supabase_token",
    "tailscale_key",
    "tavily_key",
    "telegram_token",
    "twilio_key",
    "typeform_token",
    "vault_token",
    "wakatime_key",
    "xai_key",
    "yandex_key",
];

/// The place of `name` in [`RULES`]; a name that is not there does not compile.
pub(super) const fn rule(name: &str) -> RuleId {
    let mut n = 0;
    while n < RULES.len() {
        if same(RULES[n].as_bytes(), name.as_bytes()) {
            return n as RuleId;
        }
        n += 1;
    }
    panic!("no such rule")
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    let mut n = 0;
    while n < a.len() && n < b.len() && a[n] == b[n] {
        n += 1;
    }
    n == a.len() && n == b.len()
}
