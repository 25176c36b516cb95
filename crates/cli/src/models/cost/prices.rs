//! What AWS asks for, in one table.
//!
//! Source: Amazon CloudWatch pricing, US East (N. Virginia), list prices and free tier, read on 2026-11-21.

/// What is counted, what each costs in a month, and how many of it are free.
#[derive(Debug, Clone, Copy)]
pub(super) struct Price {
    /// What it is.
    pub(super) what: &'static str,
    /// Dollars for one.
    pub(super) dollars: f64,
    /// How many cost nothing each month.
    pub(super) free: f64,
}

/// Custom metrics: by the hour in which there is a value. The first 10,000; more cost less.
pub(super) const METRICS: Price = Price { what: "custom metrics", dollars: 0.30, free: 10.0 };

/// Alarms of standard resolution: each metric that one looks at.
pub(super) const ALARMS: Price = Price { what: "alarm metrics", dollars: 0.10, free: 10.0 };

/// Dashboards with at most [`FREE_DASHBOARD`] metrics.
pub(super) const DASHBOARDS: Price =
    Price { what: "dashboards of at most 50 metrics", dollars: 3.0, free: 3.0 };

/// Dashboards with more.
pub(super) const LARGE_DASHBOARDS: Price =
    Price { what: "dashboards of more metrics", dollars: 3.0, free: 0.0 };

/// The most metrics of a dashboard that may be free.
pub(super) const FREE_DASHBOARD: usize = 50;

/// Calls such as `PutMetricData`.
pub(super) const CALLS: Price =
    Price { what: "calls of PutMetricData", dollars: 0.01 / 1000.0, free: 1_000_000.0 };

/// Logs, in GB. What is free is shared with what is scanned.
pub(super) const LOGS: Price = Price { what: "GB of logs", dollars: 0.50, free: 5.0 };

/// What questions to logs read, in GB.
pub(super) const SCANNED: Price = Price { what: "GB of logs read by dashboards", dollars: 0.005, free: 0.0 };

/// Rules of Contributor Insights.
pub(super) const CONTRIBUTORS: Price = Price { what: "Contributor Insights rules", dollars: 0.50, free: 1.0 };
