//! What tests with a real Envoy share: [`run`] starts one, [`config`] writes what it reads, [`upstream`] is what is
//! behind it and keeps what arrives, [`client`] and [`http2`] are before it. [`probe`] makes filters of a few lines.

pub(crate) mod client;
pub(crate) mod config;
pub(crate) mod http2;
pub(crate) mod probe;
pub(crate) mod run;
pub(crate) mod upstream;
