//! Style, script and mark: named by what is in them, so that a browser may keep them for ever.

use std::sync::LazyLock;

use axum::{
    http::{HeaderValue, header},
    response::Response,
};
use crypto::hex;
use maud::{Markup, html};

use crate::{pack::Fixed, refusal::Refusal, route::Call};

struct Asset {
    name: String,
    media_type: &'static str,
    text: Fixed,
}

const STYLE: &str = include_str!("../../assets/style.css");
const SCRIPT: &str = include_str!("../../assets/app.js");
const CHECK: &str = include_str!("../../assets/check.js");
const ICON: &str = include_str!("../../assets/icon.svg");

static ASSETS: LazyLock<[Asset; 4]> = LazyLock::new(|| {
    [
        Asset::new("style", "css", "text/css; charset=utf-8", STYLE),
        Asset::new("app", "js", "text/javascript; charset=utf-8", SCRIPT),
        Asset::new("check", "js", "text/javascript; charset=utf-8", CHECK),
        Asset::new("icon", "svg", "image/svg+xml", ICON),
    ]
});

impl Asset {
    fn new(name: &str, ending: &str, media_type: &'static str, text: &'static str) -> Self {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
        let name = format!("{name}.{}.{ending}", &hex::encode(digest.as_ref())[..16]);
        Self { name, media_type, text: Fixed::new(text) }
    }
}

/// One of them; a name of an older server is nobody's.
pub(super) async fn file(call: Call) -> Result<Response, Refusal> {
    let asset = ASSETS.iter().find(|asset| asset.name == call.parameter).ok_or(Refusal::NowhereTo)?;
    let mut response = asset.text.answer(asset.media_type);
    let for_ever = HeaderValue::from_static("public, max-age=31536000, immutable");
    response.headers_mut().insert(header::CACHE_CONTROL, for_ever);
    Ok(response)
}

/// The head of a page.
pub(super) fn head(title: &str) -> Markup {
    let [style, app, check, icon] = &*ASSETS;
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { (title) " · Wrale Fleet" }
            link rel="icon" type="image/svg+xml" href={ "/assets/" (icon.name) };
            link rel="stylesheet" href={ "/assets/" (style.name) };
            script defer src={ "/assets/" (app.name) } {}
            script defer src={ "/assets/" (check.name) } {}
        }
    }
}
