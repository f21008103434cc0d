//! What the tests know of podsieve.

use podsieve_policy::model::{Detector, File, Group, Known};
use podsieve_policy::yaml::Wrong;

const fn pii(name: &str, on: bool) -> Detector<'_> {
    Detector { name, group: Group::Pii, on }
}

const fn secret(name: &str) -> Detector<'_> {
    Detector { name, group: Group::Secrets, on: true }
}

pub(crate) const KNOWN: Known<'static> = Known {
    detectors: &[
        pii("email", true),
        pii("card", true),
        pii("ssn", true),
        secret("bearer"),
        secret("jwt"),
        secret("password"),
        pii("ipv4", false),
        pii("ipv6", false),
        pii("phone", false),
        pii("iban", false),
        pii("mac", false),
        secret("github_token"),
        secret("openai_key"),
        secret("slack_token"),
        secret("stripe_key"),
        secret("vault_token"),
    ],
};

pub(crate) fn read(text: &str) -> Result<File, Vec<Wrong>> {
    podsieve_policy::read(text, &KNOWN)
}
