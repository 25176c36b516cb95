//! What generated rules and records are made of.

/// Paths of fields as rules name them.
pub(super) const PATHS: [&str; 14] = [
    "eventName",
    "eventSource",
    "errorCode",
    "sourceIPAddress",
    "readOnly",
    "userIdentity.type",
    "userIdentity.userName",
    "requestParameters.name",
    "requestParameters.count",
    "requestParameters.tags",
    "requestParameters.tags[0]",
    "requestParameters.items.port",
    "requestParameters.items.ranges.cidr",
    "responseElements.flag",
];

/// Names within the elements of a block.
pub(super) const INNER: [&str; 4] = ["port", "cidr", "name", "sub.name"];

/// Lists that blocks look at.
pub(super) const LISTS: [&str; 3] =
    ["requestParameters.items", "requestParameters.rules.entries", "resources"];

/// Texts as rules write them, with wildcards and escapes.
pub(super) const PATTERNS: [&str; 36] = [
    "DeleteTrail",
    "stop*",
    "*logging",
    "a?c",
    "*",
    "??",
    r"x\*y",
    r"C:\\temp",
    r"C:\temp*",
    r"\?a",
    "",
    "true",
    "false",
    "22",
    "1.5",
    "äö",
    "ΟΔΟΣ",
    "key",
    "line*end",
    "100%",
    "[a]",
    "a.b",
    "$x^",
    "-param",
    "10.1.2.3",
    "admin",
    "Admin-1",
    "s3.amazonaws.com",
    "*.amazonaws.com",
    "st?p*g",
    "*e*a*",
    r"a\\*",
    "null",
    "(x|y)",
    "STRASSE",
    "ß",
];

/// Texts without wildcards.
pub(super) const TEXTS: [&str; 44] = [
    "DeleteTrail",
    "StopLogging",
    "abc",
    "a*c",
    "x*y",
    r"C:\temp",
    r"C:\temp\x",
    "?a",
    "",
    "true",
    "TRUE",
    "false",
    "no",
    "yes",
    "1",
    "22",
    "22.0",
    "022",
    "1.5",
    "äö",
    "ÄÖ",
    "οδος",
    "ΟΔΟΣ",
    "\u{212A}ey",
    "line\nend",
    "100%",
    "[a]",
    "a.b",
    "$x^",
    "-param",
    "/param",
    "–param",
    "10.1.2.3",
    "::ffff:10.1.2.3",
    "2001:db8::1",
    "admin",
    "Admin-1",
    "s3.amazonaws.com",
    "iam.amazonaws.com",
    r"a\b",
    "null",
    "(x|y)",
    "Straße",
    "stoplogging",
];

/// Numbers, as JSON writes them.
pub(super) const NUMBERS: [&str; 9] = ["0", "1", "22", "-5", "443", "1.5", "22.0", "0.25", "65535"];

/// Regular expressions, each with a text that fits.
pub(super) const REGEXES: [(&str, &str); 10] = [
    ("^a.c$", "abc"),
    ("log+ing", "stoplogging"),
    (r"\d{2,}", "443"),
    ("^(Delete|Stop)", "StopLogging"),
    (r"\.amazonaws\.com$", "iam.amazonaws.com"),
    ("^$", ""),
    ("[^a-z]", "ABC"),
    (r"temp\\x", r"C:\temp\x"),
    ("x*y?", "zzz"),
    ("äÖ|ß", "äÖ"),
];

/// Networks, each with an address within.
pub(super) const NETWORKS: [(&str, &str); 6] = [
    ("10.0.0.0/8", "10.1.2.3"),
    ("10.1.2.3/32", "10.1.2.3"),
    ("0.0.0.0/0", "192.0.2.7"),
    ("192.0.2.0/24", "192.0.2.255"),
    ("2001:db8::/32", "2001:db8::1"),
    ("::/0", "fe80::1"),
];

/// Switches for `windash`, each with another form of it.
pub(super) const SWITCHES: [(&str, &str); 5] =
    [("-f", "/f"), (" -param", " –param"), (" /c", " -c"), ("-a -b", "/a —b"), ("a-b", "a-b")];

/// Texts to be encoded.
pub(super) const SECRETS: [&str; 5] = ["foo", "secret", "http://", "xy", "pässe"];

/// What a chain of modifiers takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// Texts, numbers, truths, `null`.
    Any,
    Text,
    /// At least two texts.
    Texts,
    Number,
    Truth,
    Regex,
    Network,
    Field,
    Switch,
    Secret,
}

/// Chains of modifiers; what is more common stands here more often.
pub(super) const CHAINS: [(&str, Takes); 40] = [
    ("", Takes::Any),
    ("", Takes::Any),
    ("", Takes::Any),
    ("", Takes::Any),
    ("", Takes::Any),
    ("", Takes::Text),
    ("", Takes::Text),
    ("", Takes::Text),
    ("|contains", Takes::Text),
    ("|contains", Takes::Text),
    ("|startswith", Takes::Text),
    ("|startswith", Takes::Text),
    ("|endswith", Takes::Text),
    ("|endswith", Takes::Text),
    ("|contains|all", Takes::Texts),
    ("|all|startswith", Takes::Texts),
    ("|all", Takes::Texts),
    ("|cased", Takes::Text),
    ("|contains|cased", Takes::Text),
    ("|re", Takes::Regex),
    ("|re|i", Takes::Regex),
    ("|re|s", Takes::Regex),
    ("|cidr", Takes::Network),
    ("|cidr", Takes::Network),
    ("|exists", Takes::Truth),
    ("|gt", Takes::Number),
    ("|gte", Takes::Number),
    ("|lt", Takes::Number),
    ("|lte", Takes::Number),
    ("|neq", Takes::Any),
    ("|neq", Takes::Text),
    ("|contains|neq", Takes::Text),
    ("|cidr|neq", Takes::Network),
    ("|fieldref", Takes::Field),
    ("|fieldref|contains", Takes::Field),
    ("|fieldref|neq", Takes::Field),
    ("|windash|contains", Takes::Switch),
    ("|base64", Takes::Secret),
    ("|base64offset|contains", Takes::Secret),
    ("|wide|base64offset|contains", Takes::Secret),
];
