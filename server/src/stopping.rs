//! Being asked to stop, and everybody hearing of it.

use tokio::sync::watch;

/// Whether the relay is about to stop. Everybody who has to know holds one.
#[derive(Debug, Clone)]
pub(crate) struct Stopping {
    asked: watch::Receiver<bool>,
}

/// Asks everybody to stop.
#[derive(Debug)]
pub(crate) struct StopSwitch {
    asked: watch::Sender<bool>,
}

impl StopSwitch {
    /// A switch that is not thrown.
    pub(crate) fn new() -> Self {
        StopSwitch { asked: watch::Sender::new(false) }
    }

    /// One that hears of it.
    pub(crate) fn listener(&self) -> Stopping {
        Stopping { asked: self.asked.subscribe() }
    }

    /// Asks everybody to stop.
    pub(crate) fn throw(&self) {
        self.asked.send_replace(true);
    }
}

impl Stopping {
    /// Whether it was asked.
    pub(crate) fn asked(&self) -> bool {
        *self.asked.borrow()
    }

    /// Until it is asked; also if there is nobody any more who could.
    pub(crate) async fn wait(&self) {
        let _ = self.asked.clone().wait_for(|asked| *asked).await;
    }
}
