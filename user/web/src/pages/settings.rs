//! What somebody is here, by what they come in, where they are signed in, and what programs do in their name.

use api::{
    Fleet, Me,
    me::{ApiTokens, Line, Passkey, Signer},
    path,
};
use axum::response::Response;
use control::view::span;
use maud::{Markup, html};
use std::time::Duration;
use vocab::Label;

use super::{
    age::{self, tight},
    frame::{Frame, Place},
    mark, people,
};
use crate::{
    password::BYTES_LIMIT,
    refusal::Refusal,
    route::Call,
    routes::{facts, me, programs, signers},
    totp::DIGITS,
};

pub(super) async fn page(call: Call) -> Result<Response, Refusal> {
    let frame = Frame::of(&call).await?;
    let (me, lines, tokens) = (me::of(&call)?, me::lines_of(&call)?, programs::of(&call)?);
    let (facts, signers) = (facts::now(&call.desk).await?, signers::of(&call)?);
    let longest = call.desk.sessions(|sessions| sessions.lasting().longest);
    let main = html! {
        div.summary {
            h1 { "Settings" }
            p.lead { "What you are here, and by what you come in. Whatever changes that is asked of you anew if you signed in more than ten minutes ago." }
        }
        div.columns {
            div.rows { (you(&me)) (sessions(&lines)) (programs(&me, &tokens, longest)) }
            aside { (password(&me)) (codes(&me)) (passkeys(&me.factors.passkeys)) (signs(&me.name, &signers)) (server(&facts)) }
        }
    };
    Ok(frame.page(Place::Settings, "Settings", main))
}

fn you(me: &Me) -> Markup {
    html! {
        section {
            header { h2 { "You" } }
            dl.pairs {
                dt { "Name" } dd { b { (me.name) } " " code.quiet { (me.person) } }
                dt { "Roles" } dd { (people::grants(&me.grants)) }
            }
            form data-api=(path::SIGN_OUT) data-then="/sign-in" { p { button { "Sign out" } } p.problem role="alert" hidden {} }
        }
    }
}

fn ago(seconds: u64) -> String {
    tight(&span(Duration::from_secs(seconds)))
}

fn sessions(lines: &[Line]) -> Markup {
    html! {
        section {
            header { h2 { "Where you are signed in" } }
            table {
                thead { tr { th { "Session" } th.right { "Began" } th.right { "Used" } th.right { "Ends in" } th {} } }
                tbody {
                    @for line in lines {
                        tr {
                            td { code { (line.id) } @if line.this { " " b { "this one" } } }
                            td.right { (ago(line.age_seconds)) " ago" }
                            td.right { (ago(line.idle_seconds)) " ago" }
                            td.right { (ago(line.left_seconds)) }
                            td.right {
                                form data-api=(path::filled(path::MY_SESSION, &line.id)) data-method="DELETE" { button { "End" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn password(me: &Me) -> Markup {
    html! {
        section {
            header { h2 { "Password" } p { @if me.factors.password { "you have one" } @else { "you have none" } } }
            form.stack data-api=(path::MY_PASSWORD) {
                label { "New password" input name="password" type="password" autocomplete="new-password" required maxlength=(BYTES_LIMIT); }
                p.fine { "Long beats strange: a sentence is good. It is compared with what is guessed first." }
                p.problem role="alert" hidden {}
                button { @if me.factors.password { "Change it" } @else { "Set it" } }
            }
        }
    }
}

fn codes(me: &Me) -> Markup {
    html! {
        section {
            header { h2 { "Codes" } p { @if me.factors.codes { "asked for when you sign in" } @else { "not asked for" } } }
            @if me.factors.codes {
                form data-api=(path::MY_CODES) data-method="DELETE" { p { button.grave { "Ask for none" } } p.problem role="alert" hidden {} }
            } @else {
                form.stack data-api=(path::MY_CODES) data-shows="codes" { p.fine { "Six digits from an authenticator, beside the password." } p.problem role="alert" hidden {} button { "Begin" } }
                div.stack id="codes" hidden {
                    p { "Type this into your authenticator:" }
                    pre { code data-answer="secret" {} }
                    form.stack data-api=(path::MY_CODES_CONFIRM) {
                        label { "The code that it shows now" input name="code" inputmode="numeric" autocomplete="one-time-code" maxlength=(DIGITS) pattern={ "[0-9]{" (DIGITS) "}" } required; }
                        p.problem role="alert" hidden {}
                        button.primary { "Ask for codes from now on" }
                    }
                }
            }
        }
    }
}

fn passkeys(keys: &[Passkey]) -> Markup {
    html! {
        section {
            header { h2 { "Passkeys to sign in with" } p { "they suffice alone" } }
            ul.acts {
                @for key in keys {
                    li { form.act data-api=(path::filled(path::MY_PASSKEY, &key.id)) data-method="DELETE" {
                        div { b { (key.name) } p { "added " (age::day(&key.added)) } }
                        button { "Remove" }
                    } }
                }
            }
            form.stack data-new-passkey=(path::MY_PASSKEYS) data-asks=(path::MY_PASSKEY_OPTIONS) data-resident="required" {
                label { "Name of the new one" input name="name" required maxlength=(Label::LIMIT) placeholder="My phone"; }
                p.problem role="alert" hidden {}
                button { "Add a passkey" }
            }
        }
    }
}

/// Apart from the others: these open no session, and count once the offline root has signed them.
fn signs(name: &str, all: &[Signer]) -> Markup {
    html! {
        section id="signers" data-live="" {
            header { h2 { "Passkeys to consent with" } p { "in a page" } }
            ul.acts {
                @for one in all {
                    li {
                        form.act data-api=(path::filled(path::MY_SIGNER, &one.id)) data-method="DELETE" {
                            div {
                                (mark::named(if one.counts { "yes" } else { "wait" })) " "
                                b { @if let Some(name) = &one.name { (name) } @else { "Not made here" } }
                                p { @if one.counts { "the roster names it: what it signs counts" } @else { "waits for the root: what it signs counts for nothing yet" } }
                            }
                            @if one.added.is_some() { button { "Forget" } }
                        }
                        @if !one.counts { div data-waits { (for_the_root(name, one)) } }
                    }
                }
            }
            form.stack data-new-passkey=(path::MY_SIGNERS) data-asks=(path::MY_SIGNER_OPTIONS) data-resident="discouraged" {
                label { "Name of the new one" input name="name" required maxlength=(Label::LIMIT) placeholder="My phone"; }
                p.fine { "It belongs to this very address. Whoever keeps the root signs it onto the roster; then boxes believe it." }
                p.problem role="alert" hidden {}
                button { "Make one" }
            }
        }
    }
}

fn for_the_root(name: &str, one: &Signer) -> Markup {
    let encoded: String = one.record.bytes().map(|byte| format!("%{byte:02x}")).collect();
    html! {
        details.plain {
            summary { "For whoever keeps the root" }
            p.fine { "Bring this file to them, by hand, and let them compare it with you. Beside everybody's files they give it to " code { "wrale root sign … --people" } ", put the new roster.letter into the fleet's folder, and tell fleetd to read it again." }
            pre { code { (one.record) } }
            p { a href={ "data:text/plain;charset=utf-8," (encoded) } download={ (name) ".passkey" } { "Save it as a file" } }
        }
    }
}

fn programs(me: &Me, tokens: &ApiTokens, longest: Duration) -> Markup {
    let minutes = longest.as_secs() / 60;
    let grants = serde_json::to_string(&me.grants).expect("types of the contract are JSON");
    html! {
        section {
            header { h2 { "Programs" } p { "what comes in with a token in your name, and never may more than you" } }
            table {
                thead { tr { th { "Name" } th { "May" } th { "Until" } th.right { "Used" } th {} } }
                tbody {
                    @if tokens.tokens.is_empty() { tr { td.quiet colspan="5" { "None." } } }
                    @for token in &tokens.tokens {
                        tr {
                            td { b { (token.name) } }
                            td { (people::grants(&token.grants)) }
                            td { (age::day(&token.until)) ", " (age::clock(&token.until)) }
                            td.right { @if let Some(used) = token.used_seconds { (ago(used)) " ago" } @else { span.quiet { "not yet" } } }
                            td.right { form data-api=(path::filled(path::MY_TOKEN, &token.id)) data-method="DELETE" { button { "Revoke" } } }
                        }
                    }
                }
            }
            details.plain {
                summary { "New token" }
                form.stack data-api=(path::MY_TOKENS) data-shows="token" {
                    label { "Name" input name="name" required maxlength=(Label::LIMIT); }
                    label { "Minutes" small { (tight(&span(longest))) " at most" } input name="minutes" type="number" min="1" max=(minutes) value=(minutes.min(60)) required; }
                    input type="hidden" name="grants" value=(grants) data-json;
                    p.fine { "It may all that you may. For less, use " code { "wrale" } "." }
                    p.problem role="alert" hidden {}
                    button { "Make it" }
                }
                div id="token" hidden { p { "Shown once:" } pre { code data-answer="token" {} } }
            }
        }
    }
}

fn server(facts: &Fleet) -> Markup {
    html! {
        section id="server" data-live="" {
            header { h2 { "This fleet" } p { (facts.software) } }
            dl.pairs {
                dt { "Root key" } dd { code { (facts.root_key) } }
                dt { "Log" } dd { code { (facts.log_verifier) } }
                dt { "Roster" } dd { "version " (facts.roster) }
                dt { "Keyset" } dd { "version " (facts.keyset) }
            }
            p.fine { (mark::named("wait")) " Compare the root key with what you were given by hand." }
        }
    }
}
