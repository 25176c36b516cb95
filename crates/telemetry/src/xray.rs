//! Traces to X-Ray: one datagram for each span, to the daemon that Lambda runs beside a function with active tracing.
//!
//! The wire format is one header line and one JSON document, at most 64 KB together (X-Ray developer guide, "Sending segment
//! documents to the X-Ray daemon"). Nothing answers: what cannot be handed to the machine's network is counted.

// Spans as documents.
mod document;

use std::net::{Ipv4Addr, SocketAddr, ToSocketAddrs as _, UdpSocket};

pub use document::{Documents, MOST_BYTES};

/// Before each document.
const HEADER: &[u8] = b"{\"format\": \"json\", \"version\": 1}\n";

/// A daemon's socket takes what comes in while it is not looking, up to some hundred documents; it is given time to look.
pub const BURST: usize = 25;

/// Where the daemon listens, from `AWS_XRAY_DAEMON_ADDRESS`: `host:port`, or `tcp:host:port udp:host:port` (X-Ray developer
/// guide, "Configuring the AWS X-Ray daemon").
///
/// # Errors
/// What was found instead.
pub fn address(text: &str) -> Result<SocketAddr, String> {
    let mut parts = text.split_whitespace();
    let udp = parts.clone().find_map(|part| part.strip_prefix("udp:"));
    let place = udp.or_else(|| parts.next()).unwrap_or_default();
    let mut found = place.to_socket_addrs().map_err(|_| format!("`{place}` is no address"))?;
    found.next().ok_or_else(|| format!("`{place}` is no address"))
}

/// A way to the daemon.
#[derive(Debug)]
pub struct Daemon {
    socket: UdpSocket,
    address: SocketAddr,
}

impl Daemon {
    /// A socket of its own. Nothing is sent.
    ///
    /// # Errors
    /// What the machine says.
    pub fn new(address: SocketAddr) -> std::io::Result<Self> {
        let socket = match address {
            SocketAddr::V4(_) => UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)),
            SocketAddr::V6(_) => UdpSocket::bind((std::net::Ipv6Addr::UNSPECIFIED, 0)),
        }?;
        // A full send queue loses a document, and holds up nobody.
        socket.set_nonblocking(true)?;
        Ok(Self { socket, address })
    }

    /// Sends one document.
    ///
    /// # Errors
    /// What the machine says.
    pub fn send(&self, document: &[u8]) -> std::io::Result<()> {
        let datagram = [HEADER, document].concat();
        self.socket.send_to(&datagram, self.address).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_an_address_are_read() {
        assert_eq!(address("169.254.79.129:2000").unwrap().to_string(), "169.254.79.129:2000");
        assert_eq!(address("tcp:127.0.0.1:2000 udp:127.0.0.2:2001").unwrap().to_string(), "127.0.0.2:2001");
        assert_eq!(address("udp:127.0.0.2:2001 tcp:127.0.0.1:2000").unwrap().to_string(), "127.0.0.2:2001");
        for text in ["", "127.0.0.1", "udp:", "127.0.0.1:port"] {
            assert!(address(text).is_err(), "{text}");
        }
    }
}
