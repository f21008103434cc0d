//! Audit records of requests: of an HTTP filter in front of an application, and of an access logger.

use std::borrow::Cow;
use std::rc::Rc;

use podsieve_config::plugin::{self, Audited, Mode};
use podsieve_http::Request;

use crate::Plugin;
use crate::host::{self, Action, Headers, Level, Map};

/// Where an access log of Envoy's finds the record: `%FILTER_STATE(wasm.podsieve_audit:PLAIN)%`.
const STATE: &str = "podsieve_audit";

/// A request to an application.
pub(crate) struct Edge {
    plugin: Rc<Plugin>,
    begun: u64,
    asked: Asked,
    /// Its body, as long as it may be needed.
    body: Option<Vec<u8>>,
}

/// What the headers of a request say.
#[derive(Default)]
struct Asked {
    method: Vec<u8>,
    path: Vec<u8>,
    id: Vec<u8>,
    tenant: Vec<u8>,
}

impl Asked {
    fn read(audited: &Audited, headers: &Headers) -> Asked {
        let header = |name: &str| headers.get(name).unwrap_or_default().into_owned();
        let tenant = if audited.tenant.is_empty() { Vec::new() } else { header(&audited.tenant) };
        // What the router makes of the path is not what was asked for.
        let original = headers.get("x-envoy-original-path");
        Asked {
            method: header(":method"),
            path: original.map_or_else(|| header(":path"), Cow::into_owned),
            id: header("x-request-id"),
            tenant,
        }
    }
}

impl Edge {
    pub(crate) fn new(plugin: Rc<Plugin>) -> Edge {
        Edge { plugin, begun: 0, asked: Asked::default(), body: None }
    }

    fn settings(&self) -> Option<&plugin::Edge> {
        match &self.plugin.mode {
            Mode::Edge(edge) => Some(edge),
            Mode::Gateway(_) | Mode::AccessLog(_) => None,
        }
    }

    pub(crate) fn headers(&mut self, end: bool) -> Action {
        let Some(edge) = self.settings() else { return Action::Continue };
        let headers = Headers::of(Map::Request);
        let asked = Asked::read(&edge.audited, &headers);
        let header = |name: &str| headers.get(name).unwrap_or_default();
        let is_read = !end
            && !edge.fields.is_empty()
            && podsieve_http::is_json(&header("content-type"), &header("content-encoding"));
        self.asked = asked;
        self.begun = host::now();
        self.body = is_read.then(Vec::new);
        Action::Continue
    }

    pub(crate) fn body(&mut self, size: usize) -> Action {
        let limit = self.settings().map_or(0, |edge| edge.limit as usize);
        if let Some(body) = &mut self.body {
            let piece = if body.len() + size > limit { None } else { host::buffer(host::Buffer::RequestBody, 0, size) };
            match piece {
                Some(piece) => body.extend_from_slice(&piece),
                None if size > 0 => {
                    self.body = None;
                    self.plugin.one("uninspected.reason.too_large.action.skip");
                }
                None => {}
            }
        }
        Action::Continue
    }

    pub(crate) fn log(&mut self) {
        let Some(edge) = self.settings() else { return };
        let fields = self.body.as_deref().map(|body| edge.fields.of(body)).unwrap_or_default();
        // What Envoy answered before any filter was asked has its headers here, if it has any.
        let late = (self.begun == 0).then(|| Asked::read(&edge.audited, &Headers::of(Map::Request)));
        let asked = late.as_ref().unwrap_or(&self.asked);
        let Some(record) = audited(&self.plugin, &edge.audited, asked, self.begun, &fields) else { return };
        self.plugin.one("audited.mode.edge");
        if edge.to_filter_state {
            if !host::set_filter_state(STATE, &record) {
                self.plugin.one("refused.reason.host");
                host::log(Level::Error, b"podsieve: an audit record could not be handed to the access log");
            }
        } else {
            host::log(Level::Info, &record);
        }
    }
}

/// Writes the record of a request to Envoy's log, as an access logger.
pub(crate) fn access(plugin: &Plugin, settings: &Audited) {
    let asked = Asked::read(settings, &Headers::of(Map::Request));
    if let Some(record) = audited(plugin, settings, &asked, 0, &[]) {
        plugin.one("audited.mode.access_log");
        host::log(Level::Info, &record);
    }
}

/// The record of a request; nothing if there is to be none.
fn audited(
    plugin: &Plugin,
    settings: &Audited,
    asked: &Asked,
    begun: u64,
    fields: &[(Vec<u8>, Vec<u8>)],
) -> Option<Vec<u8>> {
    let response = Headers::of(Map::Response);
    let status = response.get(":status").and_then(|status| core::str::from_utf8(&status).ok()?.parse().ok());
    let status = status.or_else(|| u32::try_from(host::number(&["response", "code"])?).ok()).unwrap_or(0);
    let now = host::now();
    let time = host::number(&["request", "time"]).unwrap_or(if begun == 0 { now } else { begun });
    let duration = host::number(&["request", "duration"]).or((begun != 0).then(|| now.saturating_sub(begun)));
    let record = plugin.sieve.try_borrow_mut().ok()?.audit(&Request {
        time,
        duration,
        method: &asked.method,
        path: &asked.path,
        status,
        id: &asked.id,
        tenant: &asked.tenant,
        service: settings.service.as_bytes(),
        fields,
    });
    (!record.is_empty()).then_some(record)
}
