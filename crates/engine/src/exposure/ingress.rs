//! A security-group rule in normal form.
//!
//! In: protocol, ports and peer as any call writes them. Out: an [`IngressRule`] that is equal for equal rules, with the
//! facet that names it. Shapes and meaning: EC2 API reference, `IpPermission` and `SecurityGroupRule`.

// A rule for a prefix list.
mod list;

// Reading rules out of the shapes that calls and answers have.
mod read;

use std::fmt;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::service::services;
use super::{Network, PortRange};

pub(crate) use list::{ListRule, StoredList};
pub(crate) use read::{Rules, StoredRule, number, of_permissions, of_rule_set, text_of, unwrapped};

/// Every port.
const ALL_PORTS: PortRange = PortRange { from: 0, to: 65535 };

/// What ICMP calls "any type, any code".
const ANY_ICMP: PortRange = PortRange { from: -1, to: -1 };

/// A protocol in one spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum Protocol {
    Tcp,
    Udp,
    Icmp,
    Icmpv6,
    All,
    Number(u8),
}

impl Protocol {
    /// Reads a name or a number in any capitals.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        match text.as_str() {
            "tcp" => Some(Self::Tcp),
            "udp" => Some(Self::Udp),
            "icmp" => Some(Self::Icmp),
            "icmpv6" => Some(Self::Icmpv6),
            "all" | "-1" => Some(Self::All),
            number => number.parse().ok().map(Self::numbered),
        }
    }

    /// The protocol of an IANA number.
    fn numbered(number: u8) -> Self {
        match number {
            1 => Self::Icmp,
            6 => Self::Tcp,
            17 => Self::Udp,
            58 => Self::Icmpv6,
            other => Self::Number(other),
        }
    }

    /// The ports in normal form; `None` where they cannot be. A protocol other than TCP, UDP and ICMP has all of them
    /// whatever the call says (EC2 API reference, `IpPermission`: "traffic on all ports is allowed").
    fn ports(self, from: Option<i64>, to: Option<i64>) -> Option<PortRange> {
        match self {
            Self::All | Self::Number(_) => Some(ALL_PORTS),
            Self::Icmp | Self::Icmpv6 => icmp(from.unwrap_or(-1), to.unwrap_or(-1)),
            Self::Tcp | Self::Udp => transport(from.or(to), to.or(from)),
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp => f.write_str("tcp"),
            Self::Udp => f.write_str("udp"),
            Self::Icmp => f.write_str("icmp"),
            Self::Icmpv6 => f.write_str("icmpv6"),
            Self::All => f.write_str("all"),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}

fn transport(from: Option<i64>, to: Option<i64>) -> Option<PortRange> {
    let (Some(from), Some(to)) = (from, to) else { return Some(ALL_PORTS) };
    if from == -1 || to == -1 {
        return Some(ALL_PORTS);
    }
    let known = ALL_PORTS.from <= from && from <= to && to <= ALL_PORTS.to;
    known.then_some(PortRange { from, to })
}

/// For ICMP the two numbers are type and code; an open type leaves no choice of a code.
fn icmp(kind: i64, code: i64) -> Option<PortRange> {
    if kind == -1 {
        return Some(ANY_ICMP);
    }
    let known = (0..=255).contains(&kind) && (-1..=255).contains(&code);
    known.then_some(PortRange { from: kind, to: code })
}

/// One way in: a protocol, a range of ports and one network of peers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct IngressRule {
    pub(crate) protocol: Protocol,
    pub(crate) ports: PortRange,
    pub(crate) peer: IpNet,
}

impl IngressRule {
    /// The normal form of a rule; `None` where its ports are none.
    pub(crate) fn new(protocol: Protocol, from: Option<i64>, to: Option<i64>, peer: IpNet) -> Option<Self> {
        Some(Self { protocol, ports: protocol.ports(from, to)?, peer })
    }

    /// The name of this rule as a facet of its group.
    pub(crate) fn facet(&self) -> String {
        format!("ingress|{}|{}-{}|{}", self.protocol, self.ports.from, self.ports.to, self.peer)
    }

    /// What rules see of it.
    pub(crate) fn network(&self) -> Network {
        Network {
            protocol: self.protocol.to_string(),
            ports: self.ports,
            all_ports: self.ports == ALL_PORTS || self.ports == ANY_ICMP,
            cidr: self.peer.to_string(),
            services: services(self.protocol, self.ports),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::exposure::cidr;

    fn facet(protocol: &str, from: Option<i64>, to: Option<i64>, peer: &str) -> Option<String> {
        IngressRule::new(Protocol::parse(protocol)?, from, to, cidr::parse(peer)?).map(|rule| rule.facet())
    }

    #[test]
    fn equal_rules_have_equal_facets() {
        let ssh = facet("tcp", Some(22), Some(22), "0.0.0.0/0");
        assert_eq!(ssh.as_deref(), Some("ingress|tcp|22-22|0.0.0.0/0"));
        assert_eq!(ssh, facet("6", Some(22), Some(22), "203.0.113.9/0"));
        assert_eq!(ssh, facet("TCP", Some(22), None, "0.0.0.0/0"));
        assert_eq!(facet("all", None, None, "::/0"), facet("-1", Some(22), Some(22), "0::/0"));
        assert_eq!(facet("-1", Some(-1), Some(-1), "::/0").as_deref(), Some("ingress|all|0-65535|::/0"));
    }

    #[test]
    fn every_spelling_of_all_ports_is_one() {
        for (from, to) in [(None, None), (Some(-1), Some(-1)), (Some(0), Some(65535))] {
            assert_eq!(facet("udp", from, to, "0.0.0.0/0").as_deref(), Some("ingress|udp|0-65535|0.0.0.0/0"));
        }
        assert_eq!(facet("50", Some(1), Some(2), "::/0").as_deref(), Some("ingress|50|0-65535|::/0"));
        assert_eq!(facet("tcp", Some(1), Some(65535), "::/0").as_deref(), Some("ingress|tcp|1-65535|::/0"));
    }

    #[test]
    fn icmp_has_type_and_code() {
        assert_eq!(facet("icmp", Some(8), Some(0), "::/0").as_deref(), Some("ingress|icmp|8-0|::/0"));
        assert_eq!(facet("1", Some(8), None, "::/0").as_deref(), Some("ingress|icmp|8--1|::/0"));
        assert_eq!(facet("icmp", None, None, "::/0"), facet("1", Some(-1), Some(0), "::/0"));
    }

    #[test]
    fn what_cannot_be_a_rule_is_none() {
        assert_eq!(facet("tcp", Some(23), Some(22), "::/0"), None);
        assert_eq!(facet("tcp", Some(0), Some(70000), "::/0"), None);
        assert_eq!(facet("HIDDEN", None, None, "::/0"), None);
        assert_eq!(facet("256", None, None, "::/0"), None);
    }

    /// The obvious twin: whether a rule as written lets a packet in, by the words of the API reference alone.
    fn naive_lets_in(written: &str, from: Option<i64>, to: Option<i64>, number: u8, port: i64) -> bool {
        let wanted = match written {
            "-1" | "all" => return true,
            "tcp" => 6,
            "udp" => 17,
            other => other.parse().unwrap(),
        };
        let ports = wanted == 6 || wanted == 17;
        let every = !matches!((from, to), (Some(from), Some(to)) if from != -1 && to != -1);
        number == wanted && (!ports || every || (from <= Some(port) && Some(port) <= to))
    }

    /// The same by the normal form.
    fn lets_in(rule: &IngressRule, number: u8, port: i64) -> bool {
        match rule.protocol {
            Protocol::All => true,
            other => other == Protocol::numbered(number) && rule.ports.from <= port && port <= rule.ports.to,
        }
    }

    fn port() -> impl Strategy<Value = Option<i64>> {
        prop_oneof![Just(None), Just(Some(-1)), (0i64..40).prop_map(Some), (0i64..=65535).prop_map(Some)]
    }

    proptest! {
        #[test]
        fn the_normal_form_lets_in_what_was_written(
            written in prop::sample::select(vec!["tcp", "udp", "6", "17", "-1", "all", "50"]),
            from in port(),
            to in port(),
            packets in prop::collection::vec((prop::sample::select(vec![6u8, 17, 50, 51]), 0i64..=65535), 1..20),
        ) {
            prop_assume!(from.is_some() == to.is_some());
            let rule = IngressRule::new(Protocol::parse(written).unwrap(), from, to, cidr::parse("::/0").unwrap());
            if let Some(rule) = rule {
                for (number, port) in packets.into_iter().chain([(6, 22), (17, 39), (6, 0), (6, 65535)]) {
                    let naive = naive_lets_in(written, from, to, number, port);
                    prop_assert_eq!(lets_in(&rule, number, port), naive, "{} {}", number, port);
                }
            } else {
                prop_assert!(written != "-1" && written != "all" && from > to, "{:?} {:?}", from, to);
            }
        }

        #[test]
        fn a_protocol_is_the_same_by_name_and_number(number in any::<u8>(), spaces in " {0,2}") {
            let by_number = Protocol::parse(&format!("{spaces}{number}")).unwrap();
            let by_name = Protocol::parse(&by_number.to_string().to_uppercase()).unwrap();
            prop_assert_eq!(by_number, by_name);
            prop_assert_eq!(matches!(by_number, Protocol::Number(_)), ![1, 6, 17, 58].contains(&number));
        }

        #[test]
        fn icmp_is_never_a_port(kind in -1i64..=255, code in -1i64..=255, name in prop::sample::select(vec!["icmp", "icmpv6", "58"])) {
            let peer = cidr::parse("0.0.0.0/0").unwrap();
            let rule = IngressRule::new(Protocol::parse(name).unwrap(), Some(kind), Some(code), peer).unwrap();
            prop_assert!(rule.network().services.is_empty());
            prop_assert_eq!(rule.network().all_ports, kind == -1);
        }
    }
}
