//! Policies against what AWS documents.
