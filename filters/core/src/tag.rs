//! What a tag says: Fluent Bit's tail puts the path of the log file into it, with dots for slashes, and the kubelet
//! names pod, namespace and container in that path
//! ([kubelet log layout](https://kubernetes.io/docs/concepts/cluster-administration/logging/#log-location-node)).

use crate::json::Span;

/// Parts of a tag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) namespace: Span,
    pub(crate) pod: Span,
    pub(crate) pod_id: Option<Span>,
    pub(crate) container: Span,
    pub(crate) docker_id: Option<Span>,
    /// Pod name without what its controller appended.
    pub(crate) workload: Span,
}

/// Reads `...var.log.pods.<namespace>_<pod>_<uid>.<container>.<n>.log` or
/// `...var.log.containers.<pod>_<namespace>_<container>-<docker id>.log`; a rotated file has a suffix behind `.log`.
pub(crate) fn parse(tag: &[u8]) -> Option<Parts> {
    let parts = pods(tag).or_else(|| containers(tag))?;
    let safe = |span: Span| {
        span.len() > 0 && span.of(tag).iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
    };
    let optional = |span: Option<Span>| span.is_none_or(safe);
    let all = safe(parts.namespace)
        && safe(parts.pod)
        && safe(parts.container)
        && optional(parts.pod_id)
        && optional(parts.docker_id);
    all.then_some(parts)
}

fn pods(tag: &[u8]) -> Option<Parts> {
    let start = behind(tag, b"var.log.pods.")?;
    let rest = tag.get(start..)?;
    let first = rest.iter().position(|&byte| byte == b'_')?;
    let last = rest.iter().rposition(|&byte| byte == b'_')?;
    // Behind the last underscore: <uid>.<container>.<n>.log, none of which holds a dot.
    let mut dots = rest.iter().enumerate().skip(last).filter(|(_, byte)| **byte == b'.').map(|(n, _)| n);
    let (uid_end, container_end, number_end) = (dots.next()?, dots.next()?, dots.next()?);
    let number = rest.get(container_end + 1..number_end)?;
    if first == last
        || !rest.get(number_end..)?.starts_with(b".log")
        || number.is_empty()
        || !number.iter().all(u8::is_ascii_digit)
    {
        return None;
    }
    let span = |from: usize, to: usize| Span { start: start + from, end: start + to };
    let pod = span(first + 1, last);
    Some(Parts {
        namespace: span(0, first),
        pod,
        pod_id: Some(span(last + 1, uid_end)),
        container: span(uid_end + 1, container_end),
        docker_id: None,
        workload: workload(tag, pod),
    })
}

fn containers(tag: &[u8]) -> Option<Parts> {
    let start = behind(tag, b"var.log.containers.")?;
    let rest = tag.get(start..)?.strip_suffix(b".log")?;
    let pod_end = rest.iter().position(|&byte| byte == b'_')?;
    let namespace_end = pod_end + 1 + rest.get(pod_end + 1..)?.iter().position(|&byte| byte == b'_')?;
    let dash = rest.iter().rposition(|&byte| byte == b'-').filter(|dash| *dash > namespace_end)?;
    let id = rest.get(dash + 1..)?;
    if id.len() != 64 || !id.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let span = |from: usize, to: usize| Span { start: start + from, end: start + to };
    let pod = span(0, pod_end);
    Some(Parts {
        namespace: span(pod_end + 1, namespace_end),
        pod,
        pod_id: None,
        container: span(namespace_end + 1, dash),
        docker_id: Some(span(dash + 1, rest.len())),
        workload: workload(tag, pod),
    })
}

fn behind(tag: &[u8], needle: &[u8]) -> Option<usize> {
    tag.windows(needle.len()).position(|window| window == needle).map(|at| at + needle.len())
}

/// Takes from a pod's name what its controller appended: `-<template hash>-<5>` (Deployment), `-<minutes>-<5>` (CronJob),
/// `-<5>` (DaemonSet, Job) or `-<ordinal>` (StatefulSet). Hashes are made of
/// [27 characters without vowels](https://pkg.go.dev/k8s.io/apimachinery/pkg/util/rand#SafeEncodeString).
pub(crate) fn workload(name: &[u8], pod: Span) -> Span {
    let cut = |span: Span, part: fn(&[u8]) -> bool| {
        let text = span.of(name);
        let dash = text.iter().rposition(|&byte| byte == b'-').filter(|dash| *dash > 0)?;
        part(text.get(dash + 1..)?).then_some(Span { start: span.start, end: span.start + dash })
    };
    if let Some(front) = cut(pod, |part| part.len() == 5 && part.iter().all(is_safe)) {
        let template = |part: &[u8]| {
            (6..=10).contains(&part.len()) && part.iter().all(is_safe) && part.iter().any(u8::is_ascii_digit)
        };
        return cut(front, template)
            .or_else(|| cut(front, |part| part.len() >= 8 && part.iter().all(u8::is_ascii_digit)))
            .unwrap_or(front);
    }
    cut(pod, |part| !part.is_empty() && part.len() <= 5 && part.iter().all(u8::is_ascii_digit)).unwrap_or(pod)
}

fn is_safe(byte: &u8) -> bool {
    b"bcdfghjklmnpqrstvwxz2456789".contains(byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};

    fn text(tag: &str, span: Span) -> String {
        String::from_utf8_lossy(span.of(tag.as_bytes())).to_string()
    }

    #[test]
    fn both_layouts() {
        let tag = "kube.var.log.pods.ai-agents_api.v2-7d9f6c5b8d-x2x4q_0b6c5f3e-1111-2222-3333-444455556666.api.12.log";
        let parts = parse(tag.as_bytes()).unwrap();
        assert_eq!(text(tag, parts.namespace), "ai-agents");
        assert_eq!(text(tag, parts.pod), "api.v2-7d9f6c5b8d-x2x4q");
        assert_eq!(text(tag, parts.pod_id.unwrap()), "0b6c5f3e-1111-2222-3333-444455556666");
        assert_eq!(text(tag, parts.container), "api");
        assert_eq!(text(tag, parts.workload), "api.v2");
        let id = "0".repeat(64);
        let tag = alloc::format!("kube.var.log.containers.web-0_shop_nginx-ingress-{id}.log");
        let parts = parse(tag.as_bytes()).unwrap();
        assert_eq!(text(&tag, parts.namespace), "shop");
        assert_eq!(text(&tag, parts.container), "nginx-ingress");
        assert_eq!(text(&tag, parts.docker_id.unwrap()), id);
        assert_eq!(text(&tag, parts.workload), "web");
        assert!(parse(b"kube.var.log.pods.a_b_c.log").is_none());
        assert!(parse(b"kube.var.log.pods.a_b\"_c.d.0.log").is_none());
        assert!(parse(b"app").is_none());
    }

    #[test]
    fn workloads() {
        for (pod, name) in [
            ("ai-agents-api-7d9f6c5b8d-x2x4q", "ai-agents-api"),
            ("redis-0", "redis"),
            ("fluent-bit-x2x4q", "fluent-bit"),
            ("report-28391040-x2x4q", "report"),
            ("api", "api"),
            ("my-service-name", "my-service-name"),
            ("etcd-node-1", "etcd-node"),
        ] {
            assert_eq!(text(pod, workload(pod.as_bytes(), Span { start: 0, end: pod.len() })), name);
        }
    }
}
