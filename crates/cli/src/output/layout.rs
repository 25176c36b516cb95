//! Text laid out for a terminal: cut, flowed, coloured, and nothing in it that the terminal would obey.

use tattletrail_engine::render::text::{neutralise, truncate_width};
use unicode_width::UnicodeWidthStr as _;

use super::Style;

/// Lays pieces out on lines of so many columns; only a piece that is wider than a line is cut.
pub fn flow(pieces: &[String], columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces.iter().filter(|piece| !piece.is_empty()).map(|piece| fit(piece, columns)) {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + piece.width() <= columns => {
                line.push(' ');
                line.push_str(&piece);
            }
            _ => lines.push(piece),
        }
    }
    lines
}

/// `omar@example.com` of `arn:aws:sts::111122223333:assumed-role/Admin/omar@example.com`, with the role before it, less
/// what the sign-in service wraps around the name of a permission set.
pub(crate) fn short_actor(name: &str) -> String {
    let Some(rest) = name.splitn(6, ':').nth(5).filter(|rest| name.starts_with("arn:") && !rest.is_empty())
    else {
        return name.to_owned();
    };
    let mut parts = rest.split('/');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("assumed-role"), Some(role), Some(session), None) => {
            let role = role
                .strip_prefix("AWSReservedSSO_")
                .and_then(|set| set.rsplit_once('_'))
                .map_or(role, |(set, _)| set);
            format!("{role}/{session}")
        }
        (Some("user"), Some(user), None, None) => user.to_owned(),
        _ => rest.to_owned(),
    }
}

/// Foreign text made safe for a terminal and cut to its place.
pub fn fit(text: &str, columns: usize) -> String {
    truncate_width(&neutralise(text), columns).into_owned()
}

/// SGR codes around a text, where colour may be used.
pub fn paint(text: &str, code: &str, style: Style) -> String {
    if style.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// Seconds in the two largest units.
pub(crate) fn duration(seconds: i64) -> String {
    match seconds {
        ..60 => format!("{seconds}s"),
        60..3600 => format!("{}m {}s", seconds / 60, seconds % 60),
        3600..86400 => format!("{}h {}m", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{}d {}h", seconds / 86400, seconds % 86400 / 3600),
    }
}
