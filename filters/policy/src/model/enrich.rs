//! What is added to a record.

use alloc::string::String;
use alloc::vec::Vec;

use super::Path;
use crate::yaml::Place;

/// What is added to a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrich {
    /// After which convention the fields are named.
    pub names: Names,
    /// Names and values of fields that every record gets if it does not have them, sorted by name.
    pub fields: Vec<(String, String)>,
    /// Fields whose value depends on another one.
    pub lookups: Vec<Lookup>,
}

/// Conventions for the names of fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// Those of Fluent Bit's kubernetes filter: `kubernetes.namespace_name`.
    Kubernetes,
    /// [OpenTelemetry](https://opentelemetry.io/docs/specs/semconv/resource/k8s/): `k8s.namespace.name`.
    OpenTelemetry,
    /// [Elastic Common Schema](https://www.elastic.co/guide/en/ecs/current/ecs-orchestrator.html):
    /// `orchestrator.namespace`.
    Ecs,
}

/// A field whose value depends on another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// The field that is added if the record does not have it.
    pub field: String,
    /// The field that is looked at: a path without wildcards.
    pub from: Path,
    /// What it may be, and what is added then; sorted.
    pub values: Vec<(String, String)>,
    /// What is added else.
    pub default: Option<String>,
    /// Where it stands in the file.
    pub place: Place,
}
