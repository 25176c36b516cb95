//! Where traces go, as the environment says.

use std::sync::Arc;

use opentelemetry_http::HttpClient;
use opentelemetry_sdk::Resource;
use tattletrail_telemetry::otlp;
use tattletrail_telemetry::xray::{self, Daemon};

use super::endpoint::LateEndpoint;
use crate::secret::{Safe, Secret};

/// Where Lambda's daemon listens. It is set where a function has active tracing.
const DAEMON: &str = "AWS_XRAY_DAEMON_ADDRESS";

/// Which exporters there are: `xray`, `otlp`, both with a comma between, or `none`.
const EXPORTERS: &str = "OTEL_TRACES_EXPORTER";

/// Turns everything off: `true`.
const DISABLED: &str = "OTEL_SDK_DISABLED";

/// A parameter of Systems Manager that holds more headers for the OTLP endpoint.
const HEADERS_PARAMETER: &str = "TATTLETRAIL_OTLP_HEADERS_PARAMETER";

/// Where traces go.
#[derive(Debug, Default)]
pub struct Places {
    pub(super) daemon: Option<Daemon>,
    pub(super) endpoint: Option<LateEndpoint>,
}

/// What is wrong with the environment.
#[derive(Debug, thiserror::Error)]
pub enum PlacesError {
    /// An exporter that is not known.
    #[error("`{EXPORTERS}` names `{0}`, expected `xray`, `otlp`, both with a comma between, or `none`")]
    Exporter(String),
    /// X-Ray without a daemon.
    #[error("`{EXPORTERS}` names `xray`, and `{DAEMON}` is not set: does the function have active tracing?")]
    NoDaemon,
    /// A daemon without an address.
    #[error("`{DAEMON}`: {0}, expected `host:port` or `tcp:host:port udp:host:port`")]
    Daemon(String),
    /// No socket.
    #[error("no socket for traces: {0}")]
    Socket(#[from] std::io::Error),
}

impl Places {
    /// Reads the environment. Where `OTEL_TRACES_EXPORTER` says nothing, X-Ray is told if there is a daemon, and an OTLP endpoint if
    /// one is named.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_environment(
        variable: &dyn Fn(&str) -> Option<String>,
        client: impl FnOnce() -> Arc<dyn HttpClient>,
        resource: &Resource,
    ) -> Result<Self, PlacesError> {
        let set = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        if set(DISABLED).is_some_and(|value| value.trim().eq_ignore_ascii_case("true")) {
            return Ok(Self::default());
        }
        let wanted = Wanted::of(set(EXPORTERS).as_deref(), set(DAEMON).is_some(), otlp::is_wanted(set))?;
        let daemon = match (wanted.xray, set(DAEMON)) {
            (false, _) => None,
            (true, None) => return Err(PlacesError::NoDaemon),
            (true, Some(address)) => {
                Some(Daemon::new(xray::address(&address).map_err(PlacesError::Daemon)?)?)
            }
        };
        let endpoint = wanted.otlp.then(|| {
            let headers = set(HEADERS_PARAMETER).map(Secret::Parameter);
            let headers = headers.map(|headers| Safe::new("traces", Some(headers)));
            LateEndpoint::new(client(), headers, resource.clone(), otlp::patience(set, super::BUDGET))
        });
        Ok(Self { daemon, endpoint })
    }

    /// True where traces go nowhere.
    pub fn is_empty(&self) -> bool {
        self.daemon.is_none() && self.endpoint.is_none()
    }
}

/// Which exporters are wanted.
#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    xray: bool,
    otlp: bool,
}

impl Wanted {
    fn of(exporters: Option<&str>, has_daemon: bool, has_endpoint: bool) -> Result<Self, PlacesError> {
        let Some(exporters) = exporters else { return Ok(Self { xray: has_daemon, otlp: has_endpoint }) };
        let mut wanted = Self { xray: false, otlp: false };
        for name in exporters.split(',').map(str::trim) {
            match name {
                "xray" => wanted.xray = true,
                "otlp" => wanted.otlp = true,
                "none" | "" => {}
                other => return Err(PlacesError::Exporter(other.to_owned())),
            }
        }
        Ok(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exporters_are_named_or_follow_from_what_is_there() {
        let of = |exporters, daemon, endpoint| {
            Wanted::of(exporters, daemon, endpoint).map_err(|error| error.to_string())
        };
        assert_eq!(of(None, true, false), Ok(Wanted { xray: true, otlp: false }));
        assert_eq!(of(None, false, true), Ok(Wanted { xray: false, otlp: true }));
        assert_eq!(of(Some("xray, otlp"), false, false), Ok(Wanted { xray: true, otlp: true }));
        assert_eq!(of(Some("none"), true, true), Ok(Wanted { xray: false, otlp: false }));
        assert!(of(Some("zipkin"), true, true).unwrap_err().contains("`zipkin`"));
    }
}
