use alloc::{format, string::String, vec::Vec};
use core::fmt::Write;

use super::*;

/// The matrix as people reviewed it, written down a second time: V T O S A D are the roles in order.
const REVIEWED: &str = "\
Audit: Export ---SA- View ---SA-
Device: Arm --OS-- Propose --OS-- Revoke ---S-- Suspend --OS-- View VTOSAD
Incident: Acknowledge --OS-- Close --OS-- View VTOSA-
Metrics: View V-OSAD
Person: Grant -----D View ---SAD
Policy: Change ---S-- View --OSAD
Proposal: Approve --OS-- View --OSA-
Secret: Rotate ---S--
Service: Revoke ---S-- View --OSA-
Settings: Change -----D View --OSAD
Token: Issue --O--D
Trace: Export ---SA- View --OSA-
WorkOrder: Issue --OS-- View -TOSA-
";

#[test]
fn the_matrix_is_the_one_that_was_reviewed() {
    let mut drawn = String::new();
    for kind in Kind::ALL {
        let cells = Action::ALL.iter().filter(|action| !roles(**action, kind).is_empty()).map(|action| {
            let mark = |(role, letter): (Role, char)| {
                if roles(*action, kind).contains(&role) { letter } else { '-' }
            };
            format!(
                "{action:?} {}",
                Role::ALL.into_iter().zip("VTOSAD".chars()).map(mark).collect::<String>()
            )
        });
        writeln!(drawn, "{kind:?}: {}", cells.collect::<Vec<_>>().join(" ")).unwrap();
    }
    assert_eq!(drawn, REVIEWED);
}

#[test]
fn every_line_stands_once() {
    for (i, (action, kind, _)) in MATRIX.iter().enumerate() {
        assert!(!MATRIX[..i].iter().any(|(a, k, _)| (a, k) == (action, kind)), "{action:?} {kind:?}");
    }
}

/// Whoever checks what others did does nothing, and whoever says who is who commands no device.
#[test]
fn duties_are_separated() {
    for (action, kind, roles) in MATRIX {
        if roles.contains(&Role::Auditor) || roles.contains(&Role::Viewer) {
            assert!(matches!(action, Action::View | Action::Export), "{action:?} {kind:?}");
        }
        if roles.contains(&Role::Admin) && !matches!(action, Action::View) {
            assert!(matches!(kind, Kind::Person | Kind::Settings | Kind::Token), "{action:?} {kind:?}");
        }
    }
}
