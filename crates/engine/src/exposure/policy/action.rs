//! What actions let somebody do.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::levels::LEVELS;
use crate::exposure::Access;
use crate::glob::covers;
use crate::json::Node;

/// `Action` and `Resource`, or `NotAction` and `NotResource`.
#[derive(Debug, Clone)]
pub(super) enum Patterns<'a> {
    Only(Vec<Cow<'a, str>>),
    AllBut,
}

/// Everything, in every word that a rule may ask for.
pub(super) const EVERYTHING: [Access; 5] =
    [Access::List, Access::Read, Access::Write, Access::Permissions, Access::Full];

impl<'a> Patterns<'a> {
    /// Reads an element or its negation; without either it is everything.
    pub(super) fn read(statement: Node<'a>, element: &str, negation: &str) -> Option<Self> {
        if statement.get_ignore_case(negation).is_some() {
            return Some(Self::AllBut);
        }
        let Some(node) = statement.get_ignore_case(element) else {
            return Some(Self::Only(vec![Cow::Borrowed("*")]));
        };
        node.list().into_iter().map(Node::scalar_text).collect::<Option<Vec<_>>>().map(Self::Only)
    }

    /// True if everything that `other` matches is matched here; a negation is never sure to.
    pub(super) fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Only(mine), Self::Only(theirs)) => {
                theirs.iter().all(|text| mine.iter().any(|pattern| covers(pattern, text)))
            }
            (Self::Only(mine), Self::AllBut) => mine.iter().any(|pattern| pattern == "*"),
            (Self::AllBut, _) => false,
        }
    }

    /// The levels of access that these actions give.
    pub(super) fn access(&self) -> BTreeSet<Access> {
        match self {
            Self::Only(actions) => actions.iter().flat_map(|action| levels(action)).collect(),
            Self::AllBut => EVERYTHING.into(),
        }
    }
}

fn levels(action: &str) -> Vec<Access> {
    if matches!(action.split_once(':'), None | Some((_, "*"))) && action.contains('*') {
        return EVERYTHING.to_vec();
    }
    let known: Vec<Access> = LEVELS
        .iter()
        .filter(|(service, _, _)| covers(service_of(action), service))
        .filter(|(service, _, names)| {
            names.split(' ').any(|name| covers(action, &format!("{service}:{name}")))
        })
        .map(|(_, level, _)| *level)
        .collect();
    if known.is_empty() { vec![by_verb(action)] } else { known }
}

fn service_of(action: &str) -> &str {
    action.split_once(':').map_or("*", |(service, _)| service)
}

fn by_verb(action: &str) -> Access {
    let verb = action.split_once(':').map_or(action, |(_, verb)| verb).to_ascii_lowercase();
    let starts = |words: &[&str]| words.iter().any(|word| verb.starts_with(word));
    if starts(&["list", "describe"]) {
        Access::List
    } else if starts(&["get", "head", "batchget", "read", "select", "query", "scan", "receive", "decrypt"]) {
        Access::Read
    } else if ["policy", "acl", "permission", "grant"].iter().any(|word| verb.contains(word)) {
        Access::Permissions
    } else {
        Access::Write
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(actions: &[&'static str]) -> Vec<Access> {
        let patterns = Patterns::Only(actions.iter().map(|text| Cow::Borrowed(*text)).collect());
        patterns.access().into_iter().collect()
    }

    #[test]
    fn actions_have_their_levels() {
        assert_eq!(access(&["s3:GetObject"]), [Access::Read]);
        assert_eq!(access(&["s3:listbucket", "s3:GetObject"]), [Access::List, Access::Read]);
        assert_eq!(access(&["s3:Put*"]), [Access::Write, Access::Permissions]);
        assert_eq!(access(&["s3:*Object"]), [Access::Read, Access::Write]);
        assert_eq!(access(&["s3:PutBucketPolicy"]), [Access::Permissions]);
        assert_eq!(access(&["sqs:ReceiveMessage"]), [Access::Read]);
        assert_eq!(access(&["sqs:SendMessage"]), [Access::Write]);
        assert_eq!(access(&["SNS:Publish", "SNS:AddPermission"]), [Access::Write, Access::Permissions]);
        assert_eq!(access(&["kms:Decrypt"]), [Access::Read]);
        assert_eq!(access(&["kms:Create*"]), [Access::Permissions]);
        assert_eq!(access(&["ecr:BatchGetImage", "ecr:DescribeImages"]), [Access::List, Access::Read]);
        assert_eq!(access(&["sts:AssumeRole"]), [Access::Permissions]);
        assert_eq!(access(&["es:ESHttp*"]), [Access::Read, Access::Write]);
        assert_eq!(access(&["lambda:InvokeFunction"]), [Access::Write]);
    }

    #[test]
    fn everything_says_every_level() {
        assert_eq!(access(&["*"]), EVERYTHING);
        assert_eq!(access(&["s3:*"]), EVERYTHING);
        assert_eq!(Patterns::AllBut.access().into_iter().collect::<Vec<_>>(), EVERYTHING);
    }

    #[test]
    fn cover_means_all_of_it() {
        let only = |text: &'static str| Patterns::Only(vec![Cow::Borrowed(text)]);
        assert!(only("s3:*").covers(&only("s3:GetObject")));
        assert!(!only("s3:GetObject").covers(&only("s3:*")));
        assert!(!only("s3:*").covers(&Patterns::AllBut));
        assert!(only("*").covers(&Patterns::AllBut));
        assert!(!Patterns::AllBut.covers(&only("s3:GetObject")));
    }
}
