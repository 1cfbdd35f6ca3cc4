//! A batch on its way through the service: the envelope once, then each request in it by itself.

use bytes::Bytes;
use hyper::{Method, StatusCode};

use super::injection::{self, Met};
use super::outcome::{Outcome, refuse};
use super::{Service, client_request_id, web_server};
use crate::batch::{self, Asking, Batch};
use crate::device::record::ApiVersion;
use crate::exchange::{Answer, Request, Told};
use crate::gzip;
use crate::journal::Within;
use crate::quirks::Quirks;
use crate::wire::cors;
use crate::wire::error::{Ids, Refusal};
use crate::wire::headers::Content;
use crate::world::Stamp;

impl Service {
    /// Answers a batch: web server → token → verb → envelope, then each request by itself. The batch as such needs no
    /// permission and counts towards no budget (documented: throttling, requests of a batch are evaluated individually).
    pub(super) fn answer_batch(&self, request: Request, version: ApiVersion) -> Answer {
        let told = Told::of(&request.headers);
        let caller = self.access.caller(told.authorization, &self.tenants);
        let (stamp, admitted, met) = {
            let mut world = caller.tenant.world();
            let (now, _) = world.advance(self.tenants.wall().now());
            let stamp = world.stamp(now);
            let armed = world.faults.are_armed();
            let met = if armed { injection::meet(&mut world, &request) } else { Met::default() };
            let passed = web_server(&request, &told, &world).and_then(|()| caller.authenticate(now));
            (stamp, passed.map(|()| *world.quirks()), met)
        };
        let process = || {
            let outcome = admitted.and_then(|quirks| {
                if request.method != Method::POST {
                    return Err(Refusal::BatchVerb);
                }
                let batch = Batch::read(&request.body, version, &quirks)?;
                Ok(self.run_batch(&batch, &request, &told, &stamp, &quirks))
            });
            outcome.unwrap_or_else(|refusal| refuse(&refusal, None, &request, &stamp))
        };
        let processed = met.lets_batch_run().then(process);
        let mut outcome = met.spoil(processed, &request, &caller.tenant, &self.spelling(&request, &told), &stamp);
        outcome.operation = Some("batch");
        if told.has_origin {
            cors::allow(cors::Endpoint::Graph, &mut outcome.headers);
        }
        self.finish(&request, &told, &caller, outcome, stamp)
    }

    /// Asks what a batch asks for, and puts the answers together.
    fn run_batch(&self, batch: &Batch, request: &Request, told: &Told<'_>, stamp: &Stamp, quirks: &Quirks) -> Outcome {
        let ask = |place: usize| {
            let item = &batch.items[place];
            let within = Within { request_id: stamp.request_id, id: item.id.clone() };
            self.answer_graph(item.request(request), Some(within))
        };
        let answers = batch.plan.run(ask, |answer| answer.status.as_u16() >= 400);
        let request_id = stamp.request_id.hyphenated().to_string();
        let client_request_id = client_request_id(told).unwrap_or(&request_id);
        let ids = Ids { request_id: &request_id, client_request_id, now: stamp.now };
        let asking = Asking { order: quirks.batch_order, request_id: stamp.request_id, ids };
        let plain = Bytes::from(batch::answer(batch, &answers, &asking));
        let gzipped = told.accepts_gzip();
        Outcome {
            body: if gzipped { gzip::compress(&plain) } else { plain.clone() },
            gzipped,
            // They share a connection: what spoils it for one spoils it for all.
            delivery: answers.into_iter().flatten().find_map(|answer| answer.delivery),
            ..Outcome::new(StatusCode::OK, Content::Batch, plain)
        }
    }
}
