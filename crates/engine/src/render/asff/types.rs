//! `Types`: `namespace/category/classifier`.
//!
//! Source: Security Hub user guide, "Types taxonomy for ASFF". Its categories of TTPs are ATT&CK's tactics of 2019:
//! what version 19 calls stealth and defense impairment is "Defense Evasion" there.

use std::collections::BTreeSet;

use super::limits;
use crate::exposure::Surface;
use crate::finding::Finding;

/// Tactics that the taxonomy knows, by short name. It has no one word for impact.
const BY_TACTIC: [(&str, &str); 13] = [
    ("collection", "TTPs/Collection"),
    ("command-and-control", "TTPs/Command and Control"),
    ("credential-access", "TTPs/Credential Access"),
    ("defense-evasion", "TTPs/Defense Evasion"),
    ("defense-impairment", "TTPs/Defense Evasion"),
    ("discovery", "TTPs/Discovery"),
    ("execution", "TTPs/Execution"),
    ("exfiltration", "Effects/Data Exfiltration"),
    ("initial-access", "TTPs/Initial Access"),
    ("lateral-movement", "TTPs/Lateral Movement"),
    ("persistence", "TTPs/Persistence"),
    ("privilege-escalation", "TTPs/Privilege Escalation"),
    ("stealth", "TTPs/Defense Evasion"),
];

/// What is left where neither a surface nor a tactic says more.
const OTHER: &str = "Unusual Behaviors/User";

/// The types of a finding: that of its surface first, then those of its tactics.
pub(super) fn of(finding: &Finding) -> Vec<&'static str> {
    let surface = finding.exposure.as_ref().map(|change| by_surface(change.surface));
    let tactics: BTreeSet<_> = finding.rule.tactics.iter().filter_map(|tactic| by_tactic(tactic)).collect();
    let mut types: Vec<_> = surface.into_iter().chain(tactics).take(limits::TYPES).collect();
    if types.is_empty() {
        types.push(OTHER);
    }
    types
}

fn by_tactic(tactic: &str) -> Option<&'static str> {
    BY_TACTIC.iter().find(|(short, _)| *short == tactic).map(|(_, kind)| *kind)
}

fn by_surface(surface: Surface) -> &'static str {
    match surface {
        Surface::SecurityGroupIngress
        | Surface::InstanceIngress
        | Surface::NetworkAclIngress
        | Surface::InternetRoute
        | Surface::DatabaseSecurityGroupIngress
        | Surface::PublicEndpoint
        | Surface::FunctionUrl => {
            "Software and Configuration Checks/AWS Security Best Practices/Network Reachability"
        }
        // A guard rail, or posture: nothing is exposed by it alone.
        Surface::BucketPublicAccessBlock
        | Surface::AccountPublicAccessBlock
        | Surface::OrganizationPublicAccessBlock
        | Surface::VpcBlockPublicAccess
        | Surface::ImageBlockPublicAccess
        | Surface::SnapshotBlockPublicAccess
        | Surface::BucketWebsite
        | Surface::BucketCors => "Software and Configuration Checks/AWS Security Best Practices",
        // Credentials for whoever is trusted.
        Surface::RoleTrust => "TTPs/Privilege Escalation",
        Surface::BucketPolicy
        | Surface::BucketAcl
        | Surface::ObjectAcl
        | Surface::SnapshotShare
        | Surface::ImageShare
        | Surface::DatabaseSnapshotShare
        | Surface::ResourcePolicy
        | Surface::FunctionPermission
        | Surface::AccessPointPolicy
        | Surface::KeyGrant
        | Surface::DocumentShare
        | Surface::BuildProjectVisibility
        | Surface::BucketReplication => "Effects/Data Exposure",
    }
}
