//! Tests of the field analysis.
