//! Journey D0: come in, see why everything is good, see an attack, read what happened, let the box back in by two
//! people, and check the log oneself.

use std::time::Instant;

use crate::{
    browser::{Browser, Driver, View},
    lab::Lab,
    tls::Certificate,
};

pub(crate) const PASSWORD: &str = "seven grey herons over the quay";

#[tokio::test]
async fn a_newcomer_comes_in_sees_an_attack_resets_it_with_a_second_person_and_checks_the_log() {
    let name =
        "newcomer::a_newcomer_comes_in_sees_an_attack_resets_it_with_a_second_person_and_checks_the_log";
    let Some(driver) = Driver::start(name) else { return };
    ten_minutes(&driver, &Lab::start(), "").await;
}

/// The same with a certificate: other cookies, another origin for the passkeys, `wss:` for what is live.
#[tokio::test]
async fn the_same_ten_minutes_over_tls() {
    let Some(mut driver) = Driver::start("newcomer::the_same_ten_minutes_over_tls") else { return };
    let certificate = Certificate::new();
    driver.believe(&certificate.pin);
    let lab = Lab::start_over_tls(certificate.folder.path());
    ten_minutes(&driver, &lab, "tls-").await;
}

async fn ten_minutes(driver: &Driver, lab: &Lab, pictures: &str) {
    let links = lab.invitations();
    let called = |name: &str| format!("{pictures}{name}");
    let ada = driver.open(View::Light).await;
    join(&ada, &links[0]).await;
    let grace = driver.open(View::Phone).await;
    join(&grace, &links[1]).await;
    for (browser, name) in [(&ada, "ada"), (&grace, "grace")] {
        may_consent(browser, lab, name).await;
    }
    ada.picture_of("#signers", &called("settings")).await;

    ada.go(&at(&links[0], "/")).await;
    ada.sees(".tile.is-trusted").await;
    assert_eq!(ada.count(".tile.is-trusted").await, 12);
    ada.reads(".tile.is-trusted", "11/11 senses").await;
    ada.reads(".tile.is-trusted", "proof").await;
    ada.reads("#live.on", "live").await;
    ada.picture(&called("fleet-calm")).await;

    let attacked = Instant::now();
    lab.attack(&["open-lid", "dev-07"]);
    let done = attacked.elapsed();
    let sentence = ada.reads("#strip [role=alert]", "dev-07").await;
    println!(
        "the page said so {} ms after the stranger's process had begun, {} ms after it had ended: {sentence}",
        attacked.elapsed().as_millis(),
        attacked.elapsed().saturating_sub(done).as_millis(),
    );
    ada.reads(".tile.is-tampered", "dev-07").await;
    ada.picture(&called("fleet-alarm")).await;

    ada.click("#strip a.button").await;
    ada.arrives("/incidents/").await;
    ada.reads("h1", "dev-07").await;
    ada.reads(".decide button:disabled + .fine", "not as it should be yet").await;
    ada.picture(&called("incident")).await;
    let incident = ada.address().await;
    released_by_two(lab, (&ada, &grace), driver, &links[0], &incident, &called).await;

    ada.go(&at(&links[0], "/audit?q=approve")).await;
    ada.reads("#entries .entry", "approve").await;
    ada.reads("[data-verdict]", "is in the log").await;
    ada.reads("#check .pairs", "Outcome").await;
    // The browser itself has read the bytes that it hashed.
    ada.click("#check details summary").await;
    ada.reads("[data-read]", "{0: ").await;
    ada.picture(&called("audit")).await;
    ada.go(&at(&links[0], "/devices/dev-08")).await;
    ada.reads("h1", "dev-08").await;
    ada.picture(&called("device")).await;
    ada.reads("#senses .now", "–").await;
    ada.click("#senses button[data-fetch]").await;
    // Two words at least: it goes on.
    ada.sees("#senses .wide-chart path.curve[d*='L']").await;
    ada.sees("#senses .spark path.curve[d*='L']").await;
    ada.reads("#senses .now", "closed").await;
    ada.picture_of("#senses", &called("senses")).await;
    ada.close().await;
    grace.close().await;
}

/// Ada asks and signs, is refused to approve it alone, and Grace approves on her telephone; Ada's page follows.
async fn released_by_two(
    lab: &Lab,
    (ada, grace): (&Browser, &Browser),
    driver: &Driver,
    link: &str,
    incident: &str,
    called: &dyn Fn(&str) -> String,
) {
    lab.mend(&["open-lid", "dev-07"]);
    ada.step_aside().await;
    ada.reads(".decide .reasons", "The cause is gone").await;
    ada.write(".decide textarea", "Somebody lifted the lid; nothing is missing, nothing was put in").await;
    ada.picture_of(".decide", &called("release-ask")).await;
    ada.click(".decide form button.primary").await;
    ada.reads("dialog.sign[open]", "It takes two people").await;
    ada.picture(&called("release-sign")).await;
    ada.click("dialog.sign[open] button.primary").await;
    ada.reads(".decide .you", "You have signed; somebody else must too").await;

    // Alone she gets no further: not by the page, and not past it.
    ada.reads(".decide .hands button:disabled + .fine", "somebody else's").await;
    let order = grace_sees(grace, incident, called).await;
    let (status, refused) = ada.posts(&order).await;
    assert_eq!(status, 409, "{refused}");
    assert!(
        refused.contains("web/signed-already") && refused.contains("nobody releases a latch alone"),
        "{refused}"
    );
    ada.step_aside().await;
    ada.picture_of(".decide", &called("release-waits")).await;
    let dark = driver.open(View::Dark).await;
    sign_in(&dark, link, "ada").await;
    dark.sees(".tile.is-tampered").await;
    dark.picture(&called("fleet-alarm")).await;
    dark.go(incident).await;
    dark.picture(&called("incident")).await;
    dark.picture_of(".decide", &called("release-waits")).await;
    dark.close().await;

    grace.click(".decide .hands button.primary").await;
    grace.reads("dialog.sign[open]", "You did not ask for it").await;
    grace.picture(&called("release-sign")).await;
    let signed = Instant::now();
    grace.click("dialog.sign[open] button.primary").await;
    ada.reads(".decide", "The box has released it").await;
    println!(
        "the page of whoever asked followed {} ms after the second signature",
        signed.elapsed().as_millis()
    );
    ada.reads(".decide", "grace has signed").await;
    ada.reads(".path .steps .now", "Verified").await;
    ada.picture(&called("incident-verified")).await;
    grace.reads(".decide", "The box has released it").await;
    grace.picture_of(".decide", &called("release-done")).await;
}

/// Grace reads the same on her telephone; gives where the order asks what she would sign.
async fn grace_sees(grace: &Browser, incident: &str, called: &dyn Fn(&str) -> String) -> String {
    grace.go(incident).await;
    grace.picture(&called("incident")).await;
    grace.reads(".decide .you", "You, grace, can be the second person").await;
    grace.picture_of(".decide .you", &called("release-waits")).await;
    grace.attribute("dialog.sign button[data-consent]", "data-consent").await
}

/// Makes a passkey to consent with, and waits until the lab's root has signed it.
async fn may_consent(browser: &Browser, lab: &Lab, name: &str) {
    browser.write("#signers input[name=name]", "My telephone").await;
    browser.click("#signers form.stack button").await;
    browser.reads("#signers li", "My telephone").await;
    lab.says(&format!("{name} made a passkey to consent with"));
    browser.step_aside().await;
    browser.reads("#signers li", "the roster names it").await;
}

/// Another page of the same server.
pub(crate) fn at(link: &str, path: &str) -> String {
    let server = link.split("/join").next().expect("it leads to a page of ours");
    format!("{server}{path}")
}

pub(crate) async fn join(browser: &Browser, link: &str) {
    browser.go(link).await;
    browser.write("input[name=password]", PASSWORD).await;
    browser.click("button.primary").await;
    browser.arrives("/settings").await;
}

async fn sign_in(browser: &Browser, link: &str, name: &str) {
    browser.go(&at(link, "/")).await;
    browser.arrives("/sign-in").await;
    browser.write("input[name=name]", name).await;
    browser.write("input[name=password]", PASSWORD).await;
    browser.click("button.primary").await;
    browser.sees(".tile").await;
}
