//! What certificates say, and what happens to the files.
