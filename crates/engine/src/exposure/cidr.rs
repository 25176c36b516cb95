//! CIDR arithmetic: how much of the internet a peer is.
//!
//! In: the text of a CIDR as a record has it. Out: a network with its host bits masked, and the [`Reach`] of one or of
//! several together.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::Reach;

/// The shortest IPv4 prefix that is not yet a large part of the internet: AWS draws the line of "public" for a bucket
/// policy here (S3 user guide, "Blocking public access", "the meaning of public").
pub(crate) const BROAD_V4: u8 = 8;

/// The same line for IPv6.
pub(crate) const BROAD_V6: u8 = 32;

/// Ranges from which no packet crosses the internet (IANA special-purpose address registries).
const NOT_ROUTABLE_V4: [(Ipv4Addr, u8); 9] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// The same for IPv6: unique local, link local, multicast.
const NOT_ROUTABLE_V6: [(Ipv6Addr, u8); 3] = [
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8),
];

/// Reads a CIDR or a bare address, and masks its host bits as EC2 does: `208.236.235.254/0` is the world.
pub(crate) fn parse(text: &str) -> Option<IpNet> {
    let text = text.trim();
    if let Ok(net) = text.parse::<IpNet>() {
        return Some(net.trunc());
    }
    text.parse::<IpAddr>().ok().map(IpNet::from)
}

/// How much of the internet one network is; `None` for an ordinary one and for ranges nobody can come from.
pub(crate) fn reach(net: IpNet) -> Option<Reach> {
    let net = effective(net);
    let broad = match net {
        IpNet::V4(_) => BROAD_V4,
        IpNet::V6(_) => BROAD_V6,
    };
    match net.prefix_len() {
        0 => Some(Reach::World),
        len if len <= broad && is_routable(net) => Some(Reach::Broad),
        _ => None,
    }
}

/// The longest prefixes that count towards the world. A group has at most 1,000 rules (VPC quotas): narrower ones together
/// are less than a hundredth of it, so whatever they complete is all but everything without them.
const COUNTED_V4: u8 = 16;
const COUNTED_V6: u8 = 48;

/// True for a network that can be a part of the world which several make up.
pub(crate) fn can_add_up(net: IpNet) -> bool {
    let net = effective(net);
    let counted = match net {
        IpNet::V4(_) => COUNTED_V4,
        IpNet::V6(_) => COUNTED_V6,
    };
    net.prefix_len() <= counted && is_routable(net)
}

/// The networks that make up the world together though none is it alone (`0.0.0.0/1` and `128.0.0.0/1`): whatever is
/// routable is in one of them. Empty if they leave anything out. Those that lie inside another are not named.
pub(crate) fn world_together(nets: &[IpNet]) -> Vec<IpNet> {
    let mut parts: Vec<IpNet> = nets.iter().copied().filter(|net| part_of_the_world(*net)).collect();
    parts.sort_by_key(|net| (effective(*net).network(), effective(*net).prefix_len()));
    let mut outer: Vec<IpNet> = Vec::new();
    for part in parts {
        if !outer.last().is_some_and(|last| effective(*last).contains(&effective(part))) {
            outer.push(part);
        }
    }
    let (v4, v6): (Vec<IpNet>, Vec<IpNet>) =
        outer.into_iter().partition(|net| matches!(effective(*net), IpNet::V4(_)));
    let mut makers = Vec::new();
    for family in [v4, v6] {
        if covers_what_is_routable(&family) {
            makers.extend(family);
        }
    }
    makers
}

fn part_of_the_world(net: IpNet) -> bool {
    reach(net) != Some(Reach::World) && is_routable(effective(net))
}

fn covers_what_is_routable(family: &[IpNet]) -> bool {
    let Some(first) = family.first() else { return false };
    let mut nets: Vec<IpNet> = family.iter().map(|net| effective(*net)).collect();
    nets.extend(not_routable(effective(*first)));
    let joined = IpNet::aggregate(&nets);
    matches!(joined.as_slice(), [one] if one.prefix_len() == 0)
}

/// An IPv4-mapped IPv6 network is the IPv4 network it maps: `::ffff:0:0/96` is `0.0.0.0/0`.
fn effective(net: IpNet) -> IpNet {
    let IpNet::V6(v6) = net else { return net };
    let mapped = v6.network().to_ipv4_mapped().zip(v6.prefix_len().checked_sub(96));
    mapped.and_then(|(address, len)| Ipv4Net::new(address, len).ok()).map_or(net, IpNet::V4)
}

fn is_routable(net: IpNet) -> bool {
    !not_routable(net).any(|range| range.contains(&net))
}

/// The ranges of a network's family that nobody can come from.
fn not_routable(net: IpNet) -> impl Iterator<Item = IpNet> {
    let is_v4 = matches!(net, IpNet::V4(_));
    let v4 = NOT_ROUTABLE_V4.iter().filter_map(|(a, len)| Ipv4Net::new(*a, *len).ok()).map(IpNet::V4);
    let v6 = NOT_ROUTABLE_V6.iter().filter_map(|(a, len)| Ipv6Net::new(*a, *len).ok()).map(IpNet::V6);
    v4.filter(move |_| is_v4).chain(v6.filter(move |_| !is_v4))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn net(text: &str) -> IpNet {
        parse(text).unwrap()
    }

    fn reach_of(text: &str) -> Option<Reach> {
        reach(net(text))
    }

    #[test]
    fn every_spelling_of_the_world_is_the_world() {
        for text in
            ["0.0.0.0/0", "208.236.235.254/0", " 0.0.0.0/0 ", "::/0", "0::/0", "0000:0::0/0", "::ffff:0:0/96"]
        {
            assert_eq!(reach_of(text), Some(Reach::World), "{text}");
        }
    }

    #[test]
    fn a_wide_range_is_broad_and_an_ordinary_one_is_nothing() {
        for text in
            ["0.0.0.0/1", "128.0.0.0/1", "8.0.0.0/8", "2600::/12", "2001:db8::/32", "::ffff:8.0.0.0/104"]
        {
            assert_eq!(reach_of(text), Some(Reach::Broad), "{text}");
        }
        for text in ["0.0.0.0/24", "8.0.0.0/9", "203.0.113.7", "2600:1f00::/33", "2001:db8::1"] {
            assert_eq!(reach_of(text), None, "{text}");
        }
    }

    #[test]
    fn a_range_that_cannot_be_routed_is_never_broad() {
        for text in
            ["10.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "fc00::/7", "fd00::/8", "fe80::/10"]
        {
            assert_eq!(reach_of(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_no_network() {
        for text in ["", "HIDDEN_DUE_TO_SECURITY_REASONS", "0.0.0.0/33", "1.2.3", "::/129", "0.0.0.0/-1"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn halves_add_up_to_the_world() {
        let together = |texts: &[&str]| {
            world_together(&texts.iter().map(|text| net(text)).collect::<Vec<_>>())
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(together(&["128.0.0.0/1", "0.0.0.0/1"]), ["0.0.0.0/1", "128.0.0.0/1"]);
        assert_eq!(together(&["::/1", "8000::/1"]), ["::/1", "8000::/1"]);
        // Nothing that is routable lies in 224.0.0.0/3.
        assert_eq!(together(&["0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3"]).len(), 3);
        // A rule inside a half adds nothing; the whole world needs no parts.
        assert_eq!(together(&["0.0.0.0/1", "128.0.0.0/1", "8.8.8.8/32"]).len(), 2);
        assert!(together(&["0.0.0.0/0", "0.0.0.0/1", "8.8.8.8/32"]).is_empty());
        assert!(together(&["0.0.0.0/1", "::/1", "128.0.0.0/2"]).is_empty());
        assert!(together(&[]).is_empty());
    }

    /// The obvious twin on a world of 256 addresses: the /8 networks, each counted.
    fn naive_covers(nets: &[(u8, u8)]) -> bool {
        let blocked = |first: u8| matches!(first, 0 | 10 | 127 | 224..);
        (0..=255u8)
            .filter(|first| !blocked(*first))
            .all(|first| nets.iter().any(|(address, len)| *len == 0 || (first ^ address) >> (8 - len) == 0))
    }

    proptest! {
        #[test]
        fn union_agrees_with_counting_addresses(
            nets in prop::collection::vec((any::<u8>(), 1u8..=4), 0..24),
        ) {
            let parsed: Vec<IpNet> = nets.iter().map(|(a, len)| net(&format!("{a}.0.0.0/{len}"))).collect();
            let routable: Vec<(u8, u8)> = nets;
            prop_assert_eq!(!world_together(&parsed).is_empty(), naive_covers(&routable));
        }

        #[test]
        fn masking_never_changes_the_reach(address in any::<u32>(), len in 0u8..=32) {
            let address = Ipv4Addr::from(address);
            let given = net(&format!("{address}/{len}"));
            let mask = u32::MAX.checked_shl(32 - u32::from(len)).unwrap_or(0);
            let masked = net(&format!("{}/{len}", Ipv4Addr::from(u32::from(address) & mask)));
            prop_assert_eq!(given, masked);
            let mapped = net(&format!("::ffff:{address}/{}", 96 + len));
            prop_assert_eq!(reach(given), reach(mapped));
        }

        #[test]
        fn no_text_panics(text in ".{0,60}") {
            let _ = parse(&text).map(reach);
        }
    }
}
