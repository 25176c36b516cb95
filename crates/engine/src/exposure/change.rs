//! The words in which an exposure change is told; as JSON they are the `exposure.*` fields that rules match on.

use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::service::known_service;
use super::severity;
use crate::finding::Level;
use crate::resource::Resource;

/// One change of who can reach one facet of one resource.
///
/// Serialised, this is the `exposure` object of a finding and of the event that rules see, so every name here is an
/// interface: `exposure.surface`, `exposure.network.services` and so on. Members that are `None` or empty are absent. It
/// has one member more, `severity`, which follows from the others and is not read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ExposureChange {
    /// What was exposed or closed.
    pub resource: Resource,
    /// By which of the resource's surfaces.
    pub surface: Surface,
    /// What the call did.
    pub effect: Effect,
    /// Who can reach it now (or could, where `effect` closes).
    pub reach: Reach,
    /// Whether that is public.
    pub verdict: Verdict,
    /// Why the verdict is what it is, or what is not known; one short phrase of our own words.
    pub reason: String,
    /// The part of the surface, in a normal form: the same exposure has the same facet whatever call made it.
    /// `ingress|tcp|22-22|0.0.0.0/0`, `policy`, `acl`, `share|all`.
    pub facet: String,
    /// How sure one record alone makes us.
    pub confidence: Confidence,
    /// What an outsider may do, for policies, ACLs and shares.
    #[serde(default)]
    pub access: Vec<Access>,
    /// Protocol, ports and peer, for network surfaces.
    pub network: Option<Network>,
    /// Named outsiders (account ids, organisation ARNs, group URIs), sorted.
    #[serde(default)]
    pub parties: Vec<String>,
    /// Settings that the call left off, for guard rails such as block public access: `block_public_acls` ...
    #[serde(default)]
    pub settings_off: Vec<String>,
    /// The service's own id of the thing changed (`sgr-...`), where the record has one; of an instance its only
    /// interface (`eni-...`).
    pub native_id: Option<String>,
}

impl ExposureChange {
    /// A change with nothing but its place and reach: public if the reach is, and sure.
    pub(crate) fn new(
        resource: Resource,
        surface: Surface,
        effect: Effect,
        reach: Reach,
        facet: impl Into<String>,
    ) -> Self {
        let verdict = if reach >= Reach::Broad { Verdict::Public } else { Verdict::NotPublic };
        Self {
            resource,
            surface,
            effect,
            reach,
            verdict,
            reason: String::new(),
            facet: facet.into(),
            confidence: Confidence::High,
            access: Vec::new(),
            network: None,
            parties: Vec::new(),
            settings_off: Vec::new(),
            native_id: None,
        }
    }

    /// How bad it is, by the one table of levels; `None` for an end that does not show what decides.
    pub fn severity(&self) -> Option<Level> {
        severity::of(self)
    }

    /// The same change with its reason.
    pub(crate) fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }
}

impl Serialize for ExposureChange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fn list<T>(list: &[T]) -> Option<&[T]> {
            Some(list).filter(|list| !list.is_empty())
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("resource", &self.resource)?;
        map.serialize_entry("surface", &self.surface)?;
        map.serialize_entry("effect", &self.effect)?;
        map.serialize_entry("reach", &self.reach)?;
        map.serialize_entry("verdict", &self.verdict)?;
        if let Some(severity) = self.severity() {
            map.serialize_entry("severity", severity.as_str())?;
        }
        map.serialize_entry("reason", &self.reason)?;
        map.serialize_entry("facet", &self.facet)?;
        map.serialize_entry("confidence", &self.confidence)?;
        if let Some(access) = list(&self.access) {
            map.serialize_entry("access", access)?;
        }
        if let Some(network) = &self.network {
            map.serialize_entry("network", network)?;
        }
        if let Some(parties) = list(&self.parties) {
            map.serialize_entry("parties", parties)?;
        }
        if let Some(settings) = list(&self.settings_off) {
            map.serialize_entry("settings_off", settings)?;
        }
        if let Some(id) = &self.native_id {
            map.serialize_entry("native_id", id)?;
        }
        map.end()
    }
}

/// The side from which a resource can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Surface {
    /// A rule that lets traffic into a security group.
    SecurityGroupIngress,
    /// A bucket's policy.
    BucketPolicy,
    /// A bucket's access control list.
    BucketAcl,
    /// An object's access control list.
    ObjectAcl,
    /// A bucket's block public access settings (a guard rail).
    BucketPublicAccessBlock,
    /// An account's block public access settings (a guard rail).
    AccountPublicAccessBlock,
    /// Who may make volumes from an EBS snapshot.
    SnapshotShare,
    /// Who may launch a machine image.
    ImageShare,
    /// Who may restore a database (or cluster) snapshot.
    DatabaseSnapshotShare,
    /// A resource's policy; the type of the resource tells the service.
    ResourcePolicy,
    /// Who may take on a role.
    RoleTrust,
    /// Who may call a function.
    FunctionPermission,
    /// An S3 access point's policy.
    AccessPointPolicy,
    /// An entry that lets traffic into the subnets of a network ACL.
    NetworkAclIngress,
    /// A route between a subnet and the internet.
    InternetRoute,
    /// A Region's block of internet gateways, or an exclusion from it (a guard rail).
    VpcBlockPublicAccess,
    /// A Region's block of public machine images (a guard rail).
    ImageBlockPublicAccess,
    /// A Region's block of public EBS snapshots (a guard rail).
    SnapshotBlockPublicAccess,
    /// A network that a database's or cluster's own security group lets in.
    DatabaseSecurityGroupIngress,
    /// A database, cluster or replication instance with a public address.
    PublicEndpoint,
    /// The URL of a function.
    FunctionUrl,
    /// Copies of a bucket's objects in another account.
    BucketReplication,
    /// A web site served from a bucket (posture).
    BucketWebsite,
    /// The origins whose pages may use a bucket (posture).
    BucketCors,
    /// What lets traffic in to an instance or a network interface: a security group that it has and that stands open.
    InstanceIngress,
    /// An organisation's block public access settings (a guard rail).
    OrganizationPublicAccessBlock,
    /// A grant of a key.
    KeyGrant,
    /// Who may use a document of Systems Manager.
    DocumentShare,
    /// Whether anybody may see a build project: its builds, their logs and what they made.
    BuildProjectVisibility,
}

impl Surface {
    /// What a beginning is called there: a guard rail is weakened, anything else is opened.
    pub fn beginning(self) -> Effect {
        match self {
            Self::BucketPublicAccessBlock
            | Self::AccountPublicAccessBlock
            | Self::VpcBlockPublicAccess
            | Self::ImageBlockPublicAccess
            | Self::SnapshotBlockPublicAccess
            | Self::BucketWebsite
            | Self::BucketCors
            | Self::OrganizationPublicAccessBlock => Effect::Weakened,
            Self::SecurityGroupIngress
            | Self::BucketPolicy
            | Self::BucketAcl
            | Self::ObjectAcl
            | Self::SnapshotShare
            | Self::ImageShare
            | Self::DatabaseSnapshotShare
            | Self::ResourcePolicy
            | Self::RoleTrust
            | Self::FunctionPermission
            | Self::AccessPointPolicy
            | Self::NetworkAclIngress
            | Self::InternetRoute
            | Self::DatabaseSecurityGroupIngress
            | Self::PublicEndpoint
            | Self::FunctionUrl
            | Self::BucketReplication
            | Self::InstanceIngress
            | Self::KeyGrant
            | Self::DocumentShare
            | Self::BuildProjectVisibility => Effect::Opened,
        }
    }

    /// The surface of its word in `exposure.surface`.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::from(word)).ok()
    }
}

/// What a call did to an exposure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// An exposure begins.
    Opened,
    /// An exposure ends.
    Closed,
    /// A guard rail is lowered: nothing is exposed by it alone.
    Weakened,
    /// A guard rail is up again.
    Restored,
}

impl Effect {
    /// True for the effects that end something: `closed` and `restored`.
    pub fn ends(self) -> bool {
        matches!(self, Self::Closed | Self::Restored)
    }

    /// The beginning that an end undoes; a beginning is itself.
    #[must_use]
    pub fn beginning(self) -> Self {
        match self {
            Self::Opened | Self::Closed => Self::Opened,
            Self::Weakened | Self::Restored => Self::Weakened,
        }
    }
}

/// Who can reach a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Nobody outside the account.
    Internal,
    /// An AWS service that may act for anyone: nothing says for whom.
    Service,
    /// Named outsiders.
    CrossAccount,
    /// A large part of the internet: an IPv4 prefix of /8 or shorter, an IPv6 prefix of /32 or shorter, not the whole.
    Broad,
    /// Everybody.
    World,
}

/// Whether what a call made is public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Verdict {
    Public,
    NotPublic,
    Unknown,
}

/// What an outsider may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// See names.
    List,
    /// Read content.
    Read,
    /// Change or delete content.
    Write,
    /// Change who may do what.
    Permissions,
    /// Everything.
    Full,
}

/// How sure one record alone makes us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// State that this record does not show can change the answer.
    Medium,
    /// The record shows all that matters.
    High,
}

/// Protocol, ports and peer of a network rule in normal form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Network {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, `all`, or a protocol number.
    pub protocol: String,
    /// First and last port; 0 and 65535 for all. For ICMP: type and code.
    #[serde(flatten)]
    pub ports: PortRange,
    /// True if every port (and for `all` every protocol) is open.
    pub all_ports: bool,
    /// The peer: a CIDR with host bits masked; of a prefix list its widest entry.
    pub cidr: String,
    /// Well-known services whose ports the rule covers: `ssh`, `rdp`, `postgresql` ...; sorted.
    #[serde(deserialize_with = "services_as_written")]
    pub services: Vec<&'static str>,
}

/// Reads names of services that were written out before.
fn services_as_written<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<&'static str>, D::Error> {
    Vec::<String>::deserialize(from)
        .map(|names| names.iter().filter_map(|name| known_service(name)).collect())
}

/// A range of ports, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PortRange {
    /// The first port.
    #[serde(rename = "from_port")]
    pub from: i64,
    /// The last port.
    #[serde(rename = "to_port")]
    pub to: i64,
}

/// What [`super::derive`] found in one record.
#[derive(Debug, Clone, Default)]
pub struct Derived {
    /// The changes, in a fixed order.
    pub changes: Vec<ExposureChange>,
    /// Why the record might hide a change that it does not show.
    pub undecidable: Option<Undecidable>,
}

impl From<Vec<ExposureChange>> for Derived {
    fn from(changes: Vec<ExposureChange>) -> Self {
        Self { changes, undecidable: None }
    }
}

/// Why a record that can change exposure does not show whether it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Undecidable {
    /// CloudTrail left the parameters out because they were too long (`omitted: true`).
    #[error("parameters were omitted or truncated by CloudTrail")]
    Omitted,
    /// The service hides the parameters.
    #[error("parameters were hidden by the service")]
    Hidden,
    /// The parameters that decide are absent or of a shape nobody has documented.
    #[error("parameters are missing or of an unknown shape")]
    UnknownShape,
    /// The record names what it changed by an id alone: only what was seen before tells what that was.
    #[error("what was changed is named by its id only")]
    NeedsState,
    /// The record names a bucket, and not whose it is.
    #[error("whose the named bucket is, the record does not tell")]
    UnknownOwner,
}
