//! Which of the built-in detectors are on, and what they do with what they find.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Action, Allowed};
use crate::read::{Form, Reader};
use crate::yaml::{Node, Place};

/// What the reader must be told of podsieve.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The built-in detectors.
    pub detectors: &'a [Detector<'a>],
}

/// A built-in detector.
#[derive(Clone, Copy, Debug)]
pub struct Detector<'a> {
    /// The name of its rule.
    pub name: &'a str,
    /// The group that switches it too.
    pub group: Group,
    /// Whether it is on when a policy does not name it.
    pub on: bool,
}

/// Detectors that one name switches; `all` switches both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// `pii`: personal data.
    Pii,
    /// `secrets`
    Secrets,
}

/// What a built-in detector does: what the file says of it, else of its group, else of `all`, else the default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The name of its rule.
    pub name: String,
    /// What it does with what it finds; `None`: it is off.
    pub action: Option<Action>,
    /// What it leaves.
    pub allow: Allowed,
    /// It leaves addresses that are not of the internet: only `ipv4` and `ipv6` may say so.
    pub keep_private: bool,
    /// Where the file names it; its group's or `all`'s place if it does not, `None` if it names none of them.
    pub place: Option<Place>,
}

pub(crate) const DETECTOR: Form = Form::new("detector", &["action", "redact", "mask", "hash", "allow", "private"]);

pub(crate) const GROUPS: [&str; 3] = ["all", "pii", "secrets"];

impl<'a> Known<'a> {
    /// Detectors of this name: of a group all of it.
    pub(crate) fn members(self, name: &str) -> impl Iterator<Item = &'a Detector<'a>> {
        self.detectors.iter().filter(move |detector| rank(detector, name).is_some())
    }

    /// Names of groups and detectors.
    pub(crate) fn names(self) -> impl Iterator<Item = &'a str> + Clone {
        GROUPS.into_iter().chain(self.detectors.iter().map(|detector| detector.name))
    }

    /// Whether a rule of a file may not have this name.
    pub(crate) fn has(self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }
}

/// How closely `name` means this detector: as one of all, of its group, or alone.
fn rank(detector: &Detector<'_>, name: &str) -> Option<usize> {
    let group = match detector.group {
        Group::Pii => "pii",
        Group::Secrets => "secrets",
    };
    ["all", group, detector.name].iter().position(|known| *known == name)
}

/// What the file says of a name.
#[derive(Clone, Default)]
struct Said {
    /// `Some(None)`: it is off.
    action: Option<Option<Action>>,
    /// It is on, with the action that is said less closely.
    on: bool,
    allow: Option<Allowed>,
    private: Option<bool>,
}

impl Setting {
    /// What a detector does of which the file says nothing.
    pub(crate) fn default_of(detector: &Detector<'_>) -> Setting {
        Setting {
            name: detector.name.to_string(),
            action: detector.on.then(Action::default),
            allow: Allowed::default(),
            keep_private: false,
            place: None,
        }
    }

    pub(crate) fn read(node: Option<&Node>, reader: &mut Reader<'_>) -> Vec<Setting> {
        let known = reader.known;
        let mut said: Vec<(&str, Place, Said)> = Vec::new();
        for (key, node) in node.map(|node| reader.map(node, "a map of detectors")).unwrap_or_default() {
            let Some(name) = key.as_str().and_then(|key| known.names().find(|name| *name == key)) else {
                reader.unknown(key, "detector", &known.names().collect::<Vec<_>>());
                continue;
            };
            said.push((name, key.place, Said::read(node, name, reader)));
        }
        known.detectors.iter().map(|detector| resolved(detector, &said, reader)).collect()
    }
}

/// What holds for a detector, the most general said first.
fn resolved(detector: &Detector<'_>, said: &[(&str, Place, Said)], reader: &mut Reader<'_>) -> Setting {
    let mut setting = Setting::default_of(detector);
    let mut action = Action::default();
    for rank_of in 0..3 {
        let Some((_, place, said)) = said.iter().find(|(name, ..)| rank(detector, name) == Some(rank_of)) else {
            continue;
        };
        setting.place = Some(*place);
        if let Some(Some(said)) = &said.action {
            action = said.clone();
        }
        match &said.action {
            Some(None) => setting.action = None,
            None if !said.on => {}
            _ => setting.action = Some(action.clone()),
        }
        if let Some(allow) = &said.allow {
            setting.allow = allow.clone();
        }
        setting.keep_private = said.private.unwrap_or(setting.keep_private);
        let options = said.allow.is_some() || said.private.is_some();
        if rank_of == 2 && options && setting.action.is_none() {
            reader.wrong(*place, &format!("`{}` is off, so this does nothing: add `action: redact`", detector.name));
        }
    }
    setting
}

impl Said {
    fn read(node: &Node, name: &str, reader: &mut Reader<'_>) -> Said {
        let mut said = Said::default();
        if node.as_map().is_none() {
            said.take_action(node, reader);
            return said;
        }
        let fields = reader.fields(node, &DETECTOR);
        match fields.one(&["action", "redact", "mask", "hash"], reader) {
            Some(("action", node)) => said.take_action(node, reader),
            Some((name, node)) => said.action = Some(Some(Action::read_named(name, node, reader))),
            None => {}
        }
        said.allow = fields.get("allow").map(|node| Allowed::read(node, reader));
        if let Some((key, node)) = fields.entry("private") {
            said.private = reader.choice(node, &[("keep", true), ("redact", false)], "choice");
            if !matches!(name, "ipv4" | "ipv6") {
                reader.wrong(key.place, "only `ipv4` and `ipv6` know `private`");
            }
        }
        said
    }

    fn take_action(&mut self, node: &Node, reader: &mut Reader<'_>) {
        match node.as_str() {
            Some("on" | "true") => self.on = true,
            Some("off" | "false") => self.action = Some(None),
            _ => self.action = Some(Some(Action::read_or(node, &["on", "off"], reader))),
        }
    }
}
