//! JSON as it is written: in the order in which it was put together, indented, so that two reports can be compared.

use crate::json::write_string;

/// A value.
pub(crate) enum Value {
    Null,
    True,
    False,
    /// As it is spelt.
    Number(String),
    Text(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

impl Value {
    /// A map with these members.
    pub(crate) fn map<const N: usize>(members: [(&str, Value); N]) -> Value {
        Value::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// A number with so many digits behind the point, or fewer.
    pub(crate) fn rounded(number: f64, digits: usize) -> Value {
        let text = format!("{number:.digits$}");
        let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        Value::Number(text.to_owned())
    }

    /// The text, with a line end.
    pub(crate) fn text(&self) -> String {
        let mut out = Vec::new();
        self.write(0, &mut out);
        out.push(b'\n');
        String::from_utf8_lossy(&out).into_owned()
    }

    fn write(&self, depth: usize, out: &mut Vec<u8>) {
        match self {
            Value::Null => out.extend_from_slice(b"null"),
            Value::True => out.extend_from_slice(b"true"),
            Value::False => out.extend_from_slice(b"false"),
            Value::Number(number) => out.extend_from_slice(number.as_bytes()),
            Value::Text(text) => write_string(out, text.as_bytes()),
            Value::List(values) => {
                out.push(b'[');
                for (n, value) in values.iter().enumerate() {
                    line(n, depth + 1, out);
                    value.write(depth + 1, out);
                }
                end(values.is_empty(), depth, b']', out);
            }
            Value::Map(members) => {
                out.push(b'{');
                for (n, (name, value)) in members.iter().enumerate() {
                    line(n, depth + 1, out);
                    write_string(out, name.as_bytes());
                    out.extend_from_slice(b": ");
                    value.write(depth + 1, out);
                }
                end(members.is_empty(), depth, b'}', out);
            }
        }
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Value {
        Value::Number(number.to_string())
    }
}

impl From<bool> for Value {
    fn from(is: bool) -> Value {
        if is { Value::True } else { Value::False }
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl<V: Into<Value>> From<Option<V>> for Value {
    fn from(value: Option<V>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

fn line(n: usize, depth: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(if n > 0 { b",\n" } else { b"\n" });
    out.resize(out.len() + 2 * depth, b' ');
}

fn end(empty: bool, depth: usize, bracket: u8, out: &mut Vec<u8>) {
    if !empty {
        out.push(b'\n');
        out.resize(out.len() + 2 * depth, b' ');
    }
    out.push(bracket);
}
