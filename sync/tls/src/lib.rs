//! The hands on the wire: TLS 1.3, its identities, and the messages that travel inside.
