//! Carries frames over mutual TLS 1.3.
