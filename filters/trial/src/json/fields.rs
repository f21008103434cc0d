//! The fields of an object, as they stand in the text.

use super::scan;

/// One field of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// The key without its quotes, still escaped.
    pub key: &'a [u8],
    /// The value with its quotes or brackets, still escaped.
    pub value: &'a [u8],
}

/// The fields of an object in the order of the text; ends early where the text is not valid.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    text: &'a [u8],
    at: usize,
}

/// The fields of the object that the text holds. Judge the text first where it may be invalid.
pub fn fields(object: &[u8]) -> Fields<'_> {
    let at = scan::space(object, 0);
    let at = if object.get(at) == Some(&b'{') { at + 1 } else { object.len() };
    Fields { text: object, at }
}

/// The value of the first field with this key, which is compared as it stands in the text.
pub fn field<'a>(object: &'a [u8], key: &str) -> Option<&'a [u8]> {
    fields(object).find(|field| field.key == key.as_bytes()).map(|field| field.value)
}

/// The elements of the list that the text holds, as they stand there; ends early where the text is not valid.
pub fn elements(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    let start = scan::space(list, 0);
    let mut at = if list.get(start) == Some(&b'[') { start + 1 } else { list.len() };
    std::iter::from_fn(move || {
        let start = scan::space(list, at);
        let end = scan::value(list, start)?;
        let next = scan::space(list, end);
        at = if list.get(next) == Some(&b',') { next + 1 } else { list.len() };
        list.get(start..end)
    })
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        let key = scan::space(self.text, self.at);
        let value = scan::key(self.text, key)?;
        let end = scan::value(self.text, value)?;
        let key_end = scan::string(self.text, key)?;
        let next = scan::space(self.text, end);
        self.at = match self.text.get(next) {
            Some(b',') => next + 1,
            _ => self.text.len(),
        };
        Some(Field { key: self.text.get(key + 1..key_end - 1)?, value: self.text.get(value..end)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks() {
        let text = br#" { "a" : 1 , "b\"":{"a":2},"c":[] } "#;
        let found: Vec<_> = fields(text).map(|f| (f.key, f.value)).collect();
        let expected: [(&[u8], &[u8]); 3] = [(b"a", b"1"), (br#"b\""#, br#"{"a":2}"#), (b"c", b"[]")];
        assert_eq!(found, expected);
        assert_eq!(field(text, "c"), Some(&b"[]"[..]));
        assert_eq!(field(text, "d"), None);
        assert_eq!(fields(b"{}").next(), None);
        assert_eq!(fields(b"[1]").next(), None);
        let elements: Vec<_> = elements(b" [1, {\"a\":[2]} ,\"x\"]").collect();
        assert_eq!(elements, [&b"1"[..], br#"{"a":[2]}"#, br#""x""#]);
        assert_eq!(super::elements(b"[]").count() + super::elements(b"{}").count(), 0);
    }
}
