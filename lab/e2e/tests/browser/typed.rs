//! What somebody typed is theirs: whoever is refused, is signed out meanwhile, or is told of news, finds it where they
//! wrote it.

use crate::{
    browser::{Browser, Driver, View},
    lab::Lab,
    newcomer::{PASSWORD, at, join},
};

const SUSPEND: &str = "form[data-api$='/suspend']";

#[tokio::test]
async fn nothing_that_somebody_typed_is_taken_from_them() {
    let Some(driver) = Driver::start("typed::nothing_that_somebody_typed_is_taken_from_them") else { return };
    let lab = Lab::start();
    let link = &lab.invitations()[0];
    let ada = driver.open(View::Light).await;
    refused(&ada, link).await;
    signed_out(&ada, &lab, link).await;
    told_of_news(&ada, &lab).await;
    ada.close().await;
}

/// What is refused stays typed, but for what is secret.
async fn refused(ada: &Browser, link: &str) {
    ada.go(link).await;
    ada.write("input[name=password]", "short").await;
    ada.click("button.primary").await;
    ada.reads(".problem", "characters").await;
    assert_eq!(ada.typed("input[name=password]").await, "");
    join(ada, link).await;

    ada.forgets().await;
    ada.go(&at(link, "/sign-in")).await;
    ada.write("input[name=name]", "ada").await;
    ada.write("input[name=password]", "wrong").await;
    ada.click("button.primary").await;
    ada.reads(".problem", "web/sign-in").await;
    assert_eq!(ada.typed("input[name=name]").await, "ada");
    assert_eq!(ada.typed("input[name=password]").await, "");
    ada.write("input[name=password]", PASSWORD).await;
    ada.click("button.primary").await;
    ada.sees(".tile").await;

    ada.go(&at(link, "/devices/dev-09")).await;
    suspends(ada, "Seen at the gate\nby two").await;
    ada.click(&format!("{SUSPEND} button")).await;
    ada.reads(&format!("{SUSPEND} .problem"), "web/value").await;
    assert_eq!(ada.typed(&format!("{SUSPEND} textarea")).await, "Seen at the gate\nby two");
    ada.picture_of(SUSPEND, "refused").await;
}

/// The session ends while somebody writes: news of the box lead to no door, and what was written is sent once they are
/// back.
async fn signed_out(ada: &Browser, lab: &Lab, link: &str) {
    let reason = "Somebody stands before it with a crowbar";
    ada.go(&at(link, "/devices/dev-08")).await;
    ada.reads("#live.on", "live").await;
    suspends(ada, reason).await;
    ada.forgets().await;
    lab.attack(&["open-lid", "dev-08"]);
    ada.reads(".signed-out", "What you typed stays here").await;
    assert_eq!(ada.typed(&format!("{SUSPEND} textarea")).await, reason);
    ada.click(&format!("{SUSPEND} button")).await;
    ada.reads(&format!("{SUSPEND} .problem a"), "Sign in").await;
    assert_eq!(ada.typed(&format!("{SUSPEND} textarea")).await, reason);
    ada.picture_of(SUSPEND, "signed-out").await;

    ada.click(".signed-out a").await;
    let here = ada.over().await;
    ada.write("input[name=name]", "ada").await;
    ada.write("input[name=password]", PASSWORD).await;
    ada.click("button.primary").await;
    ada.arrives("/devices/dev-08").await;
    ada.back(here).await;
    lab.mend(&["open-lid", "dev-08"]);
    ada.gone(".signed-out").await;
    assert_eq!(ada.typed(&format!("{SUSPEND} textarea")).await, reason);
    ada.click(&format!("{SUSPEND} button")).await;
    ada.reads("#history", &format!("ada suspended it: {reason}")).await;
}

/// Where somebody writes, news wait, although they are asked for.
async fn told_of_news(ada: &Browser, lab: &Lab) {
    let reason = "The crowbar was the caretaker's";
    ada.step_aside().await;
    ada.reads(".decide .reasons", "The cause is gone").await;
    ada.write(".decide textarea", reason).await;
    lab.attack(&["open-lid", "dev-08"]);
    ada.reads(".news:not([hidden])", "once what you typed is sent").await;
    ada.press(".news").await;
    assert_eq!(ada.typed(".decide textarea").await, reason);
}

/// Opens the form that suspends this page's box, and says why.
async fn suspends(ada: &Browser, reason: &str) {
    ada.click(&format!("details:has({SUSPEND}) > summary")).await;
    ada.write(&format!("{SUSPEND} textarea"), reason).await;
}
