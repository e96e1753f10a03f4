//! Journey D0: come in, see why everything is good, see an attack, read what happened, and check the log oneself.

use std::time::Instant;

use crate::{
    browser::{Browser, Driver, View},
    lab::Lab,
};

const PASSWORD: &str = "seven grey herons over the quay";

#[tokio::test]
async fn a_newcomer_comes_in_sees_an_attack_and_checks_the_log() {
    let name = "newcomer::a_newcomer_comes_in_sees_an_attack_and_checks_the_log";
    let Some(driver) = Driver::start(name) else { return };
    let lab = Lab::start();
    let links = lab.invitations();
    let ada = driver.open(View::Light).await;
    join(&ada, &links[0]).await;

    ada.go(&at(&links[0], "/")).await;
    ada.sees(".tile.is-trusted").await;
    assert_eq!(ada.count(".tile.is-trusted").await, 12);
    ada.reads(".tile.is-trusted", "11/11 senses").await;
    ada.reads(".tile.is-trusted", "proof").await;
    ada.reads("#live.on", "live").await;
    ada.picture("fleet-calm").await;

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
    ada.picture("fleet-alarm").await;

    ada.click("#strip a.button").await;
    ada.arrives("/incidents/").await;
    ada.reads("h1", "dev-07").await;
    ada.picture("incident").await;

    ada.go(&at(&links[0], "/audit")).await;
    ada.reads("[data-verdict]", "is in the log").await;
    ada.picture("audit").await;

    ada.go(&at(&links[0], "/devices/dev-08")).await;
    ada.reads("h1", "dev-08").await;
    ada.picture("device").await;
    ada.close().await;

    let dark = driver.open(View::Dark).await;
    sign_in(&dark, &links[0], "ada").await;
    dark.sees(".tile.is-tampered").await;
    dark.picture("fleet-alarm").await;
    dark.click("#strip a.button").await;
    dark.arrives("/incidents/").await;
    dark.picture("incident").await;
    dark.close().await;

    // The other person, on a phone.
    let grace = driver.open(View::Phone).await;
    join(&grace, &links[1]).await;
    grace.go(&at(&links[1], "/")).await;
    grace.sees(".tile.is-tampered").await;
    grace.picture("fleet-alarm").await;
    grace.click("#strip a.button").await;
    grace.arrives("/incidents/").await;
    grace.picture("incident").await;
    grace.close().await;
}

/// Another page of the same server.
fn at(link: &str, path: &str) -> String {
    let server = link.split("/join").next().expect("it leads to a page of ours");
    format!("{server}{path}")
}

async fn join(browser: &Browser, link: &str) {
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
