//! Well-known services by their ports.
//!
//! The table holds every port of Security Hub control EC2.19, "Security groups should not allow unrestricted access to
//! ports with high risk" (Security Hub user guide, "Amazon EC2 controls"): 20, 21, 22, 23, 25, 110, 135, 143, 445, 1433,
//! 1434, 3000, 3306, 3389, 4333, 5000, 5432, 5500, 5601, 8080, 8088, 8888, 9200 and 9300; and others that give a
//! stranger a shell, a database or a cluster.

use super::PortRange;
use super::ingress::Protocol;

/// Which transport a service uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transport {
    Tcp,
    Udp,
    Both,
}

use Transport::{Both, Tcp, Udp};

/// Name, transport, first and last port; a service with several ranges has several rows. In the order of the names.
const SERVICES: &[(&str, Transport, i64, i64)] = &[
    ("ahsp", Tcp, 4333, 4333),
    ("cassandra", Tcp, 7199, 7199),
    ("cassandra", Tcp, 9042, 9042),
    ("cassandra", Tcp, 9160, 9160),
    ("couchdb", Tcp, 5984, 5984),
    ("dns", Both, 53, 53),
    ("docker", Tcp, 2375, 2376),
    ("elasticsearch", Tcp, 9200, 9200),
    ("elasticsearch", Tcp, 9300, 9300),
    ("etcd", Tcp, 2379, 2380),
    ("fcp_addr", Tcp, 5500, 5500),
    ("ftp", Tcp, 20, 21),
    ("http", Tcp, 80, 80),
    ("http_alt", Tcp, 8080, 8080),
    ("http_alt", Tcp, 8088, 8088),
    ("http_alt", Tcp, 8888, 8888),
    ("https", Tcp, 443, 443),
    ("imap", Tcp, 143, 143),
    ("kafka", Tcp, 9092, 9092),
    ("kibana", Tcp, 5601, 5601),
    ("kubernetes", Tcp, 6443, 6443),
    ("kubernetes", Tcp, 10250, 10250),
    ("ldap", Both, 389, 389),
    ("ldap", Tcp, 636, 636),
    ("memcached", Both, 11211, 11211),
    ("mongodb", Tcp, 27017, 27019),
    ("mssql", Tcp, 1433, 1434),
    ("mssql", Udp, 1434, 1434),
    ("mysql", Tcp, 3306, 3306),
    ("netbios", Tcp, 139, 139),
    ("netbios", Udp, 137, 138),
    ("nfs", Both, 2049, 2049),
    ("ntp", Udp, 123, 123),
    ("oracle", Tcp, 1521, 1521),
    ("oracle", Tcp, 2483, 2484),
    ("pop3", Tcp, 110, 110),
    ("postgresql", Tcp, 5432, 5432),
    ("rdp", Both, 3389, 3389),
    ("redis", Tcp, 6379, 6379),
    ("redshift", Tcp, 5439, 5439),
    ("rpc", Both, 135, 135),
    ("smb", Tcp, 445, 445),
    ("smtp", Tcp, 25, 25),
    ("snmp", Udp, 161, 161),
    ("ssh", Tcp, 22, 22),
    ("telnet", Tcp, 23, 23),
    ("tftp", Udp, 69, 69),
    ("vnc", Tcp, 5900, 5903),
    ("web_development", Tcp, 3000, 3000),
    ("web_development", Tcp, 5000, 5000),
    ("winrm", Tcp, 5985, 5986),
    ("zookeeper", Tcp, 2181, 2181),
];

/// The name of a service in the table.
pub(crate) fn known_service(name: &str) -> Option<&'static str> {
    SERVICES.iter().map(|(known, ..)| *known).find(|known| *known == name)
}

/// The names of all services, each once.
pub(crate) fn service_names() -> Vec<&'static str> {
    let mut names: Vec<&'static str> = SERVICES.iter().map(|(name, ..)| *name).collect();
    names.dedup();
    names
}

/// The services that a rule lets in, sorted. A range counts for every service it covers or touches.
pub(crate) fn services(protocol: Protocol, ports: PortRange) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = SERVICES
        .iter()
        .filter(|(_, transport, ..)| carries(protocol, *transport))
        .filter(|(_, _, first, last)| ports.from <= *last && *first <= ports.to)
        .map(|(name, ..)| *name)
        .collect();
    found.dedup();
    found
}

fn carries(protocol: Protocol, transport: Transport) -> bool {
    match protocol {
        Protocol::All => true,
        Protocol::Tcp => transport != Udp,
        Protocol::Udp => transport != Tcp,
        Protocol::Icmp | Protocol::Icmpv6 | Protocol::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tcp(from: i64, to: i64) -> Vec<&'static str> {
        services(Protocol::Tcp, PortRange { from, to })
    }

    #[test]
    fn a_range_names_every_service_in_it() {
        assert_eq!(tcp(22, 22), ["ssh"]);
        assert_eq!(tcp(20, 25), ["ftp", "smtp", "ssh", "telnet"]);
        assert_eq!(tcp(5901, 5901), ["vnc"]);
        assert_eq!(tcp(24, 24), Vec::<&str>::new());
    }

    #[test]
    fn the_transport_counts() {
        assert_eq!(services(Protocol::Udp, PortRange { from: 22, to: 22 }), Vec::<&str>::new());
        assert_eq!(services(Protocol::Udp, PortRange { from: 3389, to: 3389 }), ["rdp"]);
        assert_eq!(services(Protocol::Icmp, PortRange { from: 8, to: 0 }), Vec::<&str>::new());
        assert!(services(Protocol::All, PortRange { from: 0, to: 65535 }).contains(&"ssh"));
    }

    #[test]
    fn every_port_of_ec2_19_has_a_name() {
        let ports = [
            20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389, 4333, 5000, 5432, 5500,
            5601, 8080, 8088, 8888, 9200, 9300,
        ];
        for port in ports {
            assert!(!tcp(port, port).is_empty(), "{port}");
        }
    }

    #[test]
    fn the_table_is_in_the_order_of_the_names() {
        assert!(SERVICES.is_sorted_by_key(|(name, ..)| *name));
    }

    proptest! {
        #[test]
        fn a_range_agrees_with_its_single_ports(from in 0i64..11300, width in 0i64..60) {
            let mut naive: Vec<&str> = (from..=from + width).flat_map(|port| tcp(port, port)).collect();
            naive.sort_unstable();
            naive.dedup();
            prop_assert_eq!(tcp(from, from + width), naive);
        }
    }
}
