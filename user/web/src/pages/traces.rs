//! The senses around the moment, for whoever may read them and asked to.

use access::{Action, Resource};
use axum::{http::StatusCode, response::Response};
use control::{door, view};
use maud::html;

use super::{chart, html as respond};
use crate::{
    ask::look,
    refusal::Refusal,
    route::Call,
    routes::{faulty, refused},
};

pub(super) async fn fragment(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let id = call.parameter.parse().map_err(|_| Refusal::Permit)?;
    let traces = look(&call.desk, move |fleet, now| {
        let one = view::incident(fleet, id).map_err(|fault| faulty(&fault))?.ok_or(Refusal::Permit)?;
        let known = one.boxes.iter().filter_map(|(device, _)| Some((*device, view::site(fleet, *device)?)));
        let known: Vec<_> = known.collect();
        let may =
            |(device, site): &&(_, _)| asker.may(Resource::Trace(*device, vocab::SiteName::clone(site)));
        let mut permits = vec![];
        for (device, site) in known.iter().filter(may) {
            permits.push(asker.permit_to(
                fleet,
                Action::View,
                Resource::Trace(*device, site.clone()),
                now,
            )?);
        }
        if permits.is_empty() {
            // Out of reach is refused for the log, as everywhere.
            for (device, site) in known {
                asker.permit(fleet, Resource::Trace(device, site), now)?;
            }
            return Err(Refusal::Permit);
        }
        door::traces(fleet, &permits, id, now).map_err(|asked| refused(&asked))
    });
    let traces = traces.await??;
    let id = call.parameter;
    Ok(respond(
        StatusCode::OK,
        html! {
            section id="moments" data-of=(id) {
                header { h2 { "Senses around the moment" } p { "flight recorder, 30 s each way; that you read it is written down" } }
                @if traces.is_empty() { p.empty { "No recording has come yet. The second half comes 30 s after the moment." } }
                @for one in &traces { (chart::trace(one)) }
            }
        },
    ))
}
