//! The forms of input.

use std::fmt;

/// What the lines of an input are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A file of a `/var/log/pods/` tree: CRI, or docker json-file where its first lines are.
    Pods,
    /// `<time> <stdout|stderr> <P|F>[:tags] <text>`, as containerd and CRI-O write.
    Cri,
    /// `{"log":"...","stream":"...","time":"..."}`, as docker's json-file driver writes.
    Docker,
    /// A JSON object of the application on each line.
    Json,
    /// Anything else, line by line.
    Text,
    /// A record on each line, as Fluent Bit hands it to the filter.
    Records,
}

impl Form {
    /// All forms.
    pub const ALL: [Form; 6] = [Form::Pods, Form::Cri, Form::Docker, Form::Json, Form::Text, Form::Records];

    /// The name that `--input` takes.
    pub fn name(self) -> &'static str {
        match self {
            Form::Pods => "pods",
            Form::Cri => "cri",
            Form::Docker => "docker",
            Form::Json => "json",
            Form::Text => "text",
            Form::Records => "records",
        }
    }

    /// The form of that name.
    pub fn from_name(name: &str) -> Option<Form> {
        Form::ALL.into_iter().find(|form| form.name() == name)
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
