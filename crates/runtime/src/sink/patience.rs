//! What retries share: how long to wait, how long to listen, and what an error of a service means.
//!
//! The SDK's own retries are off in every sink: they know nothing of the deadline, and nothing of a call that succeeded
//! in part.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use aws_sdk_sns::error::{ProvideErrorMetadata, SdkError};

use super::words;
use crate::deadline::Deadline;

/// What the first wait is at most. Security Hub's own advice on throttling begins at a fraction of a second.
const FIRST: Duration = Duration::from_millis(100);

/// What any wait is at most: a function's time is paid for, and its caller tries again later anyway.
const LONGEST: Duration = Duration::from_secs(5);

/// How long one call may take. A healthy one takes a fraction of a second; a hanging one must leave time for another.
const CALL: Duration = Duration::from_secs(10);

/// The waits between the tries of one call.
#[derive(Debug)]
pub(super) struct Patience {
    until: Deadline,
    tries: u32,
}

impl Patience {
    /// Patience until the deadline.
    pub(super) fn new(until: Deadline) -> Self {
        Self { until, tries: 0 }
    }

    /// Waits before the next try; false, at once, where the deadline comes first.
    pub(super) async fn pause(&mut self) -> bool {
        let wait = jitter(ceiling(self.tries));
        self.tries = self.tries.saturating_add(1);
        if wait >= self.until.left() {
            return false;
        }
        tokio::time::sleep(wait).await;
        true
    }
}

/// Twice as long each time, up to [`LONGEST`].
fn ceiling(tries: u32) -> Duration {
    FIRST.saturating_mul(2_u32.saturating_pow(tries)).min(LONGEST)
}

/// Anything from nothing to the ceiling ("full jitter"), so that callers who failed together do not return together.
fn jitter(ceiling: Duration) -> Duration {
    // Each RandomState has keys of its own: the hash of nothing under them is random enough to spread calls.
    let random = RandomState::new().build_hasher().finish();
    let most = u64::try_from(ceiling.as_micros()).unwrap_or(u64::MAX);
    Duration::from_micros(random % most.saturating_add(1))
}

/// What a failed call means for what it carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It may succeed later: throttling, an error of the service, a lost connection.
    Passing,
    /// What was sent is at fault, and will be.
    Entry,
    /// Someone must repair something first: permissions, a topic that is gone.
    Blocked,
    /// Refused for a reason that is not known here: it may be the entry, it may be the world.
    Strange,
}

/// A call that failed as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// What it means.
    pub(super) kind: Kind,
    /// Why, in a few safe words.
    pub(super) reason: String,
}

impl Fault {
    /// A fault that may pass.
    pub(super) fn passing(reason: &str) -> Self {
        Self { kind: Kind::Passing, reason: reason.to_owned() }
    }
}

/// Waits for a call, but no longer than [`CALL`] and the deadline allow.
pub(super) async fn within<T, E: ProvideErrorMetadata>(
    until: Deadline,
    call: impl Future<Output = Result<T, SdkError<E>>> + Send,
) -> Result<T, Fault> {
    match tokio::time::timeout(until.left().min(CALL), call).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(fault(&error)),
        Err(_) => Err(Fault::passing("no answer in time")),
    }
}

/// What an error of an SDK means.
fn fault<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Fault {
    match error {
        SdkError::ServiceError(service) => {
            let status = service.raw().status().as_u16();
            let (code, message) = (service.err().code(), service.err().message());
            let kind = kind(code.unwrap_or_default(), status);
            let reason = match code {
                // The texts about signatures repeat what was signed, tokens included.
                Some(code) if is_about_credentials(code) => words::reason(code, None),
                Some(code) => words::reason(code, message),
                None => format!("HTTP status {status}"),
            };
            Fault { kind, reason }
        }
        SdkError::ConstructionFailure(_) => {
            Fault { kind: Kind::Blocked, reason: "the call could not be made".to_owned() }
        }
        SdkError::TimeoutError(_) => Fault::passing("no answer in time"),
        SdkError::ResponseError(_) => Fault::passing("an answer that cannot be read"),
        _ => Fault::passing("no connection"),
    }
}

/// Codes of what is at fault in what was sent: "Common errors" of the services' API references, and their own.
const ENTRY_CODES: [&str; 19] = [
    "BatchRequestTooLong",
    "BatchRequestTooLongException",
    "FindingSizeExceededError",
    "InvalidArgument",
    "InvalidFormat",
    "InvalidInput",
    "InvalidInputException",
    "InvalidParameter",
    "InvalidParameterCombination",
    "InvalidParameterCombinationException",
    "InvalidParameterException",
    "InvalidParameterValue",
    "InvalidParameterValueException",
    "MalformedDetail",
    "ParameterValueInvalid",
    "RedactionFailure",
    "SerializationException",
    "ValidationError",
    "ValidationException",
];

/// Codes of what an operator can repair.
const BLOCKED_CODES: [&str; 19] = [
    "AuthorizationError",
    "AuthorizationErrorException",
    "InvalidAccessException",
    "InvalidAccountIdException",
    "InvalidClientTokenId",
    "InvalidSecurity",
    "InvalidSecurityException",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "NotAuthorizedForDetailTypeException",
    "NotAuthorizedForSourceException",
    "NotFound",
    "NotFoundException",
    "OptInRequired",
    "RegionDisabledException",
    "ResourceNotFoundException",
    "SignatureDoesNotMatch",
    "SubscriptionRequiredException",
    "UnrecognizedClientException",
];

/// What a code and a status mean.
pub(super) fn kind(code: &str, status: u16) -> Kind {
    if is_passing(code) || matches!(status, 408 | 429) {
        Kind::Passing
    } else if ENTRY_CODES.contains(&code) || status == 413 {
        Kind::Entry
    } else if BLOCKED_CODES.contains(&code) || is_denied(code) || matches!(status, 401 | 403 | 404) {
        Kind::Blocked
    } else if status >= 500 {
        Kind::Passing
    } else {
        Kind::Strange
    }
}

fn is_passing(code: &str) -> bool {
    const WORDS: [&str; 5] = ["Throttl", "TooManyRequests", "LimitExceeded", "Internal", "Unavailable"];
    const CODES: [&str; 5] = [
        "ConcurrentUpdateError",
        "PriorRequestNotComplete",
        "RequestTimeout",
        "RequestTimeoutException",
        "SlowDown",
    ];
    WORDS.iter().any(|word| code.contains(word)) || CODES.contains(&code)
}

/// Keys of KMS that are off, gone or not ours are as good as a missing permission.
fn is_denied(code: &str) -> bool {
    code.contains("AccessDenied") || code.contains("Expired") || code.to_ascii_uppercase().starts_with("KMS")
}

fn is_about_credentials(code: &str) -> bool {
    ["Signature", "Token", "UnrecognizedClient"].iter().any(|word| code.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_grows_and_stops_growing() {
        let ceilings: Vec<_> = (0..8).map(|tries| ceiling(tries).as_millis()).collect();
        assert_eq!(ceilings, [100, 200, 400, 800, 1600, 3200, 5000, 5000]);
        assert_eq!(ceiling(u32::MAX), LONGEST);
    }

    #[test]
    fn a_wait_is_random_and_never_above_its_ceiling() {
        let waits: Vec<_> = (0..200).map(|_| jitter(FIRST)).collect();
        assert!(waits.iter().all(|wait| *wait <= FIRST));
        assert!(waits.iter().any(|wait| *wait < FIRST / 2) && waits.iter().any(|wait| *wait > FIRST / 2));
    }

    #[tokio::test]
    async fn nobody_waits_past_the_deadline() {
        let mut patience = Patience { until: Deadline::after(Duration::ZERO), tries: 9 };
        assert!(!patience.pause().await);
    }

    #[test]
    fn an_error_passes_or_is_of_the_entry_or_of_the_world() {
        for (code, status, expected) in [
            ("Throttling", 400, Kind::Passing),
            ("ThrottledException", 400, Kind::Passing),
            ("KMSThrottling", 400, Kind::Passing),
            ("LimitExceededException", 429, Kind::Passing),
            ("TooManyRequestsException", 400, Kind::Passing),
            ("InternalException", 500, Kind::Passing),
            ("", 503, Kind::Passing),
            ("", 429, Kind::Passing),
            ("InvalidParameter", 400, Kind::Entry),
            ("InvalidInputException", 400, Kind::Entry),
            ("", 413, Kind::Entry),
            ("AccessDeniedException", 400, Kind::Blocked),
            ("InvalidAccessException", 401, Kind::Blocked),
            ("ExpiredTokenException", 403, Kind::Blocked),
            ("KMSDisabled", 400, Kind::Blocked),
            ("NotFound", 404, Kind::Blocked),
            ("", 403, Kind::Blocked),
            ("Surprise", 400, Kind::Strange),
        ] {
            assert_eq!(kind(code, status), expected, "{code} {status}");
        }
    }
}
