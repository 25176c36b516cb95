//! Names, tactics and former ids: the part of ATT&CK 19.1 that rules on a cloud's control plane use.

use super::{Tactic, Technique};

const fn tactic(id: &'static str, name: &'static str, title: &'static str) -> Tactic {
    Tactic { id, name, title }
}

const fn technique(id: &'static str, name: &'static str, tactics: &'static [&'static str]) -> Technique {
    Technique { id, name, tactics }
}

/// Every tactic, in the order of an attack.
pub const TACTICS: &[Tactic] = &[
    tactic("TA0043", "reconnaissance", "Reconnaissance"),
    tactic("TA0042", "resource-development", "Resource Development"),
    tactic("TA0001", "initial-access", "Initial Access"),
    tactic("TA0002", "execution", "Execution"),
    tactic("TA0003", "persistence", "Persistence"),
    tactic("TA0004", "privilege-escalation", "Privilege Escalation"),
    tactic("TA0005", "stealth", "Stealth"),
    tactic("TA0112", "defense-impairment", "Defense Impairment"),
    tactic("TA0006", "credential-access", "Credential Access"),
    tactic("TA0007", "discovery", "Discovery"),
    tactic("TA0008", "lateral-movement", "Lateral Movement"),
    tactic("TA0009", "collection", "Collection"),
    tactic("TA0011", "command-and-control", "Command and Control"),
    tactic("TA0010", "exfiltration", "Exfiltration"),
    tactic("TA0040", "impact", "Impact"),
];

/// Techniques by id. A technique that is not here is as right in a rule, it has just no name in a report.
pub const TECHNIQUES: &[Technique] = &[
    technique("T1003", "OS Credential Dumping", &["credential-access"]),
    technique("T1005", "Data from Local System", &["collection"]),
    technique("T1020", "Automated Exfiltration", &["exfiltration"]),
    technique("T1020.001", "Traffic Duplication", &["exfiltration"]),
    technique("T1021.004", "SSH", &["lateral-movement"]),
    technique("T1021.007", "Cloud Services", &["lateral-movement"]),
    technique("T1021.008", "Direct Cloud VM Connections", &["lateral-movement"]),
    technique("T1040", "Network Sniffing", &["credential-access", "discovery"]),
    technique("T1046", "Network Service Discovery", &["discovery"]),
    technique("T1048", "Exfiltration Over Alternative Protocol", &["exfiltration"]),
    technique("T1059.009", "Cloud API", &["execution"]),
    technique("T1069.003", "Cloud Groups", &["discovery"]),
    technique(
        "T1078",
        "Valid Accounts",
        &["initial-access", "persistence", "privilege-escalation", "stealth"],
    ),
    technique(
        "T1078.001",
        "Default Accounts",
        &["initial-access", "persistence", "privilege-escalation", "stealth"],
    ),
    technique(
        "T1078.004",
        "Cloud Accounts",
        &["initial-access", "persistence", "privilege-escalation", "stealth"],
    ),
    technique("T1087.004", "Cloud Account", &["discovery"]),
    technique("T1098", "Account Manipulation", &["persistence", "privilege-escalation"]),
    technique("T1098.001", "Additional Cloud Credentials", &["persistence", "privilege-escalation"]),
    technique("T1098.003", "Additional Cloud Roles", &["persistence", "privilege-escalation"]),
    technique("T1098.004", "SSH Authorized Keys", &["persistence", "privilege-escalation"]),
    technique("T1110", "Brute Force", &["credential-access"]),
    technique("T1110.001", "Brute Force: Password Guessing", &["credential-access"]),
    technique("T1110.003", "Brute Force: Password Spraying", &["credential-access"]),
    technique("T1133", "External Remote Services", &["initial-access", "persistence"]),
    technique("T1136", "Create Account", &["persistence"]),
    technique("T1136.003", "Cloud Account", &["persistence"]),
    technique("T1190", "Exploit Public-Facing Application", &["initial-access"]),
    technique("T1199", "Trusted Relationship", &["initial-access"]),
    technique("T1485", "Data Destruction", &["impact"]),
    technique("T1485.001", "Lifecycle-Triggered Deletion", &["impact"]),
    technique("T1486", "Data Encrypted for Impact", &["impact"]),
    technique("T1489", "Service Stop", &["impact"]),
    technique("T1490", "Inhibit System Recovery", &["impact"]),
    technique("T1496", "Resource Hijacking", &["impact"]),
    technique("T1525", "Implant Internal Image", &["persistence"]),
    technique("T1526", "Cloud Service Discovery", &["discovery"]),
    technique("T1528", "Steal Application Access Token", &["credential-access"]),
    technique("T1530", "Data from Cloud Storage", &["collection"]),
    technique("T1531", "Account Access Removal", &["impact"]),
    technique("T1535", "Unused/Unsupported Cloud Regions", &["stealth"]),
    technique("T1537", "Transfer Data to Cloud Account", &["exfiltration"]),
    technique("T1538", "Cloud Service Dashboard", &["discovery"]),
    technique("T1546", "Event Triggered Execution", &["persistence", "privilege-escalation"]),
    technique("T1552.005", "Cloud Instance Metadata API", &["credential-access"]),
    technique("T1555.006", "Cloud Secrets Management Stores", &["credential-access"]),
    technique("T1567", "Exfiltration Over Web Service", &["exfiltration"]),
    technique("T1578.005", "Modify Cloud Compute Configurations", &["defense-impairment"]),
    technique("T1580", "Cloud Infrastructure Discovery", &["discovery"]),
    technique("T1619", "Cloud Storage Object Discovery", &["discovery"]),
    technique("T1621", "Multi-Factor Authentication Request Generation", &["credential-access"]),
    technique("T1648", "Serverless Execution", &["execution"]),
    technique("T1651", "Cloud Administration Command", &["execution"]),
    technique("T1654", "Log Enumeration", &["discovery"]),
    technique("T1685", "Disable or Modify Tools", &["defense-impairment"]),
    technique("T1685.001", "Disable or Modify Windows Event Log", &["defense-impairment"]),
    technique("T1685.002", "Disable or Modify Cloud Log", &["defense-impairment"]),
    technique("T1685.003", "Spoof Security Alerting", &["defense-impairment"]),
    technique("T1685.004", "Disable or Modify Linux Audit System", &["defense-impairment"]),
    technique("T1685.005", "Clear Windows Event Logs", &["defense-impairment"]),
    technique("T1685.006", "Clear Linux or Mac System Logs", &["defense-impairment"]),
    technique("T1686", "Disable or Modify System Firewall", &["defense-impairment"]),
    technique("T1686.001", "Cloud Firewall", &["defense-impairment"]),
    technique("T1686.002", "Network Device Firewall", &["defense-impairment"]),
    technique("T1688", "Safe Mode Boot", &["defense-impairment"]),
    technique("T1689", "Downgrade Attack", &["defense-impairment"]),
    technique("T1690", "Impair Command History Logging", &["defense-impairment"]),
];

/// Ids that moved in version 19: the current one and those it had.
pub(super) const MOVED: &[(&str, &[&str])] = &[
    ("T1684.001", &["T1656"]),
    ("T1685", &["T1562", "T1562.001", "T1562.006"]),
    ("T1685.001", &["T1562.002"]),
    ("T1685.002", &["T1562.008"]),
    ("T1685.003", &["T1562.011"]),
    ("T1685.004", &["T1562.012"]),
    ("T1685.005", &["T1070.001"]),
    ("T1685.006", &["T1070.002"]),
    ("T1686", &["T1562.004"]),
    ("T1686.001", &["T1562.007"]),
    ("T1686.002", &["T1562.013"]),
    ("T1688", &["T1562.009"]),
    ("T1689", &["T1562.010"]),
    ("T1690", &["T1562.003"]),
];
