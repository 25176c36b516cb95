//! MITRE ATT&CK, pinned at version 19.1: what a rule's tags mean in it.
//!
//! Rules outlive versions of ATT&CK, so tags of older versions are accepted: [`resolve`] gives the current id and
//! [`former_ids`] the older ones, so that a report can print both. In 19 the tactic Defense Evasion was split into
//! Stealth (which kept its id) and Defense Impairment, and the tree below T1562 moved to T1685 to T1690.
//!
//! [`resolve`]: crate::attack::resolve
//! [`former_ids`]: crate::attack::former_ids

use std::collections::BTreeSet;

use crate::ids::TechniqueId;

// Names, tactics and former ids.
mod table;

pub use table::{TACTICS, TECHNIQUES};

/// The version that ids, names and tactics are of.
pub const VERSION: &str = "19.1";

/// A tactic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tactic {
    /// Such as `TA0112`.
    pub id: &'static str,
    /// Such as `defense-impairment`: the word in a tag.
    pub name: &'static str,
    /// Such as `Defense Impairment`.
    pub title: &'static str,
}

/// A technique or sub-technique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Technique {
    /// Such as `T1685.002`.
    pub id: &'static str,
    /// Such as `Disable or Modify Cloud Log`.
    pub name: &'static str,
    /// The names of its tactics.
    pub tactics: &'static [&'static str],
}

/// What is wrong with a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TagError {
    /// `attack.t15x`.
    #[error("expected a technique such as `attack.t1530` or `attack.t1685.002`")]
    Technique,
    /// `attack.defence`.
    #[error("expected a tactic of ATT&CK {VERSION}")]
    Tactic,
}

/// The techniques and tactics that a rule's tags name, in the pinned version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    /// Sorted.
    pub techniques: Vec<TechniqueId>,
    /// By short name, sorted.
    pub tactics: Vec<String>,
}

impl Mapping {
    /// Reads tags; those of other namespaces, of groups and of software say nothing here.
    pub fn of_tags(tags: &[String]) -> Self {
        let techniques: BTreeSet<TechniqueId> = tags.iter().filter_map(|tag| resolve(tag)).collect();
        let impairs = techniques.iter().any(is_impairment);
        let evasion = if impairs { "defense-impairment" } else { "stealth" };
        let words =
            tags.iter().filter_map(|tag| tag.strip_prefix("attack.")).map(|word| word.replace('_', "-"));
        let tactics: BTreeSet<String> = words
            .map(|word| if word == FORMER_TACTIC { evasion.to_owned() } else { word })
            .filter(|word| tactic(word).is_some())
            .collect();
        Self { techniques: techniques.into_iter().collect(), tactics: tactics.into_iter().collect() }
    }
}

/// The tactic that version 19 split.
const FORMER_TACTIC: &str = "defense-evasion";

fn is_impairment(id: &TechniqueId) -> bool {
    technique(id.as_str()).is_some_and(|technique| technique.tactics.contains(&"defense-impairment"))
}

/// Checks the spelling of a tag of ATT&CK; tags of other namespaces are right as they are.
pub fn check(tag: &str) -> Result<(), TagError> {
    let Some(word) = tag.strip_prefix("attack.") else { return Ok(()) };
    let numbered = |letter: char| {
        word.strip_prefix(letter).is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
    };
    if numbered('t') || numbered('T') {
        return resolve(tag).map(|_| ()).ok_or(TagError::Technique);
    }
    let digits = |rest: &str| rest.len() == 4 && rest.bytes().all(|byte| byte.is_ascii_digit());
    // Groups, software and campaigns.
    if ['g', 's', 'c'].iter().any(|letter| word.strip_prefix(*letter).is_some_and(digits)) {
        return Ok(());
    }
    let word = word.replace('_', "-");
    if word == FORMER_TACTIC || tactic(&word).is_some() { Ok(()) } else { Err(TagError::Tactic) }
}

/// The current id of a technique, from a tag (`attack.t1562.008`) or an id (`T1562.008`); `None` if it is neither.
pub fn resolve(tag: &str) -> Option<TechniqueId> {
    let id = tag.strip_prefix("attack.").unwrap_or(tag).to_ascii_uppercase();
    if !is_technique(&id) {
        return None;
    }
    let current = table::MOVED.iter().find(|(_, former)| former.contains(&id.as_str()));
    Some(current.map_or_else(|| TechniqueId::from(id.as_str()), |(current, _)| TechniqueId::from(*current)))
}

fn is_technique(id: &str) -> bool {
    let digits =
        |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some(number) = id.strip_prefix('T') else { return false };
    match number.split_once('.') {
        Some((technique, sub)) => digits(technique, 4) && digits(sub, 3),
        None => digits(number, 4),
    }
}

/// The ids that a technique had in older versions.
pub fn former_ids(current: &str) -> &'static [&'static str] {
    table::MOVED.iter().find(|(id, _)| *id == current).map_or(&[], |(_, former)| *former)
}

/// A tactic by its short name.
pub fn tactic(name: &str) -> Option<&'static Tactic> {
    TACTICS.iter().find(|tactic| tactic.name == name)
}

/// The id of a tactic by its short name.
pub fn tactic_id(name: &str) -> Option<&'static str> {
    tactic(name).map(|tactic| tactic.id)
}

/// A technique of the pinned version by its id, if it is one of those that matter in a cloud.
pub fn technique(id: &str) -> Option<&'static Technique> {
    TECHNIQUES.iter().find(|technique| technique.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn older_ids_resolve_to_current_ones_and_back() {
        assert_eq!(resolve("attack.t1562.008"), Some(TechniqueId::from("T1685.002")));
        assert_eq!(resolve("attack.t1562.007"), Some(TechniqueId::from("T1686.001")));
        assert_eq!(resolve("T1656"), Some(TechniqueId::from("T1684.001")));
        assert_eq!(resolve("attack.t1530"), Some(TechniqueId::from("T1530")));
        assert_eq!(resolve("attack.persistence"), None);
        assert_eq!(former_ids("T1685"), ["T1562", "T1562.001", "T1562.006"]);
        assert!(former_ids("T1530").is_empty());
    }

    #[test]
    fn defense_evasion_is_split_by_technique() {
        let impaired = Mapping::of_tags(&tags(&["attack.defense-evasion", "attack.t1562.008"]));
        assert_eq!(impaired.tactics, ["defense-impairment"]);
        let hidden =
            Mapping::of_tags(&tags(&["attack.defense_evasion", "attack.t1078.004", "attack.initial-access"]));
        assert_eq!(hidden.tactics, ["initial-access", "stealth"]);
        let login = Mapping::of_tags(&tags(&["attack.defense-evasion", "attack.t1556.006"]));
        assert_eq!(login.tactics, ["defense-impairment"]);
        assert_eq!(tactic_id("stealth"), Some("TA0005"));
    }

    #[test]
    fn a_sub_technique_has_no_tactic_that_its_technique_has_not() {
        for sub in TECHNIQUES {
            let above = sub.id.split('.').next().and_then(technique);
            let above = above.unwrap_or_else(|| panic!("{} has nothing above it", sub.id));
            assert!(sub.tactics.iter().all(|name| above.tactics.contains(name)), "{}", sub.id);
            let halves = ["stealth", "defense-impairment"].map(|half| sub.tactics.contains(&half));
            assert_ne!(halves, [true, true], "{} is in both halves of defense evasion", sub.id);
        }
    }

    #[test]
    fn what_is_moved_is_there_under_its_current_id_only() {
        for (current, former) in table::MOVED {
            assert!(technique(current).is_some(), "{current}");
            assert!(former.iter().all(|id| technique(id).is_none()), "{former:?}");
        }
    }

    #[test]
    fn misspelt_tags_are_errors_and_other_namespaces_are_not() {
        for right in [
            "attack.t1530",
            "attack.t1685.002",
            "attack.g0016",
            "attack.s0154",
            "cve.2021-44228",
            "detection.x",
        ] {
            assert_eq!(check(right), Ok(()), "{right}");
        }
        for wrong in ["attack.t15x", "attack.t1530.1", "attack.t15301"] {
            assert_eq!(check(wrong), Err(TagError::Technique), "{wrong}");
        }
        assert_eq!(check("attack.defence"), Err(TagError::Tactic));
    }

    #[test]
    fn the_table_is_sorted_and_names_only_tactics_there_are() {
        assert!(TECHNIQUES.is_sorted_by(|a, b| a.id < b.id));
        for technique in TECHNIQUES {
            assert!(is_technique(technique.id), "{}", technique.id);
            assert!(technique.tactics.iter().all(|name| tactic(name).is_some()), "{}", technique.id);
            assert_eq!(resolve(technique.id).as_ref().map(TechniqueId::as_str), Some(technique.id));
        }
    }
}
