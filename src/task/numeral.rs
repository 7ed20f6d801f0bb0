//! Finds numbers in text and writes each in one canonical way.
