//! From where a package is taken whose sister is there already.

use super::{KEYRING, Origin, known, line, of, paragraph};

fn origin(address: &str, key: &str) -> Origin {
    Origin { address: address.to_owned(), key: key.to_owned() }
}

#[test]
fn a_backport_asks_for_backports_and_nothing_else_does() {
    assert_eq!(of("1:10.0.2+ds-2+deb13u1~bpo12+1", "bookworm").as_deref(), Some("bookworm-backports"));
    assert_eq!(of("1:7.2+dfsg-7+deb12u18", "bookworm"), None);
    assert_eq!(of("", "bookworm"), None);
}

#[test]
fn a_suite_is_known_by_its_name_alone() {
    let policy =
        " 500 http://a bookworm/main amd64 Packages\n     release v=12.5,o=Debian,n=bookworm,l=Debian,c=main";
    assert!(known(policy, "bookworm"));
    assert!(!known(policy, "bookworm-backports"));
    assert!(known("     release o=Debian Backports,n=bookworm-backports,b=amd64", "bookworm-backports"));
}

#[test]
fn the_machines_own_source_is_found_in_paragraphs() {
    let text = "# ours\nTypes: deb\nURIs: http://other/security\nSuites: bookworm-security\n\nTypes: deb deb-src\n\
        URIs: http://mirror/debian\nSuites: bookworm bookworm-updates\nSigned-By: /a/key.gpg\n";
    assert_eq!(paragraph(text, "bookworm"), Some(origin("http://mirror/debian", "/a/key.gpg")));
    assert_eq!(paragraph(text, "trixie"), None);
    assert_eq!(
        paragraph(
            &format!("Enabled: no\n{}", text.replace("\n\n", "\nEnabled: no\n\nEnabled: No\n")),
            "bookworm"
        ),
        None
    );
}

#[test]
fn the_machines_own_source_is_found_in_lines() {
    let text = "# deb http://no bookworm main\ndeb-src http://no bookworm main\n\
        deb [arch=amd64 signed-by=/a/key.gpg] http://mirror/debian bookworm main\n";
    assert_eq!(line(text, "bookworm"), Some(origin("http://mirror/debian", "/a/key.gpg")));
    assert_eq!(
        line("deb http://mirror/debian bookworm main", "bookworm"),
        Some(origin("http://mirror/debian", KEYRING))
    );
    assert_eq!(line(text, "trixie"), None);
}
