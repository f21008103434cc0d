//! What the body of a record may be.

/// Forms in which a body says more than a text does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Formats {
    /// An object of JSON.
    pub json: bool,
    /// What [loguru](https://loguru.readthedocs.io/en/stable/api/logger.html#record) serializes.
    pub loguru: bool,
    /// Pairs `name=value` as [logfmt](https://brandur.org/logfmt) has them, and nothing else.
    pub logfmt: bool,
    /// A header of [klog](https://github.com/kubernetes/klog/blob/main/klog.go), which has the severity.
    pub klog: bool,
}

impl Default for Formats {
    fn default() -> Formats {
        Formats { json: true, loguru: true, logfmt: false, klog: true }
    }
}
