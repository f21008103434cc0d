//! The tag that Fluent Bit's tail input gives a file.

use std::path::Path;

/// The tag of a file under `Tag kube.*`: the path with dots for slashes.
///
/// A copy of a pod's log in some other place gets the tag of its original: the path counts from
/// `var/log/pods` or `var/log/containers` where it holds one of them, and is completed with it
/// where its end has the shape of the one or the other.
pub fn tag_for_path(path: &Path) -> Vec<u8> {
    let text = path.to_string_lossy().replace('\\', "/");
    let parts: Vec<&str> = text.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let rooted =
        parts.windows(3).position(|window| window[..2] == ["var", "log"] && matches!(window[2], "pods" | "containers"));
    let known = match (rooted, is_pod(&parts), parts.last()) {
        (Some(at), _, _) => parts[at..].join("."),
        (None, true, _) => format!("var.log.pods.{}", parts[parts.len() - 3..].join(".")),
        (None, false, Some(name)) if is_container(name) => format!("var.log.containers.{name}"),
        _ => parts.join("."),
    };
    sanitize(&format!("kube.{known}"))
}

/// Whether the path is that of a pod's log, by its root or its shape.
pub fn is_pod_log(path: &Path) -> bool {
    let tag = tag_for_path(path);
    tag.starts_with(b"kube.var.log.pods.") || tag.starts_with(b"kube.var.log.containers.")
}

/// `<namespace>_<pod>_<uid>/<container>/<n>.log`, also with the suffix of a rotated file.
fn is_pod(parts: &[&str]) -> bool {
    let [.., pod, container, file] = parts else {
        return false;
    };
    let mut names = pod.split('_');
    let three = names.by_ref().take(3).filter(|name| !name.is_empty()).count() == 3;
    let numbered = file
        .split_once(".log")
        .is_some_and(|(number, _)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
    three && names.next().is_none() && !container.is_empty() && numbered
}

/// `<pod>_<namespace>_<container>-<64 hexadecimal digits>.log`.
fn is_container(file: &str) -> bool {
    let Some((name, id)) = file.strip_suffix(".log").and_then(|stem| stem.rsplit_once('-')) else {
        return false;
    };
    id.len() == 64
        && id.bytes().all(|byte| byte.is_ascii_hexdigit())
        && name.split('_').filter(|part| !part.is_empty()).count() == 3
}

/// As tail does: `:` becomes a dot too, runs of dots become one, stars go, no dot at the end.
fn sanitize(tag: &str) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(tag.len());
    for byte in tag.bytes() {
        match byte {
            b'*' => {}
            b'.' | b':' => {
                if out.last() != Some(&b'.') {
                    out.push(b'.');
                }
            }
            _ => out.push(byte),
        }
    }
    if out.last() == Some(&b'.') {
        out.pop();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(path: &str) -> String {
        String::from_utf8_lossy(&tag_for_path(Path::new(path))).into_owned()
    }

    #[test]
    fn tags() {
        let pod = "kube.var.log.pods.shop_web-7d9f_0a1b.app.0.log";
        assert_eq!(tag("/var/log/pods/shop_web-7d9f_0a1b/app/0.log"), pod);
        assert_eq!(tag("./copy/var/log/pods/shop_web-7d9f_0a1b/app/0.log"), pod);
        assert_eq!(tag("samples/shop_web-7d9f_0a1b/app/0.log"), pod);
        assert_eq!(tag("shop_web-7d9f_0a1b/app/0.log"), pod);
        let id = "0123456789abcdef".repeat(4);
        let container = format!("kube.var.log.containers.web_shop_app-{id}.log");
        assert_eq!(tag(&format!("/var/log/containers/web_shop_app-{id}.log")), container);
        assert_eq!(tag(&format!("elsewhere/web_shop_app-{id}.log")), container);
        assert_eq!(tag("/srv//a:b/*x./"), "kube.srv.a.b.x");
        assert_eq!(tag("app.log"), "kube.app.log");
    }

    #[test]
    fn pod_logs() {
        let is = |path: &str| is_pod_log(Path::new(path));
        assert!(is("a_b_c/d/12.log"));
        assert!(is("a_b_c/d/0.log.20260102-030405"));
        assert!(!is("a_b/d/0.log"));
        assert!(!is("a_b_c_d/d/0.log"));
        assert!(!is("a__c/d/0.log"));
        assert!(!is("a_b_c/d/x.log"));
    }
}
