//! [YAML 1.2](https://yaml.org/spec/1.2.2/) into a tree of nodes that know their places; JSON is YAML too.
//!
//! One document, with keys that are texts and without tags. Time and memory are linear in the text, and hostile text
//! gets an error: what is nested deeper than [`MAX_DEPTH`], aliases that stand for more than [`MAX_NODES`] nodes, and
//! characters that YAML does not have.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

pub use podsieve_config::{Kind, MAX_DEPTH, MAX_NODES, Node, Place, Wrong};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span};

/// Bytes of text that aliases may stand for.
const MAX_COPIED: usize = 1 << 20;

/// Reads the one document of a text; a text without any is a null.
///
/// # Errors
/// When the text is no YAML, has a second document, a tag, a key that is no text or that its map has already, an alias
/// of something that is not complete before it, or passes a limit of this module.
pub fn read(text: &str) -> Result<Node, Wrong> {
    read_as(text, false)
}

/// Reads the one document of a text in which a map may have a key several times, as Fluent Bit's own files may.
///
/// # Errors
/// As for [`read`].
pub fn read_with_repeated_keys(text: &str) -> Result<Node, Wrong> {
    read_as(text, true)
}

fn read_as(text: &str, repeats: bool) -> Result<Node, Wrong> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    check_characters(text)?;
    let mut parser = Parser::new_from_str(text);
    let mut tree = Tree { repeats, ..Tree::default() };
    while let Some(event) = parser.next_event() {
        let (event, span) =
            event.map_err(|error| Wrong { place: place(*error.marker()), what: error.info().to_owned() })?;
        tree.take(event, span)?;
    }
    Ok(tree.root.unwrap_or(Node { place: Place { line: 1, column: 1 }, kind: NULL }))
}

const NULL: Kind = Kind::Scalar { text: String::new(), plain: true };

fn place(marker: Marker) -> Place {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Place { line: number(marker.line()), column: number(marker.col()).saturating_add(1) }
}

fn wrong<T>(place: Place, what: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong { place, what: what.into() })
}

/// The parser takes a NUL for the end.
fn check_characters(text: &str) -> Result<(), Wrong> {
    let mut place = Place { line: 1, column: 1 };
    let mut last = ' ';
    for character in text.chars() {
        // <https://yaml.org/spec/1.2.2/#51-character-set>
        let known =
            matches!(character, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..);
        if !known {
            return wrong(place, format!("the character U+{:04X} is not allowed in YAML", u32::from(character)));
        }
        if character == '\n' && last == '\r' {
            // Of one line end with what is before it.
        } else if matches!(character, '\n' | '\r') {
            place.line += 1;
            place.column = 1;
        } else {
            place.column += 1;
        }
        last = character;
    }
    Ok(())
}

/// What is read, and what is still open around it.
#[derive(Default)]
struct Tree {
    repeats: bool,
    root: Option<Node>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, (Node, Size)>,
    nodes: usize,
    copied: usize,
}

/// A list or a map that has not ended.
struct Open {
    node: Node,
    /// The key whose value comes next.
    key: Option<Node>,
    /// The lines of the keys until here.
    lines: BTreeMap<String, u32>,
    anchor: usize,
    size: Size,
}

/// What an alias of a node costs.
#[derive(Clone, Copy, Default)]
struct Size {
    nodes: usize,
    bytes: usize,
    depth: usize,
}

impl Tree {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Wrong> {
        let place = place(span.start);
        let (kind, anchor, tag) = match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => return Ok(()),
            Event::DocumentStart(_) if self.root.is_some() => {
                return wrong(place, "a second document begins, and only one is read");
            }
            Event::DocumentStart(_) => return Ok(()),
            Event::SequenceEnd | Event::MappingEnd => return self.close(),
            Event::Alias(anchor) => return self.alias(anchor, place),
            Event::Scalar(text, style, anchor, tag) => {
                (Kind::Scalar { text: text.into_owned(), plain: style == ScalarStyle::Plain }, anchor, tag)
            }
            Event::SequenceStart(anchor, tag) => (Kind::List(Vec::new()), anchor, tag),
            Event::MappingStart(anchor, tag) => (Kind::Map(Vec::new()), anchor, tag),
        };
        if tag.is_some() {
            return wrong(place, "tags (`!...`) are not read; quotes make a text of what would be a number");
        }
        let node = Node { place, kind };
        let size = Size { nodes: 1, bytes: node.as_str().map_or(0, str::len), depth: 1 };
        self.count(size, place)?;
        self.check_depth(size.depth, place)?;
        match &node.kind {
            Kind::Scalar { .. } => self.put(node, size, anchor),
            Kind::List(_) | Kind::Map(_) => {
                self.open.push(Open { node, key: None, lines: BTreeMap::new(), anchor, size });
                Ok(())
            }
        }
    }

    fn count(&mut self, size: Size, place: Place) -> Result<(), Wrong> {
        self.nodes = self.nodes.saturating_add(size.nodes);
        if self.nodes > MAX_NODES {
            return wrong(place, format!("there are more than {MAX_NODES} nodes, with those that aliases stand for"));
        }
        Ok(())
    }

    /// Counts a copy before it is made.
    fn count_copy(&mut self, size: Size, place: Place) -> Result<(), Wrong> {
        self.copied = self.copied.saturating_add(size.bytes);
        if self.copied > MAX_COPIED {
            return wrong(place, "anchors and aliases stand for too much text");
        }
        self.count(size, place)
    }

    fn check_depth(&self, more: usize, place: Place) -> Result<(), Wrong> {
        if self.open.len() + more > MAX_DEPTH {
            return wrong(place, format!("it is nested more than {MAX_DEPTH} deep"));
        }
        Ok(())
    }

    fn alias(&mut self, anchor: usize, place: Place) -> Result<(), Wrong> {
        let Some((node, size)) = self.anchors.get(&anchor) else {
            return wrong(place, "this alias is inside of what it stands for");
        };
        // Small enough: what an anchor names was counted as a copy too.
        let (kind, size) = (node.kind.clone(), *size);
        self.count_copy(size, place)?;
        self.check_depth(size.depth, place)?;
        self.put(Node { place, kind }, size, 0)
    }

    fn close(&mut self) -> Result<(), Wrong> {
        match self.open.pop() {
            Some(open) => self.put(open.node, open.size, open.anchor),
            None => Ok(()),
        }
    }

    /// Puts a complete node where it belongs.
    fn put(&mut self, node: Node, size: Size, anchor: usize) -> Result<(), Wrong> {
        if anchor > 0 {
            self.count_copy(size, node.place)?;
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        open.size.nodes += size.nodes;
        open.size.bytes += size.bytes;
        open.size.depth = open.size.depth.max(size.depth + 1);
        match &mut open.node.kind {
            Kind::List(nodes) => nodes.push(node),
            Kind::Map(pairs) => match open.key.take() {
                Some(key) => pairs.push((key, node)),
                None => {
                    let Some(text) = node.as_str() else {
                        return wrong(node.place, "a key must be a text");
                    };
                    let line = open.lines.insert(text.to_owned(), node.place.line);
                    if let Some(line) = line.filter(|_| !self.repeats) {
                        return wrong(node.place, format!("this key is there already, in line {line}"));
                    }
                    open.key = Some(node);
                }
            },
            Kind::Scalar { .. } => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec;

    use super::*;

    /// A tree on one line: each node with its place, quoted if it is not plain.
    fn shown(node: &Node) -> String {
        let inner = match &node.kind {
            Kind::Scalar { text, plain: true } => text.clone(),
            Kind::Scalar { text, plain: false } => format!("{text:?}"),
            Kind::List(nodes) => format!("[{}]", nodes.iter().map(shown).collect::<Vec<_>>().join(" ")),
            Kind::Map(pairs) => {
                let pairs = pairs.iter().map(|(key, value)| format!("{} {}", shown(key), shown(value)));
                format!("{{{}}}", pairs.collect::<Vec<_>>().join(" "))
            }
        };
        format!("{}={inner}", node.place)
    }

    #[test]
    fn trees_with_places() {
        let trees = [
            ("a: 1", "1:1={1:1=a 1:4=1}"),
            ("# x\n- 'a'\n- \"b\\n\"\n", "2:1=[2:3=\"a\" 3:3=\"b\\n\"]"),
            ("k:\n  - x: y\n    z:\n  - w\n", "1:1={1:1=k 2:3=[2:5={2:5=x 2:8=y 3:5=z 3:6=} 4:5=w]}"),
            ("\u{fc}: \u{1f600}, x", "1:1={1:1=\u{fc} 1:4=\u{1f600}, x}"),
            ("{\"a\": [1, null], \"b\": {}}", "1:1={1:2=\"a\" 1:7=[1:8=1 1:11=null] 1:18=\"b\" 1:23={}}"),
            ("a: |\n  x\n   y\nb: >-\n  x\n  y", "1:1={1:1=a 2:3=\"x\\n y\\n\" 4:1=b 5:3=\"x y\"}"),
            ("a: &x [1]\nb: *x\n", "1:1={1:1=a 1:4=[1:8=1] 2:1=b 2:4=[1:8=1]}"),
            ("a:\r\n  b\r\nc: d\r\n", "1:1={1:1=a 2:3=b 3:1=c 3:4=d}"),
            ("\u{feff}a: b", "1:1={1:1=a 1:4=b}"),
            ("---\na\n...\n", "2:1=a"),
            ("", "1:1="),
            ("# nothing\n", "1:1="),
        ];
        for (text, tree) in trees {
            assert_eq!(read(text).map(|node| shown(&node)), Ok(tree.to_owned()), "{text:?}");
        }
    }

    #[test]
    fn wrong_texts_have_places() {
        let texts = [
            ("a: 1\nb: 2\na: 3\n", "3:1: this key is there already, in line 1"),
            ("x: [{a: 1, a: 2}]", "1:12: this key is there already, in line 1"),
            ("'a': 1\na: 2\n", "2:1: this key is there already, in line 1"),
            ("a: 1\n---\nb: 2\n", "2:1: a second document begins, and only one is read"),
            ("a: *b\n", "1:4: while parsing node, found unknown anchor"),
            ("a: &a [1, *a]\n", "1:11: this alias is inside of what it stands for"),
            ("a: !!str 1\n", "1:4: tags (`!...`) are not read; quotes make a text of what would be a number"),
            ("[a]: 1\n", "1:1: a key must be a text"),
            ("a: \u{7}\n", "1:4: the character U+0007 is not allowed in YAML"),
            ("a: b\r\nc: \0\n", "2:4: the character U+0000 is not allowed in YAML"),
        ];
        for (text, says) in texts {
            assert_eq!(read(text).map_err(|wrong| wrong.to_string()), Err(says.to_owned()), "{text:?}");
        }
        // The parser's own words may change.
        for (text, line) in
            [("a:\n\t- b\n", 2), ("a: [1\nb: 2", 2), ("a: 'x\n", 1), ("a: b: c", 1), ("a: 1\n b: 2\n", 2)]
        {
            assert_eq!(read(text).map_err(|wrong| wrong.place.line), Err(line), "{text:?}");
        }
    }

    #[test]
    fn keys_may_repeat_where_it_is_asked_for() {
        let node = read_with_repeated_keys("a: 1\na: 2\n").expect("it is YAML");
        assert_eq!(shown(&node), "1:1={1:1=a 1:4=1 2:1=a 2:4=2}");
        assert_eq!(node.get("a").and_then(Node::as_str), Some("1"));
    }

    #[test]
    fn nothing_is_null_only_without_quotes() {
        let node = read("[~, null, '', 'null', x]").expect("it is YAML");
        let nulls: Vec<bool> = node.as_list().expect("a list").iter().map(Node::is_null).collect();
        assert_eq!(nulls, [true, true, false, false, false]);
    }

    fn fails_with(text: &str, part: &str) {
        let wrong = read(text).expect_err("a limit is passed");
        assert!(wrong.what.contains(part), "{wrong}");
    }

    #[test]
    fn hostile_texts_are_refused() {
        fails_with(&format!("{}{}", "[".repeat(100), "]".repeat(100)), "deep");
        fails_with(&"[".repeat(1 << 20), "limit");
        fails_with(&"- ".repeat(1 << 18), "deep");
        fails_with(&format!("{}{}", "{a: ".repeat(100), "}".repeat(100)), "deep");
        fails_with(&"? ".repeat(1 << 18), "deep");
        fails_with(&format!("[{}]", "[],".repeat(MAX_NODES)), "nodes");
        let mut lines = vec!["a0: &a0 [x, x]".to_owned()];
        lines.extend((1..40).map(|n| format!("a{n}: &a{n} [*a{}, *a{}]", n - 1, n - 1)));
        fails_with(&lines.join("\n"), "nodes");
        let mut lines = vec!["a0: &a0 [x]".to_owned()];
        lines.extend((1..80).map(|n| format!("a{n}: &a{n} [*a{}]", n - 1)));
        fails_with(&lines.join("\n"), "deep");
        let text = format!("a: &a {}\nb: [{}]", "x".repeat(1 << 16), "*a, ".repeat(100));
        fails_with(&text, "too much text");
    }

    #[test]
    fn limits_are_reached() {
        let deep = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        assert!(read(&deep).is_ok());
        assert!(read(&format!("[{deep}]")).is_err());
        let wide = format!("[{}]", "x,".repeat(MAX_NODES - 1));
        assert!(read(&wide).is_ok());
        assert!(read(&format!("{}x]", wide.trim_end_matches(']'))).is_err());
    }
}
