//! A client for each account and Region, and the credentials behind it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_sdk_securityhub::config::Credentials;
use aws_sdk_securityhub::config::retry::RetryConfig;
use aws_sdk_securityhub::{Client, Config, config};
use tattletrail_engine::ids::AccountId;
use tattletrail_engine::render::partition;
use tokio::time::Instant;

use super::super::patience::{self, Fault, Kind};
use super::bucket::Bucket;
use super::move_in::Place;
use super::{Home, Settings};
use crate::deadline::Deadline;
use crate::late::Late;

/// The name of our sessions, as it stands in the other account's CloudTrail.
const SESSION: &str = "tattletrail";

/// Credentials are renewed so long before they expire.
const MARGIN: Duration = Duration::from_mins(5);

/// Places that are remembered. Regions come from records: nobody shall fill the memory with made-up ones.
const MOST_PLACES: usize = 512;

/// Clients by place.
#[derive(Debug)]
pub(super) struct Clients {
    base: Config,
    sts: Late<aws_sdk_sts::Client>,
    own_account: AccountId,
    home: Home,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    clients: BTreeMap<Place, Client>,
    buckets: BTreeMap<Place, Bucket>,
    sessions: BTreeMap<AccountId, Session>,
}

/// Credentials of another account's role.
#[derive(Debug, Clone)]
struct Session {
    credentials: Credentials,
    expires: SystemTime,
}

impl Session {
    fn is_fresh(&self) -> bool {
        self.expires > SystemTime::now() + MARGIN
    }
}

impl Clients {
    pub(super) fn new(base: &Config, sts: &aws_sdk_sts::Config, settings: &Settings) -> Self {
        let sts = sts.to_builder().retry_config(RetryConfig::disabled()).build();
        Self {
            base: base.to_builder().retry_config(RetryConfig::disabled()).build(),
            sts: Late::new(|| aws_sdk_sts::Client::from_conf(sts)),
            own_account: settings.own_account.clone(),
            home: settings.home.clone(),
            known: Mutex::default(),
        }
    }

    /// The client for a place; the role of its account is taken on where it is not ours.
    pub(super) async fn client(&self, place: &Place, until: Deadline) -> Result<Client, Fault> {
        let Home::Member { role_name, external_id } = &self.home else { return Ok(self.kept(place, None)) };
        if place.account == self.own_account {
            return Ok(self.kept(place, None));
        }
        let session = self.known().sessions.get(&place.account).filter(|session| session.is_fresh()).cloned();
        let session = match session {
            Some(session) => session,
            None => self.take_on(place, role_name, external_id.as_deref(), until).await?,
        };
        Ok(self.kept(place, Some(session.credentials)))
    }

    /// Waits for a turn at a place; a fault where it would come after the deadline.
    pub(super) async fn turn(&self, place: &Place, until: Deadline) -> Result<(), Fault> {
        let now = Instant::now();
        let wait = {
            let mut known = self.known();
            let bucket = known.buckets.entry(place.clone()).or_insert_with(|| Bucket::full(now));
            bucket.take(now, until.left())
        };
        let Some(wait) = wait else { return Err(Fault::passing("too many calls for the time that is left")) };
        tokio::time::sleep(wait).await;
        Ok(())
    }

    /// Drops what is known of a place's credentials.
    pub(super) fn forget(&self, place: &Place) {
        let mut known = self.known();
        known.sessions.remove(&place.account);
        known.clients.retain(|other, _| other.account != place.account);
    }

    /// The client that there is for a place, else a new one.
    fn kept(&self, place: &Place, credentials: Option<Credentials>) -> Client {
        let mut known = self.known();
        if let Some(client) = known.clients.get(place) {
            return client.clone();
        }
        if known.clients.len() >= MOST_PLACES {
            known.clients.clear();
            known.buckets.clear();
        }
        let region = config::Region::new(place.region.as_str().to_owned());
        let mut config = self.base.to_builder().region(region);
        if let Some(credentials) = credentials {
            config = config.credentials_provider(credentials);
        }
        let client = Client::from_conf(config.build());
        known.clients.insert(place.clone(), client.clone());
        client
    }

    /// `AssumeRole` in the account of a place. Clients with older credentials are dropped.
    async fn take_on(
        &self,
        place: &Place,
        role_name: &str,
        external_id: Option<&str>,
        until: Deadline,
    ) -> Result<Session, Fault> {
        let account = place.account.as_str();
        let arn = format!("arn:{}:iam::{account}:role/{role_name}", partition(place.region.as_str()));
        let request = self.sts.assume_role().role_arn(arn).role_session_name(SESSION);
        let call = request.set_external_id(external_id.map(str::to_owned)).send();
        let answer = patience::within(until, call).await.map_err(of_role)?;
        let Some(given) = answer.credentials() else {
            return Err(Fault::passing("a role without credentials"));
        };
        let expires = SystemTime::try_from(*given.expiration()).unwrap_or(SystemTime::UNIX_EPOCH);
        let (id, secret, token) = (given.access_key_id(), given.secret_access_key(), given.session_token());
        let credentials = Credentials::new(id, secret, Some(token.to_owned()), Some(expires), "AssumeRole");
        let session = Session { credentials, expires };
        self.forget(place);
        self.known().sessions.insert(place.account.clone(), session.clone());
        Ok(session)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // No code that holds it can panic halfway through a change.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A role that cannot be taken on is for an operator to repair, whatever STS says: the findings are not at fault.
fn of_role(fault: Fault) -> Fault {
    let Fault { kind, reason } = fault;
    let kind = if kind == Kind::Passing { Kind::Passing } else { Kind::Blocked };
    Fault { kind, reason: format!("AssumeRole: {reason}") }
}
