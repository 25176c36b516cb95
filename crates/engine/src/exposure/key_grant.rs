//! Grants of keys to principals of other accounts.
//!
//! In: a call that makes, revokes or retires a grant. Out: at most one change, with the facet `grant|<id>`: the id is in
//! the answer to the making and in whatever ends it. A grant lets its grantee use the key whatever the key's policy says
//! of it. Services work with grants all the time; a service is no outsider.
//!
//! Shapes: KMS API reference, `CreateGrant`, `RevokeGrant`, `RetireGrant`; KMS developer guide, "Logging AWS KMS API
//! calls", whose `RetireGrant` has the id in `additionalEventData` and no parameters.

use std::borrow::Cow;

use super::ingress::text_of;
use super::{Derived, Effect, ExposureChange, Reach, Surface, Undecidable, policy};
use crate::json::Node;
use crate::record::CloudTrailRecord;
use crate::resource::Resource;
use crate::resource::place::{ArnForm, Place, Scope, capped};

const KEY: ArnForm = ArnForm::new("AWS::KMS::Key", "kms", Scope::Regional, "key/");

/// `CreateGrant`.
pub(super) fn created(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    let grantee = text_of(request, "granteePrincipal").ok_or(Undecidable::UnknownShape)?;
    let key = key(record, place);
    let own = account_of(key.arn.as_str()).unwrap_or(place.account.as_str());
    if account_of(&grantee).is_none_or(|account| account == own) {
        return Ok(Derived::default());
    }
    let id = grant_id(record);
    // Without its id nothing that ends it can be told from others: it goes by its grantee.
    let facet = format!("grant|{}", id.clone().unwrap_or_else(|| capped(&grantee)));
    let mut change = ExposureChange::new(key, Surface::KeyGrant, Effect::Opened, Reach::CrossAccount, facet)
        .because("the grantee is of another account");
    change.parties = vec![capped(&grantee)];
    change.native_id = id;
    let operations = request.get_ignore_case("operations").map(Node::list).unwrap_or_default();
    let actions = operations.into_iter().filter_map(Node::as_str).map(|name| format!("kms:{name}"));
    change.access = policy::access_of(actions.map(Cow::Owned).collect());
    Ok(vec![change].into())
}

/// `RevokeGrant` and `RetireGrant`. A grant that is retired by its token alone is not named.
pub(super) fn ended(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let id = grant_id(record).ok_or(Undecidable::NeedsState)?;
    let facet = format!("grant|{id}");
    let mut change = ExposureChange::new(
        key(record, place),
        Surface::KeyGrant,
        Effect::Closed,
        Reach::CrossAccount,
        facet,
    )
    .because("the grant was revoked or retired");
    change.native_id = Some(id);
    Ok(vec![change].into())
}

fn grant_id(record: &CloudTrailRecord) -> Option<String> {
    let answered = record.response().and_then(|node| text_of(node, "grantId"));
    let asked = || record.request().and_then(|node| text_of(node, "grantId"));
    let added = || record.root().get("additionalEventData").and_then(|node| text_of(node, "grantId"));
    answered.or_else(asked).or_else(added).filter(|id| !id.is_empty()).map(|id| capped(&id))
}

/// The key: by the ARN that the record lists or the answer has; a request may name it by its id or an alias.
fn key(record: &CloudTrailRecord, place: &Place) -> Resource {
    let listed = record.root().get("resources").map(Node::list).unwrap_or_default();
    let listed = listed.into_iter().filter_map(|entry| text_of(entry, "ARN"));
    let named = [record.response(), record.request()].into_iter().flatten();
    let name = listed
        .filter(|arn| arn.contains(":key/"))
        .chain(named.filter_map(|node| text_of(node, "keyId")))
        .next()
        .unwrap_or_default();
    place.resource(KEY, name.strip_prefix("key/").unwrap_or(&name))
}

/// The account in an ARN, or the one before the first colon of the principals by which EC2 acts for an instance
/// (`111122223333:aws:ec2-infrastructure:i-...`). A service has none.
fn account_of(principal: &str) -> Option<&str> {
    let part = if principal.starts_with("arn:") { 4 } else { 0 };
    principal
        .split(':')
        .nth(part)
        .filter(|account| account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()))
}
