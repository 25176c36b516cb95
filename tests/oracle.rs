//! Our engine beside another one, `rsigma-eval`: the same rules, the same records, the same verdicts.

// The two engines with the same rules.
mod theirs;

// Rules of people on records of AWS.
mod real;

// Numbers for the generators.
mod random;

// What is generated is made of these.
mod words;

// The smallest parts of a rule.
mod leaf;

// Rules.
mod rules;

// Records for a rule.
mod records;

// Known differences.
mod explained;

// Generated rules on generated records.
mod generated;

// Generated correlations over generated events.
mod correlations;
