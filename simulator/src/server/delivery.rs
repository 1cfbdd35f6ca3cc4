//! Answers that are spoiled on their way: what hyper cannot express, or would not.
//!
//! Over HTTP/1 the connection is taken out of hyper's hands, the answer is spelled here, and hyper gets the connection
//! back if it is still good for something. Over HTTP/2 the connection belongs to many answers and stays with hyper; the
//! nearest that one stream can do takes the place.

mod head;
mod one;
mod script;
mod takeover;
mod two;

pub(super) use self::head::{Asked, push_headers};
pub(super) use self::one::perform;
pub(super) use self::takeover::{Spoiled, Takeover, Turns, Watched};
pub(super) use self::two::{Broken, Orders, Sent, answer_in_frames, orders, see_to};
