//! ATT&CK ids and names that the formats need, in the pinned version.
//!
//! A private stand-in for the catalogue's crosswalk: `former_ids` and `tactic` are the only two questions the
//! formats ask, and this is the only place that answers them.

use crate::ids::TechniqueId;

/// The version of ATT&CK that technique and tactic ids are written in.
pub const ATTACK_VERSION: &str = "19.1";

/// Current ids with the ids the same techniques had before version 19, sorted by both.
const FORMER: [(&str, &str); 16] = [
    ("T1684.001", "T1656"),
    ("T1685", "T1562"),
    ("T1685", "T1562.001"),
    ("T1685", "T1562.006"),
    ("T1685.001", "T1562.002"),
    ("T1685.002", "T1562.008"),
    ("T1685.003", "T1562.011"),
    ("T1685.004", "T1562.012"),
    ("T1685.005", "T1070.001"),
    ("T1685.006", "T1070.002"),
    ("T1686", "T1562.004"),
    ("T1686.001", "T1562.007"),
    ("T1686.002", "T1562.013"),
    ("T1688", "T1562.009"),
    ("T1689", "T1562.010"),
    ("T1690", "T1562.003"),
];

/// Tactics by short name.
const TACTICS: [(&str, &str, &str); 16] = [
    ("collection", "TA0009", "Collection"),
    ("command-and-control", "TA0011", "Command and Control"),
    ("credential-access", "TA0006", "Credential Access"),
    ("defense-evasion", "TA0005", "Stealth"),
    ("defense-impairment", "TA0112", "Defense Impairment"),
    ("discovery", "TA0007", "Discovery"),
    ("execution", "TA0002", "Execution"),
    ("exfiltration", "TA0010", "Exfiltration"),
    ("impact", "TA0040", "Impact"),
    ("initial-access", "TA0001", "Initial Access"),
    ("lateral-movement", "TA0008", "Lateral Movement"),
    ("persistence", "TA0003", "Persistence"),
    ("privilege-escalation", "TA0004", "Privilege Escalation"),
    ("reconnaissance", "TA0043", "Reconnaissance"),
    ("resource-development", "TA0042", "Resource Development"),
    ("stealth", "TA0005", "Stealth"),
];

/// The ids that the same techniques had in older versions, sorted; none where nothing was renamed.
pub(super) fn former_ids(techniques: &[TechniqueId]) -> Vec<&'static str> {
    let mut former: Vec<_> = FORMER
        .iter()
        .filter(|(current, _)| techniques.iter().any(|id| id.as_str() == *current))
        .map(|(_, former)| *former)
        .collect();
    former.sort_unstable();
    former
}

/// The id and the name of a tactic.
pub(super) fn tactic(short_name: &str) -> Option<(&'static str, &'static str)> {
    TACTICS.iter().find(|(short, _, _)| *short == short_name).map(|(_, id, name)| (*id, *name))
}

/// The technique that a sub-technique belongs to.
pub(super) fn parent(technique: &TechniqueId) -> Option<&str> {
    technique.as_str().split_once('.').map(|(parent, _)| parent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renamed_technique_knows_its_former_ids() {
        assert_eq!(
            former_ids(&["T1686.001".into(), "T1685".into()]),
            ["T1562", "T1562.001", "T1562.006", "T1562.007"]
        );
        assert!(former_ids(&["T1530".into()]).is_empty());
    }
}
