//! Conventions by which enrichment names what it adds, other than that of Fluent Bit's kubernetes filter: fields of their
//! own in place of one object.

use super::Severity;

/// Names of fields.
#[derive(Debug)]
pub struct Convention {
    /// Of the namespace, the pod, its id, the container, and its id.
    pub origin: [&'static str; 5],
    /// Fields that are the same for all that comes from a pod.
    pub fixed: &'static [(&'static str, &'static str)],
    /// Of the service.
    pub service: &'static str,
    /// Of the severity, as a word.
    pub severity: &'static str,
    /// Of the severity as OpenTelemetry numbers it. With it, the words are in capitals.
    pub number: Option<&'static str>,
}

impl Convention {
    /// [OpenTelemetry](https://opentelemetry.io/docs/specs/semconv/resource/k8s/), and its
    /// [log data model](https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber).
    pub const OPENTELEMETRY: Convention = Convention {
        origin: ["k8s.namespace.name", "k8s.pod.name", "k8s.pod.uid", "k8s.container.name", "container.id"],
        fixed: &[],
        service: "service.name",
        severity: "severity_text",
        number: Some("severity_number"),
    };

    /// The [Elastic Common Schema](https://www.elastic.co/docs/reference/ecs/ecs-orchestrator).
    pub const ECS: Convention = Convention {
        origin: [
            "orchestrator.namespace",
            "orchestrator.resource.name",
            "orchestrator.resource.id",
            "container.name",
            "container.id",
        ],
        fixed: &[("orchestrator.type", "kubernetes"), ("orchestrator.resource.type", "pod")],
        service: "service.name",
        severity: "log.level",
        number: None,
    };

    /// Hands on the fields of a severity: name, value, and the quote around that.
    pub(crate) fn severity(&self, severity: Severity, mut write: impl FnMut(&str, &[u8], &[u8])) {
        let Some(number) = self.number else { return write(self.severity, severity.name().as_bytes(), b"\"") };
        write(self.severity, severity.name().to_ascii_uppercase().as_bytes(), b"\"");
        let value: &[u8] = match severity {
            Severity::Trace => b"1",
            Severity::Debug => b"5",
            Severity::Info => b"9",
            Severity::Warn => b"13",
            Severity::Error => b"17",
            Severity::Fatal => b"21",
        };
        write(number, value, b"");
    }
}
