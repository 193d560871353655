//! The workspaces of a relay: one folder each below the data folder.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use samsyn_engine::identity::{WorkspaceId, WorkspaceSecret};

use crate::error::{RelayError, Result};
use crate::log::{Log, SqliteLog};
use crate::workspace::Workspace;

/// A workspace that was just made.
#[derive(Debug)]
pub struct CreatedWorkspace {
    /// Its id.
    pub id: WorkspaceId,
    /// Its secret. It is kept nowhere: the relay has only its hash.
    pub secret: WorkspaceSecret,
}

/// All workspaces below a data folder.
#[derive(Debug)]
pub struct Registry {
    folder: PathBuf,
    open: Mutex<HashMap<WorkspaceId, Arc<Workspace>>>,
}

impl Registry {
    /// The workspaces below that folder, which is made where it is missing.
    ///
    /// # Errors
    /// Where the folder cannot be made or written.
    pub fn new(data: &Path) -> Result<Registry> {
        let folder = data.join("workspaces");
        let explain =
            |error: std::io::Error| RelayError::Folder { path: data.to_owned(), reason: error.to_string() };
        std::fs::create_dir_all(&folder).map_err(explain)?;
        let registry = Registry { folder, open: Mutex::default() };
        registry.probe()?;
        Ok(registry)
    }

    /// Whether the folder can be written to now.
    pub(crate) fn probe(&self) -> Result<()> {
        let probe = self.folder.join(format!(".probe-{}", std::process::id()));
        let written = std::fs::write(&probe, b"x").and_then(|()| std::fs::remove_file(&probe));
        written.map_err(|error| RelayError::Folder { path: self.folder.clone(), reason: error.to_string() })
    }

    /// Makes a workspace.
    ///
    /// # Errors
    /// Where the name is none or the files cannot be made.
    pub fn create(&self, name: &str) -> Result<CreatedWorkspace> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 100 || name.contains(char::is_control) {
            return Err(RelayError::Name);
        }
        let (id, secret) = (WorkspaceId::random(), WorkspaceSecret::random());
        let folder = self.folder.join(id.to_string());
        let explain =
            |error: std::io::Error| RelayError::Folder { path: folder.clone(), reason: error.to_string() };
        std::fs::create_dir(&folder).map_err(explain)?;
        SqliteLog::create(&folder.join(FILE), name, &secret.hash())?;
        Ok(CreatedWorkspace { id, secret })
    }

    /// All workspaces with their names, in the order of their ids.
    ///
    /// # Errors
    /// Where the folder or a log cannot be read.
    pub fn list(&self) -> Result<Vec<(WorkspaceId, String)>> {
        let explain = |error: std::io::Error| RelayError::Folder {
            path: self.folder.clone(),
            reason: error.to_string(),
        };
        let mut found = Vec::new();
        for entry in std::fs::read_dir(&self.folder).map_err(explain)? {
            let name = entry.map_err(explain)?.file_name();
            if let Some(id) = name.to_str().and_then(|name| name.parse::<WorkspaceId>().ok()) {
                found.push((id, SqliteLog::open(&self.path(id))?.name()?));
            }
        }
        found.sort();
        Ok(found)
    }

    /// A workspace, opened where it is not open yet; `None` where there is none.
    pub(crate) fn workspace(&self, id: WorkspaceId) -> Result<Option<Arc<Workspace>>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(workspace) = open.get(&id) {
            return Ok(Some(Arc::clone(workspace)));
        }
        let path = self.path(id);
        if !path.exists() {
            return Ok(None);
        }
        let log = || SqliteLog::open(&path).map(|log| Box::new(log) as Box<dyn Log>);
        let workspace = Arc::new(Workspace::open(id, log()?, log()?)?);
        open.insert(id, Arc::clone(&workspace));
        Ok(Some(workspace))
    }

    /// Ends all writers, after what they were given before.
    pub(crate) fn close(&self) {
        let workspaces = std::mem::take(&mut *self.open.lock().unwrap_or_else(PoisonError::into_inner));
        workspaces.values().for_each(|workspace| workspace.close());
    }

    fn path(&self, id: WorkspaceId) -> PathBuf {
        self.folder.join(id.to_string()).join(FILE)
    }
}

const FILE: &str = "log.sqlite";
