//! A telephone for each browser: chromedriver's virtual authenticator (WebAuthn §11), which says yes to everything.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpStream,
};

/// Plugs one into a browser's session at this driver.
pub(crate) fn plug_in(driver: &str, session: &str) {
    let wanted = r#"{"protocol":"ctap2","transport":"internal","hasResidentKey":true,"hasUserVerification":true,"isUserVerified":true}"#;
    let address = driver.strip_prefix("http://").expect("the driver stands on this machine");
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!(
        "POST /session/{session}/webauthn/authenticator HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{wanted}",
        wanted.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    // It keeps the connection: the first line says what became of it.
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "chromedriver gives no authenticator: {answer}");
}
