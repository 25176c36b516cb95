//! The words that the form of a threat model has.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }

        impl $name {
            /// All of them, in their order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word in the form.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// What a word of the form means.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }
    };
}

words! {
    /// What an attack would cost, least first.
    Impact {
        /// A nuisance.
        Low = "low",
        /// Work for a team.
        Medium = "medium",
        /// Harm to customers or to the business.
        High = "high",
        /// The end of it.
        Critical = "critical",
    }
}

words! {
    /// How probable an attack is, least first.
    Likelihood {
        /// Somebody would have to want it.
        Low = "low",
        /// It happens to others.
        Medium = "medium",
        /// It is tried all the time.
        High = "high",
    }
}

words! {
    /// Whether a log is there.
    Standing {
        /// It is.
        On = "on",
        /// It is not.
        Off = "off",
        /// It will be.
        Planned = "planned",
    }
}

words! {
    /// What shows that something happens.
    Log {
        /// Management events of CloudTrail.
        CloudTrailManagement = "cloudtrail-management",
        /// Data events of CloudTrail, which are logged for chosen resources.
        CloudTrailData = "cloudtrail-data",
        /// Insights events of CloudTrail.
        CloudTrailInsights = "cloudtrail-insights",
        /// Flow logs of a VPC.
        VpcFlowLogs = "vpc-flow-logs",
        /// Query logs of Route 53 Resolver.
        DnsQueryLogs = "dns-query-logs",
        /// Access logs of a load balancer.
        LoadBalancerLogs = "load-balancer-logs",
        /// Logs of a web ACL.
        WafLogs = "waf-logs",
        /// Access logs of `CloudFront`.
        CloudFrontLogs = "cloudfront-logs",
        /// Server access logs of a bucket.
        S3AccessLogs = "s3-access-logs",
        /// Findings of `GuardDuty`.
        GuardDuty = "guardduty",
        /// Items and rules of AWS Config.
        Config = "config",
        /// Traces in X-Ray.
        XRay = "xray",
        /// Traces, metrics or logs by OpenTelemetry.
        OpenTelemetry = "opentelemetry",
        /// Metrics and logs of the CloudWatch agent.
        CloudWatchAgent = "cloudwatch-agent",
        /// Logs of containers by `FireLens`.
        FireLens = "firelens",
        /// What the application logs itself.
        ApplicationLogs = "application-logs",
        /// What a database logs.
        DatabaseLogs = "database-logs",
        /// The audit log of a cluster.
        EksAudit = "eks-audit",
    }
}
