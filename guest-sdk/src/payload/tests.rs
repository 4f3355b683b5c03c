//! Tests of the payload rules.
