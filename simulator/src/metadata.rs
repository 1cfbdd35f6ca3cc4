//! The `$metadata` documents, each made when somebody asks for it and kept.

use std::sync::OnceLock;

use bytes::Bytes;

use crate::device::record::ApiVersion;
use crate::gzip;
use crate::model::csdl;

/// The document of one version, as XML and as gzip of it.
#[derive(Debug)]
pub struct Document {
    /// The XML.
    pub plain: Bytes,
    packed: OnceLock<Bytes>,
}

impl Document {
    /// The document as gzip.
    pub fn packed(&self) -> &Bytes {
        self.packed.get_or_init(|| gzip::compress(&self.plain))
    }
}

/// What `version` says of itself.
pub fn document(version: ApiVersion) -> &'static Document {
    static MADE: [OnceLock<Document>; 2] = [const { OnceLock::new() }; 2];
    MADE[version as usize].get_or_init(|| Document { plain: csdl::document(version).into(), packed: OnceLock::new() })
}
