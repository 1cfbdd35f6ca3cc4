//! The end of a simulator, as everybody who may have to stop early hears of it.

use tokio::sync::watch;

/// Asks for the end.
#[derive(Debug)]
pub struct Shutdown(watch::Sender<bool>);

/// Hears of the end.
#[derive(Debug, Clone)]
pub struct Stopped(watch::Receiver<bool>);

impl Shutdown {
    /// Both sides.
    pub fn new() -> (Self, Stopped) {
        let (sender, receiver) = watch::channel(false);
        (Self(sender), Stopped(receiver))
    }

    /// Asks everybody to finish what is under way.
    pub fn request(&self) {
        self.0.send_replace(true);
    }
}

impl Stopped {
    /// Whether the end was asked for since this was cloned: one look, for those who would otherwise wait anew at every turn.
    pub fn is_news(&self) -> bool {
        self.0.has_changed().unwrap_or(true)
    }

    /// Returns when the end is asked for, or nobody is left to ask.
    pub async fn wait(&mut self) {
        let _ = self.0.wait_for(|stopped| *stopped).await;
    }
}
