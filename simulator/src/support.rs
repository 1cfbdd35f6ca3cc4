//! (support)
