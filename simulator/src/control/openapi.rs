//! The `OpenAPI` document of the control API, made from the table of routes, the message types and the property table.

use hyper::Method;
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value as Json, json};

use super::Call;
use super::api::{ROUTES, Route};
use super::messages::{
    Advance, Advanced, AppView, ClockView, NewApp, NewTenant, NewToken, NewUser, SetClock, SetThrottle, SignInSettings,
    SnapshotView, TenantView, ThrottleView, TokenView, UserView,
};
use super::reply::{ApiError, Reply};
use super::{faults, quirks, worlds};
use crate::device::physical::Physical;
use crate::device::record::PROPERTIES;
use crate::faults::Rule;
use crate::odata::value::Edm;
use crate::ready::Ready;
use crate::why::Why;

pub(super) fn show(_: &Call<'_>) -> Result<Reply, ApiError> {
    Ok(Reply::ok(&document()))
}

/// The document.
pub(super) fn document() -> Json {
    let mut paths = Map::new();
    for route in ROUTES {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.as_str().to_ascii_lowercase()] = operation(route);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Simtune control API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What the tester of a Graph client sees. {tenant} is a tenant's id, its domain, or default.",
        },
        "paths": paths,
        "components": { "schemas": schemas() },
    })
}

fn operation(route: &Route) -> Json {
    let mut operation = json!({
        "summary": route.summary,
        "operationId": operation_id(route),
        "responses": { "default": { "description": "An error.", "content": content("Error") } },
    });
    let (status, schema) = route.gives;
    let mut success = json!({ "description": if status == 204 { "Done." } else { "The result." } });
    if let Some(schema) = schema {
        success["content"] = content(schema);
    }
    operation["responses"][status.to_string()] = success;
    let parameters: Vec<Json> = route
        .path
        .split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .chain(query_parameters(route))
        .collect();
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(schema) = route.takes {
        operation["requestBody"] = json!({ "content": content(schema) });
    }
    operation
}

/// `POST /api/tenants/{tenant}/clock/advance` → `postTenantsClockAdvance`.
fn operation_id(route: &Route) -> String {
    let mut id = route.method.as_str().to_ascii_lowercase();
    for word in
        route.path.split(['/', '-', '.']).filter(|word| !word.is_empty() && *word != "api" && !word.starts_with('{'))
    {
        id.push_str(&word[..1].to_ascii_uppercase());
        id.push_str(&word[1..]);
    }
    if route.path.ends_with('}') {
        id.push_str("One");
    }
    id
}

fn query_parameters(route: &Route) -> Vec<Json> {
    let names: &[(&str, &str)] = match (&route.method, route.path.rsplit('/').next().unwrap_or_default()) {
        (&Method::GET, "devices") => &[("top", "integer"), ("after", "string")],
        (&Method::GET, "journal") => &[("after", "integer"), ("wait", "string")],
        (&Method::GET, "events") => &[("tenant", "string"), ("after", "integer")],
        _ => &[],
    };
    names.iter().map(|(name, kind)| json!({ "name": name, "in": "query", "schema": { "type": kind } })).collect()
}

fn content(schema: &str) -> Json {
    json!({ "application/json": { "schema": { "$ref": format!("#/components/schemas/{schema}") } } })
}

fn schemas() -> Map<String, Json> {
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .into_generator();
    add::<NewTenant>(&mut generator);
    add::<TenantView>(&mut generator);
    add::<SnapshotView>(&mut generator);
    add::<NewApp>(&mut generator);
    add::<AppView>(&mut generator);
    add::<NewToken>(&mut generator);
    add::<TokenView>(&mut generator);
    add::<NewUser>(&mut generator);
    add::<UserView>(&mut generator);
    add::<SignInSettings>(&mut generator);
    add::<SetClock>(&mut generator);
    add::<SetThrottle>(&mut generator);
    add::<ThrottleView>(&mut generator);
    add::<ClockView>(&mut generator);
    add::<Advance>(&mut generator);
    add::<Advanced>(&mut generator);
    add::<Ready>(&mut generator);
    add::<Why>(&mut generator);
    add::<Physical>(&mut generator);
    add::<Rule>(&mut generator);
    let mut schemas = generator.take_definitions(true);
    schemas.insert("Device".to_owned(), device());
    schemas.insert("DeviceList".to_owned(), list("Device", &json!({ "next": { "type": "string", "format": "uuid" } })));
    schemas.insert("TenantList".to_owned(), list("TenantView", &json!({})));
    schemas.insert("SnapshotList".to_owned(), list("SnapshotView", &json!({})));
    schemas.insert("World".to_owned(), worlds::schema());
    schemas.insert("UserList".to_owned(), list("UserView", &json!({})));
    schemas.insert("Journal".to_owned(), journal());
    let rule = schemas["Fault"].clone();
    schemas.insert("FaultChange".to_owned(), faults::change_schema(&json!({ "$ref": "#/components/schemas/Fault" })));
    schemas.insert("FaultList".to_owned(), faults::list_schema(&rule));
    schemas.insert("QuirkChange".to_owned(), quirks::change_schema());
    schemas.insert("QuirkList".to_owned(), quirks::list_schema());
    schemas.insert(
        "Error".to_owned(),
        closed(&json!({ "error": closed(&json!({ "code": { "type": "string" }, "message": { "type": "string" } }), &["code", "message"]) }), &["error"]),
    );
    schemas
}

fn add<T: JsonSchema>(generator: &mut SchemaGenerator) {
    let _ = generator.subschema_for::<T>();
}

/// A device: the property table, and the physical side.
fn device() -> Json {
    let mut members = Map::new();
    for property in PROPERTIES {
        let schema = match property.edm {
            Edm::String | Edm::Enum(_) => json!({ "type": ["string", "null"] }),
            Edm::Guid => json!({ "type": ["string", "null"], "format": "uuid" }),
            Edm::Boolean => json!({ "type": ["boolean", "null"] }),
            Edm::Int32 | Edm::Int64 => json!({ "type": "integer" }),
            Edm::Double => json!({ "type": "number" }),
            Edm::DateTimeOffset => json!({ "type": "string", "format": "date-time" }),
            Edm::Complex(_) => json!({ "type": ["object", "null"] }),
            Edm::ComplexCollection(_) => json!({ "type": ["array", "null"], "items": { "type": "object" } }),
            Edm::StringCollection => json!({ "type": ["array", "null"], "items": { "type": "string" } }),
        };
        members.insert(property.name.to_owned(), schema);
    }
    members.insert("physical".to_owned(), json!({ "$ref": "#/components/schemas/Physical" }));
    members.insert("warning".to_owned(), json!({ "type": "string", "readOnly": true }));
    closed(&Json::Object(members), &[])
}

fn journal() -> Json {
    let text = json!({ "type": ["string", "null"] });
    let message = closed(
        &json!({ "headers": { "type": "object", "additionalProperties": { "type": "string" } }, "body": { "type": "string" }, "bodyBytes": { "type": "integer" } }),
        &["headers", "body", "bodyBytes"],
    );
    let batch = json!({
        "type": ["object", "null"],
        "properties": { "requestId": { "type": "string" }, "id": { "type": "string" } },
        "required": ["requestId", "id"], "additionalProperties": false,
    });
    let of_fault = closed(
        &json!({ "fault": { "type": "string" }, "act": { "type": "string" }, "apply": { "enum": ["before", "after", "not"] } }),
        &["fault", "act", "apply"],
    );
    let injected = json!({ "anyOf": [of_fault, { "type": "null" }] });
    let entry = closed(
        &json!({
            "seq": { "type": "integer" }, "time": { "type": "string", "format": "date-time" }, "requestId": { "type": "string" },
            "clientRequestId": text, "door": { "type": "string" }, "scheme": { "type": "string" }, "httpVersion": { "type": "string" },
            "method": { "type": "string" }, "target": { "type": "string" }, "operation": text, "refusal": text, "batch": batch,
            "status": { "type": "integer" }, "appId": text, "user": text, "tokenHash": text, "injected": injected,
            "ignored": { "type": "array", "items": { "type": "string" } }, "wouldThrottle": { "type": "boolean" },
            "request": message, "response": message,
        }),
        &["seq", "time", "requestId", "method", "target", "status", "request", "response"],
    );
    closed(
        &json!({ "next": { "type": "integer" }, "dropped": { "type": "integer" }, "value": { "type": "array", "items": entry } }),
        &["next", "dropped", "value"],
    )
}

fn list(item: &str, more: &Json) -> Json {
    let mut members =
        json!({ "value": { "type": "array", "items": { "$ref": format!("#/components/schemas/{item}") } } });
    if let (Some(members), Some(more)) = (members.as_object_mut(), more.as_object()) {
        members.extend(more.clone());
    }
    closed(&members, &["value"])
}

/// An object that has these members and no others.
pub(super) fn closed(members: &Json, required: &[&str]) -> Json {
    json!({ "type": "object", "properties": members, "required": required, "additionalProperties": false })
}
