//! The portal: a small application in the browser, on the control port, that shows the fleet and presses its buttons.
//!
//! ```text
//! GET  /                      assets    the page, in the browser's language, and its files, all compiled in
//! *    /portal/graph/…        passage   what the page asks of Graph as the user who is signed in: an ordinary exchange
//! GET  …/search               search    one page of devices, sought and sorted, as that user may see them
//! GET  …/devices/{id}/actions offers    which actions a device can be asked for, by which row, and by whose right
//! GET  /api/editions          editions  the support matrix as values
//! ```

pub mod assets;
pub mod editions;
pub mod offers;
pub mod passage;
pub mod search;
