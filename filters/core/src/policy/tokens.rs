//! The vendors' tokens that are known by their first characters, each with the page that says so. Where a vendor
//! publishes no page, the form is the one of the [gitleaks rules](https://github.com/gitleaks/gitleaks).
//!
//! A line is a family; the comment in front of it, which begins with the address of its source, holds up to the next one.

use super::Charset::{
    Alphanumeric, AnyHex, Base32, Base64, Base64Url, Dotted, Full, Hex, Lower32, Mixed, Odd, Snowflake, Upper, Uuid,
    Word,
};
use super::rules::rule;
use super::{API_KEY, Charset, PRIVATE_KEY, RuleId, SECRET, TOKEN, Token};

/// All of them, sorted by their first characters.
pub(super) const TOKENS: &[Token] = &sorted(TABLE);

const fn token(prefix: &'static str, charset: Charset, min: u8, max: u16, rule: RuleId) -> Token {
    Token { prefix, charset, min, max, rule }
}

#[rustfmt::skip]
const TABLE: [Token; 317] = [
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    token("AKIA", Base32, 16, 16, rule("aws_key")),
    token("ASIA", Base32, 16, 16, rule("aws_key")),
    token("ABIA", Base32, 16, 16, rule("aws_key")),
    token("ACCA", Base32, 16, 16, rule("aws_key")),
    // https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html
    token("ABSK", Base64, 109, 0, rule("aws_key")),
    token("bedrock-api-key-", Base64, 28, 0, rule("aws_key")),
    // https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
    token("ghp_", Alphanumeric, 36, 0, rule("github_token")),
    token("gho_", Alphanumeric, 36, 0, rule("github_token")),
    token("ghu_", Alphanumeric, 36, 0, rule("github_token")),
    token("ghs_", Alphanumeric, 36, 0, rule("github_token")),
    token("ghr_", Alphanumeric, 36, 0, rule("github_token")),
    token("github_pat_", Word, 60, 0, rule("github_token")),
    // https://docs.gitlab.com/security/tokens/#token-prefixes
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
    // https://docs.slack.dev/authentication/tokens
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
    // https://docs.stripe.com/keys
    token("sk_live_", Alphanumeric, 10, 0, rule("stripe_key")),
    token("sk_test_", Alphanumeric, 10, 0, rule("stripe_key")),
    token("sk_prod_", Alphanumeric, 10, 0, rule("stripe_key")),
    token("rk_live_", Alphanumeric, 10, 0, rule("stripe_key")),
    token("rk_test_", Alphanumeric, 10, 0, rule("stripe_key")),
    token("rk_prod_", Alphanumeric, 10, 0, rule("stripe_key")),
    token("whsec_", Base64, 24, 0, rule("stripe_key")),
    // https://cloud.google.com/docs/authentication/api-keys
    token("AIza", Base64Url, 35, 35, rule("google_key")),
    token("GOCSPX-", Base64Url, 28, 28, rule("google_key")),
    token("ya29.", Dotted, 20, 0, rule("google_key")),
    // https://docs.anthropic.com/en/api/overview
    token("sk-ant-", Base64Url, 20, 0, rule("anthropic_key")),
    // https://platform.openai.com/docs/api-reference/authentication
    token("sk-proj-", Base64Url, 20, 0, rule("openai_key")),
    token("sk-svcacct-", Base64Url, 20, 0, rule("openai_key")),
    token("sk-admin-", Base64Url, 20, 0, rule("openai_key")),
    token("sk-", Mixed, 20, 0, rule("openai_key")),
    token("sk-", Hex, 32, 32, rule("openai_key")),
    // https://openrouter.ai/docs/api-reference/authentication
    token("sk-or-v1-", Hex, 64, 64, rule("openrouter_key")),
    // https://langfuse.com/docs/api-and-data-platform/features/public-api
    token("sk-lf-", Uuid, 36, 36, rule("langfuse_key")),
    // https://docs.langchain.com/langsmith/create-account-api-key
    token("lsv2_pt_", Word, 40, 50, rule("langsmith_key")),
    token("lsv2_sk_", Word, 40, 50, rule("langsmith_key")),
    // https://docs.perplexity.ai/getting-started/quickstart
    token("pplx-", Alphanumeric, 48, 48, rule("perplexity_key")),
    // https://console.groq.com/docs/quickstart
    token("gsk_", Alphanumeric, 48, 60, rule("groq_key")),
    // https://docs.x.ai/docs/overview
    token("xai-", Alphanumeric, 70, 90, rule("xai_key")),
    // https://replicate.com/docs/topics/security/api-tokens
    token("r8_", Alphanumeric, 37, 40, rule("replicate_token")),
    // https://elevenlabs.io/docs/api-reference/authentication
    token("sk_", Hex, 48, 48, rule("elevenlabs_key")),
    // https://docs.tavily.com/documentation/quickstart
    token("tvly-", Base64Url, 32, 48, rule("tavily_key")),
    // https://docs.firecrawl.dev/introduction
    token("fc-", Hex, 32, 32, rule("firecrawl_key")),
    // https://docs.pinecone.io/guides/projects/manage-api-keys
    token("pcsk_", Word, 60, 80, rule("pinecone_key")),
    // https://docs.nvidia.com/ngc/latest/ngc-user-guide.html
    token("nvapi-", Base64Url, 60, 80, rule("nvidia_key")),
    // https://huggingface.co/docs/hub/security-tokens
    token("hf_", Alphanumeric, 34, 40, rule("hugging_face_token")),
    token("api_org_", Alphanumeric, 34, 34, rule("hugging_face_token")),
    // https://docs.npmjs.com/about-access-tokens
    token("npm_", Alphanumeric, 36, 36, rule("npm_token")),
    // https://pypi.org/help/#apitoken
    token("pypi-", Base64Url, 50, 0, rule("pypi_token")),
    // https://guides.rubygems.org/api-key-scopes/
    token("rubygems_", Hex, 48, 48, rule("rubygems_key")),
    // https://blog.rust-lang.org/2020/07/14/crates-io-security-advisory/
    token("cio", Alphanumeric, 32, 32, rule("crates_token")),
    // https://learn.microsoft.com/nuget/nuget-org/scoped-api-keys
    token("oy2", Alphanumeric, 43, 43, rule("nuget_key")),
    // https://github.com/clojars/clojars-web/wiki/Deploy-Tokens
    token("CLOJARS_", Alphanumeric, 60, 60, rule("clojars_token")),
    // https://docs.docker.com/security/access-tokens/
    token("dckr_pat_", Base64Url, 27, 27, rule("docker_token")),
    token("dckr_oat_", Base64Url, 27, 40, rule("docker_token")),
    // https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens
    token("AKCp", Alphanumeric, 69, 69, rule("artifactory_token")),
    token("cmVmd", Alphanumeric, 59, 59, rule("artifactory_token")),
    // https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys
    token("SG.", Dotted, 60, 70, rule("sendgrid_key")),
    // https://www.twilio.com/docs/glossary/what-is-a-sid
    token("SK", AnyHex, 32, 32, rule("twilio_key")),
    // https://documentation.mailgun.com/docs/mailgun/api-reference/mg-auth
    token("key-", Hex, 32, 32, rule("mailgun_key")),
    // https://developers.brevo.com/docs/getting-started
    token("xkeysib-", Base64Url, 81, 81, rule("brevo_key")),
    // https://developers.mailersend.com/general.html#authentication
    token("mlsn.", Hex, 64, 64, rule("mailersend_token")),
    // https://core.telegram.org/bots/api#authorizing-your-bot: behind the bot's number, see `digits`
    // https://docs.digitalocean.com/reference/api/create-personal-access-token/
    token("dop_v1_", Hex, 64, 64, rule("digitalocean_token")),
    token("doo_v1_", Hex, 64, 64, rule("digitalocean_token")),
    token("dor_v1_", Hex, 64, 64, rule("digitalocean_token")),
    // https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens
    token("shpat_", AnyHex, 32, 32, rule("shopify_token")),
    token("shpca_", AnyHex, 32, 32, rule("shopify_token")),
    token("shppa_", AnyHex, 32, 32, rule("shopify_token")),
    token("shpss_", AnyHex, 32, 32, rule("shopify_token")),
    // https://developer.squareup.com/docs/build-basics/access-tokens
    token("sq0atp-", Base64Url, 22, 22, rule("square_token")),
    token("sq0csp-", Base64Url, 43, 43, rule("square_token")),
    token("EAAA", Base64Url, 60, 60, rule("square_token")),
    // https://developers.facebook.com/docs/facebook-login/guides/access-tokens/
    token("EAA", Alphanumeric, 100, 0, rule("facebook_token")),
    // https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/
    token("ATATT3", Base64, 180, 0, rule("atlassian_token")),
    token("ATCTT3", Base64, 180, 0, rule("atlassian_token")),
    token("ATBB", Alphanumeric, 32, 32, rule("atlassian_token")),
    // https://linear.app/developers/graphql
    token("lin_api_", Alphanumeric, 40, 40, rule("linear_key")),
    token("lin_oauth_", Alphanumeric, 40, 64, rule("linear_key")),
    // https://developers.notion.com/docs/authorization
    token("ntn_", Alphanumeric, 43, 50, rule("notion_token")),
    token("secret_", Alphanumeric, 43, 43, rule("notion_token")),
    // https://developers.figma.com/docs/rest-api/authentication/
    token("figd_", Base64Url, 40, 48, rule("figma_token")),
    // https://learning.postman.com/docs/developer/postman-api/authentication/
    token("PMAK-", Base64Url, 59, 59, rule("postman_key")),
    // https://docs.doppler.com/reference/auth-token-formats
    token("dp.pt.", Alphanumeric, 40, 44, rule("doppler_token")),
    token("dp.ct.", Alphanumeric, 40, 44, rule("doppler_token")),
    token("dp.st.", Dotted, 40, 80, rule("doppler_token")),
    token("dp.sa.", Alphanumeric, 40, 44, rule("doppler_token")),
    token("dp.scim.", Alphanumeric, 40, 44, rule("doppler_token")),
    token("dp.audit.", Alphanumeric, 40, 44, rule("doppler_token")),
    // https://developer.hashicorp.com/vault/docs/concepts/tokens#token-prefixes
    token("hvs.", Base64Url, 24, 0, rule("vault_token")),
    token("hvb.", Base64Url, 24, 0, rule("vault_token")),
    token("hvr.", Base64Url, 24, 0, rule("vault_token")),
    // https://www.pulumi.com/docs/administration/access-identity/access-tokens/
    token("pul-", Hex, 40, 40, rule("pulumi_token")),
    // https://planetscale.com/docs/concepts/service-tokens
    token("pscale_tkn_", Dotted, 32, 64, rule("planetscale_token")),
    token("pscale_pw_", Dotted, 32, 64, rule("planetscale_token")),
    token("pscale_oauth_", Dotted, 32, 64, rule("planetscale_token")),
    // https://docs.databricks.com/aws/en/dev-tools/auth/pat
    token("dapi", Hex, 32, 32, rule("databricks_token")),
    // https://clickhouse.com/docs/cloud/manage/openapi: begins with a digit, see `token::numbered`
    // https://grafana.com/docs/grafana/latest/administration/service-accounts/
    token("glc_", Base64, 32, 0, rule("grafana_token")),
    token("glsa_", Word, 41, 41, rule("grafana_token")),
    token("eyJrIjoi", Base64, 70, 0, rule("grafana_token")),
    // https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/
    token("NRAK-", Upper, 27, 27, rule("new_relic_key")),
    token("NRJS-", Hex, 19, 19, rule("new_relic_key")),
    token("NRII-", Base64Url, 32, 32, rule("new_relic_key")),
    // https://docs.sentry.io/account/auth-tokens/
    token("sntrys_", Base64, 40, 0, rule("sentry_token")),
    token("sntryu_", Hex, 64, 64, rule("sentry_token")),
    // https://docs.dynatrace.com/docs/manage/identity-access-management/access-tokens-and-oauth-clients/access-tokens
    token("dt0c01.", Dotted, 89, 89, rule("dynatrace_token")),
    token("dt0s01.", Dotted, 73, 89, rule("dynatrace_token")),
    token("dt0s16.", Dotted, 73, 89, rule("dynatrace_token")),
    // https://airtable.com/developers/web/guides/personal-access-tokens
    token("pat", Dotted, 79, 79, rule("airtable_token")),
    // https://developers.hubspot.com/docs/guides/apps/private-apps/overview
    token("pat-na1-", Uuid, 36, 36, rule("hubspot_token")),
    token("pat-na2-", Uuid, 36, 36, rule("hubspot_token")),
    token("pat-eu1-", Uuid, 36, 36, rule("hubspot_token")),
    // https://developer.harness.io/docs/platform/automation/api/add-and-manage-api-keys/
    token("pat.", Dotted, 68, 68, rule("harness_token")),
    token("sat.", Dotted, 68, 68, rule("harness_token")),
    // https://devcenter.heroku.com/articles/authentication
    token("HRKU-", Base64Url, 36, 64, rule("heroku_key")),
    // https://docs.netlify.com/api-and-cli-guides/api-guides/get-started-with-api/
    token("nfp_", Alphanumeric, 36, 40, rule("netlify_token")),
    // https://fly.io/docs/security/tokens/
    token("fo1_", Base64Url, 43, 43, rule("fly_token")),
    token("fm1r_", Base64, 100, 0, rule("fly_token")),
    token("fm1a_", Base64, 100, 0, rule("fly_token")),
    token("fm2_", Base64, 100, 0, rule("fly_token")),
    // https://supabase.com/docs/guides/api/api-keys
    token("sbp_", Hex, 40, 40, rule("supabase_token")),
    token("sb_secret_", Base64Url, 20, 64, rule("supabase_token")),
    // https://www.contentful.com/developers/docs/references/authentication/
    token("CFPAT-", Base64Url, 43, 43, rule("contentful_token")),
    // https://io.adafruit.com/api/docs/#authentication
    token("aio_", Alphanumeric, 28, 28, rule("adafruit_key")),
    // https://developer.adobe.com/developer-console/docs/guides/authentication/
    token("p8e-", Base64Url, 32, 32, rule("adobe_secret")),
    // https://www.alibabacloud.com/help/en/ram/user-guide/create-an-accesskey-pair
    token("LTAI", Alphanumeric, 12, 20, rule("alibaba_key")),
    // https://docs.apify.com/platform/integrations/api
    token("apify_api_", Alphanumeric, 36, 36, rule("apify_token")),
    // https://buildkite.com/docs/apis/managing-api-tokens
    token("bkua_", Hex, 40, 40, rule("buildkite_token")),
    // https://circleci.com/docs/managing-api-tokens/
    token("CCIPAT_", Word, 50, 80, rule("circleci_token")),
    token("CCIPRJ_", Word, 50, 80, rule("circleci_token")),
    // https://docs.deno.com/deploy/
    token("ddp_", Alphanumeric, 36, 36, rule("deno_token")),
    // https://www.dropbox.com/developers/documentation/http/documentation
    token("sl.", Dotted, 130, 0, rule("dropbox_token")),
    // https://duffel.com/docs/api/overview/authentication
    token("duffel_test_", Base64Url, 43, 43, rule("duffel_token")),
    token("duffel_live_", Base64Url, 43, 43, rule("duffel_token")),
    // https://docs.easypost.com/docs/authentication
    token("EZAK", Alphanumeric, 54, 54, rule("easypost_key")),
    token("EZTK", Alphanumeric, 54, 54, rule("easypost_key")),
    // https://developer.flutterwave.com/docs/authentication
    token("FLWSECK-", Base64Url, 30, 40, rule("flutterwave_key")),
    token("FLWSECK_TEST-", Base64Url, 12, 40, rule("flutterwave_key")),
    // https://developer.frame.io/docs/getting-started/authentication
    token("fio-u-", Base64, 64, 64, rule("frameio_token")),
    // https://www.infracost.io/docs/
    token("ico-", Alphanumeric, 32, 32, rule("infracost_key")),
    // https://launchdarkly.com/docs/home/account/api
    token("api-", Uuid, 36, 36, rule("launchdarkly_key")),
    token("sdk-", Uuid, 36, 36, rule("launchdarkly_key")),
    token("mob-", Uuid, 36, 36, rule("launchdarkly_key")),
    // https://docs.mapbox.com/help/dive-deeper/access-tokens/
    token("sk.eyJ", Dotted, 60, 0, rule("mapbox_token")),
    // https://octopus.com/docs/octopus-rest-api/how-to-create-an-api-key
    token("API-", Upper, 25, 32, rule("octopus_key")),
    // https://docs.redhat.com/en/documentation/openshift_container_platform/
    token("sha256~", Base64Url, 43, 43, rule("openshift_token")),
    // https://plaid.com/docs/api/tokens/
    token("access-sandbox-", Uuid, 36, 36, rule("plaid_token")),
    token("access-development-", Uuid, 36, 36, rule("plaid_token")),
    token("access-production-", Uuid, 36, 36, rule("plaid_token")),
    // https://posthog.com/docs/api
    token("phx_", Alphanumeric, 40, 64, rule("posthog_key")),
    // https://docs.prefect.io/v3/manage/cloud/manage-users/api-keys
    token("pnu_", Alphanumeric, 36, 36, rule("prefect_token")),
    // https://docs.readme.com/main/reference/intro/authentication
    token("rdme_", Alphanumeric, 70, 70, rule("readme_key")),
    // https://developers.scalingo.com/#authentication
    token("tk-us-", Base64Url, 48, 48, rule("scalingo_token")),
    // https://console.settlemint.com/documentation/
    token("sm_aat_", Alphanumeric, 16, 16, rule("settlemint_token")),
    token("sm_pat_", Alphanumeric, 16, 16, rule("settlemint_token")),
    token("sm_sat_", Alphanumeric, 16, 16, rule("settlemint_token")),
    // https://docs.goshippo.com/docs/guides_general/authentication/
    token("shippo_live_", AnyHex, 40, 40, rule("shippo_token")),
    token("shippo_test_", AnyHex, 40, 40, rule("shippo_token")),
    // https://docs.sonarsource.com/sonarqube-server/user-guide/managing-tokens/
    token("sqp_", Hex, 40, 40, rule("sonar_token")),
    token("squ_", Hex, 40, 40, rule("sonar_token")),
    token("sqa_", Hex, 40, 40, rule("sonar_token")),
    // https://sourcegraph.com/docs/cli/how-tos/creating_an_access_token
    token("sgp_", Word, 40, 60, rule("sourcegraph_token")),
    // https://tailscale.com/kb/1277/key-prefixes
    token("tskey-", Base64Url, 20, 0, rule("tailscale_key")),
    // https://www.typeform.com/developers/get-started/personal-access-token/
    token("tfp_", Dotted, 40, 80, rule("typeform_token")),
    // https://wakatime.com/developers
    token("waka_", Uuid, 36, 36, rule("wakatime_key")),
    // https://yandex.cloud/docs/iam/concepts/authorization/api-key
    token("AQVN", Base64Url, 35, 38, rule("yandex_key")),
    // https://support.1password.com/secret-key-security/ and https://developer.1password.com/docs/service-accounts/
    token("A3-", Upper, 31, 37, rule("1password_token")),
    token("ops_eyJ", Base64, 100, 0, rule("1password_token")),
    // https://github.com/FiloSottile/age
    token("AGE-SECRET-KEY-1", Upper, 58, 58, rule("age_key")),
    // https://developers.google.com/identity/protocols/oauth2: a refresh token begins with digits, see `token::numbered`
    // https://cloud.google.com/storage/docs/authentication/hmackeys
    token("GOOG1E", Upper, 55, 58, rule("google_key")),
    // https://ai.google.dev/gemini-api/docs/api-key
    token("AQ.Ab8", Base64Url, 40, 0, rule("google_key")),
    // https://www.tencentcloud.com/document/product/598/32675
    token("AKID", Alphanumeric, 28, 40, API_KEY),
    // https://www.volcengine.com/docs/6291/65568
    token("AKLT", Base64, 36, 64, API_KEY),
    // https://cloud.ibm.com/docs/account?topic=account-userapikey
    token("ApiKey-", Uuid, 36, 36, API_KEY),
    // https://developers.cloudflare.com/fundamentals/api/get-started/ca-keys/
    token("v1.0-", Base64Url, 171, 171, rule("cloudflare_key")),
    // https://developers.cloudflare.com/fundamentals/api/get-started/create-token/
    token("cfut_", Alphanumeric, 40, 64, rule("cloudflare_key")),
    token("cfat_", Alphanumeric, 40, 64, rule("cloudflare_key")),
    token("cfk_", Alphanumeric, 40, 64, rule("cloudflare_key")),
    // https://render.com/docs/api
    token("rnd_", Alphanumeric, 28, 40, API_KEY),
    // https://vercel.com/docs/rest-api
    token("vcp_", Alphanumeric, 24, 64, rule("vercel_token")),
    token("vck_", Alphanumeric, 24, 64, rule("vercel_token")),
    // https://www.scaleway.com/en/docs/iam/concepts/
    token("SCW", Upper, 17, 17, API_KEY),
    // https://docs.k3s.io/cli/token
    token("K10", Odd, 64, 0, TOKEN),
    // https://docs.defined.net/guides/automating-host-creation/
    token("dnkey-", Upper, 79, 79, API_KEY),
    // https://yandex.cloud/docs/iam/concepts/authorization/
    token("t1.", Dotted, 90, 0, rule("yandex_key")),
    token("YCA", Mixed, 22, 37, rule("yandex_key")),
    token("YC", Mixed, 38, 38, rule("yandex_key")),
    token("y0_", Base64Url, 50, 64, rule("yandex_key")),
    // https://developer.hashicorp.com/vault/docs/concepts/tokens: before Vault 1.10
    token("s.", Mixed, 24, 24, rule("vault_token")),
    token("b.AAAAA", Base64Url, 60, 0, rule("vault_token")),
    // https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens: see `signed`
    // https://developer-docs.amazon.com/amazon-business/docs/website-authorization-workflow
    token("Atza|", Base64, 40, 0, TOKEN),
    token("Atzr|", Base64, 40, 0, TOKEN),
    token("amzn.mws.", Uuid, 36, 36, TOKEN),
    // https://docs.oracle.com/en-us/iaas/ and others: private keys without their armour, as DER begins
    // (https://www.rfc-editor.org/rfc/rfc5208, https://www.rfc-editor.org/rfc/rfc8017)
    token("MIIEvQIBADAN", Base64, 40, 0, PRIVATE_KEY),
    token("MIIEvgIBADAN", Base64, 40, 0, PRIVATE_KEY),
    token("MIIEpAIBAAKC", Base64, 40, 0, PRIVATE_KEY),
    token("MIIEowIBAAKC", Base64, 40, 0, PRIVATE_KEY),
    token("MIIJQgIBADAN", Base64, 40, 0, PRIVATE_KEY),
    token("MIIJKQIBAAKC", Base64, 40, 0, PRIVATE_KEY),
    token("MHcCAQEEI", Base64, 40, 0, PRIVATE_KEY),
    token("MIGHAgEAMBMGByqGSM49", Base64, 40, 0, PRIVATE_KEY),
    token("MC4CAQAwBQYDK2VwBCIE", Base64, 40, 0, PRIVATE_KEY),
    // https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key
    token("b3BlbnNzaC1rZXktdj", Base64, 40, 0, PRIVATE_KEY),
    // https://jedisct1.github.io/minisign/
    token("RWRTY0Iy", Base64, 100, 0, PRIVATE_KEY),
    token("RWQAAEIy", Base64, 100, 0, PRIVATE_KEY),
    // https://docs.github.com/enterprise-cloud@latest/code-security/secret-scanning/introduction/supported-secret-scanning-patterns
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
    // https://www.rfc-editor.org/rfc/rfc8959
    token("secret-token:", Full, 10, 0, SECRET),
    // https://razorpay.com/docs/payments/dashboard/account-settings/api-keys/
    token("rzp_live_", Alphanumeric, 14, 24, API_KEY),
    token("rzp_test_", Alphanumeric, 14, 24, API_KEY),
    // https://developer.paypal.com/braintree/articles/control-panel/important-gateway-credentials
    token("access_token$production$", Odd, 49, 49, TOKEN),
    // https://docs.adyen.com/development-resources/api-credentials/
    token("AQE", Base64, 140, 0, API_KEY),
    // https://www.checkout.com/docs/developer-resources/api/manage-api-keys
    token("sk_", Lower32, 26, 26, API_KEY),
    token("sk_sbox_", Lower32, 26, 26, API_KEY),
    // https://docs.midtrans.com/docs/api-authorization-headers
    token("Mid-server-", Base64Url, 20, 40, API_KEY),
    // https://docs.xendit.co/docs/api-keys
    token("xnd_production_", Base64, 32, 0, API_KEY),
    // https://stytch.com/docs/api/authentication
    token("secret-live-", Base64Url, 32, 40, SECRET),
    token("secret-test-", Base64Url, 32, 40, SECRET),
    // https://docs.statsig.com/sdk-keys/api-keys
    token("secret-", Mixed, 40, 48, API_KEY),
    // https://mailchimp.com/developer/transactional/docs/authentication-delegation/
    token("md-", Mixed, 22, 22, API_KEY),
    // https://mailchimp.com/developer/marketing/docs/fundamentals/: `-us12` behind the key, see `signed`
    // https://developers.brevo.com/docs/smtp-integration
    token("xsmtpsib-", Base64Url, 81, 81, rule("brevo_key")),
    // https://resend.com/docs/api-reference/introduction
    token("re_", Mixed, 33, 36, API_KEY),
    // https://discord.com/developers/docs/reference#authentication: the bot's id in base64, then two parts
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
    // https://documentation.onesignal.com/docs/keys-and-ids
    token("os_v2_", Word, 80, 120, API_KEY),
    // https://support.telnyx.com/en/articles/4305158-api-keys-and-how-to-use-them
    token("KEY0", Word, 50, 56, API_KEY),
    // https://developers.intercom.com/docs/build-an-integration/learn-more/authentication
    token("dG9rO", Base64, 55, 60, TOKEN),
    // https://docs.honeycomb.io/get-started/best-practices/api-keys/
    token("hcaik_", Alphanumeric, 58, 58, API_KEY),
    // https://axiom.co/docs/reference/tokens
    token("xaat-", Uuid, 36, 36, TOKEN),
    token("xapt-", Uuid, 36, 36, TOKEN),
    // https://logfire.pydantic.dev/docs/how-to-guides/create-write-tokens/
    token("pylf_v", Word, 40, 64, TOKEN),
    // https://posthog.com/docs/feature-flags/local-evaluation
    token("phs_", Alphanumeric, 40, 64, rule("posthog_key")),
    // https://docs.rootly.com/api-reference/overview
    token("rootly_", Hex, 64, 64, API_KEY),
    // https://docs.fireworks.ai/api-reference/introduction
    token("fw_", Mixed, 22, 26, API_KEY),
    // https://inference-docs.cerebras.ai/quickstart
    token("csk-", Alphanumeric, 48, 48, API_KEY),
    // https://docs.voyageai.com/docs/api-key-and-installation
    token("pa-", Mixed, 43, 43, API_KEY),
    // https://docs.together.ai/docs/quickstart
    token("tgp_v1_", Base64Url, 40, 64, API_KEY),
    // https://jina.ai/reader/
    token("jina_", Alphanumeric, 50, 64, API_KEY),
    // https://docs.runpod.io/get-started/api-keys
    token("rpa_", Alphanumeric, 40, 48, API_KEY),
    // https://e2b.dev/docs/api-key
    token("e2b_", Hex, 40, 40, API_KEY),
    // https://docs.browserbase.com/introduction/getting-started
    token("bb_live_", Base64Url, 24, 40, API_KEY),
    // https://docs.wandb.ai/platform/app/settings-page/user-settings
    token("wandb_v1_", Word, 60, 0, API_KEY),
    // https://docs.cursor.com/account/teams/admin-api
    token("crsr_", Hex, 64, 64, API_KEY),
    // https://docs.helicone.ai/helicone-headers/helicone-auth
    token("sk-helicone-", Base64Url, 20, 48, API_KEY),
    // https://neon.com/docs/manage/api-keys
    token("napi_", Alphanumeric, 60, 64, API_KEY),
    token("npg_", Alphanumeric, 12, 24, API_KEY),
    // https://www.mongodb.com/docs/atlas/api/service-accounts-overview/
    token("mdb_sa_sk_", Base64Url, 40, 48, SECRET),
    // https://aiven.io/docs/platform/concepts/service_credentials
    token("AVNS_", Base64Url, 15, 24, SECRET),
    // https://www.cockroachlabs.com/docs/cockroachcloud/managing-access
    token("CCDB1_", Word, 63, 63, API_KEY),
    // https://docs.datastax.com/en/astra-db-serverless/administration/manage-application-tokens.html
    token("AstraCS:", Odd, 80, 100, TOKEN),
    // https://www.elastic.co/docs/deploy-manage/api-keys/elastic-cloud-api-keys
    token("essu_", Base64, 40, 0, API_KEY),
    // https://xata.io/docs/platform/api-keys
    token("xau_", Alphanumeric, 36, 48, API_KEY),
    // https://dev.maxmind.com/license-key/: `_mmk` behind the key, see `signed`
    // https://developers.facebook.com/docs/instagram-platform
    token("IGQV", Word, 100, 0, rule("facebook_token")),
    token("IGQW", Word, 100, 0, rule("facebook_token")),
    token("IGAA", Word, 100, 0, rule("facebook_token")),
    // https://authress.io/knowledge-base/docs/authorization/service-clients
    token("sc_", Full, 90, 0, API_KEY),
    // https://api.intra.42.fr/apidoc/guides/getting_started
    token("s-s4t2ud-", Hex, 64, 64, SECRET),
    token("s-s4t2af-", Hex, 64, 64, SECRET),
    // https://www.ory.sh/docs/concepts/personal-access-token
    token("ory_at_", Dotted, 40, 0, TOKEN),
    token("ory_rt_", Dotted, 40, 0, TOKEN),
    token("ory_pat_", Alphanumeric, 30, 48, TOKEN),
    // https://cal.com/docs/api-reference/v2/introduction
    token("cal_live_", Hex, 32, 32, API_KEY),
    // https://open-vsx.org/
    token("ovsxat_", Uuid, 36, 36, TOKEN),
    // https://docs.snyk.io/snyk-api/authentication-for-api
    token("snyk_uat.", Dotted, 40, 0, TOKEN),
    token("snyk_sat.", Dotted, 40, 0, TOKEN),
    // https://zuplo.com/docs/articles/api-key-management
    token("zpka_", Word, 32, 64, API_KEY),
    // https://polar.sh/docs/api-reference/introduction
    token("polar_oat_", Alphanumeric, 30, 48, TOKEN),
    // https://docs.logto.io/user-management/personal-access-token, https://www.coze.com/docs/developer_guides/pat
    token("pat_", Mixed, 32, 64, TOKEN),
    // https://developers.figma.com/docs/rest-api/authentication/
    token("figu_", Base64Url, 40, 48, rule("figma_token")),
    // https://docs.netlify.com/api-and-cli-guides/api-guides/get-started-with-api/
    // https://learning.postman.com/docs/collections/use-collections/share-collections/
    token("PMAT-", Upper, 26, 26, rule("postman_key")),
    // https://docs.stripe.com/keys
    token("ek_live_", Alphanumeric, 24, 0, rule("stripe_key")),
    token("ek_test_", Alphanumeric, 24, 0, rule("stripe_key")),
    // https://platform.openai.com/docs/api-reference/authentication
    token("sess-", Alphanumeric, 40, 40, rule("openai_key")),
    // https://docs.mapbox.com/help/dive-deeper/access-tokens/
    token("tk.eyJ", Dotted, 60, 0, rule("mapbox_token")),
    // https://docs.klaviyo.com/
    token("pk_", Hex, 34, 34, API_KEY),
    // https://dev.twitch.tv/docs/chat/authenticating/
    token("oauth:", Alphanumeric, 30, 30, TOKEN),
    // https://github.com/FiloSottile/age
    token("AGE-SECRET-KEY-PQ-1", Upper, 58, 0, rule("age_key")),
];

/// Sorts by prefix; in a `const`, so by hand.
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
