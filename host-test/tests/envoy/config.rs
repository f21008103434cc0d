//! The configuration that an Envoy is started with. All ports are 0: the system chooses them.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;

const HCM: &str =
    "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
const ROUTER: &str =
    "{name: router, typed_config: {'@type': type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}";

const OPTIONS: &str = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
const PROTOCOL: &str = "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

/// Listeners, and the clusters that they send to.
#[derive(Default)]
pub(crate) struct Config {
    listeners: Vec<Listener>,
    clusters: Vec<(String, SocketAddr)>,
    bootstrap: String,
}

impl Config {
    pub(crate) fn new() -> Config {
        Config::default()
    }

    pub(crate) fn listener(mut self, listener: Listener) -> Config {
        self.listeners.push(listener);
        self
    }

    pub(crate) fn cluster(mut self, name: &str, address: SocketAddr) -> Config {
        self.clusters.push((name.to_owned(), address));
        self
    }

    /// More fields of the bootstrap, as YAML.
    pub(crate) fn bootstrap(mut self, yaml: &str) -> Config {
        self.bootstrap.push_str(yaml.trim_end());
        self.bootstrap.push('\n');
        self
    }

    /// The bootstrap, as YAML.
    pub(crate) fn text(&self) -> String {
        let mut text = "admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}\n".to_owned();
        text.push_str(&self.bootstrap);
        text.push_str("static_resources:\n  listeners:\n");
        for listener in &self.listeners {
            text.push_str(&item(4, &listener.text()));
        }
        text.push_str("  clusters:\n");
        // HTTP/1.1, with trailers: without the option they would be left out.
        let protocol = format!(
            "{{'@type': {PROTOCOL}, explicit_http_config: {{http_protocol_options: {{enable_trailers: true}}}}}}"
        );
        for (name, address) in &self.clusters {
            let (ip, port) = (address.ip(), address.port());
            let endpoint = format!("{{address: {{socket_address: {{address: {ip}, port_value: {port}}}}}}}");
            let _ = writeln!(
                text,
                "  - name: {name}\n    load_assignment: {{cluster_name: {name}, endpoints: [{{lb_endpoints: [{{endpoint: \
                 {endpoint}}}]}}]}}\n    typed_extension_protocol_options: {{{OPTIONS}: {protocol}}}"
            );
        }
        text
    }
}

/// A listener with an HTTP connection manager, for HTTP/1.1 and HTTP/2 with prior knowledge.
#[derive(Clone)]
pub(crate) struct Listener {
    name: String,
    routes: String,
    filters: Vec<String>,
    access_logs: Vec<String>,
    virtual_host: String,
    manager: String,
    fields: String,
}

impl Listener {
    /// Everything goes to the cluster `upstream`.
    pub(crate) fn new(name: &str) -> Listener {
        Listener {
            name: name.to_owned(),
            routes: "[{match: {prefix: /}, route: {cluster: upstream, timeout: 60s}}]".to_owned(),
            filters: Vec::new(),
            access_logs: Vec::new(),
            virtual_host: String::new(),
            manager: String::new(),
            fields: String::new(),
        }
    }

    /// A filter, after those before it and before the router, as YAML: [`Plugin::filter`] has one.
    pub(crate) fn filter(mut self, yaml: &str) -> Listener {
        self.filters.push(yaml.to_owned());
        self
    }

    /// An access logger, as YAML.
    pub(crate) fn access_log(mut self, yaml: &str) -> Listener {
        self.access_logs.push(yaml.to_owned());
        self
    }

    /// An access log in a file in the folder of the run, a line of this format for each request.
    pub(crate) fn file_log(self, file: &str, format: &str) -> Listener {
        let format = serde_json::Value::from(format!("{format}\n"));
        self.access_log(&format!(
            "name: file\ntyped_config:\n  '@type': type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog\n  \
             path: {file}\n  log_format: {{text_format_source: {{inline_string: {format}}}}}"
        ))
    }

    /// The routes instead, as a YAML list.
    pub(crate) fn routes(mut self, yaml: &str) -> Listener {
        self.routes = yaml.to_owned();
        self
    }

    /// More fields of the virtual host, as YAML.
    pub(crate) fn virtual_host(mut self, yaml: &str) -> Listener {
        self.virtual_host = yaml.to_owned();
        self
    }

    /// More fields of the connection manager, as YAML.
    pub(crate) fn manager(mut self, yaml: &str) -> Listener {
        self.manager = yaml.to_owned();
        self
    }

    /// More fields of the listener, as YAML.
    pub(crate) fn fields(mut self, yaml: &str) -> Listener {
        self.fields = yaml.to_owned();
        self
    }

    fn text(&self) -> String {
        let mut host = "name: host\ndomains: ['*']\nroutes:\n".to_owned();
        host.push_str(&indented(2, &self.routes));
        host.push_str(&indented(0, &self.virtual_host));
        let mut manager = format!("'@type': {HCM}\nstat_prefix: {}\ncodec_type: AUTO\n", self.name);
        manager.push_str(&indented(0, &self.manager));
        manager.push_str("route_config:\n  virtual_hosts:\n");
        manager.push_str(&item(2, &host));
        if !self.access_logs.is_empty() {
            manager.push_str("access_log:\n");
        }
        for log in &self.access_logs {
            manager.push_str(&item(0, log));
        }
        manager.push_str("http_filters:\n");
        for filter in &self.filters {
            manager.push_str(&item(0, filter));
        }
        manager.push_str(&item(0, ROUTER));
        let mut text = format!("name: {}\n", self.name);
        text.push_str("address: {socket_address: {address: 127.0.0.1, port_value: 0}}\n");
        text.push_str(&indented(0, &self.fields));
        text.push_str("filter_chains:\n- filters:\n  - name: http\n    typed_config:\n");
        text.push_str(&indented(6, &manager));
        text
    }
}

/// A WebAssembly module as a plugin: a filter or an access logger.
pub(crate) struct Plugin {
    name: String,
    module: String,
    fields: String,
}

impl Plugin {
    /// The name is also that of its VM and its root context: plugins with another name share nothing.
    pub(crate) fn new(name: &str, module: &Path) -> Plugin {
        let module = serde_json::Value::from(module.to_str().expect("the path is UTF-8")).to_string();
        Plugin { name: name.to_owned(), module, fields: String::new() }
    }

    /// The configuration as text, which arrives as it is.
    pub(crate) fn text(self, configuration: &str) -> Plugin {
        let value = serde_json::Value::from(configuration);
        self.fields(&format!(
            "configuration: {{'@type': type.googleapis.com/google.protobuf.StringValue, value: {value}}}"
        ))
    }

    /// The configuration as a map, which is YAML here and arrives as protobuf.
    pub(crate) fn map(self, yaml: &str) -> Plugin {
        let mut fields = "configuration:\n  '@type': type.googleapis.com/google.protobuf.Struct\n  value:\n".to_owned();
        fields.push_str(&indented(4, yaml));
        self.fields(&fields)
    }

    /// More fields of `PluginConfig`, as YAML.
    pub(crate) fn fields(mut self, yaml: &str) -> Plugin {
        self.fields.push_str(&indented(0, yaml));
        self
    }

    /// `allow_on_headers_stop_iteration`: headers can wait for the body.
    pub(crate) fn stopping(self) -> Plugin {
        self.fields("allow_on_headers_stop_iteration: true")
    }

    /// It as a filter, in YAML.
    pub(crate) fn filter(&self) -> String {
        self.text_of("envoy.extensions.filters.http.wasm.v3.Wasm")
    }

    /// It as an access logger, in YAML.
    pub(crate) fn access_logger(&self) -> String {
        self.text_of("envoy.extensions.access_loggers.wasm.v3.WasmAccessLog")
    }

    fn text_of(&self, kind: &str) -> String {
        let Plugin { name, module, fields } = self;
        let mut text = format!(
            "name: {name}\ntyped_config:\n  '@type': type.googleapis.com/{kind}\n  config:\n    name: {name}\n    root_id: \
             {name}\n    vm_config: {{runtime: envoy.wasm.runtime.v8, vm_id: {name}, code: {{local: {{filename: \
             {module}}}}}}}\n"
        );
        text.push_str(&indented(4, fields));
        text
    }
}

/// Each line so many columns to the right.
pub(crate) fn indented(columns: usize, yaml: &str) -> String {
    let mut text = String::new();
    for line in yaml.lines() {
        let _ = writeln!(text, "{:columns$}{line}", "");
    }
    text
}

/// An item of a list whose dash is in this column.
fn item(column: usize, yaml: &str) -> String {
    let text = indented(column + 2, yaml);
    let mut item = format!("{:column$}- ", "");
    item.push_str(text.get(column + 2..).unwrap_or_default());
    item
}
