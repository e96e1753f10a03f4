use std::{io::Write as _, os::unix::net::UnixStream};

use super::{Answer, Shell, base64};

/// The vectors of RFC 4648, section 10.
#[test]
fn bytes_become_letters_as_the_standard_says() {
    let vectors = [
        ("", ""),
        ("f", "Zg=="),
        ("fo", "Zm8="),
        ("foo", "Zm9v"),
        ("foob", "Zm9vYg=="),
        ("foobar", "Zm9vYmFy"),
    ];
    for (bytes, letters) in vectors {
        assert_eq!(base64(bytes.as_bytes()), letters);
    }
}

#[test]
fn an_answer_is_told_from_what_was_said_before_it() {
    let (host, mut guest) = UnixStream::pair().unwrap();
    let mut shell = Shell::new(host);
    guest.write_all(b"0 hil is ready\r\n stray @@7=0\n two\r\nlines\n@@1=3\n@@2=0\n").unwrap();
    shell.ready().unwrap();
    let Answer { text, code } = shell.ask("first").unwrap();
    assert!(text.ends_with("two\nlines"), "{text:?}");
    assert_eq!(code, 3);
    assert_eq!(shell.run("second").unwrap(), "");
}

#[test]
fn a_guest_that_is_gone_is_an_error_and_not_an_answer() {
    let (host, guest) = UnixStream::pair().unwrap();
    let mut shell = Shell::new(host);
    drop(guest);
    assert!(shell.ask("true").is_err());
    assert!(shell.ready().is_err());
}
