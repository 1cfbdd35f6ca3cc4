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
use super::{devices, is_safe};
use super::{faults, portal, quirks, worlds};
use crate::clock::DURATION_PATTERN;
use crate::device::physical::Physical;
use crate::device::record::{self, PROPERTIES};
use crate::faults::Rule;
use crate::fleet;
use crate::odata::value::Edm;
use crate::ready::Ready;
use crate::tenant::snapshots::SnapshotName;
use crate::why::Why;

pub(super) fn show(_: &Call<'_>) -> Result<Reply, ApiError> {
    Ok(Reply::ok(&document()))
}

/// The document.
pub(super) fn document() -> Json {
    let schemas = schemas();
    let mut paths = Map::new();
    for route in ROUTES {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.as_str().to_ascii_lowercase()] = operation(route, &schemas);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Simtune control API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What the tester of a Graph client sees. {tenant} is a tenant's id, its domain, or default.",
        },
        "paths": paths,
        "components": { "schemas": schemas, "responses": responses() },
    })
}

fn operation(route: &Route, schemas: &Map<String, Json>) -> Json {
    let mut operation = json!({ "summary": route.summary, "operationId": operation_id(route) });
    let (status, schema) = route.gives;
    let mut success = json!({ "description": if status == 204 { "Done." } else { "The result." } });
    if let Some(content) = schema.map(content).or_else(|| text_of(route)) {
        success["content"] = content;
    }
    let links = links(route);
    if !links.is_empty() {
        success["links"] = links.into();
    }
    let mut responses = Map::from_iter([(status.to_string(), success)]);
    responses
        .extend(refusals(route).map(|(status, name, _)| {
            (status.to_string(), json!({ "$ref": format!("#/components/responses/{name}") }))
        }));
    operation["responses"] = responses.into();
    let parameters: Vec<Json> = captured(route).map(path_parameter).chain(query_parameters(route)).collect();
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(schema) = route.takes {
        // An empty body is an empty object, wherever that is one of the messages.
        let needs = |member: &str| schemas[schema][member].as_array().is_some_and(|needed| !needed.is_empty());
        let required = needs("required") || needs("oneOf");
        operation["requestBody"] = json!({ "content": content(schema), "required": required });
    }
    operation
}

/// Every way in which a call is refused: status, name of the response, and when.
const REFUSALS: [(u16, &str, &str); 6] = [
    (400, "BadRequest", "Something that was sent cannot be used; the message names it."),
    (403, "Foreign", "A name or an origin that is none of this port's own."),
    (404, "NotFound", "What the path or the body names is not there."),
    (405, "WrongVerb", "The path answers other verbs."),
    (409, "Conflict", "It does not go together with what is."),
    (413, "TooLarge", "The body is too large."),
];

/// Those that a call can meet.
fn refusals(route: &Route) -> impl Iterator<Item = &'static (u16, &'static str, &'static str)> {
    let (is_api, has_names) = (route.path.starts_with("/api/"), route.path.contains('{'));
    let takes = route.takes.is_some();
    let changes = !is_safe(&route.method);
    REFUSALS.iter().filter(move |(status, ..)| match status {
        400 => is_api,
        404 => has_names || takes || route.path == "/api/events",
        409 => changes,
        413 => takes,
        _ => true,
    })
}

fn responses() -> Map<String, Json> {
    let described = REFUSALS.iter().map(|(status, name, when)| {
        let mut response = json!({ "description": when, "content": content("Error") });
        if *status == 405 {
            let verbs = json!({ "type": "string" });
            response["headers"] =
                json!({ "Allow": { "description": "Those verbs.", "required": true, "schema": verbs } });
        }
        ((*name).to_owned(), response)
    });
    described.collect()
}

/// What is answered where it is not one of the schemas.
fn text_of(route: &Route) -> Option<Json> {
    let media_type = match (route.gives.0, route.path) {
        (200, "/healthz" | "/readyz" | "/metrics") => "text/plain",
        (200, "/api/events") => "text/event-stream",
        _ => return None,
    };
    Some(json!({ media_type: { "schema": { "type": "string" } } }))
}

/// The names in a path.
fn captured(route: &Route) -> impl Iterator<Item = &'static str> + use<> {
    route.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

fn path_parameter(name: &str) -> Json {
    let mut parameter = json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } });
    if name == "tenant" {
        parameter["description"] = "The tenant's id or domain, or default.".into();
        parameter["schema"]["default"] = "default".into();
        parameter["example"] = "default".into();
    }
    if name == "snapshot" {
        parameter["schema"]["pattern"] = SnapshotName::PATTERN.into();
    }
    if name == "request" {
        parameter["description"] = "The header request-id of the answer.".into();
        parameter["schema"]["format"] = "uuid".into();
    }
    parameter
}

/// In which member of an object a path finds the name of it.
const NAMED_BY: [(&str, &str); 3] = [("tenant", "tenantId"), ("device", "id"), ("user", "id")];

/// Where a call leads on to: what it made or was about can be asked for by its name.
fn links(route: &Route) -> Map<String, Json> {
    let is_about = |other: &&Route| {
        let rest = other.path.strip_prefix(route.path)?;
        if route.path.ends_with('}') {
            return (rest.is_empty() || rest.starts_with('/')).then_some(None);
        }
        let name = rest.strip_prefix("/{")?.split('}').next()?;
        Some(Some(*NAMED_BY.iter().find(|(known, _)| *known == name)?))
    };
    let makes = matches!(route.method, Method::POST | Method::PUT);
    let others = ROUTES.iter().filter(|other| makes && (&other.method, other.path) != (&route.method, route.path));
    others
        .filter_map(|other| {
            let made = is_about(&other)?;
            let mut parameters: Map<String, Json> =
                captured(route).map(|name| (name.to_owned(), format!("$request.path.{name}").into())).collect();
            if let Some((name, member)) = made {
                parameters.insert(name.to_owned(), format!("$response.body#/{member}").into());
            }
            let link = json!({ "operationId": operation_id(other), "parameters": parameters });
            Some((operation_id(other), link))
        })
        .collect()
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

/// The query parameters of a call. Others are refused, so that a misspelt one is not taken for granted.
fn query(route: &Route) -> Vec<(&'static str, Json)> {
    let number = json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX });
    match (&route.method, route.path.rsplit('/').next().unwrap_or_default()) {
        (&Method::GET, "devices") => vec![
            ("top", json!({ "type": "integer", "minimum": 1, "maximum": devices::PAGE })),
            ("after", json!({ "type": "string", "format": "uuid" })),
        ],
        (&Method::GET, "search") => portal::search_parameters(),
        (&Method::GET, "actions") => vec![("user", json!({ "type": "string" }))],
        (&Method::GET, "users") => {
            vec![("top", json!({ "type": "integer", "minimum": 1, "maximum": devices::PAGE }))]
        }
        (&Method::GET, "journal") => {
            vec![("after", number), ("wait", json!({ "type": "string", "pattern": DURATION_PATTERN }))]
        }
        (&Method::GET, "events") => {
            vec![("tenant", json!({ "type": "string" })), ("after", number), ("world", json!({ "type": "boolean" }))]
        }
        _ => Vec::new(),
    }
}

/// The names of those.
pub(super) fn query_names(route: &Route) -> Vec<&'static str> {
    query(route).into_iter().map(|(name, _)| name).collect()
}

fn query_parameters(route: &Route) -> impl Iterator<Item = Json> + use<> {
    query(route).into_iter().map(|(name, schema)| json!({ "name": name, "in": "query", "schema": schema }))
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
    let physical = json!({ "$ref": "#/components/schemas/Physical" });
    schemas.insert("Device".to_owned(), device(&physical));
    schemas.insert("NewDevice".to_owned(), new_device(&physical));
    schemas.insert("DeviceChange".to_owned(), device_change(&physical));
    schemas.insert("OpenApiDocument".to_owned(), own_schema());
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
    schemas.extend(portal::schemas().map(|(name, schema)| (name.to_owned(), schema)));
    schemas.insert(
        "Error".to_owned(),
        closed(&json!({ "error": closed(&json!({ "code": { "type": "string" }, "message": { "type": "string" } }), &["code", "message"]) }), &["error"]),
    );
    schemas.values_mut().for_each(tighten);
    schemas
}

/// The document itself, as far as it says.
fn own_schema() -> Json {
    let members = ["openapi", "info", "paths", "components"];
    let object = json!({ "type": "object", "additionalProperties": true });
    let mut properties: Map<String, Json> = members.iter().map(|name| ((*name).to_owned(), object.clone())).collect();
    properties.insert("openapi".to_owned(), json!({ "type": "string" }));
    closed(&Json::Object(properties), &members)
}

/// Says what the types of Rust say beside: how far numbers go, and that objects have no other members.
fn tighten(schema: &mut Json) {
    if let Json::Object(members) = schema {
        let bounds = match members.get("format").and_then(Json::as_str) {
            Some("uint64" | "uint") => Some((json!(0), json!(u64::MAX))),
            Some("uint32") => Some((json!(0), json!(u32::MAX))),
            Some("int32") => Some((json!(i32::MIN), json!(i32::MAX))),
            Some("int64") => Some((json!(i64::MIN), json!(i64::MAX))),
            _ => None,
        };
        if let Some((least, most)) = bounds {
            members.entry("minimum").or_insert(least);
            members.entry("maximum").or_insert(most);
        }
        if members.get("type").is_some_and(|kind| kind == "object") && members.contains_key("properties") {
            members.entry("additionalProperties").or_insert(json!(false));
        }
        members.values_mut().for_each(tighten);
    } else if let Json::Array(items) = schema {
        items.iter_mut().for_each(tighten);
    }
}

fn add<T: JsonSchema>(generator: &mut SchemaGenerator) {
    let _ = generator.subschema_for::<T>();
}

/// A complex value of Graph's. Its members are kept as they are given, so `$metadata` describes them and not this.
fn complex() -> Json {
    json!({ "type": "object", "additionalProperties": true })
}

fn property(edm: Edm) -> Json {
    match edm {
        Edm::String | Edm::Enum(_) => json!({ "type": ["string", "null"] }),
        Edm::Guid => json!({ "type": ["string", "null"], "format": "uuid" }),
        Edm::Boolean => json!({ "type": ["boolean", "null"] }),
        Edm::Int32 => json!({ "type": "integer", "format": "int32" }),
        Edm::Int64 => json!({ "type": "integer", "format": "int64" }),
        Edm::Double => json!({ "type": "number" }),
        Edm::DateTimeOffset => json!({ "type": "string", "format": "date-time" }),
        Edm::Complex(_) => json!({ "anyOf": [complex(), { "type": "null" }] }),
        Edm::ComplexCollection(_) => json!({ "type": ["array", "null"], "items": complex() }),
        Edm::StringCollection => json!({ "type": ["array", "null"], "items": { "type": "string" } }),
        Edm::GuidCollection => json!({ "type": ["array", "null"], "items": { "type": "string", "format": "uuid" } }),
    }
}

/// A device as it is: the property table, and the physical side.
fn device(physical: &Json) -> Json {
    let mut members: Map<String, Json> =
        PROPERTIES.iter().map(|row| (row.name.to_owned(), property(row.edm))).collect();
    members.insert("physical".to_owned(), physical.clone());
    let required: Vec<&str> = PROPERTIES.iter().map(|row| row.name).chain(["physical"]).collect();
    members.insert("warning".to_owned(), json!({ "type": "string" }));
    closed(&Json::Object(members), &required)
}

/// What can be written of a device, by name.
fn written(physical: &Json) -> Map<String, Json> {
    let mut members: Map<String, Json> = Map::new();
    for row in PROPERTIES.iter().filter(|row| row.write.is_some()) {
        let schema = match (row.edm, record::takes_null(row)) {
            (Edm::Boolean, false) => json!({ "type": "boolean" }),
            (Edm::Int64, _) => {
                json!({ "anyOf": [property(row.edm), { "type": "string", "pattern": "^-?[0-9]{1,18}$" }] })
            }
            (edm, _) => property(edm),
        };
        members.insert(row.name.to_owned(), schema);
    }
    members.insert("physical".to_owned(), physical.clone());
    members
}

/// A device to be made. What the service computes, relations and annotations are taken and left out, so that a device can
/// be written as it was read.
fn new_device(physical: &Json) -> Json {
    let mut members = written(physical);
    members.insert("id".to_owned(), json!({ "type": "string", "format": "uuid" }));
    for skipped in fleet::skipped_members() {
        members.insert(skipped.to_owned(), json!({ "description": "Taken and left out." }));
    }
    let mut schema = closed(&Json::Object(members), &[]);
    schema["patternProperties"] = json!({ "@": { "description": "Annotations are taken and left out." } });
    schema
}

/// What can be changed of a device.
fn device_change(physical: &Json) -> Json {
    let mut members = written(physical);
    members.remove("id");
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
