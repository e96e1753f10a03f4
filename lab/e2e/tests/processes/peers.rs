//! Other people's tools, asked about a `fleetd` at work: does its contract hold, are its numbers numbers, which TLS
//! does it speak?

use std::{
    env,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use cli::Client;
use host::{Fleet, SOON};
use serde_json::{Value, json};

use crate::seeds::certificate;

/// Where `cargo xtask test` puts tools that no package of the workspace is.
fn tool(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/tools").join(path)
}

/// The tool, if it is there.
///
/// # Panics
/// Under `$CI`: what did not run did not pass.
fn there(test: &str, path: &str) -> Option<PathBuf> {
    let tool = tool(path);
    if tool.is_file() {
        return Some(tool);
    }
    let words = format!("not run: {test} (no {}; `cargo xtask test` fetches it)", tool.display());
    assert!(env::var_os("CI").is_none(), "{words}");
    println!("{words}");
    None
}

/// Asks over plain HTTP/1.1, once.
pub(crate) fn ask(at: &str, method: &str, path: &str, token: &str, body: Option<&Value>) -> (u16, String) {
    let mut stream = TcpStream::connect(at).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    let body = body.map(Value::to_string).unwrap_or_default();
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, body.to_owned())
}

/// A fleet in which Ada decides who is who as well.
pub(crate) fn administered() -> Fleet {
    let mut fleet = crate::fleet();
    fleet.roles = "operator, security, admin";
    fleet.configure();
    fleet
}

/// Tokens of Ada: of a session, and of a program that may what she may.
pub(crate) fn tokens(fleet: &Fleet) -> (String, String) {
    let at = &fleet.ports().external;
    let invited = fleet.ada().ask(Client::invite_oneself);
    let redeem = json!({ "token": invited.token, "password": "copper-violin-moss-lantern", "hold": "token" });
    let read = |(status, text): (u16, String)| -> Value {
        assert!(matches!(status, 200 | 201), "{status} {text}");
        serde_json::from_str(&text).unwrap()
    };
    let session = read(ask(at, "POST", api::path::REDEEM, "", Some(&redeem)));
    let session = session["token"].as_str().unwrap().to_owned();
    let grants: Vec<_> = ["operator", "security", "admin"].map(|role| json!({ "role": role })).into();
    let wanted = json!({ "name": "peer", "grants": grants });
    let program = read(ask(at, "POST", api::path::MY_TOKENS, &session, Some(&wanted)));
    (session, program["token"].as_str().unwrap().to_owned())
}

/// Waiting for news takes as long as it may, so it is left out; so is, of a session, what ends it.
const SLOW: &str = api::path::CHANGES;
const ENDS: [&str; 7] = [
    api::path::SIGN_OUT,
    api::path::MY_PASSWORD,
    api::path::MY_CODES,
    api::path::MY_CODES_CONFIRM,
    api::path::MY_SESSION,
    api::path::MY_PASSKEY,
    api::path::REDEEM,
];

/// What schemathesis looks at in each answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance,negative_data_rejection,unsupported_method,\
    allow_header_conformance,ignored_auth";

/// Too long an address and too large a body are refused as such, before anybody looks at what they say.
const CONFIG: &str = "[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 414, 415, 422, 428, 429, \"5xx\"]
";

#[test]
fn schemathesis_finds_no_answer_that_the_contract_does_not_know() {
    let Some(schemathesis) = there("the contract, by schemathesis", "schemathesis/bin/st") else { return };
    let mut fleet = administered();
    let fleetd = fleet.start();
    let at = fleet.ports().external.clone();
    let (session, program) = tokens(&fleet);
    std::fs::write(fleet.home().join("schemathesis.toml"), CONFIG).unwrap();
    for (whose, token) in [("a program", program), ("a session", session)] {
        let mut command = Command::new(&schemathesis);
        command.current_dir(fleet.home()).stdin(Stdio::null());
        command.args([
            "--config-file",
            "schemathesis.toml",
            "run",
            &format!("http://{at}{}", api::path::OPENAPI),
        ]);
        command.args(["--header", &format!("Authorization: Bearer {token}")]);
        command.args(["--checks", CHECKS, "--phases", "examples,coverage,fuzzing"]);
        command.args(["--max-examples", "12", "--seed", "7", "--workers", "1"]);
        command.args([
            "--suppress-health-check",
            "all",
            "--warnings",
            "off",
            "--no-color",
            "--exclude-path",
            SLOW,
        ]);
        if whose == "a session" {
            command.args(ENDS.iter().flat_map(|path| ["--exclude-path", path]));
        }
        let done = command.output().unwrap();
        let said = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success(), "as {whose}: {said}\n{}", String::from_utf8_lossy(&done.stderr));
        println!("{}", said.lines().rev().take(12).collect::<Vec<_>>().join("\n"));
    }
    assert!(fleetd.listen(Duration::ZERO), "{}", fleetd.transcript());
}

#[test]
fn promtool_takes_the_numbers_for_numbers() {
    let Some(promtool) = there("the numbers, by promtool", "promtool") else { return };
    let mut fleet = administered();
    let _fleetd = fleet.start();
    let (session, _) = tokens(&fleet);
    let (status, page) = ask(&fleet.ports().external, "GET", api::path::METRICS, &session, None);
    assert_eq!(status, 200, "{page}");
    let check = |page: &str| {
        let mut command = Command::new(&promtool);
        command
            .args(["check", "metrics"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(page.as_bytes()).unwrap();
        let done = child.wait_with_output().unwrap();
        (done.status.success(), String::from_utf8_lossy(&done.stderr).into_owned())
    };
    let (good, said) = check(&page);
    assert!(good && said.trim().is_empty(), "{said}\n{page}");
    // It does look: a family without help is a finding.
    let (good, said) = check(&page.replace("# HELP wrale_log_entries", "# HALP wrale_log_entries"));
    assert!(!good && said.contains("wrale_log_entries"), "{said}");
}

/// The seed's two (`seeds/`, network security); of RFC 8446 §B.4 there are three more.
const SUITES: [&str; 2] = ["TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];
const OTHERS: [&str; 3] = ["TLS_AES_128_GCM_SHA256", "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"];

#[test]
fn openssl_is_offered_tls_1_3_and_the_two_suites_and_nothing_else() {
    if Command::new("openssl").arg("version").output().is_err() {
        let words = "not run: the suites, by openssl (it is not installed; Debian has openssl)";
        assert!(env::var_os("CI").is_none(), "{words}");
        return println!("{words}");
    }
    let mut fleet = crate::fleet();
    certificate(&mut fleet);
    let fleetd = fleet.start();
    let ports = fleet.ports();
    for (name, at) in [
        ("external", &ports.external),
        ("internal", &ports.internal),
        ("hardware", &ports.hardware),
        ("enrolment", &ports.enrolment),
    ] {
        for suite in SUITES {
            let said = greet(at, &["-tls1_3", "-ciphersuites", suite]);
            assert!(said.contains(&format!("New, TLSv1.3, Cipher is {suite}")), "{name} {suite}: {said}");
        }
        for suite in OTHERS {
            assert!(is_refused(&greet(at, &["-tls1_3", "-ciphersuites", suite])), "{name} {suite}");
        }
        for version in ["-tls1_2", "-tls1_1", "-tls1"] {
            // Whatever this client itself no longer likes is offered too.
            let said = greet(at, &[version, "-cipher", "ALL:@SECLEVEL=0"]);
            assert!(is_refused(&said), "{name} {version}: {said}");
        }
    }
    assert!(fleetd.listen(Duration::ZERO), "{}", fleetd.transcript());
}

/// What `openssl s_client` says of a handshake.
fn greet(at: &str, words: &[&str]) -> String {
    let mut command = Command::new("openssl");
    command.args(["s_client", "-connect", at, "-alpn", "http/1.1"]).args(words).stdin(Stdio::null());
    let done = command.output().unwrap();
    format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr))
}

/// Nothing was agreed, and the server said so by an alert (RFC 8446 §6.2), not by silence.
fn is_refused(said: &str) -> bool {
    said.contains("Cipher is (NONE)") && (said.contains("alert") || said.contains("no protocols available"))
}
