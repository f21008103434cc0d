//! The vendors' tokens that are known by their first characters, each with the page that says so. Where a vendor
//! publishes no page, the form is the one of the [gitleaks rules](https://github.com/gitleaks/gitleaks).
//!
//! A line is a form of a token; those of a family stand behind the page that tells them.

use super::Charset::{
    Alphanumeric, AnyHex, Base64, Base64Url, Dotted, Full, Hex, Lower32, Mixed, Numbered, Odd, Snowflake, Upper, Uuid,
    Word,
};
use super::rules::rule;
use super::{API_KEY, Charset, PRIVATE_KEY, RuleId, SECRET, TOKEN, Token};

/// All of them, sorted by their first characters.
pub(super) const TOKENS: &[Token] = &sorted(flat::<{ count() }>());

/// Tokens whose form one page tells.
#[derive(Debug)]
pub struct Family {
    /// The page.
    pub source: &'static str,
    /// How the tokens look.
    pub tokens: &'static [Token],
}

const fn token(prefix: &'static str, charset: Charset, min: u8, max: u16, rule: RuleId) -> Token {
    Token { prefix, charset, min, max, rule }
}

/// Each family with the page that says so. A module holds the tokens and not the pages.
#[rustfmt::skip]
pub const FAMILIES: &[Family] = &[
    Family { source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids", tokens: &[
        token("AKIA", Upper, 16, 16, rule("aws_key")),
        token("ASIA", Upper, 16, 16, rule("aws_key")),
        token("ABIA", Upper, 16, 16, rule("aws_key")),
        token("ACCA", Upper, 16, 16, rule("aws_key")),
        token("A3T", Upper, 17, 17, rule("aws_key")),
    ] },
    Family { source: "https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html", tokens: &[
        token("ABSK", Base64, 109, 0, rule("aws_key")),
        token("bedrock-api-key-", Base64, 28, 0, rule("aws_key")),
    ] },
    // What ASP.NET protects: cookies, and tokens against forgery.
    Family { source: "https://learn.microsoft.com/aspnet/core/security/data-protection/implementation/authenticated-encryption-details", tokens: &[
        token("CfDJ8", Base64Url, 60, 0, rule("session")),
    ] },
    Family { source: "https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/", tokens: &[
        token("ghp_", Alphanumeric, 20, 0, rule("github_token")),
        token("gho_", Alphanumeric, 20, 0, rule("github_token")),
        token("ghu_", Alphanumeric, 20, 0, rule("github_token")),
        token("ghs_", Alphanumeric, 20, 0, rule("github_token")),
        token("ghr_", Alphanumeric, 20, 0, rule("github_token")),
        token("github_pat_", Word, 60, 0, rule("github_token")),
    ] },
    Family { source: "https://docs.gitlab.com/security/tokens/#token-prefixes", tokens: &[
        token("glpat-", Dotted, 20, 0, rule("gitlab_token")),
        token("gldt-", Base64Url, 20, 64, rule("gitlab_token")),
        token("glrt-", Dotted, 20, 0, rule("gitlab_token")),
        token("glrtr-", Dotted, 20, 0, rule("gitlab_token")),
        token("glcbt-", Dotted, 20, 0, rule("gitlab_token")),
        token("glptt-", Hex, 40, 40, rule("gitlab_token")),
        token("glft-", Base64Url, 20, 64, rule("gitlab_token")),
        token("glimt-", Base64Url, 20, 64, rule("gitlab_token")),
        token("glagent-", Base64Url, 50, 0, rule("gitlab_token")),
        token("glsoat-", Base64Url, 20, 64, rule("gitlab_token")),
        token("gloas-", Base64Url, 64, 64, rule("gitlab_token")),
        token("glffct-", Base64Url, 20, 64, rule("gitlab_token")),
        token("GR1348941", Base64Url, 20, 20, rule("gitlab_token")),
    ] },
    Family { source: "https://docs.slack.dev/authentication/tokens", tokens: &[
        token("xoxb-", Base64Url, 10, 0, rule("slack_token")),
        token("xoxp-", Base64Url, 10, 0, rule("slack_token")),
        token("xoxa-", Base64Url, 10, 0, rule("slack_token")),
        token("xoxr-", Base64Url, 10, 0, rule("slack_token")),
        token("xoxs-", Base64Url, 10, 0, rule("slack_token")),
        token("xoxo-", Base64Url, 10, 0, rule("slack_token")),
        token("xoxc-", Base64Url, 10, 0, rule("slack_token")),
        token("xoxd-", Base64, 10, 0, rule("slack_token")),
        token("xoxe-", Base64Url, 10, 0, rule("slack_token")),
        token("xoxe.xoxp-", Base64Url, 10, 0, rule("slack_token")),
        token("xoxe.xoxb-", Base64Url, 10, 0, rule("slack_token")),
        token("xapp-", Base64Url, 10, 0, rule("slack_token")),
    ] },
    Family { source: "https://docs.stripe.com/keys", tokens: &[
        token("sk_live_", Alphanumeric, 10, 0, rule("stripe_key")),
        token("sk_test_", Alphanumeric, 10, 0, rule("stripe_key")),
        token("sk_prod_", Alphanumeric, 10, 0, rule("stripe_key")),
        token("rk_live_", Alphanumeric, 10, 0, rule("stripe_key")),
        token("rk_test_", Alphanumeric, 10, 0, rule("stripe_key")),
        token("rk_prod_", Alphanumeric, 10, 0, rule("stripe_key")),
        token("whsec_", Base64, 24, 0, rule("stripe_key")),
    ] },
    Family { source: "https://cloud.google.com/docs/authentication/api-keys", tokens: &[
        token("AIza", Base64Url, 35, 35, rule("google_key")),
        token("GOCSPX-", Base64Url, 28, 28, rule("google_key")),
        token("ya29.", Dotted, 20, 0, rule("google_key")),
    ] },
    Family { source: "https://docs.anthropic.com/en/api/overview", tokens: &[
        token("sk-ant-", Base64Url, 20, 0, rule("anthropic_key")),
    ] },
    Family { source: "https://platform.openai.com/docs/api-reference/authentication", tokens: &[
        token("sk-proj-", Base64Url, 16, 0, rule("openai_key")),
        token("sk-svcacct-", Base64Url, 20, 0, rule("openai_key")),
        token("sk-admin-", Base64Url, 20, 0, rule("openai_key")),
        token("sk-", Mixed, 20, 0, rule("openai_key")),
        token("sk-", Numbered, 20, 0, rule("openai_key")),
    ] },
    Family { source: "https://openrouter.ai/docs/api-reference/authentication", tokens: &[
        token("sk-or-v1-", Alphanumeric, 30, 0, rule("openrouter_key")),
    ] },
    Family { source: "https://langfuse.com/docs/api-and-data-platform/features/public-api", tokens: &[
        token("sk-lf-", Uuid, 36, 36, rule("langfuse_key")),
    ] },
    Family { source: "https://docs.langchain.com/langsmith/create-account-api-key", tokens: &[
        token("lsv2_pt_", Word, 40, 50, rule("langsmith_key")),
        token("lsv2_sk_", Word, 40, 50, rule("langsmith_key")),
    ] },
    Family { source: "https://docs.perplexity.ai/getting-started/quickstart", tokens: &[
        token("pplx-", Alphanumeric, 48, 48, rule("perplexity_key")),
    ] },
    Family { source: "https://console.groq.com/docs/quickstart", tokens: &[
        token("gsk_", Alphanumeric, 48, 60, rule("groq_key")),
    ] },
    Family { source: "https://docs.x.ai/docs/overview", tokens: &[
        token("xai-", Alphanumeric, 70, 90, rule("xai_key")),
    ] },
    Family { source: "https://replicate.com/docs/topics/security/api-tokens", tokens: &[
        token("r8_", Alphanumeric, 37, 40, rule("replicate_token")),
    ] },
    Family { source: "https://elevenlabs.io/docs/api-reference/authentication", tokens: &[
        token("sk_", Hex, 48, 48, rule("elevenlabs_key")),
    ] },
    Family { source: "https://docs.tavily.com/documentation/quickstart", tokens: &[
        token("tvly-", Base64Url, 32, 48, rule("tavily_key")),
    ] },
    Family { source: "https://docs.firecrawl.dev/introduction", tokens: &[
        token("fc-", Hex, 32, 32, rule("firecrawl_key")),
    ] },
    Family { source: "https://docs.pinecone.io/guides/projects/manage-api-keys", tokens: &[
        token("pcsk_", Word, 60, 80, rule("pinecone_key")),
    ] },
    Family { source: "https://docs.nvidia.com/ngc/latest/ngc-user-guide.html", tokens: &[
        token("nvapi-", Base64Url, 60, 80, rule("nvidia_key")),
    ] },
    Family { source: "https://huggingface.co/docs/hub/security-tokens", tokens: &[
        token("hf_", Alphanumeric, 34, 40, rule("hugging_face_token")),
        token("api_org_", Alphanumeric, 34, 34, rule("hugging_face_token")),
    ] },
    Family { source: "https://docs.npmjs.com/about-access-tokens", tokens: &[
        token("npm_", Alphanumeric, 36, 64, rule("npm_token")),
    ] },
    Family { source: "https://pypi.org/help/#apitoken", tokens: &[
        token("pypi-", Base64Url, 50, 0, rule("pypi_token")),
    ] },
    Family { source: "https://guides.rubygems.org/api-key-scopes/", tokens: &[
        token("rubygems_", Hex, 48, 48, rule("rubygems_key")),
    ] },
    Family { source: "https://blog.rust-lang.org/2020/07/14/crates-io-security-advisory/", tokens: &[
        token("cio", Alphanumeric, 32, 32, rule("crates_token")),
    ] },
    Family { source: "https://learn.microsoft.com/nuget/nuget-org/scoped-api-keys", tokens: &[
        token("oy2", Alphanumeric, 43, 43, rule("nuget_key")),
    ] },
    Family { source: "https://github.com/clojars/clojars-web/wiki/Deploy-Tokens", tokens: &[
        token("CLOJARS_", Alphanumeric, 60, 60, rule("clojars_token")),
    ] },
    Family { source: "https://docs.docker.com/security/access-tokens/", tokens: &[
        token("dckr_pat_", Base64Url, 27, 27, rule("docker_token")),
        token("dckr_oat_", Base64Url, 27, 40, rule("docker_token")),
    ] },
    Family { source: "https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens", tokens: &[
        token("AKCp", Alphanumeric, 69, 69, rule("artifactory_token")),
        token("cmVmd", Alphanumeric, 59, 59, rule("artifactory_token")),
    ] },
    Family { source: "https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys", tokens: &[
        token("SG.", Dotted, 60, 70, rule("sendgrid_key")),
    ] },
    Family { source: "https://www.twilio.com/docs/glossary/what-is-a-sid", tokens: &[
        token("SK", AnyHex, 32, 32, rule("twilio_key")),
    ] },
    Family { source: "https://documentation.mailgun.com/docs/mailgun/api-reference/mg-auth", tokens: &[
        token("key-", Hex, 32, 32, rule("mailgun_key")),
    ] },
    Family { source: "https://developers.brevo.com/docs/getting-started", tokens: &[
        token("xkeysib-", Base64Url, 81, 81, rule("brevo_key")),
    ] },
    Family { source: "https://developers.mailersend.com/general.html#authentication", tokens: &[
        token("mlsn.", Hex, 64, 64, rule("mailersend_token")),
    ] },
    // https://core.telegram.org/bots/api#authorizing-your-bot: behind the bot's number, see `digits`
    Family { source: "https://docs.digitalocean.com/reference/api/create-personal-access-token/", tokens: &[
        token("dop_v1_", Hex, 64, 64, rule("digitalocean_token")),
        token("doo_v1_", Hex, 64, 64, rule("digitalocean_token")),
        token("dor_v1_", Hex, 64, 64, rule("digitalocean_token")),
    ] },
    Family { source: "https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens", tokens: &[
        token("shpat_", Alphanumeric, 32, 40, rule("shopify_token")),
        token("shpca_", Alphanumeric, 32, 40, rule("shopify_token")),
        token("shppa_", Alphanumeric, 32, 40, rule("shopify_token")),
        token("shpss_", Alphanumeric, 32, 40, rule("shopify_token")),
    ] },
    Family { source: "https://developer.squareup.com/docs/build-basics/access-tokens", tokens: &[
        token("sq0atp-", Base64Url, 22, 22, rule("square_token")),
        token("sq0csp-", Base64Url, 43, 43, rule("square_token")),
        token("EAAA", Base64Url, 60, 60, rule("square_token")),
    ] },
    Family { source: "https://developers.facebook.com/docs/facebook-login/guides/access-tokens/", tokens: &[
        token("EAA", Alphanumeric, 100, 0, rule("facebook_token")),
    ] },
    Family { source: "https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/", tokens: &[
        token("ATATT3", Base64, 180, 0, rule("atlassian_token")),
        token("ATCTT3", Base64, 180, 0, rule("atlassian_token")),
        token("ATBB", Alphanumeric, 32, 32, rule("atlassian_token")),
    ] },
    Family { source: "https://linear.app/developers/graphql", tokens: &[
        token("lin_api_", Alphanumeric, 32, 48, rule("linear_key")),
        token("lin_oauth_", Alphanumeric, 40, 64, rule("linear_key")),
    ] },
    Family { source: "https://developers.notion.com/docs/authorization", tokens: &[
        token("ntn_", Alphanumeric, 43, 50, rule("notion_token")),
        token("secret_", Alphanumeric, 43, 43, rule("notion_token")),
    ] },
    Family { source: "https://developers.figma.com/docs/rest-api/authentication/", tokens: &[
        token("figd_", Base64Url, 40, 48, rule("figma_token")),
    ] },
    Family { source: "https://learning.postman.com/docs/developer/postman-api/authentication/", tokens: &[
        token("PMAK-", Base64Url, 59, 59, rule("postman_key")),
    ] },
    Family { source: "https://docs.doppler.com/reference/auth-token-formats", tokens: &[
        token("dp.pt.", Alphanumeric, 40, 44, rule("doppler_token")),
        token("dp.ct.", Alphanumeric, 40, 44, rule("doppler_token")),
        token("dp.st.", Dotted, 40, 80, rule("doppler_token")),
        token("dp.sa.", Alphanumeric, 40, 44, rule("doppler_token")),
        token("dp.scim.", Alphanumeric, 40, 44, rule("doppler_token")),
        token("dp.audit.", Alphanumeric, 40, 44, rule("doppler_token")),
    ] },
    Family { source: "https://developer.hashicorp.com/vault/docs/concepts/tokens#token-prefixes", tokens: &[
        token("hvs.", Base64Url, 24, 0, rule("vault_token")),
        token("hvb.", Base64Url, 24, 0, rule("vault_token")),
        token("hvr.", Base64Url, 24, 0, rule("vault_token")),
    ] },
    Family { source: "https://www.pulumi.com/docs/administration/access-identity/access-tokens/", tokens: &[
        token("pul-", Hex, 40, 40, rule("pulumi_token")),
    ] },
    Family { source: "https://planetscale.com/docs/concepts/service-tokens", tokens: &[
        token("pscale_tkn_", Dotted, 32, 64, rule("planetscale_token")),
        token("pscale_pw_", Dotted, 32, 64, rule("planetscale_token")),
        token("pscale_oauth_", Dotted, 32, 64, rule("planetscale_token")),
    ] },
    Family { source: "https://docs.databricks.com/aws/en/dev-tools/auth/pat", tokens: &[
        token("dapi", AnyHex, 32, 32, rule("databricks_token")),
    ] },
    // https://clickhouse.com/docs/cloud/manage/openapi: begins with a digit, see `token::numbered`
    Family { source: "https://grafana.com/docs/grafana/latest/administration/service-accounts/", tokens: &[
        token("glc_", Base64, 32, 0, rule("grafana_token")),
        token("glsa_", Word, 41, 41, rule("grafana_token")),
        token("eyJrIjoi", Base64, 70, 0, rule("grafana_token")),
    ] },
    Family { source: "https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/", tokens: &[
        token("NRAK-", Upper, 27, 27, rule("new_relic_key")),
        token("NRJS-", Hex, 19, 19, rule("new_relic_key")),
        token("NRII-", Base64Url, 32, 32, rule("new_relic_key")),
    ] },
    Family { source: "https://docs.sentry.io/account/auth-tokens/", tokens: &[
        token("sntrys_", Base64, 40, 0, rule("sentry_token")),
        token("sntryu_", Hex, 64, 64, rule("sentry_token")),
    ] },
    Family { source: "https://docs.dynatrace.com/docs/manage/identity-access-management/access-tokens-and-oauth-clients/access-tokens", tokens: &[
        token("dt0c01.", Dotted, 89, 89, rule("dynatrace_token")),
        token("dt0s01.", Dotted, 73, 89, rule("dynatrace_token")),
        token("dt0s16.", Dotted, 73, 89, rule("dynatrace_token")),
    ] },
    Family { source: "https://airtable.com/developers/web/guides/personal-access-tokens", tokens: &[
        token("pat", Dotted, 79, 79, rule("airtable_token")),
    ] },
    Family { source: "https://developers.hubspot.com/docs/guides/apps/private-apps/overview", tokens: &[
        token("pat-na1-", Uuid, 36, 36, rule("hubspot_token")),
        token("pat-na2-", Uuid, 36, 36, rule("hubspot_token")),
        token("pat-eu1-", Uuid, 36, 36, rule("hubspot_token")),
    ] },
    Family { source: "https://developer.harness.io/docs/platform/automation/api/add-and-manage-api-keys/", tokens: &[
        token("pat.", Dotted, 68, 68, rule("harness_token")),
        token("sat.", Dotted, 68, 68, rule("harness_token")),
    ] },
    Family { source: "https://devcenter.heroku.com/articles/authentication", tokens: &[
        token("HRKU-", Base64Url, 36, 64, rule("heroku_key")),
    ] },
    Family { source: "https://docs.netlify.com/api-and-cli-guides/api-guides/get-started-with-api/", tokens: &[
        token("nfp_", Alphanumeric, 36, 40, rule("netlify_token")),
    ] },
    Family { source: "https://fly.io/docs/security/tokens/", tokens: &[
        token("fo1_", Base64Url, 43, 43, rule("fly_token")),
        token("fm1r_", Base64, 100, 0, rule("fly_token")),
        token("fm1a_", Base64, 100, 0, rule("fly_token")),
        token("fm2_", Base64, 100, 0, rule("fly_token")),
    ] },
    Family { source: "https://supabase.com/docs/guides/api/api-keys", tokens: &[
        token("sbp_", Hex, 40, 40, rule("supabase_token")),
        token("sb_secret_", Base64Url, 20, 64, rule("supabase_token")),
    ] },
    Family { source: "https://www.contentful.com/developers/docs/references/authentication/", tokens: &[
        token("CFPAT-", Base64Url, 43, 43, rule("contentful_token")),
    ] },
    Family { source: "https://io.adafruit.com/api/docs/#authentication", tokens: &[
        token("aio_", Alphanumeric, 28, 28, rule("adafruit_key")),
    ] },
    Family { source: "https://developer.adobe.com/developer-console/docs/guides/authentication/", tokens: &[
        token("p8e-", Base64Url, 32, 32, rule("adobe_secret")),
    ] },
    Family { source: "https://www.alibabacloud.com/help/en/ram/user-guide/create-an-accesskey-pair", tokens: &[
        token("LTAI", Alphanumeric, 12, 20, rule("alibaba_key")),
    ] },
    Family { source: "https://docs.apify.com/platform/integrations/api", tokens: &[
        token("apify_api_", Alphanumeric, 36, 36, rule("apify_token")),
    ] },
    Family { source: "https://buildkite.com/docs/apis/managing-api-tokens", tokens: &[
        token("bkua_", Hex, 40, 40, rule("buildkite_token")),
    ] },
    Family { source: "https://circleci.com/docs/managing-api-tokens/", tokens: &[
        token("CCIPAT_", Word, 50, 80, rule("circleci_token")),
        token("CCIPRJ_", Word, 50, 80, rule("circleci_token")),
    ] },
    Family { source: "https://docs.deno.com/deploy/", tokens: &[
        token("ddp_", Alphanumeric, 36, 36, rule("deno_token")),
    ] },
    Family { source: "https://www.dropbox.com/developers/documentation/http/documentation", tokens: &[
        token("sl.", Dotted, 130, 0, rule("dropbox_token")),
    ] },
    Family { source: "https://duffel.com/docs/api/overview/authentication", tokens: &[
        token("duffel_test_", Base64Url, 43, 43, rule("duffel_token")),
        token("duffel_live_", Base64Url, 43, 43, rule("duffel_token")),
    ] },
    Family { source: "https://docs.easypost.com/docs/authentication", tokens: &[
        token("EZAK", Alphanumeric, 54, 54, rule("easypost_key")),
        token("EZTK", Alphanumeric, 54, 54, rule("easypost_key")),
    ] },
    Family { source: "https://developer.flutterwave.com/docs/authentication", tokens: &[
        token("FLWSECK-", Base64Url, 30, 40, rule("flutterwave_key")),
        token("FLWSECK_TEST-", Base64Url, 12, 40, rule("flutterwave_key")),
    ] },
    Family { source: "https://developer.frame.io/docs/getting-started/authentication", tokens: &[
        token("fio-u-", Base64, 64, 64, rule("frameio_token")),
    ] },
    Family { source: "https://www.infracost.io/docs/", tokens: &[
        token("ico-", Alphanumeric, 32, 32, rule("infracost_key")),
    ] },
    Family { source: "https://launchdarkly.com/docs/home/account/api", tokens: &[
        token("api-", Uuid, 36, 36, rule("launchdarkly_key")),
        token("sdk-", Uuid, 36, 36, rule("launchdarkly_key")),
        token("mob-", Uuid, 36, 36, rule("launchdarkly_key")),
    ] },
    Family { source: "https://docs.mapbox.com/help/dive-deeper/access-tokens/", tokens: &[
        token("sk.eyJ", Dotted, 60, 0, rule("mapbox_token")),
    ] },
    Family { source: "https://octopus.com/docs/octopus-rest-api/how-to-create-an-api-key", tokens: &[
        token("API-", Upper, 25, 32, rule("octopus_key")),
    ] },
    Family { source: "https://docs.redhat.com/en/documentation/openshift_container_platform/", tokens: &[
        token("sha256~", Base64Url, 43, 43, rule("openshift_token")),
    ] },
    Family { source: "https://plaid.com/docs/api/tokens/", tokens: &[
        token("access-sandbox-", Uuid, 36, 36, rule("plaid_token")),
        token("access-development-", Uuid, 36, 36, rule("plaid_token")),
        token("access-production-", Uuid, 36, 36, rule("plaid_token")),
    ] },
    Family { source: "https://posthog.com/docs/api", tokens: &[
        token("phx_", Alphanumeric, 40, 64, rule("posthog_key")),
    ] },
    Family { source: "https://docs.prefect.io/v3/manage/cloud/manage-users/api-keys", tokens: &[
        token("pnu_", Alphanumeric, 36, 36, rule("prefect_token")),
    ] },
    Family { source: "https://docs.readme.com/main/reference/intro/authentication", tokens: &[
        token("rdme_", Alphanumeric, 70, 70, rule("readme_key")),
    ] },
    Family { source: "https://developers.scalingo.com/#authentication", tokens: &[
        token("tk-us-", Base64Url, 48, 48, rule("scalingo_token")),
    ] },
    Family { source: "https://console.settlemint.com/documentation/", tokens: &[
        token("sm_aat_", Alphanumeric, 16, 16, rule("settlemint_token")),
        token("sm_pat_", Alphanumeric, 16, 16, rule("settlemint_token")),
        token("sm_sat_", Alphanumeric, 16, 16, rule("settlemint_token")),
    ] },
    Family { source: "https://docs.goshippo.com/docs/guides_general/authentication/", tokens: &[
        token("shippo_live_", AnyHex, 40, 40, rule("shippo_token")),
        token("shippo_test_", AnyHex, 40, 40, rule("shippo_token")),
    ] },
    Family { source: "https://docs.sonarsource.com/sonarqube-server/user-guide/managing-tokens/", tokens: &[
        token("sqp_", Hex, 40, 40, rule("sonar_token")),
        token("squ_", Hex, 40, 40, rule("sonar_token")),
        token("sqa_", Hex, 40, 40, rule("sonar_token")),
    ] },
    Family { source: "https://sourcegraph.com/docs/cli/how-tos/creating_an_access_token", tokens: &[
        token("sgp_", Word, 40, 60, rule("sourcegraph_token")),
    ] },
    Family { source: "https://tailscale.com/kb/1277/key-prefixes", tokens: &[
        token("tskey-", Base64Url, 20, 0, rule("tailscale_key")),
    ] },
    Family { source: "https://www.typeform.com/developers/get-started/personal-access-token/", tokens: &[
        token("tfp_", Dotted, 40, 80, rule("typeform_token")),
    ] },
    Family { source: "https://wakatime.com/developers", tokens: &[
        token("waka_", Uuid, 36, 36, rule("wakatime_key")),
    ] },
    Family { source: "https://yandex.cloud/docs/iam/concepts/authorization/api-key", tokens: &[
        token("AQVN", Base64Url, 35, 38, rule("yandex_key")),
    ] },
    // https://support.1password.com/secret-key-security/ and https://developer.1password.com/docs/service-accounts/
    Family { source: "https://support.1password.com/secret-key-security/", tokens: &[
        token("A3-", Upper, 31, 37, rule("1password_token")),
        token("ops_eyJ", Base64, 100, 0, rule("1password_token")),
    ] },
    Family { source: "https://github.com/FiloSottile/age", tokens: &[
        token("AGE-SECRET-KEY-1", Upper, 58, 58, rule("age_key")),
    ] },
    // https://developers.google.com/identity/protocols/oauth2: a refresh token begins with digits, see `token::numbered`
    Family { source: "https://cloud.google.com/storage/docs/authentication/hmackeys", tokens: &[
        token("GOOG1E", Upper, 55, 58, rule("google_key")),
    ] },
    Family { source: "https://ai.google.dev/gemini-api/docs/api-key", tokens: &[
        token("AQ.Ab8", Base64Url, 40, 0, rule("google_key")),
    ] },
    Family { source: "https://www.tencentcloud.com/document/product/598/32675", tokens: &[
        token("AKID", Alphanumeric, 28, 40, API_KEY),
    ] },
    Family { source: "https://www.volcengine.com/docs/6291/65568", tokens: &[
        token("AKLT", Base64, 36, 64, API_KEY),
    ] },
    Family { source: "https://cloud.ibm.com/docs/account?topic=account-userapikey", tokens: &[
        token("ApiKey-", Uuid, 36, 36, API_KEY),
    ] },
    Family { source: "https://developers.cloudflare.com/fundamentals/api/get-started/ca-keys/", tokens: &[
        token("v1.0-", Base64Url, 171, 171, rule("cloudflare_key")),
    ] },
    Family { source: "https://developers.cloudflare.com/fundamentals/api/get-started/create-token/", tokens: &[
        token("cfut_", Alphanumeric, 40, 64, rule("cloudflare_key")),
        token("cfat_", Alphanumeric, 40, 64, rule("cloudflare_key")),
        token("cfk_", Alphanumeric, 40, 64, rule("cloudflare_key")),
    ] },
    Family { source: "https://render.com/docs/api", tokens: &[
        token("rnd_", Alphanumeric, 28, 40, API_KEY),
    ] },
    Family { source: "https://vercel.com/docs/rest-api", tokens: &[
        token("vcp_", Alphanumeric, 24, 64, rule("vercel_token")),
        token("vck_", Alphanumeric, 24, 64, rule("vercel_token")),
        token("vci_", Alphanumeric, 24, 64, rule("vercel_token")),
        token("vca_", Alphanumeric, 24, 64, rule("vercel_token")),
        token("vcr_", Alphanumeric, 24, 64, rule("vercel_token")),
    ] },
    Family { source: "https://www.scaleway.com/en/docs/iam/concepts/", tokens: &[
        token("SCW", Upper, 17, 17, API_KEY),
    ] },
    Family { source: "https://docs.k3s.io/cli/token", tokens: &[
        token("K10", Odd, 64, 0, TOKEN),
    ] },
    Family { source: "https://docs.defined.net/guides/automating-host-creation/", tokens: &[
        token("dnkey-", Upper, 79, 79, API_KEY),
    ] },
    Family { source: "https://yandex.cloud/docs/iam/concepts/authorization/", tokens: &[
        token("t1.", Dotted, 90, 0, rule("yandex_key")),
        token("YCA", Mixed, 22, 37, rule("yandex_key")),
        token("YC", Mixed, 38, 38, rule("yandex_key")),
        token("y0_", Base64Url, 50, 64, rule("yandex_key")),
    ] },
    // https://developer.hashicorp.com/vault/docs/concepts/tokens: before Vault 1.10
    Family { source: "https://developer.hashicorp.com/vault/docs/concepts/tokens", tokens: &[
        token("s.", Mixed, 24, 24, rule("vault_token")),
        token("b.AAAAA", Base64Url, 60, 0, rule("vault_token")),
    ] },
    // https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens: see `signed`
    Family { source: "https://developer-docs.amazon.com/amazon-business/docs/website-authorization-workflow", tokens: &[
        token("Atza|", Base64, 40, 0, TOKEN),
        token("Atzr|", Base64, 40, 0, TOKEN),
        token("amzn.mws.", Base64Url, 36, 36, TOKEN),
    ] },
    // https://docs.oracle.com/en-us/iaas/ and others: private keys without their armour, as DER begins
    // (https://www.rfc-editor.org/rfc/rfc5208, https://www.rfc-editor.org/rfc/rfc8017)
    Family { source: "https://docs.oracle.com/en-us/iaas/", tokens: &[
        token("MIIEvQIBADAN", Base64, 40, 0, PRIVATE_KEY),
        token("MIIEvgIBADAN", Base64, 40, 0, PRIVATE_KEY),
        token("MIIEpAIBAAKC", Base64, 40, 0, PRIVATE_KEY),
        token("MIIEowIBAAKC", Base64, 40, 0, PRIVATE_KEY),
        token("MIIJQgIBADAN", Base64, 40, 0, PRIVATE_KEY),
        token("MIIJKQIBAAKC", Base64, 40, 0, PRIVATE_KEY),
        token("MHcCAQEEI", Base64, 40, 0, PRIVATE_KEY),
        token("MIGHAgEAMBMGByqGSM49", Base64, 40, 0, PRIVATE_KEY),
        token("MC4CAQAwBQYDK2VwBCIE", Base64, 40, 0, PRIVATE_KEY),
    ] },
    Family { source: "https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key", tokens: &[
        token("b3BlbnNzaC1rZXktdj", Base64, 40, 0, PRIVATE_KEY),
    ] },
    Family { source: "https://jedisct1.github.io/minisign/", tokens: &[
        token("RWRTY0Iy", Base64, 100, 0, PRIVATE_KEY),
        token("RWQAAEIy", Base64, 100, 0, PRIVATE_KEY),
    ] },
    Family { source: "https://docs.github.com/enterprise-cloud@latest/code-security/secret-scanning/introduction/supported-secret-scanning-patterns", tokens: &[
        token("BBDC-", Base64, 40, 48, rule("atlassian_token")),
        token("WPL_AP1.", Full, 20, 0, SECRET),
        token("glwt-", Base64Url, 20, 64, rule("gitlab_token")),
        token("pina_", Alphanumeric, 32, 64, TOKEN),
        token("ion_", Alphanumeric, 42, 42, TOKEN),
        token("persona_production_", Uuid, 36, 36, API_KEY),
        token("persona_sandbox_", Uuid, 36, 36, API_KEY),
        token("api_live", Dotted, 30, 0, TOKEN),
        token("api_sandbox", Dotted, 30, 0, TOKEN),
        token("pdl_live_apikey_", Word, 40, 60, API_KEY),
        token("pdl_sdbx_apikey_", Word, 40, 60, API_KEY),
        token("shptka_", AnyHex, 32, 32, rule("shopify_token")),
        token("shpua_", AnyHex, 32, 32, rule("shopify_token")),
        token("jca_", Alphanumeric, 36, 36, API_KEY),
    ] },
    Family { source: "https://www.rfc-editor.org/rfc/rfc8959", tokens: &[
        token("secret-token:", Full, 10, 0, SECRET),
    ] },
    Family { source: "https://razorpay.com/docs/payments/dashboard/account-settings/api-keys/", tokens: &[
        token("rzp_live_", Alphanumeric, 14, 24, API_KEY),
        token("rzp_test_", Alphanumeric, 14, 24, API_KEY),
    ] },
    Family { source: "https://developer.paypal.com/braintree/articles/control-panel/important-gateway-credentials", tokens: &[
        token("access_token$production$", Odd, 49, 49, TOKEN),
    ] },
    Family { source: "https://docs.adyen.com/development-resources/api-credentials/", tokens: &[
        token("AQE", Base64, 140, 0, API_KEY),
    ] },
    Family { source: "https://www.checkout.com/docs/developer-resources/api/manage-api-keys", tokens: &[
        token("sk_", Lower32, 26, 26, API_KEY),
        token("sk_sbox_", Lower32, 26, 26, API_KEY),
    ] },
    Family { source: "https://docs.midtrans.com/docs/api-authorization-headers", tokens: &[
        token("Mid-server-", Base64Url, 20, 40, API_KEY),
    ] },
    Family { source: "https://docs.xendit.co/docs/api-keys", tokens: &[
        token("xnd_production_", Base64, 32, 0, API_KEY),
    ] },
    Family { source: "https://stytch.com/docs/api/authentication", tokens: &[
        token("secret-live-", Base64Url, 32, 40, SECRET),
        token("secret-test-", Base64Url, 32, 40, SECRET),
    ] },
    Family { source: "https://docs.statsig.com/sdk-keys/api-keys", tokens: &[
        token("secret-", Mixed, 40, 48, API_KEY),
    ] },
    Family { source: "https://mailchimp.com/developer/transactional/docs/authentication-delegation/", tokens: &[
        token("md-", Mixed, 22, 22, API_KEY),
    ] },
    // https://mailchimp.com/developer/marketing/docs/fundamentals/: `-us12` behind the key, see `signed`
    Family { source: "https://developers.brevo.com/docs/smtp-integration", tokens: &[
        token("xsmtpsib-", Base64Url, 81, 81, rule("brevo_key")),
    ] },
    Family { source: "https://resend.com/docs/api-reference/introduction", tokens: &[
        token("re_", Mixed, 33, 36, API_KEY),
    ] },
    // https://discord.com/developers/docs/reference#authentication: the bot's id in base64, then two parts
    Family { source: "https://discord.com/developers/docs/reference#authentication", tokens: &[
        token("MD", Snowflake, 50, 80, rule("discord_token")),
        token("MT", Snowflake, 50, 80, rule("discord_token")),
        token("Mj", Snowflake, 50, 80, rule("discord_token")),
        token("Mz", Snowflake, 50, 80, rule("discord_token")),
        token("ND", Snowflake, 50, 80, rule("discord_token")),
        token("NT", Snowflake, 50, 80, rule("discord_token")),
        token("Nj", Snowflake, 50, 80, rule("discord_token")),
        token("Nz", Snowflake, 50, 80, rule("discord_token")),
        token("OD", Snowflake, 50, 80, rule("discord_token")),
        token("OT", Snowflake, 50, 80, rule("discord_token")),
    ] },
    Family { source: "https://documentation.onesignal.com/docs/keys-and-ids", tokens: &[
        token("os_v2_", Word, 80, 120, API_KEY),
    ] },
    Family { source: "https://support.telnyx.com/en/articles/4305158-api-keys-and-how-to-use-them", tokens: &[
        token("KEY0", Word, 50, 56, API_KEY),
    ] },
    Family { source: "https://developers.intercom.com/docs/build-an-integration/learn-more/authentication", tokens: &[
        token("dG9rO", Base64, 55, 60, TOKEN),
    ] },
    Family { source: "https://docs.honeycomb.io/get-started/best-practices/api-keys/", tokens: &[
        token("hcaik_", Alphanumeric, 58, 58, API_KEY),
    ] },
    Family { source: "https://axiom.co/docs/reference/tokens", tokens: &[
        token("xaat-", Uuid, 36, 36, TOKEN),
        token("xapt-", Uuid, 36, 36, TOKEN),
    ] },
    Family { source: "https://logfire.pydantic.dev/docs/how-to-guides/create-write-tokens/", tokens: &[
        token("pylf_v", Word, 40, 64, TOKEN),
    ] },
    Family { source: "https://posthog.com/docs/feature-flags/local-evaluation", tokens: &[
        token("phs_", Alphanumeric, 40, 64, rule("posthog_key")),
    ] },
    Family { source: "https://docs.rootly.com/api-reference/overview", tokens: &[
        token("rootly_", Hex, 64, 64, API_KEY),
    ] },
    Family { source: "https://docs.fireworks.ai/api-reference/introduction", tokens: &[
        token("fw_", Mixed, 22, 26, API_KEY),
    ] },
    Family { source: "https://inference-docs.cerebras.ai/quickstart", tokens: &[
        token("csk-", Alphanumeric, 48, 48, API_KEY),
    ] },
    Family { source: "https://docs.voyageai.com/docs/api-key-and-installation", tokens: &[
        token("pa-", Mixed, 43, 43, API_KEY),
    ] },
    Family { source: "https://docs.together.ai/docs/quickstart", tokens: &[
        token("tgp_v1_", Base64Url, 40, 64, API_KEY),
    ] },
    Family { source: "https://jina.ai/reader/", tokens: &[
        token("jina_", Alphanumeric, 50, 64, API_KEY),
    ] },
    Family { source: "https://docs.runpod.io/get-started/api-keys", tokens: &[
        token("rpa_", Alphanumeric, 40, 48, API_KEY),
    ] },
    Family { source: "https://e2b.dev/docs/api-key", tokens: &[
        token("e2b_", Hex, 40, 40, API_KEY),
    ] },
    Family { source: "https://docs.browserbase.com/introduction/getting-started", tokens: &[
        token("bb_live_", Base64Url, 24, 40, API_KEY),
    ] },
    Family { source: "https://docs.wandb.ai/platform/app/settings-page/user-settings", tokens: &[
        token("wandb_v1_", Word, 60, 0, API_KEY),
    ] },
    Family { source: "https://docs.cursor.com/account/teams/admin-api", tokens: &[
        token("crsr_", Hex, 64, 64, API_KEY),
    ] },
    Family { source: "https://docs.helicone.ai/helicone-headers/helicone-auth", tokens: &[
        token("sk-helicone-", Base64Url, 20, 48, API_KEY),
    ] },
    Family { source: "https://neon.com/docs/manage/api-keys", tokens: &[
        token("napi_", Alphanumeric, 60, 64, API_KEY),
        token("npg_", Alphanumeric, 12, 24, API_KEY),
    ] },
    Family { source: "https://www.mongodb.com/docs/atlas/api/service-accounts-overview/", tokens: &[
        token("mdb_sa_sk_", Base64Url, 40, 48, SECRET),
    ] },
    Family { source: "https://aiven.io/docs/platform/concepts/service_credentials", tokens: &[
        token("AVNS_", Base64Url, 15, 24, SECRET),
    ] },
    Family { source: "https://www.cockroachlabs.com/docs/cockroachcloud/managing-access", tokens: &[
        token("CCDB1_", Word, 63, 63, API_KEY),
    ] },
    Family { source: "https://docs.datastax.com/en/astra-db-serverless/administration/manage-application-tokens.html", tokens: &[
        token("AstraCS:", Odd, 80, 100, TOKEN),
    ] },
    Family { source: "https://www.elastic.co/docs/deploy-manage/api-keys/elastic-cloud-api-keys", tokens: &[
        token("essu_", Base64, 40, 0, API_KEY),
    ] },
    Family { source: "https://xata.io/docs/platform/api-keys", tokens: &[
        token("xau_", Alphanumeric, 36, 48, API_KEY),
    ] },
    // https://dev.maxmind.com/license-key/: `_mmk` behind the key, see `signed`
    Family { source: "https://developers.facebook.com/docs/instagram-platform", tokens: &[
        token("IGQV", Word, 100, 0, rule("facebook_token")),
        token("IGQW", Word, 100, 0, rule("facebook_token")),
        token("IGAA", Word, 100, 0, rule("facebook_token")),
    ] },
    Family { source: "https://authress.io/knowledge-base/docs/authorization/service-clients", tokens: &[
        token("sc_", Full, 90, 0, API_KEY),
    ] },
    Family { source: "https://api.intra.42.fr/apidoc/guides/getting_started", tokens: &[
        token("s-s4t2ud-", Hex, 64, 64, SECRET),
        token("s-s4t2af-", Hex, 64, 64, SECRET),
    ] },
    Family { source: "https://www.ory.sh/docs/concepts/personal-access-token", tokens: &[
        token("ory_at_", Dotted, 40, 0, TOKEN),
        token("ory_rt_", Dotted, 40, 0, TOKEN),
        token("ory_pat_", Alphanumeric, 30, 48, TOKEN),
    ] },
    Family { source: "https://cal.com/docs/api-reference/v2/introduction", tokens: &[
        token("cal_live_", Hex, 32, 32, API_KEY),
    ] },
    Family { source: "https://open-vsx.org/", tokens: &[
        token("ovsxat_", Uuid, 36, 36, TOKEN),
    ] },
    Family { source: "https://docs.snyk.io/snyk-api/authentication-for-api", tokens: &[
        token("snyk_uat.", Dotted, 40, 0, TOKEN),
        token("snyk_sat.", Dotted, 40, 0, TOKEN),
    ] },
    Family { source: "https://zuplo.com/docs/articles/api-key-management", tokens: &[
        token("zpka_", Word, 32, 64, API_KEY),
    ] },
    Family { source: "https://polar.sh/docs/api-reference/introduction", tokens: &[
        token("polar_oat_", Alphanumeric, 30, 48, TOKEN),
    ] },
    // https://docs.logto.io/user-management/personal-access-token, https://www.coze.com/docs/developer_guides/pat
    Family { source: "https://docs.logto.io/user-management/personal-access-token", tokens: &[
        token("pat_", Mixed, 32, 64, TOKEN),
    ] },
    Family { source: "https://developers.figma.com/docs/rest-api/authentication/", tokens: &[
        token("figu_", Base64Url, 40, 48, rule("figma_token")),
    ] },
    Family { source: "https://learning.postman.com/docs/collections/use-collections/share-collections/", tokens: &[
        token("PMAT-", Upper, 26, 26, rule("postman_key")),
    ] },
    Family { source: "https://docs.stripe.com/keys", tokens: &[
        token("ek_live_", Alphanumeric, 24, 0, rule("stripe_key")),
        token("ek_test_", Alphanumeric, 24, 0, rule("stripe_key")),
    ] },
    Family { source: "https://platform.openai.com/docs/api-reference/authentication", tokens: &[
        token("sess-", Alphanumeric, 40, 40, rule("openai_key")),
    ] },
    Family { source: "https://docs.mapbox.com/help/dive-deeper/access-tokens/", tokens: &[
        token("tk.eyJ", Dotted, 60, 0, rule("mapbox_token")),
    ] },
    Family { source: "https://docs.klaviyo.com/", tokens: &[
        token("pk_", Hex, 34, 34, API_KEY),
    ] },
    Family { source: "https://dev.twitch.tv/docs/chat/authenticating/", tokens: &[
        token("oauth:", Alphanumeric, 30, 30, TOKEN),
    ] },
    Family { source: "https://github.com/FiloSottile/age", tokens: &[
        token("AGE-SECRET-KEY-PQ-1", Upper, 58, 0, rule("age_key")),
    ] },
];

/// Sorts by prefix; in a `const`, so by hand.
const fn count() -> usize {
    let (mut n, mut count) = (0, 0);
    while n < FAMILIES.len() {
        count += FAMILIES[n].tokens.len();
        n += 1;
    }
    count
}

const fn flat<const N: usize>() -> [Token; N] {
    let mut flat = [FAMILIES[0].tokens[0]; N];
    let (mut family, mut n, mut at) = (0, 0, 0);
    while at < N {
        if n == FAMILIES[family].tokens.len() {
            (family, n) = (family + 1, 0);
        } else {
            flat[at] = FAMILIES[family].tokens[n];
            (n, at) = (n + 1, at + 1);
        }
    }
    flat
}

const fn sorted<const N: usize>(mut table: [Token; N]) -> [Token; N] {
    let mut n = 1;
    while n < N {
        let mut at = n;
        while at > 0 && less(table[at].prefix.as_bytes(), table[at - 1].prefix.as_bytes()) {
            let moved = table[at];
            table[at] = table[at - 1];
            table[at - 1] = moved;
            at -= 1;
        }
        n += 1;
    }
    table
}

pub(super) const fn less(a: &[u8], b: &[u8]) -> bool {
    let mut n = 0;
    while n < a.len() && n < b.len() {
        if a[n] != b[n] {
            return a[n] < b[n];
        }
        n += 1;
    }
    a.len() < b.len()
}
