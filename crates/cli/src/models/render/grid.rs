//! Widgets on the grid of a dashboard, row below row.
//!
//! Source: CloudWatch API reference, "Dashboard body structure and syntax" (24 columns).

use serde_json::{Value, json};

/// Columns of a CloudWatch dashboard, and of a Grafana one.
pub(super) const COLUMNS: u32 = 24;

/// A place in a row: column, line below the row's top, width and height.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place(pub(super) u32, pub(super) u32, pub(super) u32, pub(super) u32);

/// A dashboard that grows downwards.
#[derive(Debug, Default)]
pub(super) struct Grid {
    widgets: Vec<Value>,
    top: u32,
}

impl Grid {
    /// Adds a row of widgets.
    pub(super) fn row(&mut self, widgets: Vec<(Place, Widget)>) {
        let height = widgets.iter().map(|(Place(_, y, _, height), _)| y + height).max().unwrap_or_default();
        for (Place(x, y, width, height), Widget { kind, properties }) in widgets {
            self.widgets.push(json!({
                "type": kind,
                "x": x,
                "y": self.top + y,
                "width": width,
                "height": height,
                "properties": properties,
            }));
        }
        self.top += height;
    }

    /// The body of the dashboard.
    pub(super) fn body(self) -> Value {
        json!({ "start": "-P7D", "periodOverride": "auto", "widgets": self.widgets })
    }
}

/// What stands in a place.
#[derive(Debug, Clone)]
pub(super) struct Widget {
    /// CloudWatch's word: `text`, `metric`, `log`.
    pub(super) kind: &'static str,
    /// What is in it.
    pub(super) properties: Value,
}
