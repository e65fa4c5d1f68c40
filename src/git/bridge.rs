//! From libgit2's own protocol to SSH: what it asks on loopback is asked `git-upload-pack` on the host.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};

use super::passage::{GateError, MAX_REQUEST, Passed};
use super::ssh::{Input, Output, Protocol, UploadPack};
use crate::ssh::{Access, Address};

/// Bytes of the longest first line, which names program, path and host.
const FIRST_LINE: usize = 1 << 10;
/// Bytes that are read at a time.
const CHUNK: usize = 32 << 10;

/// Bridge to a repository on a host of SSH.
pub(super) struct Bridge {
    pub(super) address: Address,
    pub(super) access: Option<Access>,
    /// Path under which alone it is reached.
    pub(super) secret: String,
    pub(super) passed: Arc<Passed>,
}

/// Lets over whoever knows the secret; never ends while there can be connections.
pub(super) async fn accept(listener: TcpListener, bridge: Bridge) {
    let bridge = Arc::new(bridge);
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(Arc::clone(&bridge).cross(stream));
    }
}

impl Bridge {
    async fn cross(self: Arc<Self>, mut stream: TcpStream) {
        // No piece of an answer waits for the receipt of the last one.
        drop(stream.set_nodelay(true));
        if !self.is_meant(&mut stream).await {
            return;
        }
        let access = self.access.as_ref();
        let there = UploadPack::run(&self.address, access, Protocol::Zero).await;
        let (there, carried) = match there {
            Err(error) => (None, Err(error)),
            Ok(mut there) => {
                let carried = self.carry(&mut there, &mut stream).await;
                (Some(there), carried)
            }
        };
        if let Err(error) = carried {
            // Before the connection ends, from which libgit2 takes that something broke.
            self.passed.note(error);
        }
        drop(stream);
        if let Some(there) = there {
            there.leave().await;
        }
    }

    /// `true` of a connection whose first line asks for what is behind the secret.
    async fn is_meant(&self, stream: &mut TcpStream) -> bool {
        let mut length = [0; 4];
        if stream.read_exact(&mut length).await.is_err() {
            return false;
        }
        let length = std::str::from_utf8(&length).ok();
        let length = length.and_then(|digits| usize::from_str_radix(digits, 16).ok());
        let Some(length) = length.filter(|length| (5..=FIRST_LINE).contains(length)) else {
            return false;
        };
        let mut line = vec![0; length - 4];
        let asked = format!("git-upload-pack {}\0", self.secret);
        stream.read_exact(&mut line).await.is_ok() && line.starts_with(asked.as_bytes())
    }

    async fn carry(&self, there: &mut UploadPack, stream: &mut TcpStream) -> Result<(), GateError> {
        let (from, to) = stream.split();
        let has_left = AtomicBool::new(false);
        // What goes there ends when libgit2 leaves, and the whole when the program has ended.
        tokio::select! {
            Err(error) = asking(from, &there.input, &has_left) => Err(error),
            answered = self.answering(&mut there.output, to) => match answered {
                // It may end as it likes once nobody listens.
                Err(_) if has_left.load(Ordering::Relaxed) => Ok(()),
                answered => answered,
            },
        }
    }

    async fn answering(&self, output: &mut Output, mut to: WriteHalf<'_>) -> Result<(), GateError> {
        while let Some(bytes) = output.next().await {
            if !self.passed.fits(bytes.len()) {
                return Err(GateError::TooLarge);
            }
            if to.write_all(&bytes).await.is_err() {
                return Ok(());
            }
        }
        output.outcome()
    }
}

/// Sends on what libgit2 asks, until it leaves.
async fn asking(
    mut from: ReadHalf<'_>,
    input: &Input,
    has_left: &AtomicBool,
) -> Result<(), GateError> {
    let (mut chunk, mut asked) = (vec![0; CHUNK], 0);
    while let Ok(count @ 1..) = from.read(&mut chunk).await {
        asked += count;
        if asked > MAX_REQUEST {
            return Err(GateError::Other("it takes too long to ask for".to_owned()));
        }
        input.send(chunk.get(..count).unwrap_or_default()).await?;
    }
    has_left.store(true, Ordering::Relaxed);
    input.end().await;
    Ok(())
}
