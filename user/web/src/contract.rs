//! `openapi.json`: the contract as OpenAPI 3.1 says it, written from the router's own table and the types that answer.
//!
//! A route that the contract does not describe has no place in the table; the suite holds both to each other, and
//! every answer of every test to its type.

mod bounds;

use std::{collections::BTreeSet, sync::LazyLock};

use access::matrix::roles;
use api::{
    Problem,
    operation::{self, Gives, Looks, Needed, Operation, Parameter},
    problem::MEDIA_TYPE,
};
use axum::{http::StatusCode, response::Response};
use schemars::{
    SchemaGenerator,
    generate::{Contract, SchemaSettings},
};
use serde_json::{Map, Value, json};

use crate::{
    cursor,
    pack::Fixed,
    query::WORDS_LIMIT,
    refusal::Refusal,
    route::{Call, Needs, Route, TakesBody},
    routes::TABLE,
};

/// The document, served.
pub(crate) async fn openapi(_: Call) -> Result<Response, Refusal> {
    static TEXT: LazyLock<Fixed> = LazyLock::new(|| Fixed::new(written()));
    Ok(TEXT.answer("application/json"))
}

/// The document as it stands in the repository.
fn written() -> String {
    let mut text = serde_json::to_string_pretty(&document()).expect("a document is JSON");
    text.push('\n');
    text
}

fn document() -> Value {
    let mut schemas = Schemas::new();
    let mut paths = Map::new();
    for route in TABLE {
        let operation = operation::of(route.method.as_str(), route.path).expect("the suite looks for each");
        let at = paths.entry(route.path).or_insert_with(|| json!({}));
        at[route.method.as_str().to_lowercase()] = schemas.described(route, operation);
    }
    let responses = schemas.problems();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Wrale Fleet",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What people and programs may ask of a fleet, at its external listener. Ids, names and \
                            words are text; times are RFC 3339 in UTC; digests, keys, letters and secrets are \
                            lower-case hexadecimal. A word that a reader does not know reads as `unknown`. Whether a \
                            thing is absent or forbidden is one and the same answer.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "responses": responses,
            "schemas": schemas.into_components(),
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token of a session, or a program's token (`wrale_…`).",
                },
                "cookie": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "__Host-wrale",
                    "description": "A session that a browser holds. For whatever is no GET it counts only where \
                                    `Origin` is the fleet's own.",
                },
            },
        },
    })
}

/// The schemas: of what is written, and of what is read. A type that is both is the same in both.
struct Schemas {
    written: SchemaGenerator,
    read: SchemaGenerator,
    /// The statuses with which anything is refused.
    refused: BTreeSet<u16>,
}

impl Schemas {
    fn new() -> Self {
        let of = |contract: Contract| {
            let mut settings = SchemaSettings::draft2020_12();
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
            settings.contract = contract;
            settings.into_generator()
        };
        Self { written: of(Contract::Serialize), read: of(Contract::Deserialize), refused: BTreeSet::new() }
    }

    fn into_components(mut self) -> Value {
        let mut all = self.written.take_definitions(true);
        for (name, schema) in self.read.take_definitions(true) {
            assert!(
                all.get(&name).is_none_or(|known| *known == schema),
                "{name} is read and written differently"
            );
            all.insert(name, schema);
        }
        bounds::bind(&mut all);
        Value::Object(all)
    }

    fn described(&mut self, route: &Route, operation: &Operation) -> Value {
        let mut about = json!({
            "operationId": id(operation),
            "summary": operation.does,
            "parameters": in_path(operation.path).chain(operation.query.iter().map(in_query)).collect::<Vec<_>>(),
            "responses": self.answers(route, operation),
        });
        if let Some(body) = &operation.takes {
            let schema = (body.schema)(&mut self.read);
            about["requestBody"] =
                json!({ "required": true, "content": { "application/json": { "schema": schema } } });
        }
        about["security"] = match route.needs {
            Needs::Nothing => json!([]),
            Needs::Session | Needs::Permit(..) => json!([{ "bearer": [] }, { "cookie": [] }]),
        };
        if let Needs::Permit(action, kind) = route.needs {
            let able: Vec<_> = roles(action, kind).iter().map(|role| role.word()).collect();
            about["x-wrale-permit"] = json!({ "action": action.word(), "kind": kind.word(), "roles": able });
        }
        about
    }

    fn answers(&mut self, route: &Route, operation: &Operation) -> Value {
        let mut answers = Map::new();
        let (status, good) = match &operation.gives {
            Gives::Json(status, shape) => {
                let schema = (shape.schema)(&mut self.written);
                let content = json!({ "application/json": { "schema": schema } });
                (*status, json!({ "description": "It is so.", "content": content }))
            }
            Gives::Nothing => (204, json!({ "description": "It is done." })),
            Gives::Text(media) => {
                let kind = if *media == "application/json" { "object" } else { "string" };
                (
                    200,
                    json!({ "description": "It is so.", "content": { *media: { "schema": { "type": kind } } } }),
                )
            }
            Gives::Socket(shape) => {
                let schema = (shape.schema)(&mut self.written);
                (101, json!({ "description": "The WebSocket is open.", "x-wrale-message": schema }))
            }
        };
        answers.insert(status.to_string(), good);
        for status in refused(route, operation) {
            self.refused.insert(status);
            answers.insert(status.to_string(), json!({ "$ref": format!("#/components/responses/{status}") }));
        }
        Value::Object(answers)
    }

    /// Every status with which something is refused, as a problem (RFC 9457).
    fn problems(&mut self) -> Value {
        let problem = self.written.subschema_for::<Problem>();
        let one = |status: &u16| {
            let meaning = StatusCode::from_u16(*status).ok().and_then(|status| status.canonical_reason());
            let content = json!({ MEDIA_TYPE: { "schema": problem } });
            (status.to_string(), json!({ "description": meaning.unwrap_or_default(), "content": content }))
        };
        Value::Object(self.refused.iter().map(one).collect())
    }
}

/// Whether the contract says that a route takes this type.
pub(crate) fn takes<T: 'static>(route: &Route) -> bool {
    let described = operation::of(route.method.as_str(), route.path).and_then(|one| one.takes);
    described.is_some_and(|shape| shape.is::<T>())
}

/// With which statuses a route refuses, in their order.
pub(crate) fn refused(route: &Route, operation: &Operation) -> Vec<u16> {
    let mut all = vec![400, 414, 431, 503];
    all.extend_from_slice(operation.refuses);
    if route.needs != Needs::Nothing {
        all.extend([401, 403]);
    }
    if route.body == TakesBody::Json {
        all.extend([408, 413, 415, 422]);
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// `get_v1_devices_device`: the same for as long as the path is.
fn id(operation: &Operation) -> String {
    let words = operation.path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    [operation.method.to_lowercase().as_str()].into_iter().chain(words).collect::<Vec<_>>().join("_")
}

fn in_path(template: &str) -> impl Iterator<Item = Value> {
    let name = template.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map(|(name, _)| name);
    name.into_iter().map(|name| {
        let (means, schema) = match name {
            "device" => ("its label, or its id", json!({ "type": "string", "minLength": 1 })),
            "entry" => ("its index", json!({ "type": "integer", "minimum": 0 })),
            "incident" => ("its id", text(bounds::id("inc"))),
            "order" => ("the order's id", text(bounds::id("ord"))),
            "passkey" => ("its id", text(json!({ "pattern": "^([0-9a-f]{2})+$" }))),
            "person" => ("their id", text(bounds::id("per"))),
            "service" => ("its name", text(bounds::service())),
            "session" | "token" => ("its id", text(json!({ "pattern": "^[0-9a-f]{16}$" }))),
            other => unreachable!("`{other}`: say here what it looks like"),
        };
        json!({ "name": name, "in": "path", "required": true, "description": means, "schema": schema })
    })
}

fn text(bound: Value) -> Value {
    bounds::merged(json!({ "type": "string" }), bound)
}

fn in_query(parameter: &Parameter) -> Value {
    let schema = match parameter.looks {
        Looks::Cursor => {
            text(json!({ "pattern": "^([0-9a-f]{2})+$", "minLength": 1, "maxLength": cursor::LONGEST }))
        }
        Looks::Entry => text(json!({ "pattern": format!("^([0-9]{{1,20}}|{})$", api::audit::START) })),
        Looks::Text => text(json!({ "maxLength": WORDS_LIMIT })),
        Looks::Number(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Looks::Site => text(bounds::site()),
        Looks::Word(words) => json!({ "type": "string", "enum": words }),
    };
    json!({
        "name": parameter.name,
        "in": "query",
        "required": parameter.needed == Needed::Yes,
        "description": parameter.means,
        "schema": schema,
    })
}

#[cfg(test)]
mod tests;
