//! Build projects that anybody may see.
//!
//! In: `UpdateProjectVisibility`. Out: one change with the facet `visibility`. Whoever has the address of a public project
//! sees its builds, their logs and what they made, without signing in (`CodeBuild` user guide, "Public build projects").

use super::ingress::text_of;
use super::{Access, Derived, Effect, ExposureChange, Reach, Surface, Undecidable};
use crate::record::CloudTrailRecord;
use crate::resource::place::{ArnForm, Place, Scope};

const PROJECT: ArnForm = ArnForm::new("AWS::CodeBuild::Project", "codebuild", Scope::Regional, "project/");

/// `UpdateProjectVisibility`.
pub(super) fn visibility(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    let project = text_of(request, "projectArn").ok_or(Undecidable::UnknownShape)?;
    let word = text_of(request, "projectVisibility").ok_or(Undecidable::UnknownShape)?;
    let (effect, reason) = match &*word {
        "PUBLIC_READ" => (Effect::Opened, "anybody may see builds, logs and artifacts"),
        "PRIVATE" => (Effect::Closed, "the project is private"),
        _ => return Err(Undecidable::UnknownShape),
    };
    let resource = place.resource(PROJECT, &project);
    let surface = Surface::BuildProjectVisibility;
    let mut change =
        ExposureChange::new(resource, surface, effect, Reach::World, "visibility").because(reason);
    change.access = vec![Access::Read];
    Ok(vec![change].into())
}
