//! Whole worlds over the control port: out as one document, and in again.

use std::io::{self, BufWriter, Write as _};

use bytes::Bytes;
use serde_json::{Value as Json, json};
use tokio::sync::mpsc;

use super::Call;
use super::api::view;
use super::openapi::closed;
use super::reply::{ApiError, Reply};
use crate::tenant::document::{Export, VERSION};

/// Bytes of a document that is read. A device takes some 2,300 of them.
pub(super) const IMPORT_LIMIT: usize = 1024 * 1024 * 1024;
/// Bytes that are sent at once.
const PIECE: usize = 64 * 1024;

pub(super) fn export(call: &Call<'_>) -> Result<Reply, ApiError> {
    call.only_query(&[])?;
    let tenant = call.tenant()?;
    let export = Export::new(&tenant, tenant.moment(call.control.service.tenants().wall().now()));
    let (sender, receiver) = mpsc::channel(4);
    // Written by a thread that may wait for the client. It ends with the document or with the connection.
    tokio::task::spawn_blocking(move || {
        let mut out = BufWriter::with_capacity(PIECE, Pieces(sender));
        let _ = export.write(&mut out).and_then(|()| out.flush());
    });
    Ok(Reply::Document(receiver))
}

pub(super) fn import(call: &Call<'_>) -> Result<Reply, ApiError> {
    call.only_query(&[])?;
    let tenant = call.tenant()?;
    let tenants = call.control.service.tenants();
    let imported = call.replace(&tenant, || tenants.import(&tenant, &call.request.body));
    imported.map_err(|error| ApiError::bad(error.to_string()))?;
    Ok(Reply::ok(&view(call, &tenant)))
}

/// The document from far: what it is made of is for simulators alone.
pub(super) fn schema() -> Json {
    let object = json!({ "type": "object" });
    let list = json!({ "type": "array", "items": object });
    let origin = closed(
        &json!({ "tenantId": { "type": "string", "format": "uuid" }, "domain": { "type": "string" } }),
        &["tenantId", "domain"],
    );
    let members = json!({
        "version": { "const": VERSION }, "simtune": { "type": "string" }, "exportedFrom": origin,
        "seed": { "type": "integer" }, "auth": { "enum": ["enforce", "relaxed"] },
        "apps": list, "users": list, "signIns": object, "world": object,
    });
    closed(&members, &["version", "simtune", "exportedFrom", "seed", "auth", "apps", "users", "signIns", "world"])
}

/// What is written goes out in pieces; whoever writes waits for whoever reads.
struct Pieces(mpsc::Sender<Bytes>);

impl io::Write for Pieces {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.0.blocking_send(Bytes::copy_from_slice(piece)).map_err(gone)?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
