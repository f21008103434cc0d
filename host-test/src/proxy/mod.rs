//! A host for proxy-wasm filters that behaves as Envoy 1.40 does with one HTTP filter between client and upstream.
//!
//! A module is [`Compiled`] once; a [`Plugin`] is a VM that took its configuration. It is given one [`Request`] after
//! the other, in the pieces that Envoy would see, each with the [`Response`] of the upstream, and says of each what
//! came out at both ends ([`Exchange`]): also where Envoy would wait for ever, and where it would run the bytes of one
//! request into the next.
//!
//! ```
//! use podsieve_host::proxy::{Compiled, Options, Outcome, Plugin, Request};
//!
//! # fn main() -> Result<(), podsieve_host::Error> {
//! # let wasm = wat::parse_str(r#"(module (memory (export "memory") 1) (func (export "proxy_abi_version_0_2_1"))
//! #   (func (export "malloc") (param i32) (result i32) i32.const 0))"#).unwrap_or_default();
//! let compiled = Compiled::new(&wasm)?;
//! let mut plugin = Plugin::start(&compiled, b"{}", Options::default())?;
//! let exchange = plugin.exchange(&Request::new("POST", "/ingest").chunk("{\"log\":1}\n"));
//! assert_eq!(exchange.outcome, Outcome::Forwarded);
//! # Ok(())
//! # }
//! ```
//!
//! What differs from Envoy: V8 has no limit on an instance's memory and time, and neither has this host, but its stack
//! is that of wasmtime; there are no routes, no clusters and no other filters, so HTTP and gRPC calls, shared data and
//! queues answer that there is nothing to call; local replies to gRPC requests stay HTTP; the upstream answers only once
//! it has the whole request.

mod chain;
mod compiled;
mod guest;
mod headers;
mod imports;
mod message;
mod metrics;
mod plugin;
mod stream;
mod vm;

pub use compiled::Compiled;
pub use headers::Headers;
pub use message::{Exchange, Framing, Message, Outcome, Phase, Request, Response};
pub use metrics::{Metric, MetricKind};
pub use plugin::{OnFailure, Options, Plugin};
pub use vm::{Log, LogLevel};
