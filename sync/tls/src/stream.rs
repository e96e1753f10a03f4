//! One connection, with TLS or, on this machine alone, without.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use rustls::pki_types::CertificateDer;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::TlsStream;

/// A connection whose handshake is over.
pub enum Stream {
    /// Without TLS: both ends are this machine.
    Plain(TcpStream),
    /// With TLS 1.3.
    Tls(Box<TlsStream<TcpStream>>),
}

/// Most bytes that TLS holds back for a network that does not take them.
const BUFFERED: usize = 16 * 1024;

impl Stream {
    pub(crate) fn tls(mut stream: TlsStream<TcpStream>) -> Self {
        match &mut stream {
            TlsStream::Client(client) => client.get_mut().1.set_buffer_limit(Some(BUFFERED)),
            TlsStream::Server(server) => server.get_mut().1.set_buffer_limit(Some(BUFFERED)),
        }
        Self::Tls(Box::new(stream))
    }

    /// What the peer showed, leaf first; empty where it showed nothing.
    pub(crate) fn shown(&self) -> Vec<CertificateDer<'static>> {
        let Self::Tls(stream) = self else { return vec![] };
        stream.get_ref().1.peer_certificates().map(<[_]>::to_vec).unwrap_or_default()
    }

    /// Whether both ends agreed on this application protocol; without TLS there is nothing to agree on.
    pub(crate) fn speaks(&self, alpn: &[u8]) -> bool {
        match self {
            Self::Plain(_) => true,
            Self::Tls(stream) => stream.get_ref().1.alpn_protocol() == Some(alpn),
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
